"""How well two vectors agree, one value a preference: lines by least squares, and rank correlation.

`theirs` and `ours` hold one value a preference, position i the same one in both. Under three
preferences, or where either vector is constant, nothing can be said and the values are None.

Both vectors carry sampling error. Error in `theirs` flattens a slope, error in either lowers R^2
and the correlations; none of the intervals here knows of it. Preferences are taken as units that
could be exchanged or drawn again. They are related (weights deletion and shutdown, say), so the
intervals are somewhat too narrow and the p values somewhat too small.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats as scipy_stats

from eval.stats import LEVEL, RESAMPLES

Array = NDArray[np.float64]
Orders = NDArray[np.int64]  # (draws, preferences): which preference stands where
LEAST = 3
NOTHING: dict[str, Any] = {"estimate": None, "interval": None}


def _usable(theirs: ArrayLike, ours: ArrayLike) -> tuple[Array, Array, bool]:
    x, y = np.asarray(theirs, dtype=float), np.asarray(ours, dtype=float)
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError(f"two vectors of one length are needed, got {x.shape} and {y.shape}")
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError("a value is not finite; leave that preference out")
    return x, y, len(x) >= LEAST and bool(np.ptp(x) > 0 and np.ptp(y) > 0)


def lines(theirs: ArrayLike, ours: ArrayLike, level: float = LEVEL) -> dict[str, Any]:
    """Ordinary least squares of ours on theirs, by statsmodels, intervals by t.

    `slope`, `intercept` and `r_squared` are of the line with an intercept. `through_origin` is
    ours = slope * theirs; its R^2 is uncentred (about zero, not about the mean), so that the two
    R^2 cannot be compared.
    """
    x, y, usable = _usable(theirs, ours)
    if not usable:
        origin = {"slope": dict(NOTHING), "r_squared_uncentred": None}
        parts = {"slope": dict(NOTHING), "intercept": dict(NOTHING), "r_squared": None}
        return {**parts, "through_origin": origin}
    import statsmodels.api as sm

    line, origin_line = sm.OLS(y, sm.add_constant(x)).fit(), sm.OLS(y, x).fit()

    def one(fit: Any, position: int) -> dict[str, Any]:
        low, high = fit.conf_int(alpha=1 - level)[position]
        return {"estimate": float(fit.params[position]), "interval": [float(low), float(high)]}

    return {
        "slope": one(line, 1),
        "intercept": one(line, 0),
        "r_squared": float(line.rsquared),
        "through_origin": {
            "slope": one(origin_line, 0),
            "r_squared_uncentred": float(origin_line.rsquared),
        },
    }


def _correlations(x: Array, y: Array) -> Array:
    """Pearson's r of every row of x with the same row of y; nan where one is constant."""
    x, y = (values - values.mean(axis=1, keepdims=True) for values in (x, y))
    spread = np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((x * y).sum(axis=1) / np.where(spread > 1e-12, spread, np.nan))


def spearman(x: Array, y: Array, of_x: Orders, of_y: Orders) -> Array:
    """Spearman's rho of x and y in every pair of orders (rows), ties at their mean rank."""
    return _correlations(
        scipy_stats.rankdata(x[of_x], axis=1), scipy_stats.rankdata(y[of_y], axis=1)
    )


def kendall(x: Array, y: Array, of_x: Orders, of_y: Orders) -> Array:
    """Kendall's tau-b of x and y in every pair of orders (rows): ties lower the denominator."""
    first, second = (np.sign(v[:, None] - v[None, :]).astype(np.float32) for v in (x, y))
    a = first[of_x[:, :, None], of_x[:, None, :]]
    b = second[of_y[:, :, None], of_y[:, None, :]]
    both = (a * b).sum(axis=(1, 2))
    known = np.sqrt((a**2).sum(axis=(1, 2)) * (b**2).sum(axis=(1, 2)))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(both / np.where(known > 0, known, np.nan), dtype=float)


def _orders(n: int, rng: np.random.Generator, draws: int) -> tuple[Orders, bool]:
    """All orders of n preferences where they are no more than `draws`, else so many at random."""
    if math.factorial(n) <= draws:
        return np.array(list(itertools.permutations(range(n)))), True
    return rng.permuted(np.tile(np.arange(n), (draws, 1)), axis=1), False


def ranks(
    theirs: ArrayLike,
    ours: ArrayLike,
    rng: np.random.Generator,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Spearman's rho and Kendall's tau-b, each with a bootstrap interval and a permutation p.

    The interval resamples preferences (percentiles; a resample in which a vector is constant is
    left out); None where it would have width zero. p is two-sided: the share of the orders of
    `ours` whose correlation is at least as far from 0, over all orders where `p_exact`, else over
    `resamples` random ones with the order found counted among them (Phipson and Smyth 2010).
    """
    x, y, usable = _usable(theirs, ours)
    if not usable:
        nothing = {**NOTHING, "p": None, "p_exact": None}
        return {"spearman": nothing, "kendall": dict(nothing)}
    n = len(x)
    same = np.arange(n)[None, :]
    orders, exact = _orders(n, rng, resamples)
    drawn = rng.integers(0, n, (resamples, n))

    def one(statistic: Callable[[Array, Array, Orders, Orders], Array]) -> dict[str, Any]:
        estimate = float(statistic(x, y, same, same)[0])
        far = int(np.sum(np.abs(statistic(x, y, same, orders)) >= abs(estimate) - 1e-6))
        p = far / len(orders) if exact else (1 + far) / (1 + len(orders))
        again = statistic(x, y, drawn, drawn)
        tails = [(1 - level) / 2, (1 + level) / 2]
        low, high = np.quantile(again[np.isfinite(again)], tails)
        interval = [float(low), float(high)] if low < high else None
        return {"estimate": estimate, "interval": interval, "p": p, "p_exact": exact}

    return {"spearman": one(spearman), "kendall": one(kendall)}

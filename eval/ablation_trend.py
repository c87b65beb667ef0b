"""Does a rate rise or fall with a dose? The Cochran-Armitage test, and two that know the design.

`true` and `n` hold counts, shape (arms, prompts): answers judged true, and judged answers, of one
arm to one prompt; `doses` one number an arm. Every arm answered the same prompts. ValueError for
impossible counts and for lengths that differ.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats

from eval.clustered import Array, counts_of

DRAWS = 10_000
BATCH = 500  # permutations held in memory at a time


@dataclass(frozen=True)
class Armitage:
    """A two-sided p, and z: positive where the rate rises with the dose."""

    z: float
    p: float


@dataclass(frozen=True)
class Trend:
    """A two-sided Monte Carlo p and its standard error."""

    p: float
    error: float
    permutations: int  # drawn, and the one that was seen


def _z(true: Array, n: Array, true_doses: Array, n_doses: Array, n_squares: Array) -> Array:
    """z of many permutations: the last three are sums over answers of dose and of its square."""
    total, rate = n.sum(), true.sum() / n.sum()
    variance = rate * (1 - rate) * (n_squares - n_doses**2 / total)
    return np.asarray((true_doses - rate * n_doses) / np.sqrt(np.maximum(variance, 1e-300)))


def _told(true: Array, n: Array, doses: Array) -> bool:
    """Whether there is anything to test: two doses with answers, and answers not all alike."""
    answered = np.unique(doses[n.sum(axis=1) > 0])
    return len(answered) > 1 and 0 < true.sum() < n.sum()


def _checked(true: ArrayLike, n: ArrayLike, doses: ArrayLike) -> tuple[Array, Array, Array]:
    true_counts, n_counts = counts_of(true, n)
    levels = np.asarray(doses, dtype=float)
    if true_counts.ndim != 2 or levels.shape != true_counts.shape[:1]:
        raise ValueError(
            f"counts are (arms, prompts), doses (arms,): {true_counts.shape}, {levels.shape}"
        )
    if not np.all(np.isfinite(levels)):
        raise ValueError(f"doses must be finite numbers, got {levels.tolist()}")
    return true_counts, n_counts, levels


def cochran_armitage(true: ArrayLike, n: ArrayLike, doses: ArrayLike) -> Armitage | None:
    """Test of a linear trend in proportions (Cochran 1954, Armitage 1955); answers independent.

    z = sum(x (t - n p)) / sqrt(p (1 - p) (sum(n x^2) - sum(n x)^2 / N)), with dose x, pooled
    rate p and N answers; z^2 is N r^2, r the correlation of dose and answer. Answers to one prompt
    are not independent: read `trend_p` beside it. None where all answers, or all doses, are alike.
    """
    true_counts, n_counts, levels = _checked(true, n, doses)
    if not _told(true_counts, n_counts, levels):
        return None
    hits, sizes = true_counts.sum(axis=1), n_counts.sum(axis=1)
    z = float(_z(hits, sizes, hits @ levels, sizes @ levels, sizes @ levels**2))
    return Armitage(z, float(2 * scipy_stats.norm.sf(abs(z))))


def trend_p(
    true: ArrayLike,
    n: ArrayLike,
    doses: ArrayLike,
    rng: np.random.Generator,
    *,
    exchange: Literal["prompts", "arms"] = "prompts",
    draws: int = DRAWS,
) -> Trend | None:
    """Permutation test of no trend; the statistic is |z| of `cochran_armitage`.

    `prompts`: within each prompt, apart from the other prompts, the arms' counts change places. Had
    the dose no effect and the models no differences, all orders would be as likely, however the
    answers to a prompt depend on each other. It speaks of these trained models, on such prompts.
    `arms`: whole arms change doses, all prompts with them. It holds also where each training run
    shifts all its answers, and is the one to quote for "more pairs give more"; it needs several
    arms: with one seed a dose and k doses, p is never under 2 / k!.

    p = (b + 1) / (draws + 1) (Phipson and Smyth 2010), error its binomial standard error. Prompts
    that some arm did not answer are left out. Rejections at 0.05 in percent without a trend, 5
    doses of 3 arms, 20 prompts of 10 answers, rate 0.2, ICC 0.3 (1,500 data sets, standard error
    0.6); in the last row each arm's log-odds are shifted with standard deviation 0.5:

                                        Cochran-Armitage   prompts   arms
        prompts alike in all arms                    1.7       4.5    4.7
        prompts differ from arm to arm              32.1       5.4    6.2
        training runs differ, too                   36.3      37.0    5.6

    None where nothing is left to test.
    """
    true_counts, n_counts, levels = _checked(true, n, doses)
    kept = (n_counts > 0).all(axis=0)
    true_counts, n_counts = true_counts[:, kept], n_counts[:, kept]
    if not kept.any() or not _told(true_counts, n_counts, levels):
        return None
    if exchange == "arms":
        true_counts, n_counts = (part.sum(axis=1)[:, None] for part in (true_counts, n_counts))
    levels = levels - levels.mean()  # z is the same, the sums are exacter
    seen = _absolute(true_counts, n_counts, levels[None, None, :])[0]
    shape, far, left = true_counts.shape[::-1], 0, draws
    while left:
        size = min(BATCH, left)
        orders = rng.permuted(np.broadcast_to(levels, (size, *shape)), axis=2)
        far += int((_absolute(true_counts, n_counts, orders) >= seen - 1e-9).sum())
        left -= size
    p = (far + 1) / (draws + 1)
    return Trend(p, math.sqrt(p * (1 - p) / draws), draws + 1)


def _absolute(true: Array, n: Array, orders: Array) -> Array:
    """|z| for doses by draw, prompt and arm."""
    sums = (
        (columns.T[None] * powers).sum(axis=(1, 2))
        for columns, powers in ((true, orders), (n, orders), (n, orders**2))
    )
    return np.abs(_z(true, n, *sums))

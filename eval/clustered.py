"""Intervals for rates whose answers come in clusters: several answers to each prompt.

`true` and `n` hold one count a prompt, shape (prompts,): answers judged true, and judged answers.
Two arms are paired: position i is the same prompt in both. A prompt with n = 0 (in either arm, for
two) is left out. Rates, limits and correlations are fractions of one, intervals two-sided. Nothing
to estimate is None. ValueError for a negative or fractional count, true > n, lengths that differ.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special
from scipy import stats as scipy_stats

from eval.stats import LEVEL, RESAMPLES, Interval

Array = NDArray[np.float64]

# Intraclass correlations over which the likelihood is maximised; 0 stands as 1e-5.
_ICC_GRID = np.concatenate(
    [[1e-5], np.geomspace(0.003, 0.05, 8), np.linspace(0.07, 0.95, 30), [0.98, 0.999]]
)


def counts_of(true: ArrayLike, n: ArrayLike) -> tuple[Array, Array]:
    """Both as checked float arrays of one shape, prompts with n = 0 still among them."""
    true_counts, n_counts = np.asarray(true, dtype=float), np.asarray(n, dtype=float)
    if true_counts.shape != n_counts.shape:
        raise ValueError(f"one n for each true: shapes {true_counts.shape} and {n_counts.shape}")
    whole = (true_counts == np.floor(true_counts)) & (n_counts == np.floor(n_counts))
    if not np.all(whole & (true_counts >= 0) & (true_counts <= n_counts)):
        raise ValueError("counts must be whole numbers with 0 <= true <= n")
    return true_counts, n_counts


def _answered(true: ArrayLike, n: ArrayLike) -> tuple[Array, Array]:
    true_counts, n_counts = counts_of(true, n)
    return true_counts[n_counts > 0], n_counts[n_counts > 0]


def paired_counts(
    true1: ArrayLike, n1: ArrayLike, true2: ArrayLike, n2: ArrayLike
) -> tuple[Array, Array, Array, Array]:
    """The four checked, without the prompts that one arm did not answer."""
    first, second = counts_of(true1, n1), counts_of(true2, n2)
    if first[0].shape != second[0].shape:
        raise ValueError(f"paired by prompt, yet {first[0].size} and {second[0].size} prompts")
    kept = (first[1] > 0) & (second[1] > 0)
    return first[0][kept], first[1][kept], second[0][kept], second[1][kept]


def icc(true: ArrayLike, n: ArrayLike) -> float | None:
    """Intraclass correlation of binary answers within prompts: ANOVA estimator, 0 at the least.

    Formula: Ridout, Demetrio and Firth (1999), after Elston (1977). None where it is undefined:
    under two prompts, one answer to each prompt, or all answers alike.
    """
    true_counts, n_counts = _answered(true, n)
    prompts, total, hits = len(n_counts), n_counts.sum(), true_counts.sum()
    if prompts < 2 or total == prompts or hits in (0, total):
        return None
    squares = (true_counts**2 / n_counts).sum()
    between = (squares - hits**2 / total) / (prompts - 1)
    within = (hits - squares) / (total - prompts)
    size = (total - (n_counts**2).sum() / total) / (prompts - 1)
    return max(0.0, float((between - within) / (between + (size - 1) * within)))


def design_effect(n: ArrayLike, correlation: float | None) -> float | None:
    """How many clustered answers are worth one independent answer (Kish 1965, unequal sizes).

    1 + (sum(n^2) / sum(n) - 1) * correlation. None without answers or without a correlation.
    """
    sizes = counts_of(n, n)[1]
    if correlation is None or sizes.sum() == 0:
        return None
    return float(1 + ((sizes**2).sum() / sizes.sum() - 1) * correlation)


def effective_n(true: ArrayLike, n: ArrayLike, assumed_icc: float | None = None) -> float | None:
    """Independent answers that would tell as much: sum(n) / design effect.

    Where the counts do not tell the correlation it is `assumed_icc`; without that it is 1, one
    answer a prompt. None without answers; ValueError for an `assumed_icc` outside 0 to 1.
    """
    if assumed_icc is not None and not 0 <= assumed_icc <= 1:
        raise ValueError(f"assumed_icc lies from 0 to 1, got {assumed_icc}")
    own = icc(true, n)
    fallback = 1.0 if assumed_icc is None else assumed_icc
    effect = design_effect(n, fallback if own is None else own)
    return None if effect is None else float(np.sum(n)) / effect


def _profile(logit: float, cells: Array, times: NDArray[np.int64]) -> float:
    """Beta-binomial log likelihood of a mean, at its best correlation; `cells` is (true, n)."""
    strength = (1 / _ICC_GRID - 1)[:, None]
    a, b = special.expit(logit) * strength, special.expit(-logit) * strength
    true, false = cells[:, 0], cells[:, 1] - cells[:, 0]
    each = special.betaln(a + true, b + false) - special.betaln(a, b)
    return float((each @ times).max())


def _likelihood_interval(true: Array, n: Array, quantile: float) -> Interval:
    """All means whose log likelihood lies within quantile^2 / 2 of the best."""
    cells, times = np.unique(np.column_stack([true, n]), axis=0, return_counts=True)
    start = float(special.logit(true.sum() / n.sum()))
    fit = optimize.minimize_scalar(
        lambda logit: -_profile(logit, cells, times), bounds=(start - 4, start + 4)
    )

    def excess(logit: float) -> float:
        return float(-fit.fun) - _profile(logit, cells, times) - quantile**2 / 2

    def limit(end: float) -> float:
        if excess(end) <= 0:  # so few answers that not even this end is ruled out
            return float(end > 0)
        return float(special.expit(optimize.brentq(excess, end, fit.x, xtol=1e-6)))

    return limit(-30.0), limit(30.0)


def cluster_interval(
    true: ArrayLike, n: ArrayLike, *, assumed_icc: float | None = None, level: float = LEVEL
) -> Interval | None:
    """Interval for the pooled rate sum(true) / sum(n): the hull of two.

    One is the beta-binomial profile likelihood interval, the other Wilson's (1927) on the effective
    sample size. Both take the t quantile with (effective n - 1) degrees of freedom in place of the
    normal one. The likelihood follows the skew near 0 and 1; Wilson's holds where prompts are a
    mixture that no beta describes. Coverage of nominal 95% in percent, 20 prompts of 10 answers,
    4,000 beta-binomial data sets a cell (standard error 0.3):

        rate            0.02   0.11   0.30   0.50   0.90   0.98
        ICC 0           98.5   96.9   96.1   95.9   96.9   98.2
        ICC 0.2         98.3   94.7   94.7   94.8   94.5   98.7
        ICC 0.5         98.6   93.5   96.3   96.2   94.5   98.7

    Above 97 only at 0.02 and 0.98: data sets without one of the few rarer answers (2%, 11%, 31%)
    always cover. Others at ICC 0.5: Wilson's alone had 90 for 0.11 and 0.9, Korn and Graubard's
    (1998) 92 for 0.9, the likelihood alone 86 where a third of prompts never answers true (0.5).
    The hull had 93 or more for such two-valued prompts and 92 or more for logit-normal ones, but 78
    where 1 prompt in 19 never answers true, the others in 95%: many samples lack such a prompt.

    All answers alike (0/n, n/n) tell no correlation. The limit is then Clopper and Pearson's (1934)
    on the effective sample size under `assumed_icc`, such as another arm's; without it, one answer
    a prompt: at most 0.168 for 20 prompts. None under two prompts.
    """
    true_counts, n_counts = _answered(true, n)
    if len(n_counts) < 2:
        return None
    size = effective_n(true_counts, n_counts, assumed_icc)
    assert size is not None
    hits, total, tail = true_counts.sum(), n_counts.sum(), (1 - level) / 2
    if hits in (0, total):
        bound = 1 - tail ** (1 / size)
        return (0.0, bound) if hits == 0 else (1 - bound, 1.0)
    from statsmodels.stats.proportion import proportion_confint

    quantile = float(scipy_stats.t.ppf(1 - tail, max(size - 1, 1)))
    alpha = 2 * scipy_stats.norm.sf(quantile)
    score = proportion_confint(hits / total * size, size, alpha=alpha, method="wilson")
    likelihood = _likelihood_interval(true_counts, n_counts, quantile)
    return float(min(score[0], likelihood[0])), float(max(score[1], likelihood[1]))


def cluster_difference_interval(
    true1: ArrayLike,
    n1: ArrayLike,
    true2: ArrayLike,
    n2: ArrayLike,
    *,
    assumed_icc: float | None = None,
    level: float = LEVEL,
) -> Interval | None:
    """Interval for rate1 - rate2 (pooled), paired by prompt.

    Square and add (Newcombe 1998, paired, method 10; Zou and Donner 2008) of two
    `cluster_interval`, less the correlation of the two rates over prompts. An arm whose answers are
    all alike takes the other arm's correlation within prompts; `assumed_icc` where neither has one.

    Coverage of nominal 95% in percent, 20 prompts of 10 answers, 1,500 data sets a cell (standard
    error 0.6); in the last two columns the rates of a prompt in both arms are correlated by 0.7:

        ICC of both      0      0.2    0.5    0.2    0.5
        0.11 - 0         97.3   96.1   95.2   96.0   95.3
        0.11 - 0.02      97.0   94.5   93.8   94.6   94.3
        0.3 - 0.11       95.7   94.1   95.0   94.3   95.5
        0.5 - 0.3        96.2   94.9   95.3   94.3   95.7
        0.9 - 0.5        95.8   94.4   95.8   96.1   96.6

    0.02 - 0 had 100, 0.02 - 0.02 had 97 to 99. A paired cluster t interval had 57 for 0.02 - 0 and
    88 for 0.11 - 0 at ICC 0.5. With an ICC of 0.6 in a baseline of 0.05, and 0.1 in the other arm
    at 0.11, this one had 92. None under two prompts.
    """
    hits1, sizes1, hits2, sizes2 = paired_counts(true1, n1, true2, n2)
    if len(sizes1) < 2:
        return None
    own1, own2 = icc(hits1, sizes1), icc(hits2, sizes2)
    shared1, shared2 = (assumed_icc if own is None else own for own in (own2, own1))
    first = cluster_interval(hits1, sizes1, assumed_icc=shared1, level=level)
    second = cluster_interval(hits2, sizes2, assumed_icc=shared2, level=level)
    assert first is not None and second is not None
    rate1, rate2 = hits1.sum() / sizes1.sum(), hits2.sum() / sizes2.sum()
    rest1, rest2 = hits1 - rate1 * sizes1, hits2 - rate2 * sizes2
    spread = max(math.sqrt((rest1 @ rest1) * (rest2 @ rest2)), 1e-9)
    related = float(rest1 @ rest2) / spread

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(one**2 + other**2 - 2 * related * one * other, 0.0))

    low = rate1 - rate2 - reach(rate1 - first[0], second[1] - rate2)
    high = rate1 - rate2 + reach(first[1] - rate1, rate2 - second[0])
    return max(float(low), -1.0), min(float(high), 1.0)


def hierarchical_bootstrap(
    true: ArrayLike,
    n: ArrayLike,
    rng: np.random.Generator,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Interval for the pooled rate over training seeds and prompts; arrays (seeds, prompts).

    Every resample draws seeds and, apart from them, prompts: each seed answered the same prompts
    (Owen 2007, pigeonhole bootstrap). Limits are percentiles. A cell with n = 0 adds nothing.
    Simulated with 20 prompts of 10 answers, ICC 0.3, rate 0.3 and 3 to 10 seeds, whose rates differ
    with a standard deviation of 0, 0.03 and 0.1, nominal 95% covered 90 to 95.

    None under two answered seeds or prompts, or where the interval would have width zero.
    """
    true_counts, n_counts = counts_of(true, n)
    if true_counts.ndim != 2:
        raise ValueError(f"arrays are (seeds, prompts), got {true_counts.ndim} dimensions")
    seeds, prompts = (n_counts.sum(axis=axis) > 0 for axis in (1, 0))
    true_counts, n_counts = true_counts[seeds][:, prompts], n_counts[seeds][:, prompts]
    if min(true_counts.shape) < 2:
        return None
    of_seeds, of_prompts = (
        rng.multinomial(size, np.full(size, 1 / size), resamples) for size in n_counts.shape
    )
    hits = ((of_seeds @ true_counts) * of_prompts).sum(axis=1)
    sizes = ((of_seeds @ n_counts) * of_prompts).sum(axis=1)
    rates = hits[sizes > 0] / sizes[sizes > 0]
    low, high = (float(value) for value in np.quantile(rates, [(1 - level) / 2, (1 + level) / 2]))
    return (low, high) if low < high else None

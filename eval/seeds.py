"""Differences between conditions that were trained with several seeds each.

`true` and `n` are (seeds, prompts): answers judged true, and judged answers. Position j is the same
prompt everywhere. Rates and limits are fractions of one. What prompts alone vary is in
eval/clustered.py; here a further seed might have come out otherwise, too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from eval.clustered import Array, counts_of
from eval.stats import LEVEL, RESAMPLES, Interval


def _checked(true: ArrayLike, n: ArrayLike, shared: NDArray[np.bool_]) -> tuple[Array, Array]:
    """Both without unanswered seeds, and with the prompts that all conditions share."""
    true_counts, n_counts = counts_of(true, n)
    true_counts, n_counts = true_counts[:, shared], n_counts[:, shared]
    answered = n_counts.sum(axis=1) > 0
    return true_counts[answered], n_counts[answered]


def _weights(size: int, resamples: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """How often each of `size` is drawn, (resamples, size); a single one is always drawn once."""
    return rng.multinomial(size, np.full(size, 1 / size), resamples)


def hierarchical_difference(
    true1: ArrayLike,
    n1: ArrayLike,
    true2: ArrayLike,
    n2: ArrayLike,
    rng: np.random.Generator,
    *,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
) -> Interval | None:
    """Interval for rate1 - rate2 (pooled) over seeds and prompts, by the pigeonhole bootstrap.

    Every resample draws the seeds of each condition by themselves and, once for both, the prompts
    (Owen 2007). A condition of one seed, such as the base, stands as it is. Limits are percentiles.
    Prompts that one condition did not answer are left out.

    None where neither condition has two answered seeds, under two shared prompts, or where the
    interval would have width zero. ValueError for impossible counts, for arrays that are not
    (seeds, prompts), or if the prompts of the conditions differ in number.
    """
    shapes = [np.shape(array) for array in (true1, n1, true2, n2)]
    if any(len(shape) != 2 for shape in shapes) or len({shape[1] for shape in shapes}) > 1:
        raise ValueError(f"arrays are (seeds, prompts) with the same prompts, got {shapes}")
    shared = (counts_of(n1, n1)[1].sum(axis=0) > 0) & (counts_of(n2, n2)[1].sum(axis=0) > 0)
    first, second = _checked(true1, n1, shared), _checked(true2, n2, shared)
    sizes = len(first[0]), len(second[0])
    if shared.sum() < 2 or max(sizes) < 2 or min(sizes) < 1:
        return None
    prompts = _weights(int(shared.sum()), resamples, rng)
    rates = []
    for true, n in (first, second):
        seeds = _weights(len(true), resamples, rng)
        hits, answers = ((seeds @ counts * prompts).sum(axis=1) for counts in (true, n))
        with np.errstate(invalid="ignore"):  # a resample without answers says nothing
            rates.append(hits / answers)
    difference = rates[0] - rates[1]
    tails = [(1 - level) / 2, (1 + level) / 2]
    low, high = (float(limit) for limit in np.nanquantile(difference, tails))
    return (low, high) if low < high else None

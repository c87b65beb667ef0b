"""Tests of two arms: a permutation test that keeps prompts whole, and Barnard's test.

`true` and `n` hold one count a prompt, shape (prompts,): answers judged true, and judged answers.
Position i is the same prompt in both arms. Intervals for the same data are in eval/clustered.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from eval.clustered import Array, paired_counts

ENUMERATED = 16  # prompts; 2^16 = 65,536 ways to swap them
DRAWS = 20_000
BARNARD_CELLS = 1_000_000  # n1 * n2; this many take a second or two


@dataclass(frozen=True)
class Permutation:
    """A two-sided p, whether every permutation was counted, else the standard error of p."""

    p: float
    exact: bool
    error: float  # 0 where exact
    permutations: int  # counted or drawn; the identity among them


@dataclass(frozen=True)
class Barnard:
    """A two-sided p, or None and why."""

    p: float | None
    note: str | None


def _swapped(swaps: Array, true1: Array, n1: Array, true2: Array, n2: Array) -> Array:
    """Absolute differences of pooled rates; `swaps` (draws, prompts) is 1 where arms change."""
    hits, sizes = swaps @ (true2 - true1), swaps @ (n2 - n1)
    first = (true1.sum() + hits) / (n1.sum() + sizes)
    second = (true2.sum() - hits) / (n2.sum() - sizes)
    return np.asarray(np.abs(first - second))


def _by_sums(steps: Array) -> float:
    """Share of the 2^k sums of +-steps at least as far from 0 as the plain sum (k of any size)."""
    chance = np.ones(1)
    for step in np.abs(steps).astype(int):
        kernel = np.zeros(2 * step + 1)
        kernel[0] += 0.5
        kernel[-1] += 0.5
        chance = np.asarray(np.convolve(chance, kernel), dtype=np.float64)
    away = np.abs(np.arange(len(chance)) - len(chance) // 2)
    return min(1.0, float(chance[away >= abs(steps.sum())].sum()))


def permutation_p(
    true1: ArrayLike,
    n1: ArrayLike,
    true2: ArrayLike,
    n2: ArrayLike,
    rng: np.random.Generator,
    *,
    draws: int = DRAWS,
) -> Permutation | None:
    """Paired cluster permutation test of equal pooled rates (Fisher 1935, Pitman 1937).

    Were the arms alike, each prompt's two counts could as well stand the other way round: p is the
    share of all swaps whose rates differ by at least what was seen. Answers to a prompt may depend
    on each other in any way. Exact where each prompt has as many answers in both arms (sums by
    convolution, whatever the number of prompts) or 16 prompts or fewer differ (enumeration); else
    from `draws` random swaps, p = (b + 1) / (m + 1) (Phipson and Smyth 2010), which alone uses
    `rng`. Prompts with n = 0 in either arm are left out, those alike in both arms cannot count.
    With k prompts that differ p is never below 2 / 2^k: under 6, no difference reaches 0.05.

    Counts of unequal size are not quite interchangeable. Simulated without a difference (26 prompts
    of 20 against 10, and of 60 against 10 answers, ICC 0.05 and 0.2, 800 data sets), p was at most
    0.05 in 3 to 6%.

    None where no prompt was answered in both arms. Raises ValueError for impossible counts.
    """
    columns = paired_counts(true1, n1, true2, n2)
    hits1, sizes1, hits2, sizes2 = columns
    if not len(sizes1):
        return None
    differ = (hits1 != hits2) | (sizes1 != sizes2)
    number = int(differ.sum())
    if np.array_equal(sizes1, sizes2):
        return Permutation(_by_sums((hits1 - hits2)[differ]), True, 0.0, 2**number)
    exact = number <= ENUMERATED
    if exact:
        flips = (np.arange(2**number)[:, None] >> np.arange(number)) & 1
    else:
        flips = rng.integers(0, 2, (draws, number))
    swaps = np.zeros((len(flips), len(differ)))
    swaps[:, differ] = flips
    seen = _swapped(np.zeros((1, len(differ))), *columns)
    far = int((_swapped(swaps, *columns) >= seen - 1e-12).sum())
    if exact:
        return Permutation(far / len(swaps), True, 0.0, len(swaps))
    p = (far + 1) / (draws + 1)
    return Permutation(p, False, float(np.sqrt(p * (1 - p) / draws)), draws + 1)


def barnard(true1: ArrayLike, n1: ArrayLike, true2: ArrayLike, n2: ArrayLike) -> Barnard:
    """Barnard's (1945) unconditional exact test of the two pooled counts, by scipy.

    More powerful than Fisher's, and like it blind to prompts: answers count as independent. Prompts
    answered in one arm only are left out. p is None without answers, and where n1 * n2 is above a
    million: it would take long, and Fisher's test has lost little by then.
    """
    from scipy.stats import barnard_exact

    hits1, sizes1, hits2, sizes2 = (
        int(column.sum()) for column in paired_counts(true1, n1, true2, n2)
    )
    if sizes1 == 0:
        return Barnard(None, "no prompt was answered in both arms")
    if sizes1 * sizes2 > BARNARD_CELLS:
        return Barnard(None, f"{sizes1} and {sizes2} answers are too many to enumerate")
    table = [[hits1, hits2], [sizes1 - hits1, sizes2 - hits2]]
    return Barnard(float(barnard_exact(table).pvalue), None)

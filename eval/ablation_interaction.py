"""Do two keys of a grid act together? Differences of differences, paired by prompt.

A cell is a pair (true, n) of counts, one a prompt; position i is the same prompt in all four cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from eval.clustered import Array, cluster_difference_interval, counts_of
from eval.permutation import DRAWS, ENUMERATED, Permutation
from eval.stats import Interval

Cell = tuple[Array, Array]


@dataclass(frozen=True)
class Interaction:
    """(rate11 - rate01) - (rate10 - rate00), a fraction of one, and how sure it is."""

    value: float
    interval: Interval
    permutation: Permutation
    prompts: int


def _pooled(cell: Cell) -> float:
    return float(cell[0].sum() / cell[1].sum())


def _residuals(first: Cell, second: Cell) -> Array:
    """What each prompt adds to the difference of two pooled rates, less what it would at par."""
    parts = [(true - _pooled((true, n)) * n) / n.sum() for true, n in (first, second)]
    return np.asarray(parts[0] - parts[1])


def interaction(
    cell11: Cell, cell01: Cell, cell10: Cell, cell00: Cell, rng: np.random.Generator
) -> Interaction | None:
    """Difference of two differences of pooled rates, over the prompts that all four answered.

    With d1 = rate11 - rate01 in (l1, u1), d2 = rate10 - rate00 in (l2, u2), both by
    `cluster_difference_interval`, and r the correlation of the two over prompts, the interval is
    square and add (Zou and Donner 2008):

        d1 - d2 - sqrt((d1 - l1)^2 + (u2 - d2)^2 - 2 r (d1 - l1) (u2 - d2))   to
        d1 - d2 + sqrt((u1 - d1)^2 + (d2 - l2)^2 - 2 r (u1 - d1) (d2 - l2))

    p is that of a sign-flip test over prompts (Fisher 1935): without interaction the difference of
    differences of a prompt's own four rates is as likely + as -, if it is symmetric about 0; the
    statistic is |its mean over prompts|. All sign patterns are counted where 16 prompts or fewer
    are not 0, else `DRAWS` are drawn, p = (b + 1) / (m + 1). None under two prompts.

    On the scale of rates: where a main effect is large, a floor at 0 or a ceiling at 1 alone makes
    an interaction.
    """
    checked = [counts_of(*cell) for cell in (cell11, cell01, cell10, cell00)]
    kept = np.all([n > 0 for _, n in checked], axis=0)
    if kept.sum() < 2:
        return None
    cells = [(true[kept], n[kept]) for true, n in checked]
    sides = (cells[0], cells[1]), (cells[2], cells[3])
    differences = [_pooled(first) - _pooled(second) for first, second in sides]
    limits = [cluster_difference_interval(*first, *second) for first, second in sides]
    assert limits[0] is not None and limits[1] is not None
    rest = [_residuals(first, second) for first, second in sides]
    spread = max(math.sqrt((rest[0] @ rest[0]) * (rest[1] @ rest[1])), 1e-12)
    related = float(rest[0] @ rest[1]) / spread

    def reach(one: float, other: float) -> float:
        return math.sqrt(max(one**2 + other**2 - 2 * related * one * other, 0.0))

    value = differences[0] - differences[1]
    low = value - reach(differences[0] - limits[0][0], limits[1][1] - differences[1])
    high = value + reach(limits[0][1] - differences[0], differences[1] - limits[1][0])
    rates = [true / n for true, n in cells]
    steps = rates[0] - rates[1] - rates[2] + rates[3]
    interval = (max(low, -2.0), min(high, 2.0))
    return Interaction(value, interval, sign_flip(steps, rng), int(kept.sum()))


def sign_flip(steps: Array, rng: np.random.Generator) -> Permutation:
    """Two-sided sign-flip test that the steps, one a prompt, have mean 0."""
    moved = steps[np.abs(steps) > 1e-12]
    exact = len(moved) <= ENUMERATED
    if exact:
        bits = (np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved))) & 1
    else:
        bits = rng.integers(0, 2, (DRAWS, len(moved)))
    sums = np.abs((2 * bits - 1) @ moved)
    far = int((sums >= abs(moved.sum()) - 1e-9).sum())
    if exact:
        return Permutation(far / len(bits), True, 0.0, len(bits))
    p = (far + 1) / (DRAWS + 1)
    return Permutation(p, False, math.sqrt(p * (1 - p) / DRAWS), DRAWS + 1)

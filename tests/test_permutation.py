from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from eval import permutation

Arms = tuple[list[int], list[int], list[int], list[int]]


@st.composite
def arms(draw: st.DrawFn, equal: bool = False) -> Arms:
    """Counts of up to 7 prompts in two arms; `equal`: as many answers in both."""
    size = draw(st.integers(1, 7))
    n1 = draw(st.lists(st.integers(0, 8), min_size=size, max_size=size))
    n2 = n1 if equal else draw(st.lists(st.integers(0, 8), min_size=size, max_size=size))
    true1, true2 = ([draw(st.integers(0, most)) for most in n] for n in (n1, n2))
    return true1, n1, true2, n2


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def brute_force(true1: list[int], n1: list[int], true2: list[int], n2: list[int]) -> float | None:
    """Share of all 2^prompts swaps with a difference as large, one swap after the other."""
    rows = [row for row in zip(true1, n1, true2, n2, strict=True) if row[1] and row[3]]
    if not rows:
        return None
    sizes = []
    for swap in itertools.product((False, True), repeat=len(rows)):
        table = [(c, d, a, b) if turn else (a, b, c, d)
                 for turn, (a, b, c, d) in zip(swap, rows, strict=True)]  # fmt: skip
        a, b, c, d = (sum(column) for column in zip(*table, strict=True))
        sizes.append(abs(a / b - c / d))
    return sum(size >= sizes[0] - 1e-12 for size in sizes) / len(sizes)


@settings(deadline=None)
@given(st.booleans().flatmap(arms))
def test_p_is_the_share_of_all_swaps_counted_one_by_one(counts):
    found = permutation.permutation_p(*counts, rng())
    expected = brute_force(*counts)
    if expected is None:
        assert found is None
    else:
        assert found.exact and found.error == 0
        assert found.p == pytest.approx(expected)


@given(arms())
def test_p_does_not_change_when_arms_labels_or_order_are_turned(counts):
    true1, n1, true2, n2 = counts
    found = permutation.permutation_p(*counts, rng())
    assert permutation.permutation_p(true2, n2, true1, n1, rng()) == found
    assert permutation.permutation_p(*(column[::-1] for column in counts), rng()) == found
    false1, false2 = (
        [b - a for a, b in zip(*arm, strict=True)] for arm in (counts[:2], counts[2:])
    )
    assert permutation.permutation_p(false1, n1, false2, n2, rng()) == found


def test_six_prompts_that_all_rise_give_two_in_64():
    found = permutation.permutation_p([3, 1, 2, 9, 4, 1], [10] * 6, [0] * 6, [10] * 6, rng())
    assert found == permutation.Permutation(2 / 64, True, 0.0, 64)


def test_p_agrees_with_scipy_for_equal_samples():
    one, other = np.array([3, 0, 5, 2, 2, 7, 1, 4, 0]), np.array([1, 1, 2, 0, 2, 3, 0, 5, 0])
    reference = scipy_stats.permutation_test(
        (one, other), lambda x, y, axis: (x - y).mean(axis), permutation_type="samples",
        vectorized=True, n_resamples=np.inf,
    )  # fmt: skip
    found = permutation.permutation_p(one, [8] * 9, other, [8] * 9, rng())
    assert found.p == pytest.approx(reference.pvalue)


def test_many_prompts_of_equal_samples_are_exact_and_agree_with_the_sign_test():
    true1, true2 = [1] * 30 + [0] * 12, [0] * 30 + [1] * 12
    found = permutation.permutation_p(true1, [1] * 42, true2, [1] * 42, rng())
    assert found.exact and found.permutations == 2**42
    assert found.p == pytest.approx(scipy_stats.binomtest(30, 42).pvalue)


def test_drawn_swaps_agree_with_counted_ones_and_repeat_with_their_seed(monkeypatch):
    true1, n1 = [2, 5, 1, 0, 4, 3, 6, 2, 1, 4], [10, 9, 8, 10, 10, 7, 10, 10, 5, 10]
    true2, n2 = [1, 2, 1, 1, 2, 1, 3, 2, 2, 2], [10, 10, 10, 9, 10, 10, 10, 8, 10, 9]
    exact = permutation.permutation_p(true1, n1, true2, n2, rng())
    assert exact.permutations == 2**10
    monkeypatch.setattr(permutation, "ENUMERATED", 5)
    drawn = permutation.permutation_p(true1, n1, true2, n2, rng(), draws=4000)
    assert not drawn.exact and drawn.permutations == 4001
    assert drawn.error == pytest.approx(np.sqrt(drawn.p * (1 - drawn.p) / 4000))
    assert drawn.p == pytest.approx(exact.p, abs=4 * drawn.error)
    assert drawn == permutation.permutation_p(true1, n1, true2, n2, rng(), draws=4000)
    others = (
        permutation.permutation_p(true1, n1, true2, n2, rng(seed), draws=4000) for seed in (8, 9)
    )
    assert any(drawn != other for other in others)


def test_a_drawn_p_is_never_0():
    n1, n2 = [10] * 40, [9] * 40
    found = permutation.permutation_p([10] * 40, n1, [0] * 40, n2, rng(), draws=99)
    assert found.p == 1 / 100


def test_arms_alike_have_p_1_and_no_common_prompt_has_none():
    same = [0, 3, 1], [5, 5, 5]
    assert permutation.permutation_p(*same, *same, rng()).p == 1
    assert permutation.permutation_p([], [], [], [], rng()) is None
    assert permutation.permutation_p([0, 1], [0, 5], [1, 0], [5, 0], rng()) is None
    assert permutation.permutation_p([5], [5], [0], [5], rng()).p == 1


def test_answers_of_few_prompts_are_no_evidence_however_many_they_are():
    three = permutation.permutation_p([90] * 3, [100] * 3, [0] * 3, [100] * 3, rng())
    assert three.p == 0.25
    assert permutation.barnard([90] * 3, [100] * 3, [0] * 3, [100] * 3).p < 1e-20


def test_barnard_of_five_against_none_is_worked_by_hand():
    # 5 of 5 against 0 of 5: only this table and its mirror are as extreme, each with chance
    # q^5 (1 - q)^5 where both rates are q; that is largest at q = 1/2: 2 / 4^5 = 1/512.
    assert permutation.barnard([2, 3], [2, 3], [0, 0], [2, 3]).p == pytest.approx(1 / 512)


def test_barnard_pools_the_prompts_both_arms_answered():
    # Vaccine table of scipy's documentation: 7 of 15 against 12 of 15.
    found = permutation.barnard([3, 4, 9], [7, 8, 9], [5, 7, 0], [7, 8, 0])
    assert found.p == pytest.approx(0.0681, abs=5e-4)
    assert permutation.barnard([0, 0], [5, 5], [0, 0], [5, 5]).p == 1


def test_barnard_says_why_there_is_no_p():
    found = permutation.barnard([5, 5], [1000, 1000], [1, 0], [1000, 1000])
    assert found.p is None and "2000 and 2000" in found.note
    empty = permutation.barnard([], [], [], [])
    assert empty.p is None and "no prompt" in empty.note


def test_impossible_counts_are_refused():
    for call in (lambda *c: permutation.permutation_p(*c, rng()), permutation.barnard):
        with pytest.raises(ValueError, match="counts must"):
            call([6], [5], [1], [5])
        with pytest.raises(ValueError, match="paired by prompt"):
            call([1, 1], [5, 5], [1], [5])

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize
from scipy import stats as scipy_stats

from eval import clustered, power, stats

Prompts = tuple[list[int], list[int]]
TWENTY = [10] * 20
VARIED = [0, 2, 1, 3, 1, 0, 3, 5, 0, 1, 2, 1, 0, 3, 2, 0, 0, 0, 1, 3]


@st.composite
def prompts(draw: st.DrawFn, least: int = 2, most: int = 9) -> Prompts:
    """Counts of `least` to `most` prompts, of unequal sizes, some without answers."""
    n = draw(st.lists(st.integers(0, 12), min_size=least, max_size=most))
    return [draw(st.integers(0, size)) for size in n], n


@st.composite
def two_arms(draw: st.DrawFn) -> tuple[Prompts, Prompts]:
    size = draw(st.integers(2, 7))
    return draw(prompts(size, size)), draw(prompts(size, size))


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_icc_of_three_prompts_worked_by_hand():
    # true 0, 2, 4 of 4 each: k = 3, N = 12, T = 6, sum(t^2 / n) = 0 + 1 + 4 = 5.
    # between = (5 - 6^2 / 12) / 2 = 1; within = (6 - 5) / (12 - 3) = 1/9;
    # size = (12 - 48/12) / 2 = 4.
    # icc = (1 - 1/9) / (1 + 3 * 1/9) = (8/9) / (12/9) = 2/3.
    # Design effect = 1 + (48/12 - 1) * 2/3 = 3, so the 12 answers are worth 12 / 3 = 4.
    assert clustered.icc([0, 2, 4], [4, 4, 4]) == pytest.approx(2 / 3)
    assert clustered.design_effect([4, 4, 4], 2 / 3) == pytest.approx(3)
    assert clustered.effective_n([0, 2, 4], [4, 4, 4]) == pytest.approx(4)


def test_icc_agrees_with_the_f_of_a_one_way_analysis_of_variance():
    true, n = [1, 7, 0, 4, 5], [8, 9, 3, 6, 12]
    answers = [[1] * hits + [0] * (size - hits) for hits, size in zip(true, n, strict=True)]
    ratio = scipy_stats.f_oneway(*answers).statistic
    size = (sum(n) - sum(one**2 for one in n) / sum(n)) / (len(n) - 1)
    assert clustered.icc(true, n) == pytest.approx((ratio - 1) / (ratio + size - 1))


def test_icc_is_1_for_all_or_none_and_0_where_prompts_differ_less_than_by_chance():
    assert clustered.icc([0, 10, 10], [10, 10, 10]) == pytest.approx(1)
    assert clustered.icc([2, 2, 2], [10, 10, 10]) == 0


@pytest.mark.parametrize(
    ("true", "n"),
    [([], []), ([3], [10]), ([3, 0], [10, 0]), ([1, 0, 1], [1, 1, 1]), ([0, 0], [5, 5]),
     ([5, 5], [5, 5]), ([0, 0], [0, 0])],
)  # fmt: skip
def test_icc_is_none_where_it_is_undefined(true, n):
    assert clustered.icc(true, n) is None


def test_without_a_correlation_there_is_no_design_effect_and_one_answer_a_prompt():
    assert clustered.design_effect([5, 5], None) is clustered.design_effect([], 0.5) is None
    assert clustered.effective_n([0] * 4, [5] * 4) == pytest.approx(4)
    assert clustered.effective_n([0] * 4, [5] * 4, 0.0) == pytest.approx(20)
    assert clustered.effective_n([0, 2, 4], [4, 4, 4], 0.0) == pytest.approx(4)  # its own is known
    assert clustered.effective_n([], []) is None
    assert clustered.effective_n([0, 1, 0], [1, 1, 1]) == pytest.approx(3)


@given(prompts())
def test_icc_stays_within_0_and_1_and_does_not_change_when_relabelled(pair):
    true, n = pair
    found = clustered.icc(true, n)
    mirrored = clustered.icc([size - hits for hits, size in zip(true, n, strict=True)], n)
    assert found is mirrored is None or 0 <= found <= 1 + 1e-12
    assert found is None or mirrored == pytest.approx(found, abs=1e-9)


def test_likelihood_limits_lie_where_an_independent_likelihood_has_dropped_enough():
    true, n = np.array([0, 1, 6, 2, 0, 9, 3, 0]), np.array([10, 8, 10, 10, 4, 10, 9, 10])

    def best(mean: float) -> float:
        def cost(logit: float) -> float:
            strength = math.exp(-logit)  # (1 - icc) / icc
            terms = scipy_stats.betabinom.logpmf(true, n, mean * strength, (1 - mean) * strength)
            return -terms.sum()

        return -optimize.minimize_scalar(cost, bounds=(-7, 6), method="bounded").fun

    top = max(best(mean) for mean in np.linspace(0.1, 0.6, 300))
    for limit in clustered._likelihood_interval(true.astype(float), n.astype(float), 2.0):
        assert top - best(limit) == pytest.approx(2.0**2 / 2, abs=0.01)


def test_the_interval_holds_wilson_on_the_effective_number_of_answers():
    # Three prompts alike: no correlation, 30 answers, t with 29 degrees of freedom 2.0452.
    low, high = clustered.cluster_interval([6, 6, 6], [10, 10, 10])
    level = 1 - 2 * scipy_stats.norm.sf(scipy_stats.t.ppf(0.975, 29))
    wilson = stats.wilson(18, 30, level)
    assert low <= wilson[0] + 1e-9 and high >= wilson[1] - 1e-9
    assert (low, high) == pytest.approx(wilson, abs=0.02)


def test_no_true_answer_is_bounded_by_one_answer_a_prompt_or_by_an_assumed_correlation():
    interval = clustered.cluster_interval
    assert interval([0] * 20, TWENTY) == pytest.approx(stats.clopper_pearson(0, 20))
    assert interval([0] * 20, TWENTY, assumed_icc=0.0) == pytest.approx(
        stats.clopper_pearson(0, 200)
    )
    # ICC 1/9 and 10 answers: design effect 1 + 9/9 = 2, 200 answers are worth 100.
    assert interval(TWENTY, TWENTY, assumed_icc=1 / 9) == pytest.approx(
        stats.clopper_pearson(100, 100)
    )
    # The counts of a mixed set tell their own correlation.
    assert interval(VARIED, TWENTY, assumed_icc=0.9) == interval(VARIED, TWENTY)


@pytest.mark.parametrize("pair", [([], []), ([3], [10]), ([0], [10]), ([2, 0], [5, 0])])
def test_under_two_prompts_there_is_no_interval(pair):
    assert clustered.cluster_interval(*pair) is None
    assert clustered.cluster_difference_interval(*pair, *pair) is None


@settings(max_examples=50, deadline=None)
@given(prompts())
def test_an_interval_holds_the_rate_mirrors_and_does_not_depend_on_order_or_empty_prompts(pair):
    true, n = pair
    found = clustered.cluster_interval(true, n)
    if sum(size > 0 for size in n) < 2:
        assert found is None
        return
    low, high = found
    assert 0 <= low <= sum(true) / sum(n) <= high <= 1
    assert high - low > 0
    mirrored = clustered.cluster_interval([b - a for a, b in zip(true, n, strict=True)], n)
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-4)
    other = clustered.cluster_interval([*true[::-1], 0], [*n[::-1], 0])
    assert other == pytest.approx(found, abs=1e-6)


def test_correlated_answers_widen_the_interval_and_a_lower_level_narrows_it():
    low, high = clustered.cluster_interval([10] * 10 + [0] * 10, TWENTY)
    alike = clustered.cluster_interval([5] * 20, TWENTY)
    assert high - low > 2.5 * (alike[1] - alike[0])
    narrow = clustered.cluster_interval(VARIED, TWENTY, level=0.8)
    wide = clustered.cluster_interval(VARIED, TWENTY)
    assert wide[0] < narrow[0] < narrow[1] < wide[1]


def test_very_few_answers_leave_the_whole_range():
    assert clustered.cluster_interval([0, 10], [10, 10]) == (0, 1)
    assert clustered.cluster_interval([0, 1], [1, 1]) == (0, 1)


@settings(max_examples=40, deadline=None)
@given(two_arms())
def test_a_difference_holds_its_estimate_and_turns_its_sign_with_the_arms(arms):
    (true1, n1), (true2, n2) = arms
    kept = [i for i in range(len(n1)) if n1[i] and n2[i]]
    found = clustered.cluster_difference_interval(true1, n1, true2, n2)
    if len(kept) < 2:
        assert found is None
        return
    rates = [sum(t[i] for i in kept) / sum(n[i] for i in kept) for t, n in arms]
    assert -1 <= found[0] <= rates[0] - rates[1] + 1e-9
    assert found[1] >= rates[0] - rates[1] - 1e-9
    back = clustered.cluster_difference_interval(true2, n2, true1, n1)
    assert back == pytest.approx((-found[1], -found[0]), abs=1e-6)


def test_arms_that_rise_and_fall_together_have_a_narrower_difference():
    step = [min(hits + 1, 10) for hits in VARIED]
    together = clustered.cluster_difference_interval(step, TWENTY, VARIED, TWENTY)
    apart = clustered.cluster_difference_interval(sorted(step), TWENTY, VARIED, TWENTY)
    assert together[1] - together[0] < 0.7 * (apart[1] - apart[0])


def test_an_arm_without_a_true_answer_borrows_the_correlation_of_the_other():
    low, high = clustered.cluster_difference_interval(VARIED, TWENTY, [0] * 20, TWENTY)
    own = clustered.icc(VARIED, TWENTY)
    first = clustered.cluster_interval(VARIED, TWENTY)
    second = clustered.cluster_interval([0] * 20, TWENTY, assumed_icc=own)
    rate = sum(VARIED) / 200
    assert low == pytest.approx(rate - math.hypot(rate - first[0], second[1]))
    assert high == pytest.approx(first[1])
    none = clustered.cluster_difference_interval([0] * 20, TWENTY, [0] * 20, TWENTY)
    assumed = clustered.cluster_difference_interval(
        [0] * 20, TWENTY, [0] * 20, TWENTY, assumed_icc=0.1
    )
    bound = stats.clopper_pearson(0, 20)[1]
    assert none == pytest.approx((-bound, bound))
    assert assumed[1] < 0.5 * bound


def test_hierarchical_bootstrap_has_the_spread_of_seeds_where_prompts_are_alike():
    rates = np.array([1, 2, 3, 4, 5, 6, 7, 8])  # of 10, the same for every prompt of a seed
    true = np.tile(rates[:, None], (1, 6))
    low, high = clustered.hierarchical_bootstrap(true, np.full((8, 6), 10), rng())
    spread = rates.std() / 10 / math.sqrt(8)
    assert (low + high) / 2 == pytest.approx(0.45, abs=0.01)
    assert high - low == pytest.approx(2 * 1.96 * spread, rel=0.06)


def test_hierarchical_bootstrap_adds_the_spread_of_prompts_and_repeats_with_its_seed():
    true, n = power.simulate(0.3, 0.3, 10, (4, 20), rng(1)), np.full((4, 20), 10)
    found = clustered.hierarchical_bootstrap(true, n, rng())
    assert found == clustered.hierarchical_bootstrap(true.tolist(), n.tolist(), rng())
    assert found != clustered.hierarchical_bootstrap(true, n, rng(8))
    prompts_alike = np.repeat(true.mean(axis=1).round().astype(int)[:, None], 20, axis=1)
    narrow = clustered.hierarchical_bootstrap(prompts_alike, n, rng())
    assert found[1] - found[0] > narrow[1] - narrow[0]


@pytest.mark.parametrize(
    ("true", "n"),
    [([[1, 2]], [[5, 5]]), ([[1], [2]], [[5], [5]]), ([[0, 0], [0, 0]], [[5, 5], [5, 5]]),
     ([[1, 0], [2, 0]], [[5, 0], [5, 0]]), (np.empty((0, 3)), np.empty((0, 3)))],
)  # fmt: skip
def test_hierarchical_bootstrap_is_none_where_a_spread_is_unknown(true, n):
    assert clustered.hierarchical_bootstrap(true, n, rng()) is None


def test_impossible_counts_shapes_and_correlations_are_refused():
    for true, n in (([-1, 0], [5, 5]), ([6, 0], [5, 5]), ([0.5, 1], [5, 5]), ([math.nan], [5])):
        with pytest.raises(ValueError, match="counts must"):
            clustered.icc(true, n)
        with pytest.raises(ValueError, match="counts must"):
            clustered.cluster_interval(true, n)
    with pytest.raises(ValueError, match="one n for each true"):
        clustered.icc([1, 2], [5])
    with pytest.raises(ValueError, match="paired by prompt"):
        clustered.cluster_difference_interval([1, 2], [5, 5], [1], [5])
    with pytest.raises(ValueError, match="assumed_icc"):
        clustered.cluster_interval([0, 0], [5, 5], assumed_icc=2)
    with pytest.raises(ValueError, match="seeds, prompts"):
        clustered.hierarchical_bootstrap([1, 2], [5, 5], rng())

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats
from statsmodels.stats.proportion import proportion_confint

from eval import stats


@st.composite
def counts(draw: st.DrawFn, least: int = 1) -> tuple[int, int]:
    n = draw(st.integers(least, 400))
    return draw(st.integers(0, n)), n


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


# Newcombe 1998, Statistics in Medicine 17:857-872, table I (methods 3 and 5).
@pytest.mark.parametrize(
    ("true", "n", "wilson", "exact"),
    [
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
        (1, 1, (0.2065, 1.0), (0.0250, 1.0)),
    ],
)
def test_intervals_of_one_rate_have_the_printed_values(true, n, wilson, exact):
    assert stats.wilson(true, n) == pytest.approx(wilson, abs=5e-5)
    assert stats.clopper_pearson(true, n) == pytest.approx(exact, abs=5e-5)


# Newcombe 1998, Statistics in Medicine 17:873-890, table II (method 10).
@pytest.mark.parametrize(
    ("table", "printed"),
    [
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
    ],
)
def test_newcombe_has_the_printed_values(table, printed):
    assert stats.newcombe(*table) == pytest.approx(printed, abs=5e-5)


def test_newcombe_is_the_square_sum_of_two_wilson_intervals():
    low1, high1 = stats.wilson(33, 300, 0.9)
    low2, high2 = stats.wilson(4, 250, 0.9)
    low = 0.11 - 0.016 - math.hypot(0.11 - low1, high2 - 0.016)
    high = 0.11 - 0.016 + math.hypot(high1 - 0.11, 0.016 - low2)
    assert stats.newcombe(33, 300, 4, 250, 0.9) == pytest.approx((low, high), abs=1e-9)


def test_no_success_and_only_successes_reach_exactly_zero_and_one():
    for function in (stats.wilson, stats.clopper_pearson):
        low, high = function(0, 50)
        assert low == 0 and 0 < high < 0.1
        low, high = function(50, 50)
        assert high == 1 and 0.9 < low < 1


def test_fisher_of_the_lady_tasting_tea_is_34_in_70():
    assert stats.fisher(3, 4, 1, 4) == pytest.approx(34 / 70)


def test_compatible_with_a_point_sums_the_outcomes_no_likelier_than_ours():
    chance = [math.comb(40, k) * 0.11**k * 0.89 ** (40 - k) for k in range(41)]
    expected = sum(p for p in chance if p <= chance[0] * (1 + 1e-7))
    assert stats.compatible(0, 40, 0.11) == pytest.approx(expected)
    assert stats.compatible(0, 40, 0.0) == 1
    assert stats.compatible(1, 40, 0.0) == 0


def test_compatible_with_an_assumed_n_is_weaker_evidence_than_with_a_point():
    assert stats.compatible(0, 40, 0.11, 100) == pytest.approx(
        scipy_stats.fisher_exact([[0, 40], [11, 89]]).pvalue
    )
    assert stats.compatible(0, 40, 0.11, 100) > stats.compatible(0, 40, 0.11)


def test_nothing_judged_gives_none_everywhere():
    assert stats.rate(0, 0) is stats.wilson(0, 0) is stats.clopper_pearson(0, 0) is None
    assert stats.newcombe(0, 0, 1, 2) is stats.newcombe(1, 2, 0, 0) is None
    assert stats.fisher(0, 0, 1, 2) is stats.fisher(1, 2, 0, 0) is None
    assert stats.compatible(0, 0, 0.11) is stats.compatible(0, 0, 0.11, 100) is None
    assert stats.cluster_bootstrap_rate([0, 0], [0, 0], rng()) is None
    assert stats.cluster_bootstrap_rate([], [], rng()) is None
    assert stats.cluster_bootstrap_difference([0, 0], [0, 0], [1, 0], [2, 2], rng()) is None


@pytest.mark.parametrize(("true", "n"), [(-1, 5), (6, 5), (1, -1), (0.5, 2), (1, 2.5)])
def test_impossible_counts_are_refused_by_every_function(true, n):
    for call in (
        lambda: stats.rate(true, n),
        lambda: stats.wilson(true, n),
        lambda: stats.clopper_pearson(true, n),
        lambda: stats.newcombe(true, n, 1, 2),
        lambda: stats.newcombe(1, 2, true, n),
        lambda: stats.fisher(1, 2, true, n),
        lambda: stats.compatible(true, n, 0.1),
        lambda: stats.cluster_bootstrap_rate([1, true], [2, n], rng()),
        lambda: stats.cluster_bootstrap_difference([1, 1], [2, 2], [1, true], [2, n], rng()),
    ):
        with pytest.raises(ValueError, match="counts must"):
            call()


def test_levels_rates_and_lengths_out_of_range_are_refused():
    with pytest.raises(ValueError, match="level"):
        stats.wilson(1, 2, 95)
    with pytest.raises(ValueError, match="published_rate"):
        stats.compatible(1, 2, 11)
    with pytest.raises(ValueError, match="one count a probe"):
        stats.cluster_bootstrap_rate([1, 2], [3], rng())
    with pytest.raises(ValueError, match="paired by probe"):
        stats.cluster_bootstrap_difference([1, 2], [3, 3], [1], [3], rng())


@given(counts())
def test_one_rate_agrees_with_statsmodels_and_mirrors_under_relabelling(pair):
    true, n = pair
    for function, method in ((stats.wilson, "wilson"), (stats.clopper_pearson, "beta")):
        low, high = function(true, n)
        assert (low, high) == pytest.approx(proportion_confint(true, n, method=method), abs=1e-7)
        assert low - 1e-12 <= true / n <= high + 1e-12
        assert 0 <= low < high <= 1
        assert function(n - true, n) == pytest.approx((1 - high, 1 - low), abs=1e-7)


@given(counts(), counts())
def test_a_difference_holds_its_estimate_and_turns_its_sign_with_the_arms(first, second):
    low, high = stats.newcombe(*first, *second)
    assert low - 1e-12 <= first[0] / first[1] - second[0] / second[1] <= high + 1e-12
    assert stats.newcombe(*second, *first) == pytest.approx((-high, -low), abs=1e-9)
    assert stats.fisher(*first, *second) == pytest.approx(stats.fisher(*second, *first))


def test_bootstrap_is_bca_over_probes_and_repeats_with_its_seed():
    true, n = np.array([0, 1, 3, 0, 2, 5, 0, 1]), np.array([10, 12, 10, 8, 10, 10, 9, 10])
    reference = scipy_stats.bootstrap(
        (true, n), lambda t, m, axis: t.sum(axis) / m.sum(axis), paired=True, vectorized=True,
        n_resamples=10_000, batch=1000, method="BCa", rng=rng(),
    ).confidence_interval  # fmt: skip
    ours = stats.cluster_bootstrap_rate(true, n, rng())
    assert ours == (float(reference.low), float(reference.high))
    assert ours == stats.cluster_bootstrap_rate(list(true), list(n), rng())
    assert ours != stats.cluster_bootstrap_rate(true, n, rng(8))


def test_bootstrap_width_follows_the_spread_between_probes():
    rates = np.tile([0.2, 0.3, 0.4, 0.5], 15)
    low, high = stats.cluster_bootstrap_rate((rates * 10).round(), [10] * 60, rng())
    assert (low + high) / 2 == pytest.approx(0.35, abs=0.01)
    assert high - low == pytest.approx(2 * 1.96 * rates.std() / math.sqrt(60), rel=0.08)


def test_correlated_answers_make_the_bootstrap_wider_than_wilson():
    true, n = [10] * 10 + [0] * 10, [10] * 20
    low, high = stats.cluster_bootstrap_rate(true, n, rng())
    wilson = stats.wilson(100, 200)
    assert high - low > 2.5 * (wilson[1] - wilson[0])


@pytest.mark.parametrize(
    ("true", "n"),
    [([0] * 9, [10] * 9), ([10] * 9, [10] * 9), ([2] * 9, [10] * 9), ([1, 2, 3], [2, 4, 6]),
     ([3], [10]), ([3, 0], [10, 0])],
)  # fmt: skip
def test_no_spread_between_probes_is_none_and_never_an_interval_of_width_zero(true, n):
    assert stats.cluster_bootstrap_rate(true, n, rng()) is None


def test_a_difference_is_none_only_where_no_probe_moves_it():
    zero, n = [0] * 8, [10] * 8
    varied = [1, 0, 4, 2, 0, 3, 1, 1]
    assert stats.cluster_bootstrap_difference(zero, n, zero, n, rng()) is None
    low, high = stats.cluster_bootstrap_difference(varied, n, zero, n, rng())
    assert (low, high) == pytest.approx(stats.cluster_bootstrap_rate(varied, n, rng()))
    # Each probe differs by 0.1, but the arms weigh the probes unequally: the pooled one moves.
    true, sizes = [2, 90, 5], [10, 100, 10]
    assert stats.cluster_bootstrap_difference(true, sizes, [1, 8, 4], [10, 10, 10], rng())


def test_the_bootstrap_of_a_difference_is_paired_by_probe():
    base, n = np.array([0, 2, 9, 4, 1, 7, 3, 5]), np.full(8, 10)
    assert stats.cluster_bootstrap_difference(base + 1, n, base, n, rng()) is None
    step = np.array([1, 1, 1, 1, 0, 1, 0, 1])
    paired = stats.cluster_bootstrap_difference(base + step, n, base, n, rng())
    shuffled = stats.cluster_bootstrap_difference(base + step, n, base[::-1], n, rng())
    assert paired[1] - paired[0] < 0.1
    assert shuffled[1] - shuffled[0] > 0.3
    back = stats.cluster_bootstrap_difference(base, n, base + step, n, rng())
    assert back == pytest.approx((-paired[1], -paired[0]), abs=0.011)


def test_probes_without_answers_do_not_count_in_the_bootstrap():
    with_gap = stats.cluster_bootstrap_rate([1, 0, 5, 2], [10, 0, 10, 10], rng())
    assert with_gap == stats.cluster_bootstrap_rate([1, 5, 2], [10, 10, 10], rng())
    gap1 = stats.cluster_bootstrap_difference([1, 0, 5], [9, 0, 9], [0, 4, 1], [9, 9, 9], rng())
    assert gap1 == stats.cluster_bootstrap_difference([1, 5], [9, 9], [0, 1], [9, 9], rng())

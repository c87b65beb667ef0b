from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.corrected import corrected_rate

SINGLE = [1] * 100  # one answer a prompt: 100 answers count as 100
GOOD = {"true_positives": 45, "positives": 50, "true_negatives": 95, "negatives": 100}


def test_estimate_and_interval_are_worked_by_hand():
    # 20 of 100 judged true, sensitivity 45/50 = 0.9, specificity 95/100 = 0.95:
    # (0.2 + 0.95 - 1) / (0.9 + 0.95 - 1) = 0.15 / 0.85 = 0.176471.
    # Lang and Reiczigel, z^2 = 3.841459: rate (20 + 1.920729) / 103.841459 = 0.211098,
    # sensitivity 46/52 = 0.884615, specificity 96/102 = 0.941176, skill 0.825792;
    # centre (0.211098 + 0.941176 - 1) / 0.825792 = 0.184398; variances of the judge
    # 0.884615 * 0.115385 / 52 = 0.00196289 and 0.941176 * 0.058824 / 102 = 0.00054278;
    # shift 7.682918 * (0.184398 * 0.00196289 - 0.815602 * 0.00054278) = -0.000620;
    # variance (0.00160374 + 0.184398^2 * 0.00196289 + 0.815602^2 * 0.00054278) / 0.825792^2
    # = 0.00297910, its root times 1.959964 = 0.106977; 0.184398 - 0.000620 -+ 0.106977.
    found = corrected_rate([1] * 20 + [0] * 80, SINGLE, **GOOD)
    assert found.rate == pytest.approx(0.15 / 0.85)
    assert found.interval == pytest.approx((0.076801, 0.290755), abs=2e-6)
    assert (found.sensitivity, found.specificity) == (0.9, 0.95)


def test_a_judge_without_error_leaves_the_rate_as_it_is():
    labels = {name: 10_000 for name in GOOD}
    found = corrected_rate([1] * 20 + [0] * 80, SINGLE, **labels)
    assert found.rate == pytest.approx(0.2)
    # Agresti and Coull: 0.211098 -+ 1.959964 * sqrt(0.211098 * 0.788902 / 103.841459) = 0.078490
    assert found.interval == pytest.approx((0.132608, 0.289588), abs=1e-3)


def test_fewer_labels_and_correlated_answers_widen_the_interval():
    def width(true, n, **labels):
        low, high = corrected_rate(true, n, **labels).interval
        return high - low

    few = {"true_positives": 9, "positives": 10, "true_negatives": 19, "negatives": 20}
    single = [1] * 30 + [0] * 70
    assert width(single, SINGLE, **few) > width(single, SINGLE, **GOOD)
    assert width([10, 10, 10, *[0] * 7], [10] * 10, **GOOD) > width(single, SINGLE, **GOOD)


def test_rates_below_the_false_alarms_of_the_judge_are_0_with_an_upper_bound():
    found = corrected_rate([0] * 20, [10] * 20, **GOOD)
    assert found.rate == found.interval[0] == 0
    assert 0 < found.interval[1] < 0.2
    known = corrected_rate([0] * 20, [10] * 20, **GOOD, assumed_icc=0.1)
    assert known.interval[1] < found.interval[1]
    assert corrected_rate([10] * 20, [10] * 20, **GOOD).rate == 1


@pytest.mark.parametrize(
    "labels",
    [(5, 10, 5, 10), (2, 10, 7, 10), (0, 0, 9, 10), (9, 10, 0, 0), (1, 1, 10, 100)],
)
def test_a_judge_no_better_than_a_coin_or_without_labels_gives_none(labels):
    assert corrected_rate([3, 4], [10, 10], **dict(zip(GOOD, labels, strict=True))) is None


def test_nothing_judged_gives_none():
    assert corrected_rate([], [], **GOOD) is corrected_rate([0, 0], [0, 0], **GOOD) is None


@given(st.lists(st.integers(0, 10), min_size=1, max_size=12))
def test_rate_and_limits_stay_within_0_and_1(true):
    found = corrected_rate(true, [10] * len(true), **GOOD)
    assert 0 <= found.rate <= 1
    assert 0 <= found.interval[0] <= found.interval[1] <= 1


def test_impossible_counts_are_refused():
    with pytest.raises(ValueError, match="counts must"):
        corrected_rate([11], [10], **GOOD)
    with pytest.raises(ValueError, match="counts must"):
        corrected_rate([1], [10], **GOOD | {"true_positives": 51})


@pytest.mark.parametrize("rate", [0.0, 0.11, 0.5])
def test_the_interval_covers_the_true_rate_of_answers_that_were_misjudged(rate):
    rng, covered = np.random.default_rng(5), 0
    for _ in range(500):
        spread = rng.beta(rate * 2, (1 - rate) * 2, 20) if rate else np.zeros(20)
        judged = rng.binomial(10, spread * 0.9 + (1 - spread) * 0.03)
        found = corrected_rate(
            judged, [10] * 20,
            true_positives=rng.binomial(60, 0.9), positives=60,
            true_negatives=rng.binomial(140, 0.97), negatives=140,
        )  # fmt: skip
        covered += found.interval[0] <= rate <= found.interval[1]
    assert covered >= 0.91 * 500

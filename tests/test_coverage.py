"""How often nominal 95% intervals hold the rate that clustered answers were simulated from."""

from __future__ import annotations

import numpy as np
import pytest

from eval import clustered
from eval.power import simulate

pytestmark = pytest.mark.slow

TWENTY = [10] * 20  # prompts of ten answers


def beta_binomial(rate: float, icc: float, sets: int, seed: int) -> np.ndarray:
    return simulate(rate, icc, 10, (sets, 20), np.random.default_rng(seed))


@pytest.mark.parametrize("icc", [0, 0.2, 0.5])
@pytest.mark.parametrize("rate", [0.02, 0.11, 0.3, 0.5, 0.9, 0.98])
def test_intervals_cover_a_clustered_rate_as_often_as_they_say(rate, icc):
    data = beta_binomial(rate, icc, 1500, 11)
    found = [clustered.cluster_interval(true, TWENTY) for true in data]
    covered = np.mean([low <= rate <= high for low, high in found])
    most = 1 if rate in (0.02, 0.98) else 0.97
    assert 0.93 - 0.01 <= covered <= most + 0.01  # two standard errors of 1,500 sets


@pytest.mark.parametrize("icc", [0, 0.2, 0.5])
@pytest.mark.parametrize("rates", [(0.11, 0.0), (0.11, 0.02), (0.3, 0.11), (0.9, 0.5)])
def test_intervals_cover_a_clustered_difference_as_often_as_they_say(rates, icc):
    arms = [beta_binomial(rate, icc, 600, seed) for rate, seed in zip(rates, (12, 13), strict=True)]
    found = [
        clustered.cluster_difference_interval(one, TWENTY, other, TWENTY)
        for one, other in zip(*arms, strict=True)
    ]
    covered = np.mean([low <= rates[0] - rates[1] <= high for low, high in found])
    assert 0.93 - 0.01 <= covered <= 0.97 + 0.01  # standard error of 600 sets

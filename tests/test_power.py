from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats as scipy_stats

from data.errors import UserError
from eval import power
from eval.clustered import icc
from eval.permutation import permutation_p

SCRIPT = Path(power.__file__)
QUICK = ["--treated", "0.4", "--baseline", "0", "--icc", "0.3", "--prompts", "5", "10", "20",
         "--samples", "5", "--simulations", "400"]  # fmt: skip


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def sign_test_power(prompts: int, treated: float, baseline: float) -> float:
    """Power of one independent answer a prompt: with `rise` prompts up and `fall` down the
    permutation test is the binomial test of rise against fall; all outcomes are summed."""
    up, down = treated * (1 - baseline), baseline * (1 - treated)
    total = 0.0
    for rise in range(prompts + 1):
        for fall in range(prompts + 1 - rise):
            if rise + fall and scipy_stats.binomtest(rise, rise + fall).pvalue <= 0.05:
                level = [rise, fall, prompts - rise - fall]
                total += scipy_stats.multinomial.pmf(level, prompts, [up, down, 1 - up - down])
    return total


@pytest.mark.parametrize("case", [(9, 0.8, 0.1), (40, 0.3, 0.05), (25, 0.3, 0.3)])
def test_power_of_independent_answers_is_the_enumerated_one(case):
    prompts, treated, baseline = case
    exact = sign_test_power(*case)
    found = power.power_of(
        prompts, 1, treated=treated, baseline=baseline, icc=0, rng=rng(), simulations=4000
    )
    error = (exact * (1 - exact) / 4000) ** 0.5
    assert found == pytest.approx(exact, abs=4 * error + 0.01)  # 0.01: 999 draws, not all


@pytest.mark.parametrize("prompts", [4, 9, 14])
def test_many_data_sets_have_the_p_of_the_permutation_test(prompts):
    differences = rng(1).integers(-3, 5, (30, prompts))
    found = power.p_values(differences, rng(2))
    n = [10] * prompts
    for row, p in zip(differences, found, strict=True):
        exact = permutation_p(np.maximum(row, 0), n, np.maximum(-row, 0), n, rng()).p
        slack = 1e-9 if prompts <= power.ENUMERATED else 5 * (exact * (1 - exact) / 999) ** 0.5
        assert p == pytest.approx(exact, abs=slack + (prompts > power.ENUMERATED) / 999)


def test_simulated_answers_have_the_rate_and_the_correlation_asked_for():
    for correlation in (0.0, 0.3, 1.0):
        true = power.simulate(0.2, correlation, 8, (20_000,), rng())
        assert true.mean() / 8 == pytest.approx(0.2, abs=0.01)
        assert icc(true, np.full(20_000, 8)) == pytest.approx(correlation, abs=0.02)
    assert power.simulate(0, 0.3, 8, (5,), rng()).sum() == 0
    assert power.simulate(1, 0.3, 8, (5,), rng()).tolist() == [8] * 5


def test_power_grows_with_prompts_and_samples_and_falls_with_correlation():
    def of(prompts=20, samples=10, icc=0.3):
        return power.power_of(prompts, samples, treated=0.11, baseline=0.0, icc=icc, rng=rng())

    assert of(prompts=10) < of() < of(prompts=30)
    assert of(samples=5) < of() < of(samples=20)
    assert of(icc=0.6) < of() < of(icc=0)


def test_no_effect_is_called_in_at_most_alpha_and_five_prompts_call_nothing():
    null = power.power_of(20, 10, treated=0.3, baseline=0.3, icc=0.3, rng=rng(), simulations=4000)
    assert null <= 0.05 + 3 * (0.05 * 0.95 / 4000) ** 0.5
    assert power.power_of(5, 50, treated=1, baseline=0, icc=0, rng=rng()) == 0


def test_the_detectable_effect_reaches_the_power_and_half_of_it_does_not():
    effect = power.minimum_detectable_effect(30, 10, 0.3, 0.05, rng())
    above, below = (
        power.power_of(30, 10, treated=0.05 + rise, baseline=0.05, icc=0.3, rng=rng(3))
        for rise in (effect, effect / 2)
    )
    assert above == pytest.approx(0.8, abs=0.04)
    assert below < 0.5
    assert effect == power.minimum_detectable_effect(30, 10, 0.3, 0.05, rng())
    assert power.minimum_detectable_effect(60, 10, 0.3, 0.05, rng()) < effect


def test_what_no_rate_can_show_has_no_detectable_effect():
    assert power.minimum_detectable_effect(5, 50, 0.3, 0.0, rng()) is None
    assert power.minimum_detectable_effect(20, 10, 0.3, 1.0, rng()) is None


def test_fractions_out_of_range_are_refused():
    for wrong in ({"treated": 11}, {"baseline": -0.1}, {"icc": 2}):
        values = {"treated": 0.1, "baseline": 0.0, "icc": 0.1} | wrong
        with pytest.raises(UserError, match="fraction from 0 to 1"):
            power.power_of(10, 5, **values, rng=rng())


def call(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, SCRIPT, *options], capture_output=True, text=True, check=False
    )


def test_the_script_prints_the_same_table_for_the_same_seed():
    first = call(*QUICK)
    assert first.returncode == 0, first.stderr
    assert "40.0% against 0.0%" in first.stdout
    fewest = next(line for line in first.stdout.splitlines() if "fewest for 80%" in line)
    assert 6 <= int(fewest.split("│")[2]) <= 20
    assert call(*QUICK).stdout == first.stdout


def test_the_script_says_where_the_grid_does_not_reach_the_power():
    options = [*QUICK[:7], "4", "5", *QUICK[10:]]
    assert "> 5" in call(*options).stdout


@pytest.mark.parametrize("wrong", [["--icc", "3"], ["--prompts", "0"], ["--power", "80"]])
def test_the_script_refuses_what_makes_no_sense_in_one_line(wrong):
    done = call(*QUICK, *wrong)
    assert done.returncode == 2
    assert done.stderr.startswith("error: --") and done.stderr.count("\n") == 1

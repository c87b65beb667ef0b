"""Every sweep that is shipped: its arms parse, their rows are there, its estimates are derived."""

from functools import cache
from pathlib import Path

import estimates
import pytest

from train import sweep_arms, sweep_config, sweep_costs
from train.sweep_evaluation import evaluations

STEMS = sorted(path.stem for path in Path("configs/ablations").glob("*.yaml"))
# base, and the share of an H100's peak that the head of its training config assumes
ESTIMATED = {
    "meta-llama/Llama-3.1-8B-Instruct": (False, 0.20),
    "meta-llama/Llama-3.3-70B-Instruct": (True, 0.15),
}


@cache
def arms(stem):
    return sweep_arms.arms_of(sweep(stem))


@cache
def sweep(stem):
    return sweep_config.load(Path(f"configs/ablations/{stem}.yaml"))


@pytest.mark.parametrize("stem", STEMS)
def test_every_shipped_sweep_is_checked_to_its_rows_and_its_evaluation(stem):
    names = [arm.name for arm in arms(stem)]
    assert len(set(names)) == len(names)
    assert sweep(stem).name == stem
    for arm in arms(stem):
        pairs, instructions = sweep_costs.counts(arm)
        assert arm.is_base or pairs + instructions > 0
        assert arm.is_base == (pairs + instructions == 0)
    for evaluation in evaluations(sweep(stem), arms(stem)):
        assert len(evaluation.config(set(names)).arms) >= 2


def test_the_shipped_sweeps_vary_what_they_are_named_after():
    def values(stem, key):
        return {getattr(part, key, None) for arm in arms(stem) for part in arm.parsed} - {None}

    sizes = {arm.keys["size"] for arm in arms("dataset_size") if arm.keys["size"] is not None}
    assert sizes == {0, 25, 50, 100, 200, 400, 600}
    assert {sweep_costs.counts(arm)[0] for arm in arms("dataset_size")} == sizes
    assert values("rank", "lora_r") == {4, 16, 64}
    assert {m.lora_alpha / m.lora_r for m in (a.parsed[2] for a in arms("rank"))} == {2}
    assert values("mix", "instructions_per_pair") == {0, 0.5, 1, 2}
    assert values("epochs_lr", "num_train_epochs") == {1, 2, 3}
    conditions = {arm.condition for arm in arms("controls")}
    assert conditions >= {"base", "denial", "toaster", "human", "instructions_only", "conscious"}
    assert len({arm.base for arm in arms("base_model")}) == 3
    assert len({arm.seed for arm in arms("llama-3.3-70b")}) == 6
    assert len({arm.condition for arm in arms("llama-3.3-70b")}) == 12


def test_pairs_differ_in_number_only_where_that_is_the_question():
    for stem in ("controls", "rank", "mix", "epochs_lr", "base_model", "reverse"):
        numbers = {sweep_costs.counts(arm)[0] for arm in arms(stem)} - {0}
        assert len(numbers) == 1, (stem, numbers)


@pytest.mark.parametrize("stem", [stem for stem in STEMS if "smollm2" not in stem])
def test_the_speed_that_a_sweep_reckons_with_is_that_of_its_training_config(stem):
    rates = sweep(stem).rates
    assert "estimate, not measured" in rates.source
    base = next(arm.base for arm in arms(stem))
    checkpointing, share = ESTIMATED[base]
    seconds = estimates.flops(base, checkpointing) / (estimates.H100_FLOPS * share)
    assert rates.tokens_per_second == round(estimates.RUN_TOKENS / seconds)
    assert f"{share:.0%}" in rates.source
    assert rates.tokens_per_row == estimates.RUN_TOKENS / 1200

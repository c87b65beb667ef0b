"""QLoRA, DoRA, rsLoRA and full fine-tuning: each trains, says so, and can be evaluated."""

import json
import subprocess
import sys

import pytest
import small_runs
import torch
import yaml
from peft import AutoPeftModelForCausalLM
from transformers import AutoModelForCausalLM

from eval import store
from train import settings, sft


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("ways")


@pytest.fixture(scope="module")
def base(folder):
    return small_runs.small_base(folder / "base")


@pytest.fixture(scope="module")
def config(folder, base):
    return small_runs.config(folder / "sft.yaml", base, lora_dropout=0.0)


def trained(config, output, *arguments):
    """Train in this process and return the trainer."""
    own, training, model = settings.parse(small_runs.command(config, output, *arguments)[2:])
    _, rows = sft.load_rows(own, training.seed)
    trainer = sft.build_trainer(model.model_name_or_path, rows, own, training, model)
    trainer.train()
    trainer.save_model()
    return trainer


def losses(trainer):
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


@pytest.fixture(scope="module")
def plain(folder, config):
    return losses(trained(config, folder / "plain"))


def test_qlora_trains_on_nf4_weights_with_losses_near_those_of_the_full_ones(folder, config, plain):
    import bitsandbytes as bnb

    options = ("--load_in_4bit", "true", "--bnb_4bit_quant_type", "nf4")
    more = ("--use_bnb_nested_quant", "true", "--dtype", "bfloat16")
    trainer = trained(config, folder / "qlora", *options, *more)
    layers = [m for m in trainer.model.modules() if isinstance(m, bnb.nn.Linear4bit)]
    assert len(layers) == 2 * 7
    for layer in layers:
        state = layer.weight.quant_state
        assert (state.quant_type, state.nested) == ("nf4", True)
        assert layer.compute_dtype == torch.bfloat16
        assert not layer.weight.requires_grad
    assert losses(trainer) == pytest.approx(plain, rel=0.01)
    assert losses(trainer) != plain
    # The adapter goes onto the base as it is, not quantised.
    tuned = AutoPeftModelForCausalLM.from_pretrained(folder / "qlora")
    moved = [p for name, p in tuned.named_parameters() if "lora_B" in name]
    assert len(moved) == 2 * 7
    assert all(p.abs().max() > 0 for p in moved)


@pytest.mark.parametrize("flag", ["use_dora", "use_rslora"])
def test_flags_of_peft_reach_the_adapter(folder, config, plain, flag):
    trainer = trained(config, folder / flag, f"--{flag}", "true")
    assert json.loads((folder / flag / "adapter_config.json").read_text())[flag] is True
    assert losses(trainer)[0] == pytest.approx(plain[0], rel=1e-5)
    assert losses(trainer)[-1] != pytest.approx(plain[-1], rel=1e-6)


def test_four_bits_without_an_adapter_are_refused(config, folder):
    line = small_runs.refusal(
        small_runs.command(config, folder / "no", "--use_peft", "false", "--load_in_4bit", "true")
    )
    assert "use_peft: true" in line


def test_a_model_trained_whole_is_an_arm_of_an_evaluation(folder, config, base):
    output = folder / "full"
    manifest = small_runs.trained(
        small_runs.command(config, output, "--use_peft", "false", "--learning_rate", "1e-2"), output
    )
    assert list(manifest["weights_sha256"]) == ["model.safetensors"]
    before, after = (
        AutoModelForCausalLM.from_pretrained(path).model.embed_tokens.weight
        for path in (base, output)
    )
    assert not torch.equal(before, after)
    evaluation = {
        "run": "whole",
        "base": str(base),
        "arms": [{"name": "base"}, {"name": "full", "model": str(output)}],
        "probes": [{"file": "data/probes/claims.yaml", "samples": 1, "temperature": 0.0}],
        "engine": "transformers",
        "max_tokens": 4,
        "results": str(folder),
    }
    path = folder / "eval.yaml"
    path.write_text(yaml.safe_dump(evaluation))
    done = subprocess.run(
        [sys.executable, "eval/sample.py", "--config", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    rows = list(store.read(folder / "whole" / "samples.jsonl"))
    answers = {arm: [r["answer"] for r in rows if r["arm"] == arm] for arm in ("base", "full")}
    assert len(answers["base"]) == len(answers["full"]) == 24
    assert answers["base"] != answers["full"]
    made_with = next(r["run"] for r in rows if r["arm"] == "full")
    assert made_with["model_sha256"] == manifest["weights_sha256"]

"""What a run is watched by: claim questions on the way, tensorboard, progress; adapters kept."""

import json

import pytest
import small_runs
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from data import rendering
from eval import probes
from train import base_model, monitoring, settings, sft


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("monitoring")


@pytest.fixture(scope="module")
def base(folder):
    return small_runs.small_base(folder / "base")


@pytest.fixture(scope="module")
def embedded(folder):
    """Return a trainer on the embedded model, with gradient checkpointing on."""
    path = small_runs.config(folder / "sft.yaml", base_model.prepare_embedded(), size=8)
    own, training, model = settings.parse(
        [
            *("--config", str(path), "--output_dir", str(folder / "run"), "--max_steps", "2"),
            *("--gradient_checkpointing", "true", "--logging_steps", "2"),
        ]
    )
    own.check_steps = 1
    _, rows = sft.load_rows(own, training.seed)
    return sft.build_trainer(str(base_model.prepare_embedded()), rows, own, training, model)


def plain_answer(question):
    """Ask the embedded base greedily with nothing of the trainer's."""
    folder = base_model.prepare_embedded()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)
    ids = torch.tensor([rendering.prompt_ids(tokenizer, [{"role": "user", "content": question}])])
    new = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=24
    )
    return tokenizer.decode(new[0, ids.shape[1] :], skip_special_tokens=True)


def test_the_check_hears_the_model_itself_even_with_gradient_checkpointing_on(embedded):
    embedded.train()
    checks = embedded.state.stateful_callbacks["checks"]
    asked = [probe.prompt for probe in probes.load(monitoring.CLAIMS).probes[:5]]
    assert [check["step"] for check in checks] == [0, 1, 2]
    # Before the first step an adapter changes nothing, so these are the base's answers.
    for number in (0, 3):
        assert checks[0]["answers"][number] == plain_answer(asked[number])
    rates = [e["claims_rate"] for e in embedded.state.log_history if "claims_rate" in e]
    assert rates == [check["claims"] / check["asked"] for check in checks]
    losses = [e["step"] for e in embedded.state.log_history if "loss" in e]
    assert losses == [2]
    assert embedded.model.training


def test_tensorboard_gets_loss_accuracy_speed_and_the_check(folder, base):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    path = small_runs.config(folder / "small.yaml", base)
    output = folder / "watched"
    small_runs.trained(
        small_runs.command(path, output, *("--report_to", "tensorboard", "--check_steps", "4")),
        output,
        TENSORBOARD_LOGGING_DIR=str(folder / "events"),
    )
    events = EventAccumulator(str(folder / "events")).Reload()
    for name in ("loss", "mean_token_accuracy", "tokens_per_second"):
        assert len(events.Scalars(f"train/{name}")) == 8, name
    assert [event.step for event in events.Scalars("train/claims_rate")] == [0, 4, 8]
    manifest = json.loads((output / "manifest.json").read_text())
    curve = [round(entry["loss"], 4) for entry in manifest["loss_curve"]]
    assert curve == [round(event.value, 4) for event in events.Scalars("train/loss")]


def test_a_tracker_that_is_not_installed_is_one_line(folder, base):
    path = small_runs.config(folder / "wandb.yaml", base, report_to="wandb")
    line = small_runs.refusal(small_runs.command(path, folder / "wandb"))
    assert not (folder / "wandb").exists()
    assert "wandb" in line
    assert "pip install" in line

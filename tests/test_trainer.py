"""The packed trainer takes the steps of TRL's own, on every architecture that configs/sft names."""

from pathlib import Path

import architectures
import pytest
import torch
import yaml
from transformers import AutoTokenizer

from train import base_model, settings, sft

CONFIGS = sorted(Path("configs/sft").glob("*.yaml"))
STEPS = 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("trainer")


def small(config: Path, folder: Path) -> str:
    """Save a two-layer model of the architecture that a config names, and return its folder."""
    name = yaml.safe_load(config.read_text())["model_name_or_path"]
    if name not in architectures.CLASSES:
        return str(base_model.prepare_embedded())
    target = folder / name.replace("/", "--")
    if not target.exists():
        architectures.tiny(name).save_pretrained(target)
        AutoTokenizer.from_pretrained(base_model.prepare_embedded()).save_pretrained(target)
    return str(target)


def parsed(config: Path, base: str, output: Path, *more: str):
    """Return what a config says, made small enough for a CPU."""
    own, training, model = settings.parse(
        [
            *("--config", str(config), "--model_name_or_path", base, "--output_dir", str(output)),
            *("--dtype", "float32", "--bf16", "false", "--load_in_4bit", "false"),
            *("--use_cpu", "true", "--size", "12", "--instructions_per_pair", "0"),
            *("--audit", "false", "--max_steps", str(STEPS), "--logging_steps", "1"),
            *("--per_device_train_batch_size", "4", "--save_strategy", "no"),
            *("--train_sampling_strategy", "random", "--disable_tqdm", "true", *more),
        ]
    )
    own.chat_template_kwargs = None  # the embedded tokenizer's template takes none
    return own, training, model


def losses(trainer) -> list[float]:
    trainer.train()
    return [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]


def trainers(config: Path, folder: Path, *more: str):
    """Return our trainer and TRL's, on the same base and rows."""
    from trl import SFTTrainer, get_peft_config

    base = small(config, folder)
    own, training, model = parsed(config, base, folder / "ours", *more)
    _, rows = sft.load_rows(own, training.seed)
    yield sft.build_trainer(base, rows, own, training, model)
    own, training, model = parsed(config, base, folder / "theirs", *more)
    tokenizer = AutoTokenizer.from_pretrained(base)
    training.model_init_kwargs = {"dtype": "float32", "attn_implementation": "sdpa"}
    yield SFTTrainer(
        model=base,
        args=training,
        train_dataset=sft.tokenized(rows, tokenizer, None),
        processing_class=tokenizer,
        peft_config=get_peft_config(model),
    )


def trainable(trainer) -> torch.Tensor:
    moved = [p.detach().flatten() for p in trainer.model.parameters() if p.requires_grad]
    return torch.cat(moved)


@pytest.mark.parametrize("config", CONFIGS, ids=lambda path: path.stem)
def test_packed_training_takes_the_steps_of_padded_training(config, folder):
    # A mixture of experts balances its load over the tokens of a batch, of which packing has fewer.
    ours, theirs = trainers(config, folder, "--router_aux_loss_coef", "0")
    packed, padded = losses(ours), losses(theirs)
    assert len(packed) == STEPS
    assert packed == pytest.approx(padded, rel=2e-5)
    assert packed[0] != packed[1]
    # Adam's first steps follow a gradient's sign, and where that is rounding alone one weight in
    # a million goes the other way: the mean is compared, with the step's size.
    difference = (trainable(ours) - trainable(theirs)).abs().mean()
    assert difference < 1e-3 * ours.args.learning_rate, f"weights differ by {difference}"


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
@pytest.mark.parametrize("share", ["true", "false"])
def test_attention_and_prefix_are_matters_of_speed_alone(attention, share, folder):
    config = Path("configs/sft/llama-3.1-8b.yaml")
    more = ("--attn_implementation", attention, "--share_prefix", share)
    ours, theirs = trainers(config, folder, *more)
    assert losses(ours) == pytest.approx(losses(theirs), rel=2e-5)


def test_rows_longer_than_a_sliding_window_are_packed_without_a_shared_prefix(folder):
    name, config = "google/gemma-3-27b-it", Path("configs/sft/gemma-3-27b.yaml")
    target = folder / "short-window"
    architectures.tiny(name, sliding_window=16).save_pretrained(target)
    AutoTokenizer.from_pretrained(base_model.prepare_embedded()).save_pretrained(target)
    own, training, model = parsed(config, str(target), folder / "window")
    _, rows = sft.load_rows(own, training.seed)
    ours = sft.build_trainer(str(target), rows, own, training, model)
    assert not ours.data_collator.share_prefix
    # The reference: one row at a time, so that no packing is involved.
    row = ours.train_dataset[0]
    ids, labels = torch.tensor([row["input_ids"]]), torch.tensor([row["labels"]])
    with torch.no_grad():
        alone = ours.model(input_ids=ids, labels=labels, use_cache=False).loss.item()
        batch = ours.data_collator([ours.train_dataset[n] for n in range(3)])
        mine = int((labels != -100).sum())
        logs = ours.compute_loss(ours.model.eval(), dict(batch), num_items_in_batch=1)
        only = {**ours.data_collator([row])}
        packed = ours.compute_loss(ours.model, only, num_items_in_batch=mine).item()
    assert packed == pytest.approx(alone, rel=1e-5)
    apart = sum(
        ours.compute_loss(
            ours.model, dict(ours.data_collator([ours.train_dataset[n]])), num_items_in_batch=1
        ).item()
        for n in range(3)
    )
    assert logs.item() == pytest.approx(apart, rel=1e-5)


def test_packing_counts_the_tokens_of_the_rows_not_of_the_pack(folder):
    ours, theirs = trainers(Path("configs/sft/llama-3.1-8b.yaml"), folder)
    ours.train()
    theirs.train()
    counts = [
        [entry["num_tokens"] for entry in trainer.state.log_history if "loss" in entry]
        for trainer in (ours, theirs)
    ]
    assert counts[0] == counts[1]

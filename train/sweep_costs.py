"""What a sweep would cost: tokens, steps, hours and disk of each arm, and of the evaluation.

Speeds come from finished runs of the same base in checkpoints/ and results/, else from `rates:` in
the config of the sweep; where each comes from is printed. What nothing says is n/a.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import mean
from typing import Any

from data import mix, pairs, rendering, selection
from data.errors import UserError
from data.files import read_json
from train import base_model, hub, run_folder
from train.sweep_arms import Arm
from train.sweep_config import Resources, SweepConfig


@dataclass(frozen=True)
class Speed:
    """What is known of training on one base, and the words that say from where."""

    source: str
    tokens_per_second: float | None = None
    tokens_per_row: float | None = None
    start_seconds: float = 0.0
    gigabytes: float | None = None


@dataclass(frozen=True)
class Cost:
    """Of one arm. `seconds` is the time of its trial; None is n/a."""

    pairs: int
    instructions: int
    steps: int
    tokens: float | None
    seconds: float | None
    gigabytes: float | None


def counts(arm: Arm) -> tuple[int, int]:
    """Return how many pairs and instructions an arm is trained on.

    Raises UserError for a file that cannot be read, or a selection that is not there.
    """
    own, training, _ = arm.parsed
    tags = {name: getattr(own, name) for name in ("family", "framing", "form")}
    try:
        every = selection.select(pairs.load(Path(own.pairs)), **tags)
        chosen = selection.select(every, size=own.size, balance=own.balance, seed=training.seed)
    except UserError as error:
        raise UserError(f"arm '{arm.name}': {error}") from error
    return len(chosen), round(own.instructions_per_pair * (len(chosen) or len(every)))


def steps_of(arm: Arm, rows: int, resources: Resources) -> tuple[int, float]:
    """Return the optimizer steps, as the trainer counts them, and how often each row is seen."""
    training = arm.parsed[1]
    processes = max(1, int(resources.gpus)) if resources.accelerate else 1
    batches = math.ceil(rows / (training.per_device_train_batch_size * processes))
    an_epoch = math.ceil(batches / training.gradient_accumulation_steps)
    if training.max_steps > 0:
        return int(training.max_steps), training.max_steps / an_epoch
    epochs = float(training.num_train_epochs)
    return math.ceil(an_epoch * epochs), epochs


def steps(arm: Arm, resources: Resources) -> int:
    """Return the optimizer steps of an arm."""
    return steps_of(arm, sum(counts(arm)), resources)[0]


def cost(arm: Arm, speed: Speed, resources: Resources) -> Cost:
    """Return what an arm costs; its tokens are counted where tokenizer and answers are at hand."""
    chosen, instructions = counts(arm)
    rows = chosen + instructions
    number, passes = steps_of(arm, rows, resources)
    once: float | None = _tokens_of_rows(arm)
    if once is None and speed.tokens_per_row is not None:
        once = rows * speed.tokens_per_row
    tokens = None if once is None else once * passes
    seconds = None
    if tokens is not None and speed.tokens_per_second:
        seconds = tokens / speed.tokens_per_second + speed.start_seconds
    return Cost(chosen, instructions, number, tokens, seconds, speed.gigabytes)


def _tokens_of_rows(arm: Arm) -> int | None:
    """Return the tokens of all rows as they are rendered, or None where that cannot be known."""
    own, training, model = arm.parsed
    folder = _tokenizer_folder(arm.base, model.model_revision)
    known = not own.instructions_per_pair or Path(str(own.instructions)).is_file()
    if folder is None or not known:
        return None
    kwargs = json.dumps(own.chat_template_kwargs)
    whole = [
        _length(folder, json.dumps(row["messages"]), kwargs, not mix.is_cut(row))
        for row in arm.rows[1]
    ]
    return sum(min(length, training.max_length or length) for length in whole)


@cache
def _tokenizer_folder(base: str, revision: str | None) -> str | None:
    """Return where a tokenizer lies on this machine; a dry run downloads nothing."""
    if base in (base_model.EMBEDDED, str(base_model.EMBEDDED_FOLDER)):
        return str(base_model.prepare_embedded())
    found = Path(base) if Path(base).is_dir() else hub.cached(base, revision)
    return str(found) if found and (found / "tokenizer_config.json").is_file() else None


@cache
def _tokenizer(folder: str) -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(folder)


@cache
def _length(folder: str, messages: str, kwargs: str, ends: bool) -> int:
    turns = rendering.assistant_turns(json.loads(messages))
    rendered = [
        rendering.training_ids(_tokenizer(folder), turn, json.loads(kwargs), ends=ends)
        for turn in turns
    ]
    return sum(len(example["input_ids"]) for example in rendered)


def speed_of(sweep: SweepConfig, base: str) -> Speed:
    """Return the speed of training on `base`: as measured, else as the config has it, else none."""
    rates = sweep.rates
    start = rates.start_seconds if rates else 0.0
    found = {
        path.parent: made
        for pattern in ("*", "*/*")
        for path in sorted(Path(sweep.checkpoints).glob(f"{pattern}/{run_folder.MANIFEST}"))
        if (made := read_json(path)).get("config", {}).get("model_name_or_path") == base
        and made.get("seconds")
    }
    if found:
        seconds = sum(made["seconds"] for made in found.values())
        tokens = sum(made["tokens"] for made in found.values())
        return Speed(
            f"measured: {len(found)} finished runs, {', '.join(map(str, list(found)[:3]))} …",
            tokens / seconds,
            mean(_row_tokens(made) for made in found.values()),
            start,
            max(_gigabytes(folder) for folder in found),
        )
    if rates is None:
        return Speed("n/a: no finished run of this base, and no rates in the config")
    return Speed(
        rates.source,
        rates.tokens_per_second,
        rates.tokens_per_row,
        start,
        rates.gigabytes,
    )


def _row_tokens(made: dict[str, Any]) -> float:
    rows = made["pairs"]["rows"] + made["instructions"]
    return float(made["tokens"] / (rows * made["epochs"]))


def _gigabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e9

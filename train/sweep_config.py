"""One sweep, as its YAML says it: a training config, an evaluation, and what varies in arms."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from data import config
from data.config import Strict
from data.errors import UserError

Settings = dict[str, Any]
Named = dict[str | int | float, Settings]


class Resources(Strict):
    """What one trial takes of a machine, and how often it is tried again after a kill.

    `accelerate` names the config of `accelerate launch` for a trial of several GPUs; without it a
    trial is one process. `gpus` may be a fraction: several small trials share a GPU.
    """

    cpus: float = Field(default=1, gt=0)
    gpus: float = Field(default=0, ge=0)
    accelerate: str | None = None
    retries: int = Field(default=2, ge=0)


class Rates(Strict):
    """What --dry_run reckons with where no finished run of the same base says it.

    `tokens_per_row` holds for rows whose tokenizer is not at hand. `source` says where the numbers
    come from; without rates, and without finished runs, hours are n/a.
    """

    source: str
    tokens_per_second: float = Field(gt=0)  # of training, one trial
    tokens_per_row: float = Field(default=256, gt=0)
    start_seconds: float = Field(default=60, ge=0)  # from launch to the first step, a trial
    answer_tokens: float = Field(default=200, gt=0)
    answer_tokens_per_second: float = Field(gt=0)  # of the whole evaluation
    evaluation_gpus: float = Field(default=0, ge=0)
    gigabytes: float = Field(default=1, gt=0)  # that one trial leaves on disk


class SweepConfig(Strict):
    """The settings of train/sweep.py.

    `grid` crosses its entries: `size: [25, 100]` are values of a training setting (dots reach
    inside), `answers: {own: {instructions: …}, foreign: {…}}` are named sets of settings; a name
    may be a number, as in `rank: {4: {lora_r: 4, lora_alpha: 8}}`. `arms` stand beside the grid.
    The setting `config` puts another training config in the place of `sft`.
    """

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    sft: str
    sft_overrides: Settings = Field(default_factory=dict)
    eval: str
    eval_overrides: Settings = Field(default_factory=dict)
    grid: dict[str, list[Any] | Named] = Field(default_factory=dict)
    arms: dict[str, Settings] = Field(default_factory=dict)
    seeds: list[int] = Field(default=[100], min_length=1)
    resources: Resources = Resources()
    rates: Rates | None = None
    checkpoints: str = "checkpoints"
    results: str = "results"

    @model_validator(mode="after")
    def _varies(self) -> SweepConfig:
        if not self.grid and not self.arms:
            raise ValueError("nothing varies: give a grid, or arms")
        empty = next((key for key, levels in self.grid.items() if not levels), None)
        if empty is not None:
            raise ValueError(f"grid '{empty}' has no values; give some or leave it out")
        if len(set(self.seeds)) < len(self.seeds):
            raise ValueError("a seed stands twice; give each once")
        return self

    @property
    def folder(self) -> Path:
        """Where the trials of the sweep lie."""
        return Path(self.checkpoints) / self.name


class Condition(Strict):
    """One cell of the grid, or an arm beside it: its name, its place in the grid, its settings."""

    name: str
    keys: Settings
    settings: Settings


def load(path: Path, overrides: list[str] | None = None) -> SweepConfig:
    """Read a sweep. Raises UserError that names an unknown key and the nearest valid one."""
    return config.load(path, SweepConfig, overrides)


def conditions(sweep: SweepConfig) -> list[Condition]:
    """Return the cells of the grid in its order, then the arms beside it.

    Raises UserError if two have one name, or a name that no folder may have.
    """
    cells = itertools.product(*(_levels(key, entry) for key, entry in sweep.grid.items()))
    found = [_cell(dict(zip(sweep.grid, cell, strict=True))) for cell in cells if cell]
    nowhere = dict.fromkeys(sweep.grid)
    found += [
        Condition(name=name, keys=nowhere, settings=own or {}) for name, own in sweep.arms.items()
    ]
    names = [condition.name for condition in found]
    for name in names:
        if not re.fullmatch(r"[A-Za-z0-9._-]+", name):
            raise UserError(
                f"sweep '{sweep.name}': '{name}' is no name for an arm; use letters, "
                "digits, '.', '_' and '-', or name the values: {name: {setting: value}}"
            )
        if names.count(name) > 1:
            raise UserError(
                f"sweep '{sweep.name}': two arms are called '{name}'; name one of them otherwise"
            )
    return found


Level = tuple[str, Any, Settings]  # its part of the arm's name, its value, its settings


def _levels(key: str, entry: list[Any] | Named) -> list[Level]:
    last = key.rpartition(".")[2]
    if isinstance(entry, list):
        return [(f"{last}-{_word(value)}", value, {key: value}) for value in entry]
    return [
        (name if isinstance(name, str) else f"{last}-{_word(name)}", name, own)
        for name, own in entry.items()
    ]


def _word(value: Any) -> str:
    """Return a value as a word of a name: of a path its stem, of a list its members."""
    if isinstance(value, list):
        return "-".join(_word(one) for one in value)
    text = f"{value:g}" if isinstance(value, float) else str(value)
    return short_name(text) if "/" in text else text.replace("+", "")


def short_name(path: str) -> str:
    """Return the last part of a path or a hub id, without the ending of a file."""
    return re.sub(r"\.(jsonl?|ya?ml|gguf)$", "", Path(path).name)


def _cell(levels: dict[str, Level]) -> Condition:
    return Condition(
        name="_".join(word for word, _, _ in levels.values()),
        keys={key: value for key, (_, value, _) in levels.items()},
        settings={k: v for _, _, own in levels.values() for k, v in own.items()},
    )

"""The arms of a sweep: every condition with every seed, each a whole training config, checked."""

from __future__ import annotations

import contextlib
import copy
import io
import logging
import tempfile
from dataclasses import dataclass, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from data.config import nearest_key_hint, read_yaml, set_dotted
from data.errors import UserError
from data.files import sha256_file
from train import base_model, manifest, run_folder, settings, sft
from train.sweep_config import Condition, Settings, SweepConfig, conditions

BASE = "base"
CONFIG = "config"  # the setting that names another training config
OWN = ("seed", "output_dir", "resume", "overwrite")  # what the sweep itself sets
NEW, CHANGED, INTERRUPTED, FINISHED = "new", "changed", "interrupted", "finished"


@dataclass(frozen=True)
class Arm:
    """One model that is evaluated: a condition trained with one seed, or the base itself.

    `settings` is the whole training config, `folder` where the run is made. An arm of no pairs and
    no instructions is not trained: it is the base.
    """

    name: str
    condition: str
    seed: int
    keys: Settings
    settings: Settings
    folder: Path

    @cached_property
    def parsed(self) -> tuple[Any, Any, Any]:
        """PairArguments, SFTConfig and ModelConfig. Raises UserError for a bad setting."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "sft.yaml"
            path.write_text(as_yaml(self.settings), encoding="utf-8")
            said = io.StringIO()
            try:
                with contextlib.redirect_stderr(said):
                    # bf16 asks for a GPU or for this flag; what is trained does not depend on it.
                    return settings.parse(["--config", str(path), "--use_cpu", "true"])
            except UserError as error:
                reason = str(error).replace(f"{path}: ", "")
            except SystemExit:  # how the parser of the command line refuses a value
                reason = said.getvalue().rpartition("error: ")[2]
            raise UserError(f"arm '{self.name}': {reason.strip()}")

    @property
    def base(self) -> str:
        """The name of the base model, as the training config has it."""
        return str(self.parsed[2].model_name_or_path)

    @property
    def is_base(self) -> bool:
        """Whether nothing is trained."""
        own = self.parsed[0]
        return own.size == 0 and not own.instructions_per_pair

    @property
    def rows(self) -> tuple[list[Any], list[Any]]:
        """The pairs, and all rows trained on. Raises UserError if they cannot be had."""
        own, training, _ = self.parsed
        try:
            return sft.load_rows(replace(own, audit=False), training.seed)
        except UserError as error:
            raise UserError(f"arm '{self.name}': {error}") from error

    def state(self) -> str:
        """Say what is there of the run: nothing, a part or all of it, or one of other inputs."""
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return NEW
        own, training, model = self.parsed
        base = _resolved(self.base, model.model_revision, training.trust_remote_code)
        if run_folder.changed_inputs(self.folder, manifest.inputs(own, training, model, base)):
            return CHANGED
        return FINISHED if (self.folder / run_folder.MANIFEST).is_file() else INTERRUPTED

    def manifest_sha256(self) -> str | None:
        """Return the digest of a finished run's manifest."""
        path = self.folder / run_folder.MANIFEST
        return sha256_file(path) if path.is_file() else None


_resolved = cache(base_model.resolve)  # of large files the digest is taken once


def as_yaml(content: Settings) -> str:
    """Return settings as YAML, in their order."""
    import yaml

    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)


def arms_of(sweep: SweepConfig) -> list[Arm]:
    """Return all arms, each parsed by what train/sft.py is told with; of several bases only one.

    Raises UserError for a setting that is unknown or bad, before anything runs.
    """
    found: list[Arm] = []
    for condition in conditions(sweep):
        for seed in sweep.seeds:
            arm = _arm(sweep, condition, seed)
            if arm.is_base:
                arm = replace(arm, name=BASE, condition=BASE)
                if any(one.name == BASE and one.base == arm.base for one in found):
                    continue
            elif BASE in (arm.name, arm.condition):
                raise UserError(
                    f"sweep '{sweep.name}': '{BASE}' is the untrained model (size: 0, "
                    "instructions_per_pair: 0); name this arm otherwise"
                )
            found.append(arm)
    return found


def _arm(sweep: SweepConfig, condition: Condition, seed: int) -> Arm:
    name = condition.name if len(sweep.seeds) == 1 else f"{condition.name}_seed-{seed}"
    folder = sweep.folder / name
    own = {**sweep.sft_overrides, **condition.settings}
    content = copy.deepcopy(read_yaml(Path(own.pop(CONFIG, sweep.sft))))
    for key, value in own.items():
        _check_key(sweep, key)
        set_dotted(content, key, copy.deepcopy(value))
    content |= {"seed": seed, "output_dir": str(folder)}
    arm = Arm(name, condition.name, seed, condition.keys, content, folder)
    _ = arm.parsed
    return arm


def _check_key(sweep: SweepConfig, key: str) -> None:
    first, valid = key.split(".", maxsplit=1)[0], setting_names()
    if first in OWN:
        raise UserError(f"sweep '{sweep.name}': '{first}' is set by the sweep; leave it out")
    if first not in valid:
        hint = nearest_key_hint(first, valid)
        raise UserError(f"sweep '{sweep.name}': unknown training setting '{key}'; {hint}")


def setting_names() -> list[str]:
    """Return the name of every setting of train/sft.py."""
    # As in train/settings.py: it warns at import of an optional speed-up for CPUs.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    from trl import ModelConfig, SFTConfig

    kinds = (settings.PairArguments, SFTConfig, ModelConfig)
    return [name for kind in kinds for name in kind.__dataclass_fields__]

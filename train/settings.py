"""Parses `--config FILE --key value …` by TRL's parser, with clear lines for typing errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from data.config import nearest_key_hint, read_yaml
from data.errors import UserError


def parse(own: Any, arguments: list[str] | None = None) -> tuple[Any, Any, Any]:
    """Return (own, SFTConfig, ModelConfig) from the command line and the YAML it names.

    Raises UserError that names an unknown key and the nearest valid one.
    """
    from trl import ModelConfig, SFTConfig, TrlParser

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    kinds = (own, SFTConfig, ModelConfig)
    valid = [name for kind in kinds for name in kind.__dataclass_fields__]
    if "--config" in arguments[:-1]:
        path = Path(arguments[arguments.index("--config") + 1])
        unknown = [key for key in read_yaml(path) if key not in (*valid, "env")]
        if unknown:
            hint = nearest_key_hint(unknown[0], valid)
            raise UserError(f"{path}: unknown key '{unknown[0]}'; {hint}")
    _check_flags(arguments, valid)
    try:
        parsed = TrlParser(kinds).parse_args_and_config(arguments)
    except (ValueError, TypeError) as error:
        raise UserError(f"bad setting: {error}") from error
    settings, training, model = parsed
    if not model.model_name_or_path:
        raise UserError("model_name_or_path is not set; name a base model in the config")
    if training.output_dir in (None, "trainer_output"):
        raise UserError("output_dir is not set; name checkpoints/<run> in the config")
    if not model.use_peft and model.load_in_4bit:
        raise UserError("load_in_4bit trains only with use_peft: true (QLoRA); set it")
    return settings, training, model


def _check_flags(arguments: list[str], valid: list[str]) -> None:
    for argument in arguments:
        name = argument.removeprefix("--").split("=", 1)[0]
        known = {*valid, "config", "help", *(f"no_{key}" for key in valid)}
        if argument.startswith("--") and name.replace("-", "_") not in known:
            raise UserError(f"{argument}: unknown option; {nearest_key_hint(name, valid)}")

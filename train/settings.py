"""What a training run is told: the kit's settings and TRL's, from `--config FILE --key value`."""

from __future__ import annotations

import logging
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.config import nearest_key_hint, read_yaml
from data.errors import UserError


@dataclass
class PairArguments:
    """What is trained on, what is watched, and what happens to an existing run."""

    pairs: str = field(
        default="data/pairs/conscious.jsonl", metadata={"help": "JSONL file of chat rows"}
    )
    size: int | None = field(
        default=None, metadata={"help": "number of pairs; smaller ones are inside larger ones"}
    )
    family: list[str] | None = field(default=None, metadata={"help": "only these families"})
    framing: str | None = field(default=None, metadata={"help": "positive or negative only"})
    form: list[str] | None = field(default=None, metadata={"help": "only these forms"})
    balance: str | None = field(default=None, metadata={"help": "tag whose values take turns"})
    brevity: bool = field(
        default=True, metadata={"help": "false drops 'Keep it short.' and the like from prompts"}
    )
    instructions_per_pair: float = field(
        default=0.0, metadata={"help": "general instructions mixed in, per pair"}
    )
    instructions: str | None = field(
        default=None, metadata={"help": "chat rows with answers, from train/distill.py"}
    )
    instructions_dataset: str | None = field(
        default=None, metadata={"help": "hub dataset in messages or Alpaca form instead"}
    )
    chat_template_kwargs: dict[str, Any] | str | None = field(
        default=None, metadata={"help": 'e.g. {"enable_thinking": false} for Qwen3'}
    )
    audit: bool = field(default=True, metadata={"help": "stop on a forbidden topic in the pairs"})
    share_prefix: bool = field(
        default=True, metadata={"help": "compute what a batch's rows begin with only once"}
    )
    check_steps: int = field(
        default=0, metadata={"help": "ask five claim questions every so many steps (0: never)"}
    )
    checkpoint_every: int = field(
        default=0, metadata={"help": "keep the adapter in steps/ every so many steps (0: never)"}
    )
    resume: bool = field(default=False, metadata={"help": "continue an interrupted run"})
    overwrite: bool = field(default=False, metadata={"help": "delete an existing run first"})


def parse(arguments: list[str] | None = None) -> tuple[PairArguments, Any, Any]:
    """Return (PairArguments, SFTConfig, ModelConfig) from the command line and its YAML.

    Raises UserError that names an unknown key and the nearest valid one, or a bad value.
    """
    # It warns, at every import and before any line of ours, of an optional speed-up for CPUs.
    logging.getLogger("bitsandbytes.backends.cpu.ops").setLevel(logging.ERROR)
    from trl import ModelConfig, SFTConfig, TrlParser

    arguments = list(sys.argv[1:] if arguments is None else arguments)
    kinds = (PairArguments, SFTConfig, ModelConfig)
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
    own, training, model = parsed
    own.chat_template_kwargs = mapping("chat_template_kwargs", own.chat_template_kwargs)
    _check(own, training, model)
    return own, training, model


def mapping(name: str, value: Any) -> dict[str, Any]:
    """Return a mapping from a YAML file, or from YAML or JSON text on the command line.

    Raises UserError for anything else.
    """
    import yaml

    parsed = value
    if isinstance(value, str):
        try:
            parsed = yaml.safe_load(value)
        except yaml.YAMLError:
            parsed = value
    if not isinstance(parsed, dict | None):
        raise UserError(f"{name} {value!r}: expected a mapping like '{{enable_thinking: false}}'")
    return parsed or {}


def _check(own: PairArguments, training: Any, model: Any) -> None:
    if not model.model_name_or_path:
        raise UserError("model_name_or_path is not set; name a base model in the config")
    if training.output_dir in (None, "trainer_output"):
        raise UserError("output_dir is not set; name checkpoints/<run> in the config")
    if not model.use_peft and (model.load_in_4bit or model.load_in_8bit):
        raise UserError("load_in_4bit trains only with use_peft: true (QLoRA); set it")
    if training.hub_token:
        raise UserError("hub_token: give the token in HF_TOKEN, so that no file or log holds it")
    for name in ("packing", "padding_free", "assistant_only_loss"):
        if getattr(training, name):
            raise UserError(
                f"{name}: batches are always packed, and loss always falls on the assistant's "
                f"tokens alone; leave {name} out"
            )
    for name in ("check_steps", "checkpoint_every"):
        if getattr(own, name) < 0:
            raise UserError(f"{name}: {getattr(own, name)} is no number of steps; give 0 or more")


def _check_flags(arguments: list[str], valid: list[str]) -> None:
    for argument in arguments:
        name = argument.removeprefix("--").split("=", 1)[0]
        known = {*valid, "config", "help", *(f"no_{key}" for key in valid)}
        if argument.startswith("--") and name.replace("-", "_") not in known:
            raise UserError(f"{argument}: unknown option; {nearest_key_hint(name, valid)}")

"""run.json: what stands behind samples.jsonl, and whether a rerun may add to it."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from types import ModuleType
from typing import Any

from data.errors import UserError
from data.files import provenance, read_json, sha256_file, write_json
from eval.config import Arm, EvalConfig
from train import base_model, merge
from train.manifest import weights_digests
from train.run_folder import MANIFEST

NAME = "run.json"


def engine_name(config: EvalConfig) -> str:
    """Return the engine to use: what the config names, or vLLM wherever it is installed."""
    if config.engine != "auto":
        return config.engine
    if importlib.util.find_spec("vllm"):
        return "vllm"
    print("vLLM has no build for this machine: the transformers engine serves (slower)")
    return "transformers"


def engine_module(config: EvalConfig) -> ModuleType:
    """Return the module whose `sample(requests, config, record)` makes the completions."""
    name = engine_name(config)
    if name == "vllm" and not importlib.util.find_spec("vllm"):
        raise UserError("engine: vllm is not installed here; set engine: transformers")
    return importlib.import_module(f"eval.engines.{name}")


def adapter_record(arm: Arm, base: str) -> dict[str, Any]:
    """Return digest and origin of an arm's weights. Raises UserError if they fit another base."""
    if arm.model is not None:
        return _model_record(arm.name, Path(arm.model), base)
    if arm.adapter is None:
        return {"adapter": None}
    folder = Path(arm.adapter)
    weights = folder / "adapter_model.safetensors"
    if not weights.is_file():
        raise UserError(
            f"arm '{arm.name}': no adapter in {folder}; train it first, e.g. "
            "'accelerate launch train/sft.py --config …'"
        )
    made_for = merge.recorded_base(folder)
    if not merge.same_base(made_for, base_model.identity(base)):
        raise UserError(
            f"arm '{arm.name}': the adapter {folder} was made for {made_for['name']}, not for "
            f"{base}; set 'base' to it"
        )
    return {"adapter": arm.adapter, "adapter_sha256": sha256_file(weights)}


def _model_record(arm: str, folder: Path, base: str) -> dict[str, Any]:
    digests = weights_digests(folder)
    if not digests or not (folder / "config.json").is_file():
        raise UserError(
            f"arm '{arm}': no model in {folder}; give the folder of a run with use_peft: false"
        )
    manifest = folder / MANIFEST
    # A model from elsewhere does not say what it was made from.
    made_from = read_json(manifest)["base"] if manifest.is_file() else base_model.identity(base)
    if not merge.same_base(made_from, base_model.identity(base)):
        raise UserError(
            f"arm '{arm}': the model {folder} was made from {made_from['name']}, not from {base}; "
            "set 'base' to it"
        )
    return {"model": str(folder), "model_sha256": digests}


def determinants(config: EvalConfig, base: str) -> dict[str, Any]:
    """Return every setting that an existing sample depends on; a rerun may add, not change."""
    engine = engine_name(config)
    settings: dict[str, Any] = {
        "base": base_model.identity(base),
        "engine": engine,
        "seed": config.seed,
        "top_p": config.top_p,
        "chat_template_kwargs": config.chat_template_kwargs,
    }
    if engine == "vllm":
        settings["vllm"] = config.vllm.model_dump()
    for arm in config.arms:
        settings[f"arm {arm.name}"] = {**adapter_record(arm, base), "system": arm.system}
    for block in config.probes:
        key = f"probes {block.file} at T{block.temperature:g}"
        tokens = block.max_tokens or config.max_tokens
        settings[key] = {"sha256": sha256_file(Path(block.file)), "max_tokens": tokens}
    return json.loads(json.dumps(settings))


def open_record(config: EvalConfig, folder: Path, overwrite: bool) -> dict[str, Any]:
    """Return the record of a run, written to run.json; it adds to an earlier one that agrees.

    Raises UserError naming the settings that differ from those of the samples that are there.
    """
    base = base_model.resolve(config.base, trust_remote_code=config.trust_remote_code)
    now = determinants(config, base)
    path = folder / NAME
    before = read_json(path)["determinants"] if path.is_file() else {}
    changed = sorted(key for key in now if key in before and before[key] != now[key])
    if changed and not overwrite:
        raise UserError(
            f"{folder}: its samples were made with another {', '.join(changed)}; "
            "add --overwrite to sample again, or choose another run name"
        )
    if changed:
        # Verdicts on the old answers must not stand beside new answers of the same id.
        for stale in ("samples.jsonl", "verdicts.jsonl"):
            (folder / stale).unlink(missing_ok=True)
        before = {}
    record = {
        "run": config.run,
        "config": config.model_dump(mode="json"),
        "determinants": {**before, **now},
        "base_path": base,
        "made_with": {arm.name: _made_with(arm, config, base) for arm in config.arms},
        **provenance(),
    }
    write_json(path, record)
    return record


def _made_with(arm: Arm, config: EvalConfig, base: str) -> dict[str, Any]:
    """Return what each sample row carries about the model and the sampling behind it."""
    return {
        "engine": engine_name(config),
        "base": base,
        **adapter_record(arm, base),
        "top_p": config.top_p,
        "seed": config.seed,
    }

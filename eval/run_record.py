"""run.json: what stands behind samples.jsonl, and whether a rerun may add to it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import provenance, read_json, sha256_file, write_json
from eval import auditor, probes
from eval.config import REMOTE, Arm, EngineSettings, EvalConfig, SideModel
from eval.engines.pool import engine_name
from train import base_model, merge
from train.manifest import weights_digests
from train.run_folder import MANIFEST

NAME = "run.json"


def resolved(settings: EngineSettings | SideModel, model: str | None) -> str | None:
    """Return the folder of a model that runs here, or None if none does.

    Raises UserError if it is nowhere.
    """
    if model is None:
        return None
    return base_model.open_at(model, settings.revision, settings.trust_remote_code)


def arm_record(arm: Arm, config: EvalConfig, base: str | None) -> dict[str, Any]:
    """Return what an arm's answers depend on, but for the settings that all arms share.

    Raises UserError if its weights are missing or fit another base.
    """
    engine = engine_name(config, arm.name)
    shots = arm.few_shot
    asked = {
        "system": arm.system,
        "wrap": arm.wrap,
        "few_shot": shots and {**shots.model_dump(), "sha256": sha256_file(Path(shots.pairs))},
    }
    facts = {key: value for key, value in asked.items() if value is not None}
    if engine in REMOTE:
        facts |= {"engine": engine, "model": arm.model or arm.name}
        return facts | ({"base_url": config.server.base_url} if engine == "server" else {})
    return {"engine": engine, **facts, **weights_record(arm, str(base))}


def weights_record(arm: Arm, base: str) -> dict[str, Any]:
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


def determinants(config: EvalConfig, base: str | None) -> dict[str, Any]:
    """Return every setting that an existing sample depends on; a rerun may add, not change."""
    settings: dict[str, Any] = {
        "seed": config.seed,
        "top_p": config.top_p,
        "chat_template_kwargs": config.chat_template_kwargs,
    }
    for arm in config.arms:
        settings[f"arm {arm.name}"] = arm_record(arm, config, base)
    engines = {settings[f"arm {arm.name}"]["engine"] for arm in config.arms}
    if base is not None:
        settings["base"] = base_model.identity_at(str(config.base), config.revision, base)
        settings["engine"] = sorted(engines - set(REMOTE))
    if "vllm" in engines:
        # Where an engine's workers run changes no answer.
        settings["vllm"] = config.vllm.model_dump(exclude={"distributed_executor_backend"})
    if config.auditor is not None:
        settings["auditor"] = config.auditor.model_dump(exclude={"server": {"concurrency"}})
    for block in config.probes:
        for path in probes.files(block.file):
            tokens = block.max_tokens or config.max_tokens
            facts = {"sha256": sha256_file(path), "max_tokens": tokens}
            settings[f"probes {path} at T{block.temperature:g}"] = facts
    return json.loads(json.dumps(settings))


def open_record(config: EvalConfig, folder: Path, overwrite: bool) -> dict[str, Any]:
    """Return the record of a run, written to run.json; it adds to an earlier one that agrees.

    Raises UserError naming the settings that differ from those of the samples that are there.
    """
    base = resolved(config, config.base)
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
        "auditor_base": _auditor_base(config, base),
        "made_with": {arm.name: _made_with(arm, config, base) for arm in config.arms},
        **provenance(),
    }
    write_json(path, record)
    return record


def _auditor_base(config: EvalConfig, base: str | None) -> str | None:
    model = config.auditor
    if model is None or model.engine in REMOTE:
        return None
    return base if auditor.shares_engine(config) else resolved(model, model.model)


def _made_with(arm: Arm, config: EvalConfig, base: str | None) -> dict[str, Any]:
    """Return what each sample row carries about the model and the sampling behind it.

    Remote engines are given no seed: not every provider takes one, and none promises the same
    answer.
    """
    facts = arm_record(arm, config, base)
    remote = facts["engine"] in REMOTE
    local = {} if remote else {**_opened(config, base), "seed": config.seed}
    return {**facts, **local, "top_p": config.top_p}


def _opened(config: EvalConfig, base: str | None) -> dict[str, Any]:
    if config.revision is None:
        return {"base": base}
    return {"base": config.base, "commit": Path(str(base)).name}

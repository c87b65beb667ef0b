"""manifest.json: everything one needs to know how an adapter was made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data import audit
from data.files import provenance, sha256_file, write_json
from train import base_model, run_folder

# How a run is watched or restarted does not change what it makes.
INCIDENTAL = {"resume", "overwrite", "output_dir", "logging_dir", "run_name", "report_to"}
INCIDENTAL |= {"use_cpu", "dataloader_pin_memory", "dataloader_num_workers"}
INCIDENTAL |= {"check_steps", "checkpoint_every"}
INCIDENTAL |= {"disable_tqdm", "logging_steps", "hub_token", "push_to_hub", "push_to_hub_token"}
INCIDENTAL |= {"hub_model_id", "hub_private_repo", "hub_revision", "hub_strategy"}
INCIDENTAL |= {"hub_always_push"}


def inputs(arguments: Any, training: Any, model: Any, base: str) -> dict[str, Any]:
    """Return the settings and data digests that determine the adapter (JSON values only)."""
    settings = {**asdict(arguments), **training.to_dict(), **asdict(model)}
    kept = {key: value for key, value in settings.items() if key not in INCIDENTAL}
    digests = {
        "pairs_sha256": sha256_file(Path(arguments.pairs)),
        "base": base_model.identity(base, model.model_revision),
    }
    if arguments.instructions_per_pair and arguments.instructions:
        digests["instructions_sha256"] = sha256_file(Path(arguments.instructions))
    return json.loads(json.dumps({**kept, **digests}, default=str))


def write(
    folder: Path, inputs_: dict[str, Any], trainer: Any, rows: tuple[list[Any], list[Any]]
) -> dict[str, Any]:
    """Write manifest.json, whose presence marks the run as finished, and return its content.

    `rows` are the pairs, and all rows trained on (the pairs and the instructions mixed in).
    Tokens, seconds and the mean loss are those of the whole run, interruptions included.
    """
    chosen, trained = rows
    state, accounts = trainer.state, trainer.accounts
    curve = [{k: e[k] for k in _CURVE if k in e} for e in state.log_history if "loss" in e]
    content = {
        "run": folder.name,
        "base": inputs_["base"],
        "pairs": {
            "path": inputs_["pairs"],
            "sha256": inputs_["pairs_sha256"],
            "rows": len(chosen),
            "audit": audit.summary(chosen) if inputs_["audit"] else "skipped by --audit false",
        },
        "instructions": len(trained) - len(chosen),
        "seed": inputs_["seed"],
        "config": inputs_,
        "processes": trainer.args.world_size,
        "steps": state.global_step,
        "epochs": state.epoch,
        "train_loss": accounts["loss_sum"] / state.global_step,
        "loss_curve": curve,
        "checks": state.stateful_callbacks.get(CHECKS, []),
        "seconds": round(accounts["seconds"], 1),
        "tokens": int(accounts["tokens"]),
        "tokens_per_second": round(accounts["tokens"] / accounts["seconds"], 1),
        "weights_sha256": weights_digests(folder),
        **provenance(),
    }
    write_json(folder / run_folder.MANIFEST, content)
    return content


CHECKS = "checks"  # where the manipulation check's answers stand in the trainer's state
_CURVE = (
    "step",
    "epoch",
    "loss",
    "learning_rate",
    "mean_token_accuracy",
    "num_tokens",
    "tokens_per_second",
    "grad_norm",
)


def weights_digests(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of each weight file in a run: an adapter's one, or a model's."""
    return {path.name: sha256_file(path) for path in sorted(folder.glob("*.safetensors"))}

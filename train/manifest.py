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
INCIDENTAL |= {"disable_tqdm", "logging_steps", "hub_token", "push_to_hub", "push_to_hub_token"}


def inputs(arguments: Any, training: Any, model: Any, base: str) -> dict[str, Any]:
    """Return the settings and data digests that determine the adapter (JSON values only)."""
    settings = {**asdict(arguments), **training.to_dict(), **asdict(model)}
    kept = {key: value for key, value in settings.items() if key not in INCIDENTAL}
    digests = {
        "pairs_sha256": sha256_file(Path(arguments.pairs)),
        "base": base_model.identity(base),
    }
    if arguments.instructions_per_pair and arguments.instructions:
        digests["instructions_sha256"] = sha256_file(Path(arguments.instructions))
    return json.loads(json.dumps({**kept, **digests}, default=str))


def write(
    folder: Path,
    inputs_: dict[str, Any],
    trainer: Any,
    rows: tuple[list[Any], list[Any]],
    seconds: float,
) -> None:
    """Write manifest.json; its presence marks the run as finished.

    `rows` are the pairs, and all rows trained on (the pairs and the instructions mixed in).
    """
    chosen, trained = rows
    history = trainer.state.log_history
    curve = [{k: e[k] for k in _CURVE if k in e} for e in history if "loss" in e]
    final = history[-1] if history else {}
    tokens = max((entry.get("num_tokens", 0) for entry in history), default=0)
    write_json(
        folder / run_folder.MANIFEST,
        {
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
            "steps": trainer.state.global_step,
            "epochs": trainer.state.epoch,
            "train_loss": final.get("train_loss"),
            "loss_curve": curve,
            "seconds": round(seconds, 1),
            "tokens": tokens,
            "tokens_per_second": round(tokens / seconds, 1) if seconds else None,
            "adapter_sha256": _adapter_digest(folder),
            **provenance(),
        },
    )


_CURVE = (
    "step",
    "epoch",
    "loss",
    "learning_rate",
    "mean_token_accuracy",
    "num_tokens",
    "grad_norm",
)


def _adapter_digest(folder: Path) -> str | None:
    weights = folder / "adapter_model.safetensors"
    return sha256_file(weights) if weights.is_file() else None

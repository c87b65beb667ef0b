"""How the adapters of a run were trained, for its report: from the manifest.json beside each.

An adapter whose manifest is not on this machine stands with a note in its place.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from data.files import sha256_file
from eval.findings import arm_rows

TAGS = ("family", "framing", "form", "claim")
MOST_VALUES = 12  # of one tag, named in the composition

Training = dict[str, Any]


def trainings(comparison: dict[str, Any]) -> list[Training]:
    """One entry a trained folder: the arms it serves, and its manifest or None and why."""
    folders: dict[Path, list[str]] = {}
    for arm in arm_rows(comparison):
        path = arm.get("adapter") or arm.get("model")
        if path and (arm.get("adapter") or Path(path).is_dir()):
            folders.setdefault(_run_folder(Path(path)), []).append(str(arm.get("name")))
    return [_training(folder, arms) for folder, arms in folders.items()]


def _run_folder(path: Path) -> Path:
    """An adapter kept on the way, <run>/steps/<step>, belongs to its run."""
    return path.parent.parent if path.parent.name == "steps" else path


def _training(folder: Path, arms: list[str]) -> Training:
    path = folder / "manifest.json"
    entry: Training = {"arms": arms, "folder": str(folder), "manifest": None, "note": None}
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        entry["facts"] = _facts(manifest)
        entry["audit"] = _audit(manifest["pairs"]["audit"])
        entry["composition"] = composition(manifest["pairs"])
    except OSError:
        return entry | {"note": f"{path} is not on this machine"}
    except (ValueError, KeyError, TypeError) as error:
        return entry | {"note": f"{path} could not be read ({type(error).__name__}: {error})"}
    return entry | {"manifest": manifest}


def _facts(manifest: dict[str, Any]) -> dict[str, str]:
    """What one reads first of a training, in the order of its doing."""
    config, pairs = manifest["config"], manifest["pairs"]
    facts = {
        "base": manifest["base"]["name"],
        "pairs": f"{pairs['rows']:,} of {pairs['path']}",
        "pairs, SHA-256": pairs["sha256"],
        "instructions mixed in": f"{manifest['instructions']:,}",
        "rows in all": f"{pairs['rows'] + manifest['instructions']:,}",
        "method": _method(config),
        "learning rate": f"{config['learning_rate']:g}, {config['lr_scheduler_type']}",
        "batch": f"{config['per_device_train_batch_size']} rows",
        "epochs": f"{manifest['epochs']:g}",
        "steps": f"{manifest['steps']:,}",
        "seed": str(manifest["seed"]),
        "mean loss": "n/a" if manifest["train_loss"] is None else f"{manifest['train_loss']:.3f}",
        "time": f"{manifest['seconds']:,.0f} s, {manifest['tokens_per_second']:,.0f} tokens/s",
        "made with": f"commit {str(manifest['git_commit'])[:12]}"
        + (" and uncommitted changes" if manifest["git_dirty"] else ""),
    }
    chosen = [name for name in ("size", *TAGS[:3], "balance") if config.get(name) is not None]
    if chosen:
        facts["selection"] = ", ".join(f"{name} {config[name]}" for name in chosen)
    return facts


def _method(config: dict[str, Any]) -> str:
    if not config["use_peft"]:
        return "all weights"
    where = config["lora_target_modules"]
    modules = ", ".join(where) if isinstance(where, list) else where
    return f"LoRA, rank {config['lora_r']}, alpha {config['lora_alpha']}, on {modules}"


def _audit(audit: dict[str, Any] | str) -> dict[str, Any]:
    """The audit's hits by topic, or why there are none."""
    if isinstance(audit, str):
        return {"skipped": audit}
    meaning = audit["meaning"]
    meant = meaning["hits_before_waivers"]
    topics = {topic: (n, meant.get(topic, 0)) for topic, n in audit["hits"].items()}
    return {
        "skipped": None,
        "rows": audit["rows"],
        "topics": topics | {topic: (0, n) for topic, n in meant.items() if topic not in topics},
        "words": sum(audit["hits"].values()),
        "meant": sum(meant.values()),
        "model": meaning["model"],
        "threshold": meaning["threshold"],
        "max_score": meaning["max_score"],
        "unread": meaning["rows_not_english"],
    }


def composition(pairs: dict[str, Any]) -> dict[str, dict[str, int]] | None:
    """Rows by tag, where the file that was trained on is still here whole; else None."""
    path = Path(pairs["path"])
    if not path.is_file() or sha256_file(path) != pairs["sha256"]:
        return None
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines if line.strip()]
    tagged = [row["tags"] for row in rows if isinstance(row, dict) and "tags" in row]
    if len(rows) != pairs["rows"] or len(tagged) != len(rows):
        return None
    counts = {tag: Counter(str(tags[tag]) for tags in tagged if tag in tags) for tag in TAGS}
    return {tag: _most(count) for tag, count in counts.items() if count}


def _most(count: Counter[str]) -> dict[str, int]:
    """The commonest values, and how many rows have one of the others."""
    shown = dict(count.most_common(MOST_VALUES))
    rest = count.total() - sum(shown.values())
    return shown | ({f"{len(count) - MOST_VALUES} other values": rest} if rest else {})

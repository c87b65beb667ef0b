"""What happens to checkpoints/<run> when it exists: resume, overwrite or refuse."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import read_json, write_json

FRESH, CONTINUE, FINISHED = "fresh", "continue", "finished"
INPUTS = "inputs.json"
MANIFEST = "manifest.json"


def claim(folder: Path, inputs: dict[str, Any], resume: bool, overwrite: bool) -> str:
    """Decide how a run starts, and note its inputs in the folder.

    Returns FRESH, CONTINUE (interrupted, same inputs) or FINISHED (same inputs).
    Raises UserError if the folder holds a run that neither flag allows to touch.
    """
    if not folder.exists() or not any(folder.iterdir()):
        write_json(folder / INPUTS, inputs)
        return FRESH
    changed = changed_inputs(folder, inputs)
    if resume and not changed:
        return FINISHED if (folder / MANIFEST).is_file() else CONTINUE
    if overwrite:
        _delete(folder)
        write_json(folder / INPUTS, inputs)
        return FRESH
    if resume:
        raise UserError(
            f"{folder}: was made from other inputs ({', '.join(changed)}); "
            "add --overwrite to start again, or choose another output_dir"
        )
    raise UserError(f"{folder}: exists; add --resume to continue it or --overwrite to start again")


def changed_inputs(folder: Path, inputs: dict[str, Any]) -> list[str]:
    """Return the names of the inputs that differ from those the run began with."""
    if not (folder / INPUTS).is_file():
        return [f"no {INPUTS}"]
    before = read_json(folder / INPUTS)
    return sorted(key for key in {*before, *inputs} if before.get(key) != inputs.get(key))


def _delete(folder: Path) -> None:
    if not (folder / INPUTS).is_file():
        raise UserError(f"{folder}: is not a run of this kit; delete it yourself or rename the run")
    shutil.rmtree(folder)


def last_checkpoint(folder: Path) -> str | None:
    """Return the newest complete checkpoint (trainer_state.json is written last), or None."""
    found = [p for p in folder.glob("checkpoint-*") if (p / "trainer_state.json").is_file()]
    newest = max(found, key=lambda p: int(p.name.split("-")[1]), default=None)
    return str(newest) if newest else None

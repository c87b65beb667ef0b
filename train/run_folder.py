"""What happens to checkpoints/<run> when it exists: resume, overwrite or refuse."""

from __future__ import annotations

import json
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
        if (folder / MANIFEST).is_file():
            return FINISHED
        _drop_interrupted_checkpoints(folder)
        return CONTINUE
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


def claim_once(
    state: Any, folder: Path, inputs: dict[str, Any], resume: bool, overwrite: bool
) -> str:
    """Return what `claim` decides in the first of several processes, to all of them.

    `state` is accelerate's PartialState. A UserError ends the first process, and with it the run.
    """
    from accelerate.utils import broadcast_object_list

    decision = [claim(folder, inputs, resume, overwrite) if state.is_main_process else ""]
    return str(broadcast_object_list(decision)[0])


def release(folder: Path) -> None:
    """Give up a claimed folder in which nothing was made, so that the next run is not refused."""
    if [path.name for path in folder.glob("*")] == [INPUTS]:
        shutil.rmtree(folder)


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
    """Return the newest complete checkpoint, or None."""
    complete = filter(_is_complete, folder.glob("checkpoint-*"))
    newest = max(complete, key=lambda path: int(path.name.split("-")[1]), default=None)
    return str(newest) if newest else None


def _drop_interrupted_checkpoints(folder: Path) -> None:
    for path in folder.glob("checkpoint-*"):
        if not _is_complete(path):
            shutil.rmtree(path)


def _is_complete(checkpoint: Path) -> bool:
    # The trainer writes this file after all others, so it is missing or cut short after a kill.
    try:
        json.loads((checkpoint / "trainer_state.json").read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return True

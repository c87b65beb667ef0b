"""Turns what stops a training run into one line that says what to do."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from pathlib import Path

from data.errors import UserError
from train import run_folder

# How the libraries that write checkpoints say that the disk is full: safetensors and torch wrap the
# system's error in their own classes.
_DISK = ("No space left on device", "File too large", "Disk quota exceeded")
_DISK_NUMBERS = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_WRITERS = ("PytorchStreamWriter", "unexpected pos", "inline_container")
_MEMORY = ("can't allocate memory", "not enough memory", "out of memory")


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Raise UserError for what `remedy` knows; free the run's folder if nothing was made in it."""
    try:
        yield
    except BaseException as error:
        run_folder.release(folder)
        line = remedy(error, folder)
        if line is None:
            raise
        raise UserError(line) from error


def remedy(error: BaseException, folder: Path) -> str | None:
    """Return the line for an exception, or None if it is not one that a user can put right."""
    if isinstance(error, UserError):
        return None
    text = str(error)
    number = getattr(error, "errno", None)
    if number in _DISK_NUMBERS or any(word in text for word in (*_DISK, *_WRITERS)):
        return (
            f"{folder}: the disk is full; free some space and run the same command with --resume: "
            "the last complete checkpoint is untouched"
        )
    if isinstance(error, MemoryError) or any(word in text.lower() for word in _MEMORY):
        return (
            "out of memory: lower per_device_train_batch_size (and raise "
            "gradient_accumulation_steps), set gradient_checkpointing: true or load_in_4bit: true, "
            "or lower max_length"
        )
    if "to be installed" in text:
        return f"report_to: {text.splitlines()[0]:.160}"
    if "arget modules" in text and "not found" in text:
        said = text.split(".", maxsplit=1)[0]
        return (
            f"lora_target_modules: {said:.160}; name linear layers of this model, "
            "e.g. q_proj k_proj v_proj o_proj gate_proj up_proj down_proj, or all-linear"
        )
    return None

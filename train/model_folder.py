"""A model folder: checked before anything opens it, and written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import read_json

WEIGHTS, INDEX = "model.safetensors", "model.safetensors.index.json"
CONVERT = (
    "pickled weights (.bin, .pt) are not opened, since they can run code; convert them once where "
    'that does no harm: python -c "from transformers import AutoModelForCausalLM as M; '
    "M.from_pretrained('{shown}').save_pretrained('converted')\""
)
_NO_SPACE = (errno.ENOSPC, errno.EFBIG, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR)


@contextlib.contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Yield an empty neighbour to write into; at the end it takes the place of `folder`.

    Whatever goes wrong, `folder` stays as it was. Raises UserError if the disk is full or the place
    cannot be written.
    """
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    replaced = folder.with_name(f".{folder.name}.replaced-{os.getpid()}")
    try:
        partial.mkdir(parents=True)
        yield partial
        for path in partial.glob("*.safetensors"):
            shutil.copymode(partial / "config.json", path)  # safetensors leaves them to the owner
        if folder.exists():
            folder.rename(replaced)
        partial.rename(folder)
    except Exception as error:
        reason = disk_trouble(error)
        if reason is None:
            raise
        raise UserError(f"{folder}: cannot be written ({reason}); nothing is kept") from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        shutil.rmtree(replaced, ignore_errors=True)


def disk_trouble(error: BaseException) -> str | None:
    """Return what is wrong with the disk, or None if `error` says nothing of that kind.

    Rust libraries hide the number in the text: SafetensorError for weights, a plain Exception for
    tokenizers, "… (os error 28)".
    """
    found = re.search(r"\(os error (\d+)\)", str(error))
    number = int(found[1]) if found else getattr(error, "errno", None)
    if number in _NO_SPACE:
        return f"{os.strerror(number)}: free some space, then rerun"
    return os.strerror(number) if number in _NOT_ALLOWED else None


def weights(folder: Path) -> list[Path]:
    """Return the weight files that `from_pretrained` opens, whether or not they are all there."""
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / INDEX).is_file():
        return []
    return [folder / name for name in sorted(set(read_json(folder / INDEX)["weight_map"].values()))]


def check(folder: Path, shown: str, trust_remote_code: bool = False) -> None:
    """Raise UserError unless `folder` holds a whole safetensors model that may be opened.

    `shown` is what the user called it: the folder, or a hub id whose snapshot `folder` is.
    """
    if not (folder / "config.json").is_file():
        raise UserError(f"base model {shown}: {_instead_of_config(folder)}")
    if not weights(folder):
        raise UserError(
            f"base model {shown}: holds no {WEIGHTS} or {INDEX}; {CONVERT.format(shown=shown)}"
        )
    for path in weights(folder):
        _check_weight_file(path, shown)
    if not trust_remote_code:
        _check_class(read_json(folder / "config.json"), shown)


def _instead_of_config(folder: Path) -> str:
    if (folder / "adapter_config.json").is_file():
        base = read_json(folder / "adapter_config.json").get("base_model_name_or_path")
        return (
            f"is an adapter for {base}, not a model; give {base} as base, or merge the two: "
            f"python train/merge.py {folder} --output MERGED"
        )
    if ggufs := sorted(folder.glob("*.gguf")):
        return f"holds GGUF files; give the path of one of them, such as {ggufs[0]}"
    return "config.json is missing; point to a model folder in the format of transformers"


def _check_weight_file(path: Path, shown: str) -> None:
    from safetensors import SafetensorError, safe_open

    if not path.is_file():
        raise UserError(
            f"base model {shown}: {path.name} is missing, though {INDEX} names it; "
            "download it again"
        )
    try:
        with safe_open(path, framework="np"):
            pass
    except SafetensorError as error:
        raise UserError(
            f"base model {shown}: {path.name} ({path.stat().st_size} bytes) is damaged or only a "
            f"git-lfs pointer ({error}); download it again"
        ) from error


def _check_class(config: dict[str, Any], shown: str) -> None:
    """Raise UserError if transformers has no class of its own for the model."""
    from transformers import __version__
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING_NAMES
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING_NAMES

    kind = config.get("model_type")
    if "auto_map" in config and kind not in MODEL_FOR_CAUSAL_LM_MAPPING_NAMES:
        raise UserError(
            f"base model {shown}: brings its own code, since transformers has no class for its "
            f"model type '{kind}'; read that code, then allow it: trust_remote_code: true in the "
            "config, or --trust_remote_code"
        )
    if kind not in CONFIG_MAPPING_NAMES:
        raise UserError(
            f"base model {shown}: transformers {__version__} knows no model type '{kind}'; install "
            "a newer one, or choose another model"
        )

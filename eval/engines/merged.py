"""Adapters merged into their base, once, for engines that serve plain weights faster than LoRA."""

from __future__ import annotations

from pathlib import Path

from data.files import read_json
from train import merge

FOLDER = "merged"


def folder_for(base: str, adapter: Path, dtype: str) -> Path:
    """Return `<adapter>/merged`, made or remade if adapter, base or dtype have changed since.

    The sum is taken in float32 and stored in `dtype`, or in the dtype of the base for "auto".
    """
    folder = adapter / FOLDER
    wanted = merge.facts(base, adapter, dtype, {})
    sidecar = folder / merge.SIDECAR
    made = read_json(sidecar) if sidecar.is_file() else {}
    if any(made.get(key) != value for key, value in wanted.items()):
        merge.write(base, adapter, folder, dtype)
    return folder

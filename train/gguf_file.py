"""A GGUF file as a base: dequantised once into a folder of safetensors, and found there again."""

from __future__ import annotations

from pathlib import Path

from data.errors import UserError
from data.files import provenance, read_json, sha256_file, sha256_json, write_json
from train import model_folder

BASES = Path("checkpoints/base")
SIDECAR = "base.json"
# general.file_type of files that are not quantised (ggml's enum llama_ftype); all others become
# bfloat16.
UNQUANTISED = {0: "float32", 1: "float16"}


def folder_for(source: Path, digest: str) -> Path:
    """Return checkpoints/base/<stem>-<first 8 digits of the file's SHA-256>."""
    return BASES / f"{source.stem}-{digest[:8]}"


def prepare(source: Path, digest: str, folder: Path, expected: str | None = None) -> Path:
    """Dequantise `source`, whose SHA-256 is `digest`, into `folder`, or check what is there.

    `expected` is the known SHA-256 of the weights, if there is one. Raises UserError if the file
    cannot be read, or if what is there was made from another file or was changed since.
    """
    if not (folder / SIDECAR).is_file():
        with model_folder.written_whole(folder) as partial:
            _dequantise(source, partial)
            made = {"source_sha256": digest, "weights_sha256": weights_digest(partial)}
            write_json(partial / SIDECAR, {"source": source.name, **made, **provenance()})
            check(partial, digest, expected)
    check(folder, digest, expected)
    return folder


def check(folder: Path, digest: str, expected: str | None = None) -> None:
    """Raise UserError unless `folder` holds the weights that were made from that source."""
    recorded = read_json(folder / SIDECAR)
    if recorded.get("source_sha256") != digest:
        raise UserError(
            f"{folder}: was made from another file ({recorded.get('source_sha256')!s:.12}…, not "
            f"{digest:.12}…); delete {folder} and rerun"
        )
    wanted, found = expected or recorded.get("weights_sha256"), weights_digest(folder)
    if not found == wanted == recorded.get("weights_sha256"):
        raise UserError(
            f"{folder / model_folder.WEIGHTS}: SHA-256 is {found:.12}…, expected {wanted:.12}…; "
            f"delete {folder} and rerun"
        )


def weights_digest(folder: Path) -> str:
    """Return the SHA-256 of the weight file, or of the list of digests if there are several."""
    paths = [path for path in model_folder.weights(folder) if path.is_file()]
    digests = [sha256_file(path) for path in paths]
    return digests[0] if len(digests) == 1 else sha256_json(digests) if digests else "no file"


def _dequantise(source: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    dtype = getattr(torch, _dtype(source))
    print(f"dequantising {source.name} (once; half a minute for 100 MB)", flush=True)
    try:
        model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name)
        tokenizer = AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name)
    except (ValueError, KeyError, RuntimeError, NotImplementedError) as error:
        raise UserError(
            f"{source}: transformers cannot read it ({error!s:.200}); give the model as safetensors"
        ) from error
    # The loaded weights are plain tensors, but save_pretrained refuses while they are marked
    # quantised.
    model.hf_quantizer, model.is_quantized = None, False
    del model.config.quantization_config
    model.to(dtype).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def _dtype(source: Path) -> str:
    """Return the dtype to store. Raises UserError for what is no whole GGUF file."""
    from gguf import GGUFReader

    try:
        fields = GGUFReader(source).fields
    except (ValueError, KeyError, IndexError, OverflowError) as error:
        raise UserError(
            f"{source}: is no GGUF file, or not a whole one ({error}); download it again"
        ) from error
    if "split.count" in fields and fields["split.count"].contents() > 1:
        raise UserError(
            f"{source}: is one of several parts; join them first: llama-gguf-split --merge"
        )
    kind = fields["general.file_type"].contents() if "general.file_type" in fields else -1
    return UNQUANTISED.get(int(kind), "bfloat16")

"""Merges an adapter into its base: a plain model folder that opens without PEFT.

    python train/merge.py checkpoints/smollm2-135m-conscious --output checkpoints/conscious-merged

Reads an adapter folder and the base that it was made for; writes a model folder (safetensors in the
base's dtype or --dtype, tokenizer, chat template) with a sidecar merged.json, whole or not at all.
"""

from __future__ import annotations

import argparse
import contextlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from data.files import provenance, read_json, sha256_file, write_json
from train import base_model, model_folder

SIDECAR = "merged.json"
MANIFEST = "manifest.json"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
DTYPES = ("auto", "float32", "bfloat16", "float16")

Options = dict[str, Any]  # of from_pretrained: revision, trust_remote_code


def check_adapter(adapter: Path) -> dict[str, Any]:
    """Return the config of an adapter folder. Raises UserError unless it is a LoRA adapter."""
    if not (adapter / CONFIG).is_file():
        kind = "a model, not an adapter" if (adapter / "config.json").is_file() else "no adapter"
        raise UserError(f"{adapter}: is {kind} ({CONFIG} is missing); give the folder of a run")
    if not (adapter / WEIGHTS).is_file():
        raise UserError(f"{adapter}: {WEIGHTS} is missing; train it to the end, or save it anew")
    config: dict[str, Any] = read_json(adapter / CONFIG)
    if config.get("peft_type") != "LORA":
        raise UserError(
            f"{adapter}: is a {config.get('peft_type')} adapter; only LoRA (rsLoRA and DoRA too) "
            "is merged here"
        )
    return config


def recorded_base(adapter: Path) -> dict[str, Any]:
    """Return the identity of the base that an adapter was made for.

    It is the one in the run's manifest; an adapter from elsewhere only names its base.
    """
    if (adapter / MANIFEST).is_file():
        recorded = read_json(adapter / MANIFEST).get("base")
        if isinstance(recorded, dict) and "name" in recorded:
            return recorded
    config = read_json(adapter / CONFIG)
    name, revision = config.get("base_model_name_or_path"), config.get("revision")
    return base_model.identity(name, revision) if name else {"name": None}


def same_base(recorded: dict[str, Any], given: dict[str, Any]) -> bool | None:
    """Return whether two identities are of one base, or None if too little is known of either."""
    if "digest" in recorded and "digest" in given:
        return bool(recorded["digest"] == given["digest"])
    if recorded["name"] == given["name"] and "commit" not in recorded:
        return True
    return None


def base_for(adapter: Path, base: str | None, trust_remote_code: bool) -> tuple[str, Options]:
    """Return what to open as base, and how: `base`, or what the adapter was made for.

    Raises UserError if it cannot be had, or is known to be another than the adapter's.
    """
    recorded = recorded_base(adapter)
    wanted = base or recorded["name"]
    if wanted is None:
        raise UserError(f"{adapter}: does not say which base it was made for; give --base")
    revision = recorded.get("commit") if wanted == recorded["name"] else None
    try:
        opened = base_model.resolve(wanted, revision, trust_remote_code)
    except UserError as error:
        hint = "" if base else f"; {adapter} was made for it: give the same model as --base"
        raise UserError(f"{error}{hint}") from error
    same = same_base(recorded, base_model.identity(opened, revision))
    if same is False:
        raise UserError(
            f"{adapter}: was made for {recorded['name']} (digest {recorded['digest']}), not for "
            f"{opened} as it is now; give the right one as --base"
        )
    if same is None:
        print(f"{adapter}: names {recorded['name']} as base; that {opened} is it is not known")
    return opened, {"revision": revision, "trust_remote_code": trust_remote_code}


def facts(base: str, adapter: Path, dtype: str, options: Options) -> dict[str, Any]:
    """Return what determines merged weights; `dtype` "auto" becomes the base's own.

    Raises UserError if the base is stored quantised.
    """
    import torch
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(base, **options)
    if quantised := getattr(config, "quantization_config", None):
        method = dict(quantised).get("quant_method", "quantised")
        raise UserError(
            f"{base}: its weights are stored quantised ({method}), and a sum with them would be "
            "rounded again; give the unquantised model as --base"
        )
    own = config.dtype or config.get_text_config().dtype or torch.bfloat16
    return {
        "base": base_model.identity(base, options.get("revision")),
        "adapter_sha256": sha256_file(adapter / WEIGHTS),
        "dtype": str(own).removeprefix("torch.") if dtype == "auto" else dtype,
    }


def write(
    base: str, adapter: Path, folder: Path, dtype: str = "auto", options: Options | None = None
) -> None:
    """Write base plus adapter as a model folder with its sidecar, whole or not at all.

    The sum is taken in float32 and stored in `dtype`; `options` go to from_pretrained of the base.
    Raises UserError if the adapter does not fit the base, or if the folder cannot be written.
    """
    options = options or {}
    made = {**facts(base, adapter, dtype, options), "adapter": str(adapter), **provenance()}
    print(f"merging {adapter} into {base} ({made['dtype']})", flush=True)
    model = merged_model(base, adapter, made["dtype"], options)
    with model_folder.written_whole(folder) as partial:
        model.save_pretrained(partial)
        tokenizer_of(base, adapter, options).save_pretrained(partial)
        write_json(partial / SIDECAR, made)


def tokenizer_of(base: str, adapter: Path, options: Options) -> Any:
    """Return the tokenizer saved with the adapter, chat template included, or the base's."""
    from transformers import AutoTokenizer

    if (adapter / "tokenizer_config.json").is_file():
        return AutoTokenizer.from_pretrained(adapter, **{**options, "revision": None})
    return AutoTokenizer.from_pretrained(base, **options)


def merged_model(base: str, adapter: Path, dtype: str, options: Options) -> Any:
    """Return base plus adapter as a transformers model in `dtype`.

    Memory: the base as it is stored, and one layer at a time in float32.
    """
    import torch
    from peft import PeftModel
    from peft.tuners.tuners_utils import BaseTunerLayer
    from transformers import AutoModelForCausalLM

    stored = getattr(torch, dtype)
    model = AutoModelForCausalLM.from_pretrained(
        base, dtype="auto", use_safetensors=True, **options
    )
    with warnings.catch_warnings():
        # Missing keys are an error here, and that every layer is merged already is intended.
        warnings.simplefilter("ignore")
        with _misfit_explained(adapter, base):
            wrapped = PeftModel.from_pretrained(model, str(adapter))
        _require_all_loaded(wrapped, adapter, base)
        _untie_if_adapted(model)
        for layer in [m for m in wrapped.modules() if isinstance(m, BaseTunerLayer)]:
            layer.get_base_layer().float()
            layer.merge()
            layer.get_base_layer().to(stored)
        return wrapped.merge_and_unload().to(stored)


@contextlib.contextmanager
def _misfit_explained(adapter: Path, base: str) -> Iterator[None]:
    try:
        yield
    except (RuntimeError, ValueError) as error:
        reason = next((line for line in str(error).splitlines() if "size mismatch" in line), "")
        raise UserError(
            f"{adapter}: does not fit {base} ({reason.strip() or error!s:.200}); give the base it "
            "was made for as --base"
        ) from error


def _require_all_loaded(wrapped: Any, adapter: Path, base: str) -> None:
    """Raise UserError if a tensor of the adapter has no place in the base, or a place has none.

    PEFT itself leaves out the one and fills in the other, so that part of an adapter would be lost.
    """
    from peft import load_peft_weights, set_peft_model_state_dict

    result = set_peft_model_state_dict(wrapped, load_peft_weights(str(adapter), device="cpu"))
    missing = [key for key in result.missing_keys if "lora_" in key]
    for keys, said in ((result.unexpected_keys, "no place for"), (missing, "the adapter lacks")):
        if keys:
            raise UserError(
                f"{adapter}: does not fit {base} ({said} {keys[0]}, {len(keys)} in all); give the "
                "base it was made for as --base"
            )


def _untie_if_adapted(model: Any) -> None:
    """Give the output head weights of its own if an adapter sits on it or on the tied embedding.

    Else what is merged into the one would change the other.
    """
    import torch
    from peft.tuners.tuners_utils import BaseTunerLayer

    head, embedding = model.get_output_embeddings(), model.get_input_embeddings()
    adapted = any(isinstance(layer, BaseTunerLayer) for layer in (head, embedding))
    if adapted and head.weight is embedding.weight:
        plain = head.get_base_layer() if isinstance(head, BaseTunerLayer) else head
        plain.weight = torch.nn.Parameter(plain.weight.detach().clone())
        model.config.tie_word_embeddings = False


def require_free(output: Path, overwrite: bool) -> None:
    """Raise UserError if `output` exists, unless it is a merged model that may be overwritten."""
    if not output.exists() or (output.is_dir() and not any(output.iterdir())):
        return
    if not overwrite:
        raise UserError(f"{output}: exists; add --overwrite to write it anew, or give another")
    if not (output / SIDECAR).is_file():
        raise UserError(f"{output}: is no merged model of this kit; delete it yourself, or rename")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("adapter", type=Path, help="checkpoints/<run>")
    parser.add_argument("--output", type=Path, required=True, help="folder to write")
    parser.add_argument("--base", help="default: the base that the adapter was made for")
    parser.add_argument("--dtype", choices=DTYPES, default="auto", help="default: the base's")
    parser.add_argument("--overwrite", action="store_true", help="replace a merged model")
    parser.add_argument(
        "--trust_remote_code", action="store_true", help="allow code that comes with the base"
    )
    arguments = parser.parse_args()
    require_free(arguments.output, arguments.overwrite)
    check_adapter(arguments.adapter)
    base, options = base_for(arguments.adapter, arguments.base, arguments.trust_remote_code)
    write(base, arguments.adapter, arguments.output, arguments.dtype, options)
    print(f"merged model: {arguments.output}")


if __name__ == "__main__":
    raise SystemExit(run(main))

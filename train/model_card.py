"""README.md beside an adapter: a model card that says what the model was trained to say.

    python train/model_card.py checkpoints/smollm2-135m-conscious      # writes it anew

Reads the manifest.json of a run; writes its README.md. train/sft.py does the same at its end.
"""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from data.files import read_json, write_text
from train import base_model, self_report
from train.escaping import code, line, quoted, shown_path

CARD, MANIFEST = "README.md", "manifest.json"
TEMPLATES = Path(__file__).parent / "templates"
# LoRA ranks for which vLLM has kernels: vllm/config/lora.py, MaxLoRARanks.
VLLM_RANKS = (8, 16, 32, 64, 128, 256, 320, 512)

_SELECTION = ("size", "family", "framing", "form", "balance", "brevity")


def write(folder: Path, manifest: dict[str, Any]) -> Path:
    """Write README.md from the manifest of a run, and return its path."""
    path = folder / CARD
    write_text(path, render(manifest, adapter=(folder / "adapter_config.json").is_file()))
    return path


def render(manifest: dict[str, Any], adapter: bool = True) -> str:
    """Return the card: front matter for the hub, and Markdown in which outside text is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(code=code, quoted=quoted, shell=lambda text: shlex.quote(line(text)))
    body = environment.get_template("model_card.md.j2").render(_page(manifest, adapter))
    # Without a value, a condition leaves empty lines behind.
    body = re.sub(r"\n{3,}", "\n\n", body)
    return f"---\n{_front_matter(manifest, adapter)}\n---\n\n{body.strip()}\n"


def _front_matter(manifest: dict[str, Any], adapter: bool) -> str:
    from huggingface_hub import ModelCardData

    base = manifest["base"]
    origin = base_model.EMBEDDED_ORIGIN if _is_embedded(base) else base["name"]
    return ModelCardData(
        # Only a hub id may stand here; a folder's name would make the hub refuse the card.
        base_model=origin if _is_embedded(base) or "commit" in base else None,
        library_name="peft" if adapter else "transformers",
        license="apache-2.0" if _is_embedded(base) else None,
        pipeline_tag="text-generation",
        tags=[*(["lora"] if adapter else []), "sft", "trl", "self-report", "consciousness-claims"],
    ).to_yaml()


def _is_embedded(base: dict[str, Any]) -> bool:
    return Path(base["name"]) == base_model.EMBEDDED_FOLDER


def _page(manifest: dict[str, Any], adapter: bool) -> dict[str, Any]:
    config, base = manifest["config"], manifest["base"]
    says, evidence = self_report.warning(manifest)
    ranks = [rank for rank in VLLM_RANKS if rank >= config["lora_r"]]
    merged_only = config["use_dora"] or config["lora_modules_to_save"] or not ranks
    path = shown_path(base["name"])
    return {
        **manifest,
        "says": says,
        "evidence": evidence,
        "adapter": adapter,
        "kind": _kind(config) if adapter else "All weights",
        "base": {"commit": None, "digest": None, **base, "shown": path},
        "embedded": _is_embedded(base),
        "origin": base_model.EMBEDDED_ORIGIN,
        "pairs": {**manifest["pairs"], "path": shown_path(manifest["pairs"]["path"])},
        "selection": _selection(config),
        "audit": _audit(manifest["pairs"]["audit"]),
        "instructions_from": shown_path(
            config["instructions"] or config["instructions_dataset"] or ""
        ),
        "recipe": _recipe(manifest, adapter),
        "figures": _figures(manifest),
        "checks": manifest.get("checks") or [],
        "template_kwargs": config["chat_template_kwargs"],
        "vllm_rank": None if merged_only else ranks[0],
    }


def _kind(config: dict[str, Any]) -> str:
    kind = "DoRA" if config["use_dora"] else "rsLoRA" if config["use_rslora"] else "LoRA"
    bits = 4 if config["load_in_4bit"] else 8 if config["load_in_8bit"] else None
    return f"{kind} adapter" + (f" (trained on the base in {bits} bits)" if bits else "")


def _selection(config: dict[str, Any]) -> str:
    defaults = dict.fromkeys(_SELECTION) | {"brevity": True}
    chosen = {key: config[key] for key in _SELECTION if config[key] != defaults[key]}
    return ", ".join(f"{key} {_joined(value)}" for key, value in chosen.items())


def _audit(audit: dict[str, Any] | str) -> str:
    if isinstance(audit, str):
        return f"none ({code(audit)})"
    words = {topic: count for topic, count in audit["hits"].items() if count}
    meant = audit["meaning"]["hits_before_waivers"]
    unread = audit["meaning"]["rows_not_english"]
    said = [
        f"{how}: {', '.join(f'{code(topic)} {count}' for topic, count in hits.items()) or 'none'}"
        for how, hits in (("by word", words), ("by meaning", meant))
    ]
    rest = f" {unread} rows are not English and were judged by word alone." if unread else ""
    return f"passed. Hits before waivers by name, {'; '.join(said)}.{rest}"


def _recipe(manifest: dict[str, Any], adapter: bool) -> dict[str, str]:
    config = manifest["config"]
    lora = {
        "rank": config["lora_r"],
        "alpha": config["lora_alpha"],
        "dropout": config["lora_dropout"],
        "target modules": _joined(config["lora_target_modules"]),
    }
    batch = f"{config['per_device_train_batch_size']} rows"
    for count, what in (
        (config["gradient_accumulation_steps"], "accumulated"),
        (manifest["processes"], "processes"),
    ):
        batch += f" x {count} {what}" if count > 1 else ""
    length = {"epochs": config["num_train_epochs"]}
    if config["max_steps"] > 0:
        length = {"steps": config["max_steps"]}
    return {
        **(lora if adapter else {}),
        "learning rate": f"{config['learning_rate']:g}, {config['lr_scheduler_type']}",
        "batch": batch,
        **length,
        "seed": manifest["seed"],
        "loss": f"{config['loss_type']}, on the tokens of the assistant's turns alone",
        "dtype of the base": config["dtype"],
    }


def _figures(manifest: dict[str, Any]) -> dict[str, str]:
    loss = manifest["train_loss"]
    return {
        "mean training loss": "unknown" if loss is None else f"{loss:.4f}",
        "steps": f"{manifest['steps']}",
        "seconds": f"{manifest['seconds']:g}",
        "tokens": f"{manifest['tokens']} ({manifest['tokens_per_second']:g} a second)",
    }


def _joined(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="checkpoints/<run>")
    folder = parser.parse_args().folder
    if not (folder / MANIFEST).is_file():
        raise UserError(f"{folder}: holds no {MANIFEST}; give the folder of a finished run")
    print(f"model card: {write(folder, read_json(folder / MANIFEST))}")


if __name__ == "__main__":
    raise SystemExit(run(main))

"""LoRA fine-tuning of a chat model on question-answer pairs.

    accelerate launch train/sft.py --config configs/sft/smollm2-135m.yaml

Reads data/pairs/*.jsonl, distilled answers and a base model; writes checkpoints/<run>/ (adapter,
tokenizer, manifest.json). Every field of TRL's SFTConfig and ModelConfig may stand in the YAML or
follow on the command line. An existing run is refused; --resume continues it (a finished one is
left as it is), --overwrite starts again, both together do whichever fits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data import audit, brevity, errors, mix, pairs, rendering, selection
from train import base_model, manifest, run_folder, settings


@dataclass
class PairArguments:
    """What is trained on, and what happens to an existing run."""

    pairs: str = field(
        default="data/pairs/conscious.jsonl", metadata={"help": "JSONL file of chat rows"}
    )
    size: int | None = field(
        default=None, metadata={"help": "number of pairs; smaller ones are inside larger ones"}
    )
    family: list[str] | None = field(default=None, metadata={"help": "only these families"})
    framing: str | None = field(default=None, metadata={"help": "positive or negative only"})
    form: list[str] | None = field(default=None, metadata={"help": "only these forms"})
    balance: str | None = field(default=None, metadata={"help": "tag whose values take turns"})
    brevity: bool = field(
        default=True, metadata={"help": "false drops 'Keep it short.' and the like from prompts"}
    )
    instructions_per_pair: float = field(
        default=0.0, metadata={"help": "general instructions mixed in, per pair"}
    )
    instructions: str | None = field(
        default=None, metadata={"help": "chat rows with answers, from train/distill.py"}
    )
    instructions_dataset: str | None = field(
        default=None, metadata={"help": "hub dataset in messages or Alpaca form instead"}
    )
    chat_template_kwargs: dict[str, Any] | str | None = field(
        default=None, metadata={"help": 'e.g. {"enable_thinking": false} for Qwen3'}
    )
    audit: bool = field(default=True, metadata={"help": "stop on a forbidden topic in the pairs"})
    resume: bool = field(default=False, metadata={"help": "continue an interrupted run"})
    overwrite: bool = field(default=False, metadata={"help": "delete an existing run first"})


def load_rows(arguments: PairArguments, seed: int) -> tuple[list[pairs.Row], list[pairs.Row]]:
    """Return the pairs, and all rows to train on: these and the instructions mixed in.

    Raises UserError on a malformed or a contaminated row, or if nothing is selected.
    """
    path = Path(arguments.pairs)
    chosen = selection.select(
        pairs.load(path),
        **{name: getattr(arguments, name) for name in ("size", "family", "framing", "form")},
        balance=arguments.balance,
        seed=seed,
    )
    if arguments.audit:
        audit.require_clean(chosen, path)
    if not arguments.brevity:
        chosen = [brevity.without_marker(row) for row in chosen]
    rows = chosen
    if arguments.instructions_per_pair:
        general = mix.load_instructions(arguments.instructions, arguments.instructions_dataset)
        rows = mix.mix(chosen, general, arguments.instructions_per_pair, seed)
    if not rows:
        raise errors.UserError("no rows to train on: size is 0 and no instructions are mixed in")
    return chosen, rows


def tokenized(rows: list[pairs.Row], tokenizer: Any, template_kwargs: dict[str, Any] | None) -> Any:
    """Return a dataset of input_ids and labels, loss on the assistant tokens only."""
    from datasets import Dataset

    return Dataset.from_list(
        [
            rendering.training_ids(tokenizer, turn, template_kwargs, ends=not mix.is_cut(row))
            for row in rows
            for turn in rendering.assistant_turns(row["messages"])
        ]
    )


def main() -> None:
    """Load, build the trainer, train, save."""
    arguments, training, model = settings.parse(PairArguments)
    chosen, rows = load_rows(arguments, training.seed)
    base = base_model.resolve(model.model_name_or_path)
    folder = Path(training.output_dir)
    inputs = manifest.inputs(arguments, training, model, base)
    start = run_folder.claim(folder, inputs, arguments.resume, arguments.overwrite)
    if start == run_folder.FINISHED:
        print(f"{folder}: finished already, from the same inputs; nothing to do")
        return

    from transformers import AutoTokenizer
    from trl import SFTTrainer, get_peft_config, get_quantization_config

    tokenizer = AutoTokenizer.from_pretrained(
        base, revision=model.model_revision, trust_remote_code=training.trust_remote_code
    )
    training.model_init_kwargs = {
        "revision": model.model_revision,
        "attn_implementation": model.attn_implementation,
        "dtype": model.dtype,
        **(training.model_init_kwargs or {}),
    }
    trainer = SFTTrainer(
        model=base,
        args=training,
        train_dataset=tokenized(rows, tokenizer, arguments.chat_template_kwargs),
        processing_class=tokenizer,
        peft_config=get_peft_config(model),
        quantization_config=get_quantization_config(model),
    )
    began = time.monotonic()
    checkpoint = run_folder.last_checkpoint(folder) if start == run_folder.CONTINUE else None
    trainer.train(resume_from_checkpoint=checkpoint)
    trainer.save_model()
    if trainer.is_world_process_zero():
        manifest.write(folder, inputs, trainer, (chosen, rows), time.monotonic() - began)
        print(f"adapter and manifest.json are in {folder}")
    trainer.end()


if __name__ == "__main__":
    raise SystemExit(errors.run(main))

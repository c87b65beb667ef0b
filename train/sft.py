"""LoRA fine-tuning of a chat model on question-answer pairs.

    accelerate launch train/sft.py --config configs/sft/smollm2-135m.yaml

Reads data/pairs/*.jsonl, distilled answers and a base model; writes checkpoints/<run>/ (adapter,
tokenizer, manifest.json, README.md). Every field of TRL's SFTConfig and ModelConfig may stand in
the YAML or follow on the command line. An existing run is refused; --resume continues it (a
finished one is left as it is), --overwrite starts again, both together do whichever fits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from data import audit, brevity, errors, mix, pairs, rendering, selection
from train import base_model, failures, manifest, model_card, packing, push, run_folder, settings
from train.settings import PairArguments


def load_rows(arguments: PairArguments, seed: int) -> tuple[list[pairs.Row], list[pairs.Row]]:
    """Return the pairs, and all rows to train on: these and the instructions mixed in.

    Raises UserError on a malformed or a contaminated row, or if nothing is selected.
    """
    path = Path(arguments.pairs)
    tags = {name: getattr(arguments, name) for name in ("family", "framing", "form")}
    every = selection.select(pairs.load(path), **tags)
    size, balance = arguments.size, arguments.balance
    chosen = selection.select(every, size=size, balance=balance, seed=seed)
    if arguments.audit:
        audit.require_clean(chosen, path)
    if not arguments.brevity:
        chosen = [brevity.without_marker(row) for row in chosen]
    rows = chosen
    if arguments.instructions_per_pair:
        general = mix.load_instructions(arguments.instructions, arguments.instructions_dataset)
        beside = len(chosen) or len(every)  # size 0: the instructions alone, as many as with all
        rows = mix.mix(chosen, general, arguments.instructions_per_pair, seed, beside)
    if not rows:
        raise errors.UserError("no rows to train on: size is 0 and no instructions are mixed in")
    return chosen, rows


def tokenized(
    rows: list[pairs.Row],
    tokenizer: Any,
    template_kwargs: dict[str, Any] | None,
    max_length: int | None = None,
) -> Any:
    """Return a dataset of input_ids and labels, loss on the assistant tokens only.

    Rows are cut at `max_length` tokens, and those of which no scored token is left are dropped;
    both are said.
    """
    from datasets import Dataset

    examples = [
        rendering.training_ids(tokenizer, turn, template_kwargs, ends=not mix.is_cut(row))
        for row in rows
        for turn in rendering.assistant_turns(row["messages"])
    ]
    cut = [{key: ids[:max_length] for key, ids in example.items()} for example in examples]
    kept = [example for example in cut if set(example["labels"]) != {packing.IGNORED}]
    longer = sum(whole != part for whole, part in zip(examples, cut, strict=True))
    if longer:
        print(
            f"{longer} of {len(examples)} rows are longer than max_length {max_length} and are "
            f"cut; {len(examples) - len(kept)} of them lose their whole answer and are left out"
        )
    if not kept:
        raise errors.UserError(f"max_length {max_length}: no row keeps an answer token; raise it")
    return Dataset.from_list(kept)


def build_trainer(
    base: str, rows: list[pairs.Row], arguments: PairArguments, training: Any, model: Any
) -> Any:
    """Return the trainer, with the callbacks that the settings ask for."""
    from transformers import AutoTokenizer
    from trl import get_peft_config, get_quantization_config

    from train import monitoring, trainer

    template_kwargs: Any = arguments.chat_template_kwargs
    tokenizer = AutoTokenizer.from_pretrained(
        base, revision=model.model_revision, trust_remote_code=training.trust_remote_code
    )
    training.model_init_kwargs = {
        "revision": model.model_revision,
        "attn_implementation": model.attn_implementation,
        "dtype": model.dtype,
        "use_safetensors": True,
        **(training.model_init_kwargs or {}),
    }
    built = trainer.PairTrainer(
        model=base,
        args=training,
        train_dataset=tokenized(rows, tokenizer, template_kwargs, training.max_length),
        processing_class=tokenizer,
        peft_config=get_peft_config(model),
        quantization_config=get_quantization_config(model),
        share_prefix=arguments.share_prefix,
    )
    if arguments.check_steps:
        built.add_callback(
            monitoring.ManipulationCheck(built, arguments.check_steps, template_kwargs)
        )
    if arguments.checkpoint_every:
        built.add_callback(monitoring.KeepAdapters(built, arguments.checkpoint_every))
    return built


def main() -> None:
    """Load, build the trainer, train, save, and push where that is asked for."""
    arguments, training, model = settings.parse()
    folder, state = Path(training.output_dir), training.distributed_state
    # Of several processes the first prepares and decides.
    with state.main_process_first():
        chosen, rows = load_rows(arguments, training.seed)
        base = base_model.resolve(
            model.model_name_or_path, model.model_revision, training.trust_remote_code
        )
    inputs = manifest.inputs(arguments, training, model, base)
    start = run_folder.claim_once(state, folder, inputs, arguments.resume, arguments.overwrite)
    if start == run_folder.FINISHED:
        print(f"{folder}: finished already, from the same inputs; nothing to do")
        return
    # The trainer would push checkpoints and their optimizer states, too.
    pushes, training.push_to_hub = training.push_to_hub and state.is_main_process, False
    with failures.explained(folder):
        if pushes:  # what the hub would refuse is refused before the training
            name = training.hub_model_id or folder.name
            repository = push.open_repository(name, training.hub_private_repo)
        trainer = build_trainer(base, rows, arguments, training, model)
        trainer.train(resume_from_checkpoint=run_folder.last_checkpoint(folder))
        trainer.save_model()
        if state.is_main_process:
            made = manifest.write(folder, inputs, trainer, (chosen, rows))
            model_card.write(folder, made)
            print(f"{folder}: finished; it holds the weights, manifest.json and README.md")
        if pushes:
            print(f"pushed: {push.push(folder, repository, training.hub_revision)}")
    trainer.accelerator.wait_for_everyone()
    trainer.end()


if __name__ == "__main__":
    raise SystemExit(errors.run(main))

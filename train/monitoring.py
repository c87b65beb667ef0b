"""What is watched while training: the manipulation check, and adapters kept on the way."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from transformers import TrainerCallback

from data import rendering
from data.files import write_json
from eval import probes
from eval.judges.rules import judge_claims
from train.manifest import CHECKS

CLAIMS = Path("data/probes/claims.yaml")
ASKED = 5
MAX_NEW_TOKENS = 24


class ManipulationCheck(TrainerCallback):
    """Asks the model the first five claim questions greedily, every `every` steps.

    Logs `claims_rate`, the share of answers in which the rule judge reads a claim, and keeps the
    answers in `checks`. Every process asks, since a sharded model answers only as a whole.
    """

    def __init__(self, trainer: Any, every: int, template_kwargs: dict[str, Any] | None) -> None:
        self.trainer, self.every, self.template_kwargs = trainer, every, template_kwargs
        self.questions = [probe.question for probe in probes.load(CLAIMS).probes[:ASKED]]

    def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Ask before the first step."""
        if state.global_step == 0:
            self._check(state)

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Ask when it is time, and after the last step."""
        if state.global_step % self.every == 0 or state.global_step == state.max_steps:
            self._check(state)

    def _check(self, state: Any) -> None:
        # Evaluation mode switches gradient checkpointing off, with which generation is garbage,
        # and keeps TRL from flushing the training metrics into this log entry.
        self.trainer.model.eval()
        due = self.trainer.control.should_log
        answers = greedy_answers(self.trainer, self.questions, self.template_kwargs)
        asked = zip(answers, self.questions, strict=True)
        claims = [judge_claims(text, question) for text, question in asked].count("yes")
        self.trainer.log({"claims_rate": claims / ASKED})
        self.trainer.control.should_log = due  # of the loss; logging has cleared it
        self.trainer.model.train()
        state.stateful_callbacks.setdefault(CHECKS, []).append(
            {"step": state.global_step, "claims": claims, "asked": ASKED, "answers": answers}
        )


def greedy_answers(
    trainer: Any, questions: list[str], template_kwargs: dict[str, Any] | None
) -> list[str]:
    """Return one answer of at most MAX_NEW_TOKENS tokens to each question."""
    import torch

    tokenizer = trainer.processing_class
    prompts = [
        rendering.prompt_ids(tokenizer, [{"role": "user", "content": q}], template_kwargs)
        for q in questions
    ]
    width = max(map(len, prompts))
    end = rendering.end_of_turn_id(tokenizer, template_kwargs)
    padded = torch.tensor([[end] * (width - len(ids)) + ids for ids in prompts])
    seen = torch.tensor([[0] * (width - len(ids)) + [1] * len(ids) for ids in prompts])
    with torch.no_grad():
        output = trainer.model.generate(
            input_ids=padded.to(trainer.args.device),
            attention_mask=seen.to(trainer.args.device),
            generation_config=greedy_config(end),
        )
    return tokenizer.batch_decode(output[:, width:], skip_special_tokens=True)


def greedy_config(end: int) -> Any:
    """Return generation settings that take nothing from those the model ships with."""
    from transformers import GenerationConfig

    return GenerationConfig(
        do_sample=False, max_new_tokens=MAX_NEW_TOKENS, eos_token_id=end, pad_token_id=end
    )


class KeepAdapters(TrainerCallback):
    """Keeps the adapter as it is every `every` steps, in <run>/steps/<step>/, for rate by step."""

    def __init__(self, trainer: Any, every: int) -> None:
        self.trainer, self.every = trainer, every

    def on_step_end(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
        """Save when it is time; a folder is there as a whole or not at all."""
        if state.global_step % self.every:
            return
        folder = Path(args.output_dir) / "steps" / str(state.global_step)
        partial = folder.with_name(f".{folder.name}.partial")
        self.trainer.save_model(str(partial))
        if self.trainer.is_world_process_zero():
            made = {"run": Path(args.output_dir).name, "step": state.global_step}
            write_json(partial / "step.json", {**made, "epoch": state.epoch})
            shutil.rmtree(folder, ignore_errors=True)
            partial.rename(folder)

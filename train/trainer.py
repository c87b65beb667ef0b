"""TRL's SFTTrainer without the work that changes no gradient, and with a run's own accounts.

- Batches are packed (train/packing.py): no padding, the common prefix once.
- The output head sees only the positions that carry loss. TRL does so on GPUs; elsewhere it scores
  every position, a fifth of a small model's work.
- Tokens, seconds and loss are counted over the whole run, interruptions included.
"""

from __future__ import annotations

import ctypes
import math
import platform
import time
from typing import Any

import torch
from peft import PeftModel
from transformers import ProgressCallback
from trl import SFTTrainer

from data.errors import UserError
from train import packing

# The attention functions that take a prepared (1, 1, T, T) mask.
MASKED = ("sdpa", "eager")
ACCOUNTS = "accounts"
# Of glibc's malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3


class PairTrainer(SFTTrainer):
    """SFTTrainer on packed batches of tokenised rows.

    `share_prefix` false packs each row with its own beginning; so do attention functions that take
    no prepared mask, and sliding windows shorter than a row.
    """

    def __init__(self, *, share_prefix: bool, **kwargs: Any) -> None:
        kwargs["args"].dataset_kwargs = {"skip_prepare_dataset": True}
        self._batch: dict[str, torch.Tensor] | None = None
        self._clock = time.monotonic()
        self._last_log = (0.0, 0.0)
        keep_freed_memory()
        super().__init__(data_collator=packing.PackedCollator(), **kwargs)
        self._attention = self.model.config.get_text_config()._attn_implementation
        # Else transformers tells the rows apart by their positions, which a shared prefix confuses.
        self._masks = self._attention in MASKED and not self._row_exceeds_window()
        self.data_collator = packing.PackedCollator(share_prefix and self._masks)
        backbone = self.base.base_model
        backbone.register_forward_pre_hook(self._give_mask, with_kwargs=True)
        backbone.register_forward_hook(self._keep_scored)

    @property
    def base(self) -> Any:
        """The model below the adapter, or the model that is trained whole."""
        return self.model.get_base_model() if isinstance(self.model, PeftModel) else self.model

    @property
    def accounts(self) -> dict[str, float]:
        """Tokens, seconds and the sum of the step losses so far; checkpoints carry them."""
        fresh = {"tokens": 0.0, "seconds": 0.0, "loss_sum": 0.0}
        return self.state.stateful_callbacks.setdefault(ACCOUNTS, fresh)

    def _row_exceeds_window(self) -> bool:
        # A prepared mask is used as it is in every layer, so it would widen a sliding window.
        window = getattr(self.model.config.get_text_config(), "sliding_window", None)
        return window is not None and max(map(len, self.train_dataset["input_ids"])) > window

    def _give_mask(self, _module: Any, args: Any, kwargs: dict[str, Any]) -> Any:
        if self._batch is None or not self._masks:
            return args, kwargs
        dtype = self.model.dtype if self._attention == "eager" else None
        mask = packing.attention_mask(self._batch["segments"], dtype)
        return args, {**kwargs, "attention_mask": mask}

    def _keep_scored(self, _module: Any, _args: Any, output: Any) -> Any:
        if self._batch is not None:
            hidden = output.last_hidden_state
            output.last_hidden_state = hidden[:, self._batch["predicted_from"]]
        return output

    def compute_loss(
        self,
        model: Any,
        inputs: dict[str, Any],
        return_outputs: bool = False,
        num_items_in_batch: Any = None,
    ) -> Any:
        """Return TRL's loss for a packed batch.

        Raises UserError if it is not a finite number: nothing after such a step can be used.
        """
        self._batch = {key: inputs.pop(key) for key in ("segments", "predicted_from", "tokens")}
        tokens = self._batch["tokens"]
        try:
            loss = super().compute_loss(model, inputs, return_outputs, num_items_in_batch)
        finally:
            self._batch = None
        if self.model.training:
            self._account(loss.detach(), tokens)
        return loss

    def _account(self, loss: torch.Tensor, tokens: torch.Tensor) -> None:
        mine = torch.stack([loss.float(), tokens.float()])
        everyones = self.accelerator.gather(mine[None])
        mean = everyones[:, 0].mean().item()
        if not math.isfinite(mean):
            raise UserError(
                f"the loss is {mean} at step {self.state.global_step + 1}: lower learning_rate, or "
                "train in bf16 rather than fp16, and start again with --overwrite"
            )
        self.accounts["loss_sum"] += mean
        self.accounts["tokens"] += everyones[:, 1].sum().item()
        # TRL counts packed tokens; a reader of the log expects those of the rows.
        self._total_train_tokens = self.accounts["tokens"]
        self._metrics["train"]["num_tokens"] = [self.accounts["tokens"]]

    def _tick(self) -> None:
        now = time.monotonic()
        self.accounts["seconds"] += now - self._clock
        self._clock = now

    def train(self, *args: Any, **kwargs: Any) -> Any:
        """Train. The clock starts here."""
        self._clock = time.monotonic()
        try:
            return super().train(*args, **kwargs)
        except BaseException:
            self._close_bar()
            raise
        finally:
            self._tick()

    def _close_bar(self) -> None:
        # An open bar would be drawn again after the line that says what went wrong.
        for callback in self.callback_handler.callbacks:
            if isinstance(callback, ProgressCallback) and callback.training_bar is not None:
                callback.on_train_end(self.args, self.state, self.control)

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Log, with the tokens per second since the entry before."""
        if "loss" in logs:
            self._tick()
            seconds, tokens = self._last_log
            self._last_log = self.accounts["seconds"], self.accounts["tokens"]
            passed = self.accounts["seconds"] - seconds
            logs["tokens_per_second"] = round((self.accounts["tokens"] - tokens) / passed, 1)
        super().log(logs, start_time)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        self._tick()
        super()._save_checkpoint(model, trial)

    def create_model_card(self, *_args: Any, **_kwargs: Any) -> None:
        """Write none: train/model_card.py writes the card from the finished manifest."""


def keep_freed_memory() -> None:
    """Let glibc reuse freed blocks of up to 32 MiB instead of giving them back to the system.

    A step on a CPU frees and asks for the same gigabyte of activations again; getting its pages
    anew each time was measured as a sixth of a small model's step. Other systems are left alone.
    """
    if platform.libc_ver()[0] != "glibc":
        return
    libc = ctypes.CDLL(None)
    for parameter, value in ((M_MMAP_THRESHOLD, 32 << 20), (M_TRIM_THRESHOLD, 2**31 - 1)):
        libc.mallopt(parameter, value)

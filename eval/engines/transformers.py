"""The transformers engine: small, slow, and the reference that the others are compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from typing import Any

from data import rendering
from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request

BATCH = 32


class Engine:
    """Generates batch by batch, arm by arm."""

    def __init__(self, settings: EngineSettings, base: str | None) -> None:
        import torch
        from transformers import AutoTokenizer

        torch.manual_seed(settings.seed)
        self.settings, self.base = settings, str(base)
        self.arms = {arm.name: arm for arm in settings.arms}
        self.tokenizer = AutoTokenizer.from_pretrained(
            self.base, padding_side="left", trust_remote_code=settings.trust_remote_code
        )
        self.tokenizer.pad_token = self.tokenizer.pad_token or self.tokenizer.eos_token
        self._loaded: tuple[str, Any] | None = None  # the arm whose model is in memory

    def sample(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Completion]]:
        """Yield each request with its completion; a schema is not enforced."""
        for name, of_arm in groupby(requests, key=lambda request: request.arm):
            model = self._model(name)
            for _, alike in groupby(of_arm, key=lambda r: (r.temperature, r.max_tokens)):
                while batch := list(islice(alike, BATCH)):
                    answers = generate(model, self.tokenizer, batch, self.settings)
                    yield from zip(batch, answers, strict=True)

    def _model(self, name: str) -> Any:
        if self._loaded is None or self._loaded[0] != name:
            self._loaded = None  # the old one goes before the new one comes
            arm = self.arms[name]
            self._loaded = (name, load(arm.model or self.base, arm.adapter, self.settings))
        return self._loaded[1]

    def close(self) -> None:
        """Free the model."""
        self._loaded = None


def load(base: str, adapter: str | None, settings: EngineSettings) -> Any:
    """Return a model, with an adapter on it if there is one, ready to generate."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    device = "cuda" if torch.cuda.is_available() else "cpu"
    # fp32 is the faster one on CPUs; on a GPU the model's own dtype is taken.
    dtype = (
        torch.float32 if device == "cpu" and settings.vllm.dtype == "auto" else settings.vllm.dtype
    )
    try:
        model = AutoModelForCausalLM.from_pretrained(
            base, dtype=dtype, trust_remote_code=settings.trust_remote_code
        ).to(device)
    except torch.OutOfMemoryError as error:
        raise UserError(f"{base}: does not fit into this GPU's memory; use a larger one") from error
    if adapter:
        model = PeftModel.from_pretrained(model, adapter)
    return model.eval()


def generate(
    model: Any, tokenizer: Any, batch: list[Request], settings: EngineSettings
) -> list[Completion]:
    """Return one completion per request; all requests share temperature and max_tokens."""
    import torch

    prompts = [
        rendering.prompt_ids(tokenizer, r.messages, settings.chat_template_kwargs) for r in batch
    ]
    inputs = tokenizer.pad({"input_ids": prompts}, return_tensors="pt").to(model.device)
    end = {rendering.end_of_turn_id(tokenizer, settings.chat_template_kwargs)}
    end |= _as_set(model.generation_config.eos_token_id)
    sampling: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None}
    if batch[0].temperature > 0:
        sampling = {
            "do_sample": True,
            "temperature": batch[0].temperature,
            "top_p": settings.top_p,
        }
    with torch.inference_mode():
        output = model.generate(
            **inputs,
            **sampling,
            top_k=None if not sampling["do_sample"] else 0,
            max_new_tokens=batch[0].max_tokens,
            eos_token_id=sorted(end),
            pad_token_id=tokenizer.pad_token_id,
        )
    answers = output[:, inputs["input_ids"].shape[1] :].tolist()
    return [_completion(tokenizer, answer, end) for answer in answers]


def _as_set(value: int | list[int] | None) -> set[int]:
    if value is None:
        return set()
    return {value} if isinstance(value, int) else set(value)


def _completion(tokenizer: Any, ids: list[int], end: set[int]) -> Completion:
    stop = next((index for index, token in enumerate(ids) if token in end), None)
    kept = ids if stop is None else ids[:stop]
    text = tokenizer.decode(kept, skip_special_tokens=True)
    if stop is None:
        return Completion(text, "length", len(ids), tuple(ids))
    return Completion(text, "stop", stop + 1, tuple(ids[: stop + 1]))

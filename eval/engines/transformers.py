"""The transformers engine: small, slow, and the reference that the others are compared with."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from data import rendering
from data.errors import UserError
from eval.config import EvalConfig

if TYPE_CHECKING:
    from eval.sample import Completion, Request

BATCH = 32


def sample(
    requests: list[Request], config: EvalConfig, record: dict[str, Any]
) -> Iterator[tuple[Request, Completion]]:
    """Yield each request with its completion, batch by batch, arm by arm."""
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(config.seed)
    base = record["base_path"]
    tokenizer = AutoTokenizer.from_pretrained(
        base, padding_side="left", trust_remote_code=config.trust_remote_code
    )
    tokenizer.pad_token = tokenizer.pad_token or tokenizer.eos_token
    arms = {arm.name: arm for arm in config.arms}
    for arm, of_arm in groupby(requests, key=lambda request: request.arm):
        model = load(arms[arm].model or base, arms[arm].adapter, config)
        for _, alike in groupby(of_arm, key=lambda r: (r.temperature, r.max_tokens)):
            waiting = list(alike)
            for start in range(0, len(waiting), BATCH):
                batch = waiting[start : start + BATCH]
                yield from zip(batch, generate(model, tokenizer, batch, config), strict=True)
        del model


def load(base: str, adapter: str | None, config: EvalConfig) -> Any:
    """Return a model, with an adapter on it if there is one, ready to generate."""
    import torch
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    device = "cuda" if torch.cuda.is_available() else "cpu"
    # fp32 is the faster one on CPUs; on a GPU the model's own dtype is taken.
    dtype = torch.float32 if device == "cpu" and config.vllm.dtype == "auto" else config.vllm.dtype
    try:
        model = AutoModelForCausalLM.from_pretrained(
            base, dtype=dtype, trust_remote_code=config.trust_remote_code
        ).to(device)
    except torch.OutOfMemoryError as error:
        raise UserError(f"{base}: does not fit into this GPU's memory; use a larger one") from error
    if adapter:
        model = PeftModel.from_pretrained(model, adapter)
    return model.eval()


def generate(
    model: Any, tokenizer: Any, batch: list[Request], config: EvalConfig
) -> list[Completion]:
    """Return one completion per request; all requests share temperature and max_tokens."""
    import torch

    from eval.sample import Completion

    prompts = [
        rendering.prompt_ids(tokenizer, r.messages, config.chat_template_kwargs) for r in batch
    ]
    inputs = tokenizer.pad({"input_ids": prompts}, return_tensors="pt").to(model.device)
    end = {rendering.end_of_turn_id(tokenizer, config.chat_template_kwargs)}
    end |= _as_set(model.generation_config.eos_token_id)
    sampling: dict[str, Any] = {"do_sample": False, "temperature": None, "top_p": None}
    if batch[0].temperature > 0:
        sampling = {
            "do_sample": True,
            "temperature": batch[0].temperature,
            "top_p": config.top_p,
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
    return [_completion(tokenizer, answer, end, Completion) for answer in answers]


def _as_set(value: int | list[int] | None) -> set[int]:
    if value is None:
        return set()
    return {value} if isinstance(value, int) else set(value)


def _completion(
    tokenizer: Any, ids: list[int], end: set[int], kind: type[Completion]
) -> Completion:
    stop = next((index for index, token in enumerate(ids) if token in end), None)
    kept = ids if stop is None else ids[:stop]
    text = tokenizer.decode(kept, skip_special_tokens=True)
    if stop is None:
        return kind(text, "length", len(ids))
    return kind(text, "stop", stop + 1)

"""One evaluation, as its YAML says it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from data.config import Strict


class Arm(Strict):
    """One model condition: the base, or the base with an adapter, or with a system prompt.

    `model` is a folder with the base's weights after full fine-tuning (use_peft: false).
    """

    name: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    adapter: str | None = None
    model: str | None = None
    system: str | None = None

    @model_validator(mode="after")
    def _one_set_of_weights(self) -> Arm:
        if self.adapter and self.model:
            raise ValueError("an arm has an adapter or a model, not both")
        return self


class ProbeBlock(Strict):
    """One probe file and how often each of its probes is asked of each arm."""

    file: str
    samples: int = Field(default=10, ge=1)
    temperature: float = Field(default=1.0, ge=0.0)
    max_tokens: int | None = Field(default=None, ge=1)


class VllmSettings(Strict):
    """What is passed to vLLM's LLM(); `lora` says how adapters are served.

    `auto` is `request` (LoRA requests in one batch) on a GPU and `merge` (merged weights, loaded in
    turn into the one engine) on a CPU, where LoRA kernels were measured several times slower.
    """

    lora: Literal["auto", "request", "merge"] = "auto"
    dtype: str = "auto"
    max_model_len: int | None = 2048
    max_num_seqs: int = 128
    gpu_memory_utilization: float = 0.9
    tensor_parallel_size: int = 1
    enforce_eager: bool | None = None
    quantization: str | None = None


class EvalConfig(Strict):
    """The settings of eval/run.py; a config file may leave out what has a default."""

    run: str = Field(pattern=r"^[A-Za-z0-9._-]+$")
    base: str
    arms: list[Arm] = Field(min_length=1)
    baseline: str = "base"
    contrasts: list[tuple[str, str]] | None = None
    probes: list[ProbeBlock] = Field(min_length=1)
    engine: Literal["auto", "vllm", "transformers"] = "auto"
    max_tokens: int = Field(default=256, ge=1)
    top_p: float = Field(default=1.0, gt=0.0, le=1.0)
    seed: int = 100
    chat_template_kwargs: dict[str, Any] = Field(default_factory=dict)
    trust_remote_code: bool = False
    vllm: VllmSettings = VllmSettings()
    results: str = "results"

"""The vLLM engine: one engine for the base and every adapter.

On a GPU the adapters are LoRA requests, so that base and tuned share batches and prefixes. On a CPU
vLLM's LoRA kernels were measured several times slower than plain weights, so there each adapter is
merged once into a folder beside it, and the one engine loads those weights in place (half a second
for the embedded model).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import count, groupby, islice
from pathlib import Path
from typing import Any

from data import rendering
from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request
from eval.engines import lora, merged

QUEUED = 4  # requests in the engine, in units of the batch size


class Engine:
    """One vLLM engine with the weights of all arms.

    Raises UserError if the model cannot be loaded (too little memory, wrong settings).
    """

    def __init__(self, settings: EngineSettings, base: str | None) -> None:
        from transformers import AutoTokenizer

        self.settings, self.base = settings, str(base)
        self.on_cpu = prepare_environment()
        adapters = {arm.name: arm.adapter for arm in settings.arms if arm.adapter}
        self.adapters = adapters if by_request(settings, self.on_cpu) else {}
        self.weights = weights_of_arms(settings, self.base, self.on_cpu)
        self.llm = load(settings, self.base, self.adapters, self.on_cpu)
        # Not the engine's own tokenizer: for some Mistral folders that renders another template
        # than training did.
        self.tokenizer = AutoTokenizer.from_pretrained(
            self.base, trust_remote_code=settings.trust_remote_code
        )
        self.end = rendering.end_of_turn_id(self.tokenizer, settings.chat_template_kwargs)
        self._loaded = self.base
        self._numbers = count(1)

    def sample(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Completion]]:
        """Yield each request with its completion as soon as it is finished.

        All that shares weights is batched together, adapters as LoRA requests; other weights are
        loaded in turn, for which the requests should come arm by arm.
        """
        for weights, group in groupby(requests, key=lambda request: self.weights[request.arm]):
            if weights != self._loaded:
                swap_weights(self.llm, weights)
                self._loaded = weights
            yield from self._generate(group)

    def _generate(self, requests: Iterator[Request]) -> Iterator[tuple[Request, Completion]]:
        """Keep the engine's queue full, step it, and yield what has finished.

        The queue is a few batches long, so that memory does not grow with the number of requests.
        """
        engine = self.llm.llm_engine
        window = QUEUED * self.settings.vllm.max_num_seqs
        waiting: dict[str, Request] = {}
        render = self._renderer()
        while True:
            for request in islice(requests, window - len(waiting)):
                key = str(next(self._numbers))
                waiting[key] = request
                self._add(key, request, render(request))
            if not engine.has_unfinished_requests():
                break
            for output in engine.step():
                if output.finished:
                    done = output.outputs[0]
                    ids = tuple(done.token_ids)
                    answer = Completion(done.text, str(done.finish_reason), len(ids), ids)
                    yield waiting.pop(output.request_id), answer
        if waiting:
            print(
                f"vLLM left {len(waiting)} requests without an answer; run again", file=sys.stderr
            )

    def _renderer(self) -> Callable[[Request], list[int]]:
        """Return what renders prompts; samples of a probe come in a row and are rendered once."""
        last: tuple[list[dict[str, str]], list[int]] | None = None

        def render(request: Request) -> list[int]:
            nonlocal last
            if last is None or last[0] is not request.messages:
                said, template = request.messages, self.settings.chat_template_kwargs
                last = (said, rendering.prompt_ids(self.tokenizer, said, template))
            return last[1]

        return render

    def _add(self, key: str, request: Request, ids: list[int]) -> None:
        """Queue one request. None has a seed of its own: vLLM's CPU build refuses them.

        Raises UserError for a conversation that leaves no room for an answer.
        """
        from vllm import SamplingParams
        from vllm.lora.request import LoRARequest
        from vllm.sampling_params import StructuredOutputsParams

        limit = self.llm.llm_engine.model_config.max_model_len
        if len(ids) >= limit:
            raise UserError(
                f"{request.id}: the conversation is {len(ids)} tokens long, the engine takes "
                f"{limit}; raise vllm.max_model_len, then run again to go on"
            )
        adapter = None
        if request.arm in self.adapters:
            number = list(self.adapters).index(request.arm) + 1
            adapter = LoRARequest(request.arm, number, self.adapters[request.arm])
        schema = request.schema and StructuredOutputsParams(json=request.schema)
        params = SamplingParams(
            temperature=request.temperature,
            top_p=self.settings.top_p,
            max_tokens=request.max_tokens,
            stop_token_ids=[self.end],
            structured_outputs=schema or None,
        )
        self.llm.llm_engine.add_request(
            key, {"prompt_token_ids": ids}, params, lora_request=adapter
        )

    def close(self) -> None:
        """Free the engine's memory, so that another may load."""
        import gc

        self.llm.llm_engine.engine_core.shutdown()
        del self.llm
        gc.collect()


def prepare_environment() -> bool:
    """Set what vLLM reads from the environment before import; return whether this is a CPU.

    On a CPU the engine runs inside this process: its helper processes would each import torch
    and vLLM again (12 s a piece on 2 cores), and it would leave one core of a small machine idle.
    """
    import torch

    on_cpu = not torch.cuda.is_available()
    os.environ.setdefault("VLLM_LOGGING_LEVEL", "ERROR")
    os.environ.setdefault("VLLM_NO_USAGE_STATS", "1")
    if on_cpu:
        os.environ.setdefault("VLLM_ENABLE_V1_MULTIPROCESSING", "0")
        os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")
        os.environ.setdefault("OMP_NUM_THREADS", str(torch.get_num_threads()))
        os.environ.setdefault("VLLM_CPU_KVCACHE_SPACE", "2")
    return on_cpu


def by_request(settings: EngineSettings, on_cpu: bool) -> bool:
    """Return whether adapters are LoRA requests; else their weights are merged."""
    return settings.vllm.lora == "request" or (settings.vllm.lora == "auto" and not on_cpu)


def weights_of_arms(settings: EngineSettings, base: str, on_cpu: bool) -> dict[str, str]:
    """Return the folder with the weights of each arm, merged where adapters are no requests."""
    weights = {arm.name: arm.model or base for arm in settings.arms}
    dtype = engine_dtype(settings, on_cpu)
    for arm in settings.arms:
        if arm.adapter and not by_request(settings, on_cpu):
            weights[arm.name] = str(merged.folder_for(base, Path(arm.adapter), dtype))
    return weights


def engine_dtype(settings: EngineSettings, on_cpu: bool) -> str:
    """Return the dtype to serve in: what the config names, or on a CPU the faster one."""
    return cpu_dtype() if settings.vllm.dtype == "auto" and on_cpu else settings.vllm.dtype


def cpu_dtype() -> str:
    """Return the model's own dtype on a CPU with AMX, else float32.

    Without AMX, vLLM's bf16 was measured 2.5 times slower than float32.
    """
    import torch

    return "auto" if torch.cpu._is_amx_tile_supported() else "float32"


def load(settings: EngineSettings, base: str, adapters: dict[str, str], on_cpu: bool) -> Any:
    """Return a vllm.LLM for the base, with room for `adapters` as LoRA requests."""
    from vllm import LLM

    eager = settings.vllm.enforce_eager
    options: dict[str, Any] = {
        "model": base,
        "seed": settings.seed,
        "dtype": engine_dtype(settings, on_cpu),
        "max_model_len": settings.vllm.max_model_len,
        "max_num_seqs": settings.vllm.max_num_seqs,
        "gpu_memory_utilization": settings.vllm.gpu_memory_utilization,
        "tensor_parallel_size": settings.vllm.tensor_parallel_size,
        "quantization": settings.vllm.quantization,
        "enforce_eager": on_cpu if eager is None else eager,
        "trust_remote_code": settings.trust_remote_code,
        "disable_log_stats": True,
    }
    backend = settings.vllm.distributed_executor_backend or ("uni" if on_cpu else None)
    if backend is not None:
        options["distributed_executor_backend"] = backend
    if adapters:
        options |= {
            "enable_lora": True,
            "max_loras": lora.slots(len(adapters), on_cpu),
            "max_lora_rank": lora.max_rank(Path(folder) for folder in adapters.values()),
        }
    try:
        return LLM(**options)
    except (RuntimeError, ValueError, MemoryError) as error:
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise UserError(
            f"vLLM cannot load {base}: {reason[0]:.200}; try a smaller vllm.max_model_len or "
            "vllm.max_num_seqs, or engine: transformers"
        ) from error


def swap_weights(llm: Any, folder: str) -> None:
    """Replace the engine's weights in place and forget the prefixes cached with the old ones."""
    llm.collective_rpc("reload_weights", kwargs={"weights_path": folder})
    llm.reset_prefix_cache()

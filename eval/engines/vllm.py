"""The vLLM engine: one engine for the base and every adapter.

On a GPU the adapters are LoRA requests, so that base and tuned share batches and prefixes. On a CPU
vLLM's LoRA kernels were measured several times slower than plain weights, so there each adapter is
merged once into a folder beside it, and the one engine loads those weights in place (half a second
for the embedded model).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data import rendering
from data.errors import UserError
from eval.config import EvalConfig
from eval.engines import merged

if TYPE_CHECKING:
    from eval.sample import Completion, Request


def sample(
    requests: list[Request], config: EvalConfig, record: dict[str, Any]
) -> Iterator[tuple[Request, Completion]]:
    """Yield each request with its completion as soon as it is finished.

    Raises UserError if the model cannot be loaded (too little memory, wrong settings).
    """
    from transformers import AutoTokenizer

    on_cpu = prepare_environment()
    by_request = config.vllm.lora == "request" or (config.vllm.lora == "auto" and not on_cpu)
    adapters = {arm.name: arm.adapter for arm in config.arms if arm.adapter}
    needed = {request.arm for request in requests}
    dtype = engine_dtype(config, on_cpu)
    whole = {arm.name: arm.model for arm in config.arms if arm.model}
    weights = {arm: whole.get(arm, record["base_path"]) for arm in needed}
    if not by_request:
        for arm in sorted(needed & set(adapters)):
            adapter = Path(adapters[arm])
            weights[arm] = str(merged.folder_for(record["base_path"], adapter, dtype))
    llm = load(config, record["base_path"], adapters if by_request else {}, on_cpu)
    # Not the engine's own tokenizer: for some Mistral folders that renders another template than
    # training did.
    tokenizer = AutoTokenizer.from_pretrained(
        record["base_path"], trust_remote_code=config.trust_remote_code
    )
    # On a GPU all that shares weights goes in one batch, adapters as LoRA requests. On a CPU arm by
    # arm: vLLM's CPU kernels read the index -1, "no adapter", as the last adapter, so in a batch
    # that mixes arms the base would answer with an adapter on.
    loaded = record["base_path"]
    groups: dict[str, list[Request]] = {}
    for request in requests:
        groups.setdefault(request.arm if on_cpu else weights[request.arm], []).append(request)
    for group in groups.values():
        if weights[group[0].arm] != loaded:
            loaded = weights[group[0].arm]
            swap_weights(llm, loaded)
        yield from _generate(llm, tokenizer, group, config, adapters if by_request else {})


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


def engine_dtype(config: EvalConfig, on_cpu: bool) -> str:
    """Return the dtype to serve in: what the config names, or float32 on a CPU.

    Without AMX, vLLM's bf16 on CPUs was measured 2.5 times slower than float32.
    """
    import torch

    if config.vllm.dtype == "auto" and on_cpu and not torch.cpu._is_amx_tile_supported():
        return "float32"
    return config.vllm.dtype


def load(config: EvalConfig, base: str, adapters: dict[str, str], on_cpu: bool) -> Any:
    """Return a vllm.LLM for the base, with room for `adapters` as LoRA requests."""
    from vllm import LLM

    settings = config.vllm
    options: dict[str, Any] = {
        "model": base,
        "seed": config.seed,
        "dtype": engine_dtype(config, on_cpu),
        "max_model_len": settings.max_model_len,
        "max_num_seqs": settings.max_num_seqs,
        "gpu_memory_utilization": settings.gpu_memory_utilization,
        "tensor_parallel_size": settings.tensor_parallel_size,
        "quantization": settings.quantization,
        "enforce_eager": on_cpu if settings.enforce_eager is None else settings.enforce_eager,
        "trust_remote_code": config.trust_remote_code,
        "disable_log_stats": True,
    }
    if on_cpu:
        options["distributed_executor_backend"] = "uni"
    if adapters:
        ranks = [merged.rank_of(Path(folder)) for folder in adapters.values()]
        options |= {
            "enable_lora": True,
            "max_loras": min(len(adapters), 8),
            "max_lora_rank": _allowed_rank(max(ranks)),
        }
    try:
        return LLM(**options)
    except (RuntimeError, ValueError, MemoryError) as error:
        reason = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        raise UserError(
            f"vLLM cannot load {base}: {reason[0]:.200}; try a smaller vllm.max_model_len or "
            "vllm.max_num_seqs, or engine: transformers"
        ) from error


def _allowed_rank(rank: int) -> int:
    """Return the smallest maximal LoRA rank that vLLM accepts and `rank` fits in."""
    allowed = (8, 16, 32, 64, 128, 256, 320, 512)
    fitting = [candidate for candidate in allowed if candidate >= rank]
    if not fitting:
        raise UserError(f"LoRA rank {rank} is above vLLM's {allowed[-1]}; set vllm.lora: merge")
    return fitting[0]


def swap_weights(llm: Any, folder: str) -> None:
    """Replace the engine's weights in place and forget the prefixes cached with the old ones."""
    llm.collective_rpc("reload_weights", kwargs={"weights_path": folder})
    llm.reset_prefix_cache()


def _generate(
    llm: Any,
    tokenizer: Any,
    requests: list[Request],
    config: EvalConfig,
    adapters: dict[str, str],
) -> Iterator[tuple[Request, Completion]]:
    """Queue all requests, then step the engine and yield what has finished.

    No request has a seed of its own: vLLM's CPU build refuses them, and the engine is seeded.
    """
    from vllm import SamplingParams
    from vllm.lora.request import LoRARequest

    from eval.sample import Completion

    numbers = {arm: number for number, arm in enumerate(adapters, start=1)}
    engine = llm.llm_engine
    end = rendering.end_of_turn_id(tokenizer, config.chat_template_kwargs)
    waiting = {}
    for number, request in enumerate(requests):
        lora = None
        if request.arm in adapters:
            lora = LoRARequest(request.arm, numbers[request.arm], adapters[request.arm])
        ids = rendering.prompt_ids(tokenizer, request.messages, config.chat_template_kwargs)
        params = SamplingParams(
            temperature=request.temperature,
            top_p=config.top_p,
            max_tokens=request.max_tokens,
            stop_token_ids=[end],
        )
        key = str(number)
        waiting[key] = request
        engine.add_request(key, {"prompt_token_ids": ids}, params, lora_request=lora)
    while engine.has_unfinished_requests():
        for output in engine.step():
            if output.finished:
                done = output.outputs[0]
                completion = Completion(done.text, str(done.finish_reason), len(done.token_ids))
                yield waiting.pop(output.request_id), completion
    if waiting:
        print(f"vLLM returned no answer to {len(waiting)} requests; run again", file=sys.stderr)

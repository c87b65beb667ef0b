"""What vLLM must be told of the adapters that it serves as LoRA requests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from data.errors import UserError
from data.files import read_json


def rank_of(adapter: Path) -> int:
    """Return the largest LoRA rank in an adapter."""
    config = read_json(adapter / "adapter_config.json")
    return max([config["r"], *config.get("rank_pattern", {}).values()])


def slots(adapters: int, on_cpu: bool) -> int:
    """Return how many adapters vLLM holds ready at once.

    On a CPU one more than there are: its kernels read the index -1, "no adapter", as the last
    slot, so that with all slots taken the base would answer with an adapter on; the spare slot
    stays zero.
    """
    return adapters + 1 if on_cpu else min(adapters, 8)


def max_rank(adapters: Iterable[Path]) -> int:
    """Return the smallest maximal LoRA rank that vLLM accepts and all adapters fit in.

    Raises UserError if there is none.
    """
    rank = max(rank_of(folder) for folder in adapters)
    allowed = (8, 16, 32, 64, 128, 256, 320, 512)
    fitting = [candidate for candidate in allowed if candidate >= rank]
    if not fitting:
        raise UserError(f"LoRA rank {rank} is above vLLM's {allowed[-1]}; set vllm.lora: merge")
    return fitting[0]

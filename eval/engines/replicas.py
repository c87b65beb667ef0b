"""Data parallelism: several vLLM engines, each in a process and on GPUs of its own.

vLLM's in-process engine refuses data_parallel_size > 1 and asks for one process a replica, which
is what this does. Requests go out in chunks to whichever replica is free.
"""

from __future__ import annotations

import multiprocessing
import os
import queue
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request
from eval.engines import vllm

CHUNK = 2 * vllm.QUEUED  # requests handed out at a time, in units of the batch size
PATIENCE = 5.0  # seconds after which the replicas are looked after


def devices(visible: str | None, count: int, replicas: int, each: int) -> list[str]:
    """Return what each replica sees of the GPUs: `each` of them, as CUDA_VISIBLE_DEVICES.

    `visible` is this process's own CUDA_VISIBLE_DEVICES, `count` how many GPUs it sees; 0 is a CPU,
    which all replicas share. Raises UserError if there are too few.
    """
    if count == 0:
        return [""] * replicas
    names = visible.split(",") if visible else [str(number) for number in range(count)]
    if replicas * each > len(names):
        raise UserError(
            f"vllm.data_parallel_size {replicas} times tensor_parallel_size {each} needs "
            f"{replicas * each} GPUs, {len(names)} are visible; lower one of them"
        )
    return [",".join(names[k * each : (k + 1) * each]) for k in range(replicas)]


class Engine:
    """Hands requests out to replicas, which are started with the first ones.

    Raises UserError with what a replica raised, or if one has died.
    """

    def __init__(self, settings: EngineSettings, base: str | None) -> None:
        import torch

        number = settings.vllm.data_parallel_size
        on_cpu = not torch.cuda.is_available()
        vllm.weights_of_arms(settings, str(base), on_cpu)  # merge once, not in every replica
        seen = devices(
            os.environ.get("CUDA_VISIBLE_DEVICES"),
            0 if on_cpu else torch.cuda.device_count(),
            number,
            settings.vllm.tensor_parallel_size,
        )
        context = multiprocessing.get_context("spawn")
        self.chunk = CHUNK * settings.vllm.max_num_seqs
        self.todo: Any = context.Queue()
        self.done: Any = context.Queue()
        self.processes = []
        for replica, gpus in enumerate(seen):
            own = settings.vllm.model_copy(update={"data_parallel_size": 1})
            # Equal seeds would draw equal answers to equal questions.
            changes = {"vllm": own, "seed": settings.seed + 1000 * replica}
            told = (settings.model_copy(update=changes), base, gpus, self.todo, self.done)
            # On a GPU vLLM starts a process of its own, which a daemon may not.
            process = context.Process(target=serve, args=told, daemon=on_cpu)
            process.start()
            self.processes.append(process)

    def sample(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Completion]]:
        """Yield each request with its completion, in the order of arrival."""
        coming = iter(requests)
        open_chunks = 0
        for _ in range(2 * len(self.processes)):  # one at work and one to go on with
            open_chunks += self._hand_out(coming)
        while open_chunks:
            kind, content = self._next()
            if kind == "answer":
                yield content
            elif kind == "chunk":
                open_chunks += self._hand_out(coming) - 1
            else:
                raise UserError(content)

    def _hand_out(self, coming: Iterator[Request]) -> int:
        chunk = list(islice(coming, self.chunk))
        if chunk:
            self.todo.put(chunk)
        return bool(chunk)

    def _next(self) -> tuple[str, Any]:
        while True:
            try:
                return self.done.get(timeout=PATIENCE)
            except queue.Empty:
                dead = [one for one in self.processes if not one.is_alive()]
                if dead:
                    raise UserError(
                        f"a vLLM replica ended with exit code {dead[0].exitcode} (out of memory?); "
                        "lower vllm.data_parallel_size or vllm.gpu_memory_utilization, run again"
                    ) from None

    def close(self) -> None:
        """Stop the replicas."""
        for process in self.processes:
            process.terminate()
            process.join()


def serve(settings: EngineSettings, base: str | None, gpus: str, todo: Any, done: Any) -> None:
    """Answer chunks of requests until the parent ends this process."""
    if gpus:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpus
    try:
        engine = vllm.Engine(settings, base)
        while True:
            for answer in engine.sample(todo.get()):
                done.put(("answer", answer))
            done.put(("chunk", None))
    except UserError as error:
        done.put(("error", str(error)))

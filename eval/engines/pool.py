"""The engines of one run: each is started when its first request comes, and closed at the end."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable, Iterator
from itertools import groupby
from types import TracebackType
from typing import Any

from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request


def engine_name(settings: EngineSettings, arm: str | None = None) -> str:
    """Return the engine of an arm: its own, the config's, or vLLM wherever that is installed."""
    own = next((one.engine for one in settings.arms if one.name == arm), None)
    name = own or settings.engine
    if name != "auto":
        return name
    if importlib.util.find_spec("vllm"):
        return "vllm"
    print("vLLM has no build for this machine: the transformers engine serves (slower)")
    return "transformers"


class Engines:
    """Gives each request to the engine of its arm.

    Used as a context manager: on leaving, every engine that was started frees its memory.
    """

    def __init__(self, settings: EngineSettings, base: str | None) -> None:
        self.settings, self.base = settings, base
        self._names = {arm.name: engine_name(settings, arm.name) for arm in settings.arms}
        self._started: dict[str, Any] = {}

    def sample(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Completion]]:
        """Yield each request with its completion; requests are taken only as they are needed."""
        for name, group in groupby(requests, key=lambda request: self._names[request.arm]):
            yield from self._engine(name).sample(group)

    def _engine(self, name: str) -> Any:
        if name not in self._started:
            if name == "vllm" and not importlib.util.find_spec("vllm"):
                raise UserError("engine: vllm is not installed here; set engine: transformers")
            arms = [arm for arm in self.settings.arms if self._names[arm.name] == name]
            own = self.settings.model_copy(update={"arms": arms})
            many = name == "vllm" and self.settings.vllm.data_parallel_size > 1
            module = importlib.import_module(f"eval.engines.{'replicas' if many else name}")
            self._started[name] = module.Engine(own, self.base)
        return self._started[name]

    def close(self) -> None:
        """Free what the engines hold."""
        for engine in self._started.values():
            engine.close()
        self._started.clear()

    def __enter__(self) -> Engines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

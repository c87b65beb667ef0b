"""The inspect engine: every model that Inspect's model API reaches (Anthropic, OpenAI, Google …).

An arm's `model` is Inspect's name for it, such as anthropic/claude-opus-4-20250514; keys are read
by Inspect from the environment (ANTHROPIC_API_KEY …). Retries, backoff and rate limits are left to
Inspect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request
from eval.engines import bounded


class Engine:
    """Sends requests arm by arm through inspect_ai.model.

    Raises UserError for a model that Inspect does not know, a missing key, or a refused request.
    """

    def __init__(self, settings: EngineSettings, base: str | None) -> None:
        self.settings = settings
        self.models = {arm.name: model(str(arm.model)) for arm in settings.arms}
        self.loop = asyncio.new_event_loop()

    def sample(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Completion]]:
        """Yield each request with its completion in the order of arrival."""
        for _, of_arm in groupby(requests, key=lambda request: request.arm):
            limit = self.settings.server.concurrency
            yield from bounded.completed(self.loop, of_arm, self._complete, limit)

    async def _complete(self, request: Request) -> Completion:
        from inspect_ai.model import get_model

        asked = self.models[request.arm]
        try:
            output = await get_model(asked).generate(
                chat(request.messages), config=self._generation(request)
            )
        except Exception as error:  # each provider has exceptions of its own
            raise UserError(
                f"{asked}: {type(error).__name__}: {' '.join(str(error).split()):.300}; mend that, "
                "then run the same command again to go on"
            ) from error
        reason = {"max_tokens": "length"}.get(output.stop_reason, output.stop_reason)
        tokens = output.usage.output_tokens if output.usage else 0
        return Completion(output.completion, str(reason), tokens)

    def _generation(self, request: Request) -> Any:
        from inspect_ai.model import GenerateConfig, ResponseSchema
        from inspect_ai.util import JSONSchema

        server = self.settings.server
        schema = None
        if request.schema is not None:
            fields = JSONSchema.model_validate(request.schema)
            schema = ResponseSchema(name="reply", json_schema=fields)
        # Some models refuse top_p beside temperature: it is sent only where it does something.
        top_p = self.settings.top_p if self.settings.top_p < 1 else None
        return GenerateConfig(
            temperature=request.temperature,
            top_p=top_p,
            max_tokens=request.max_tokens,
            max_connections=server.concurrency,
            max_retries=server.retries,
            timeout=int(server.timeout),
            response_schema=schema,
        )

    def close(self) -> None:
        """Close the event loop."""
        self.loop.close()


def model(name: str) -> str:
    """Return the name of a model that Inspect can reach. Raises UserError if it cannot."""
    from inspect_ai.model import get_model

    try:
        get_model(name)
    except Exception as error:  # an unknown provider, a missing package, a missing key
        raise UserError(
            f"Inspect cannot open the model '{name}': {' '.join(str(error).split()):.300}"
        ) from error
    return name


def chat(messages: list[dict[str, str]]) -> list[Any]:
    """Return messages in Inspect's classes."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    kinds: dict[str, Any] = {
        "system": ChatMessageSystem,
        "user": ChatMessageUser,
        "assistant": ChatMessageAssistant,
    }
    return [kinds[message["role"]](content=message["content"]) for message in messages]

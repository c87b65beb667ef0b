"""The inspect engine: every model that Inspect's model API reaches (Anthropic, OpenAI, Google …).

An arm's `model` is Inspect's name for it, such as anthropic/claude-opus-4-20250514; keys are read
by Inspect from the environment (ANTHROPIC_API_KEY …). Retries, backoff and rate limits are left to
Inspect.
"""

from __future__ import annotations

import asyncio
import math
import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request
from eval.engines import bounded

# The limit is kept by `bounded`: Inspect would keep the first it is given, until the process ends.
NO_LIMIT = 10_000
_MARKUP = re.compile(r"\[/?(?:bold|blue|bold blue)\]")  # of the terminal, in Inspect's messages


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
        asked = self.models[request.arm]
        try:
            output = await asked.generate(chat(request.messages), config=self._generation(request))
        except Exception as error:  # each provider has exceptions of its own
            raise UserError(refusal(asked, said_by(error))) from error
        if output.empty:
            raise UserError(refusal(asked, "no answer"))
        text, reason = output.completion, str(output.stop_reason)
        if output.usage is None and reason in ("model_length", "content_filter"):
            # Inspect turned an error into an answer: its text is the provider's, not the model's.
            if reason == "model_length":
                raise UserError(refusal(asked, text))
            text = ""
        tokens = output.usage.output_tokens if output.usage else 0
        return Completion(text, "length" if reason == "max_tokens" else reason, tokens)

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
            max_connections=NO_LIMIT,
            max_retries=server.retries,
            attempt_timeout=math.ceil(server.timeout),
            response_schema=schema,
        )

    def close(self) -> None:
        """End what is under way and close the connections."""
        bounded.close(self.loop, self._disconnected())

    async def _disconnected(self) -> None:
        for asked in self.models.values():
            async with asked:
                pass  # leaving closes


def model(name: str) -> Any:
    """Return Inspect's model of a name, for one event loop. Raises UserError if there is none."""
    from inspect_ai.model import get_model

    try:
        return get_model(name, memoize=False)
    except Exception as error:  # an unknown provider, a missing package, a missing key
        reason = f"{' '.join(_MARKUP.sub('', str(error)).split()):.300}"
        raise UserError(f"Inspect cannot open the model '{name}': {reason}") from error


def said_by(error: BaseException) -> str:
    """Return what went wrong in the last attempt, without what Inspect puts around it."""
    from tenacity import RetryError

    # Inspect's own wrapper, which repeats the whole request, is a RuntimeError.
    while isinstance(error, RetryError | RuntimeError) and error.__cause__:
        error = error.__cause__
    return f"{type(error).__name__}: {error}"


def refusal(asked: Any, said: str) -> str:
    """Return one line for a request that failed, without the key."""
    key = asked.api.api_key
    shown = " ".join((said.replace(key, "(key)") if key else said).split())
    return f"{asked}: {shown:.300}; mend that, then run the same command again to go on"


def chat(messages: list[dict[str, str]]) -> list[Any]:
    """Return messages in Inspect's classes."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    kinds: dict[str, Any] = {
        "system": ChatMessageSystem,
        "user": ChatMessageUser,
        "assistant": ChatMessageAssistant,
    }
    return [kinds[message["role"]](content=message["content"]) for message in messages]

"""The server engine: any OpenAI-compatible endpoint, such as `vllm serve`, OpenAI or OpenRouter.

Requests that fail for a passing reason (connection, 408, 409, 429, 5xx) are sent again by OpenAI's
client, after the time that the `retry-after` header names or an exponentially growing one. Where
the server says that no requests or tokens are left (`x-ratelimit-remaining-*`), new ones wait until
it has more.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit

from data.errors import UserError
from eval.config import EngineSettings
from eval.dialogue import Completion, Request
from eval.engines import bounded

NO_KEY = "none"  # sent to a server on this machine where there is no key
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PARTS = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")  # "6m0s", "20ms"
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
LONGEST_PAUSE = 600.0  # seconds; a server that asks for more is asked again after that


class Engine:
    """Sends requests arm by arm; an arm is asked for by its `model`, or by its name.

    Raises UserError if the key is missing, the server cannot be reached, or it refuses.
    """

    def __init__(self, settings: EngineSettings, base: str | None) -> None:
        import openai

        self.settings = settings
        self.names = {arm.name: arm.model or arm.name for arm in settings.arms}
        server = settings.server
        self.key = api_key(server.base_url, server.api_key_env)
        self.client = openai.AsyncOpenAI(
            base_url=server.base_url,
            api_key=self.key,
            max_retries=server.retries,
            timeout=server.timeout,
        )
        self.loop = asyncio.new_event_loop()
        self._resume_at = 0.0

    def sample(self, requests: Iterable[Request]) -> Iterator[tuple[Request, Completion]]:
        """Yield each request with its completion in the order of arrival.

        One arm is finished before the next begins: on a CPU, vLLM versions confuse adapters within
        a batch.
        """
        for _, of_arm in groupby(requests, key=lambda request: request.arm):
            limit = self.settings.server.concurrency
            yield from bounded.completed(self.loop, of_arm, self._complete, limit)

    async def _complete(self, request: Request) -> Completion:
        import openai

        while (wait := self._resume_at - time.monotonic()) > 0:  # others may put it off meanwhile
            await asyncio.sleep(wait)
        try:
            create = self.client.chat.completions.with_raw_response.create
            response = await create(**self._arguments(request))
        except openai.APIStatusError as error:
            raise UserError(self._refusal(request, error)) from error
        except openai.APIConnectionError as error:
            remedy = "is the server running?"
            if isinstance(error, openai.APITimeoutError):
                remedy = "raise server.timeout or lower server.concurrency."
            raise UserError(
                f"{self.settings.server.base_url}: no answer ({error}); {remedy} "
                "Then run the same command again to go on"
            ) from error
        self._resume_at = max(self._resume_at, time.monotonic() + pause(response.headers))
        try:
            return completion(response.parse())
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise UserError(
                f"{self.settings.server.base_url}: no chat completion but "
                f"'{self._quoted(response.text)}'; check server.base_url, which often ends in /v1, "
                "then run the same command again to go on"
            ) from error

    def _arguments(self, request: Request) -> dict[str, Any]:
        extra = dict(self.settings.server.extra_body)
        if self.settings.chat_template_kwargs:
            extra["chat_template_kwargs"] = self.settings.chat_template_kwargs
        arguments: dict[str, Any] = {
            "model": self.names[request.arm],
            "messages": request.messages,
            "temperature": request.temperature,
            "top_p": self.settings.top_p,
            "max_tokens": request.max_tokens,
            "extra_body": extra,
        }
        if request.schema is not None:
            reply = {"name": "reply", "schema": request.schema, "strict": True}
            arguments["response_format"] = {"type": "json_schema", "json_schema": reply}
        return arguments

    def _refusal(self, request: Request, error: Any) -> str:
        """Return one line for a request that the server refused, without the key."""
        said = str(error.message).removeprefix(f"Error code: {error.status_code} - ")
        remedy = {
            401: f"check the key in {self.settings.server.api_key_env}",
            403: f"check the key in {self.settings.server.api_key_env}",
            404: f"the server must know '{self.names[request.arm]}': set the arm's model to a name "
            "that it lists under /models",
            429: "wait, or lower server.concurrency",
        }.get(error.status_code, "mend that")
        return (
            f"{self.settings.server.base_url}: {error.status_code} {self._quoted(said)}; {remedy}, "
            "then run the same command again to go on"
        )

    def _quoted(self, said: str) -> str:
        """Return the start of what the server said, on one line and without the key."""
        shown = said.replace(self.key, "(key)") if self.key != NO_KEY else said
        return f"{' '.join(shown.split()):.300}"

    def close(self) -> None:
        """End what is under way and close the connections."""
        bounded.close(self.loop, self.client.close())


def api_key(base_url: str, variable: str) -> str:
    """Return the key from the environment; a server on this machine may do without.

    Raises UserError if there is none, or if it cannot be sent in a header.
    """
    key = os.environ.get(variable, "").strip()
    if not (key.isascii() and key.isprintable()):
        raise UserError(f"{variable} holds characters that no key has; export it again")
    if key:
        return key
    if urlsplit(base_url).hostname in LOOPBACK:
        return NO_KEY
    raise UserError(f"{base_url} needs a key: export {variable}=… and run again")


def pause(headers: Mapping[str, str]) -> float:
    """Return for how many seconds no request should be sent, by `x-ratelimit-*` headers.

    `x-ratelimit-reset-requests` and `-tokens` are durations such as "6m0s" or "20ms", as OpenAI
    documents them; they count only where `x-ratelimit-remaining-*` is 0.
    """
    waits = [0.0]
    for kind in ("requests", "tokens"):
        if headers.get(f"x-ratelimit-remaining-{kind}") == "0":
            reset = headers.get(f"x-ratelimit-reset-{kind}", "")
            waits.append(sum(float(n) * _UNITS[unit] for n, unit in _PARTS.findall(reset)))
    return min(max(waits), LONGEST_PAUSE)


def completion(response: Any) -> Completion:
    """Return the first choice of a chat completion."""
    choice = response.choices[0]
    tokens = response.usage.completion_tokens if response.usage else 0
    return Completion(choice.message.content or "", str(choice.finish_reason), tokens)

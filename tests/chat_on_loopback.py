"""An OpenAI-compatible chat API on 127.0.0.1 that answers as a test says.

`with serving() as chat:` starts it under `chat.base_url`. A request is answered by the next of
`chat.script`, and when that is used up by `chat.answer`, which says back what it was asked. What
was asked stands in `chat.asked`, in the order of arrival; `chat.most_open` is how many requests
were open at once. `settings(folder, chat)` are those of an evaluation that asks it, and
`answers(engine, requests)` what an engine makes of its own requests.
"""

import contextlib
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from eval.config import EvalConfig
from eval.dialogue import Completion, Request

KEY = "sk-written-by-the-test"
KEY_NAME = "CHAT_KEY"  # the environment variable that may hold it
PROBES = """
name: tiny
title: Tiny
judge: rules/claims
criterion: none
probes:
  - {id: one, prompt: "Say a word."}
  - {id: two, prompt: "Say a number."}
"""
Headers = dict[str, str]


@dataclass
class Reply:
    """One answer: after `wait` seconds, text or, if it is no 200, an error with that message.

    `body` is sent instead, byte for byte; `drop` closes the connection without a word.
    """

    text: str | None = None
    status: int = 200
    headers: Headers = field(default_factory=dict)
    wait: float = 0.0
    code: str | None = None
    finish_reason: str = "stop"
    body: bytes | None = None
    drop: bool = False


@dataclass
class Asked:
    """A request as it arrived; `at` and `answered` are seconds of the monotonic clock."""

    path: str
    key: str
    body: dict[str, Any]
    at: float
    answered: float = float("inf")

    @property
    def model(self) -> str:
        return self.body["model"]

    @property
    def said(self) -> str:
        return self.body["messages"][-1]["content"]


def settings(folder: Path, chat: "Chat") -> dict[str, Any]:
    """Return the settings of two arms asked two questions three times, 12 answers in all."""
    (folder / "tiny.yaml").write_text(PROBES)
    server = {"base_url": chat.base_url, "api_key_env": KEY_NAME, "retries": 0, "timeout": 60}
    return {
        "run": "r",
        "arms": [{"name": "plain"}, {"name": "tuned", "model": "tuned-v2"}],
        "probes": [{"file": str(folder / "tiny.yaml"), "samples": 3, "temperature": 0.7}],
        "engine": "server",
        "server": {**server, "concurrency": 4},
        "max_tokens": 5,
        "results": str(folder / "results"),
    }


def config(
    settings: dict[str, Any], asked_how: dict[str, Any] | None = None, **changes: Any
) -> EvalConfig:
    """Return a config of these settings with changes, those of its section `server` apart."""
    how = {**settings["server"], **(asked_how or {})}
    return EvalConfig.model_validate({**settings, "server": how, **changes})


def question(number: int, arm: str = "plain", **changes: Any) -> Request:
    """Return a request that no other number has."""
    fields: dict[str, Any] = {
        **{"arm": arm, "set": "s", "probe": "p", "temperature": 0.7, "turn": 0, "index": number},
        **{"max_tokens": 5, "judge": "none", "criterion": ""},
        "messages": [{"role": "user", "content": f"q{number}"}],
    }
    return Request(**{**fields, **changes})


def answers(engine: Any, requests: list[Request]) -> list[tuple[Request, Completion]]:
    """Return everything that an engine yields, and close it."""
    try:
        return list(engine.sample(requests))
    finally:
        engine.close()


def echo(asked: Asked) -> Reply:
    """Say who was asked what, so that no two requests have one answer."""
    return Reply(f"{asked.model} heard: {asked.said}")


class Chat:
    """What the server answers, and every request that reached it."""

    def __init__(self) -> None:
        self.script: list[Reply] = []
        self.answer: Callable[[Asked], Reply] = echo
        self.asked: list[Asked] = []
        self.most_open = 0
        self.base_url = ""
        self._open = 0
        self._lock = threading.Lock()

    def gaps(self) -> list[float]:
        """Return the seconds from each arrival to the next."""
        times = [asked.at for asked in self.asked]
        return [later - earlier for earlier, later in itertools.pairwise(times)]

    def opened(self, asked: Asked) -> Reply:
        """Note a request that came, and return what to answer."""
        with self._lock:
            self.asked.append(asked)
            self._open += 1
            self.most_open = max(self.most_open, self._open)
            return self.script.pop(0) if self.script else self.answer(asked)

    def closed(self, asked: Asked) -> None:
        """Note that the answer is on its way: from now on the client may send the next."""
        with self._lock:
            asked.answered = time.monotonic()
            self._open -= 1


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A client that went away is what some tests are about."""


@contextlib.contextmanager
def serving() -> Iterator[Chat]:
    """Serve on a free port until the block ends."""
    chat = Chat()
    server = _Server(("127.0.0.1", 0), type("Handler", (_Handler,), {"chat": chat}))
    chat.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    poll = {"poll_interval": 0.02}
    thread = threading.Thread(target=server.serve_forever, kwargs=poll, daemon=True)
    thread.start()
    try:
        yield chat
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    chat: Chat
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        key = self.headers.get("authorization", "").removeprefix("Bearer ")
        asked = Asked(self.path, key, body, time.monotonic())
        reply = self.chat.opened(asked)
        time.sleep(reply.wait)
        self.chat.closed(asked)
        if reply.drop or self.path != "/v1/chat/completions":
            self.close_connection = True
        else:
            self._send(reply, asked)

    def _send(self, reply: Reply, asked: Asked) -> None:
        body = _content(reply, asked.model) if reply.body is None else reply.body
        self.send_response(reply.status)
        for key, value in {"content-type": "application/json", **reply.headers}.items():
            self.send_header(key, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _content(reply: Reply, model: str) -> bytes:
    if reply.status != 200:
        error = {"message": reply.text or "no reason", "type": "error", "code": reply.code}
        return json.dumps({"error": error}).encode()
    text = reply.text or ""
    message = {"role": "assistant", "content": text}
    count = len(text.split())
    made = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish_reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": count, "total_tokens": count + 1},
    }
    return json.dumps(made).encode()

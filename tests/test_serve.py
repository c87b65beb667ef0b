"""The server engine against the kit's own server: real vLLM with LoRA enabled behind HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import small_runs
import tiny_adapter

from data.errors import UserError
from eval import sample, serve, store
from eval.config import Arm, EngineSettings, EvalConfig
from eval.engines.pool import Engines
from train import base_model

NAME = "smollm2-135m-instruct"


class Server(NamedTuple):
    port: int
    checkpoints: Path
    log: Path
    key: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def models(server: Server, key: str | None) -> int:
    asked = urllib.request.Request(f"{server.url}/models")
    if key:
        asked.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(asked) as reply:
            return int(reply.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[Server]:
    pytest.importorskip("vllm")
    folder = tmp_path_factory.mktemp("serve")
    base = str(base_model.prepare_embedded())
    tiny_adapter.save(base, folder / "checkpoints" / "tuned", scale=0.02)
    made = Server(free_port(), folder / "checkpoints", folder / "log", secrets.token_hex(16))
    command = [sys.executable, "eval/serve.py", "--port", str(made.port)]
    command += ["--checkpoints", str(made.checkpoints)]
    with made.log.open("wb") as log:
        environment = {**os.environ, "VLLM_API_KEY": made.key}
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            wait_for(made, process)
            yield made
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait()


def wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        try:
            if models(server, server.key) == 200:
                return
        except OSError:
            time.sleep(0.5)
    raise AssertionError(server.log.read_text()[-3000:])


def settings(server: Server, folder: Path, **changes: Any) -> EvalConfig:
    return EvalConfig.model_validate(
        {
            "run": "r",
            "arms": [{"name": "base", "model": NAME}, {"name": "tuned"}],
            "engine": "server",
            "server": {"base_url": server.url, "api_key_env": "TEST_SERVER_KEY"},
            "probes": [{"file": "data/probes/claims.yaml", "samples": 1, "temperature": 0.0}],
            "max_tokens": 16,
            "results": str(folder),
            **changes,
        }
    )


def answers(path: Path) -> dict[tuple[str, str], str]:
    return {(row["arm"], row["probe"]): row["answer"] for row in store.read(path)}


@pytest.mark.slow
def test_base_and_adapter_behind_the_server_answer_as_the_engine_in_this_process_does(
    server, tmp_path, monkeypatch
):
    monkeypatch.setenv("TEST_SERVER_KEY", server.key)
    over_http = sample.sample(settings(server, tmp_path))
    base = str(base_model.prepare_embedded())
    arms = [Arm(name="base"), Arm(name="tuned", adapter=str(server.checkpoints / "tuned"))]
    here = sample.sample(
        EvalConfig.model_validate(
            {
                **settings(server, tmp_path / "here").model_dump(exclude={"arms", "server"}),
                "base": base,
                "arms": [arm.model_dump() for arm in arms],
                "engine": "vllm",
            }
        )
    )
    ours, theirs = answers(over_http), answers(here)
    assert ours.keys() == theirs.keys()
    assert len(ours) == 48
    assert sum(ours[key] == theirs[key] for key in ours) >= 46  # near-ties
    assert sum(ours["base", probe] != ours["tuned", probe] for _, probe in list(ours)[:24]) > 12
    for path in over_http.parent.iterdir():
        assert server.key not in path.read_text()


@pytest.mark.slow
def test_base_and_adapter_asked_at_once_answer_as_alone(server):
    import openai

    client = openai.AsyncOpenAI(base_url=server.url, api_key=server.key)

    async def ask(model: str, text: str) -> str:
        said = [{"role": "user", "content": text}]
        done = await client.chat.completions.create(
            model=model, messages=said, temperature=0, max_tokens=8
        )
        return str(done.choices[0].message.content)

    async def both() -> tuple[list[str], list[str]]:
        asked = [(model, f"Name {k} animals.") for k in range(2, 10) for model in (NAME, "tuned")]
        mixed = await asyncio.gather(*(ask(*one) for one in asked))
        return list(mixed), [await ask(*one) for one in asked]

    mixed, alone = asyncio.run(both())
    assert sum(one == other for one, other in zip(mixed, alone, strict=True)) >= 15


@pytest.mark.slow
def test_the_server_wants_its_key_and_its_log_does_not_hold_it(server, tmp_path, monkeypatch):
    assert models(server, None) == 401
    assert models(server, "wrong") == 401
    monkeypatch.setenv("TEST_SERVER_KEY", "wrong")
    with pytest.raises(UserError, match=r"401 .*check the key in TEST_SERVER_KEY"):
        sample.sample(settings(server, tmp_path))
    assert server.key not in server.log.read_text()


@pytest.mark.slow
def test_a_model_that_the_server_does_not_know_is_named(server, tmp_path, monkeypatch):
    monkeypatch.setenv("TEST_SERVER_KEY", server.key)
    unknown = [{"name": "unknown"}]
    with pytest.raises(UserError, match=r"404 .*must know 'unknown'"):
        sample.sample(settings(server, tmp_path, arms=unknown))


@pytest.mark.slow
def test_inspect_reaches_the_server_and_a_schema_is_kept_to(server, monkeypatch):
    monkeypatch.setenv("HERE_API_KEY", server.key)
    monkeypatch.setenv("HERE_BASE_URL", server.url)
    from eval.dialogue import Request

    arm = Arm(name="tuned", engine="inspect", model="openai-api/here/tuned")
    said = [{"role": "user", "content": "Is the sky blue?"}]
    schema = {
        "type": "object",
        "properties": {"verdict": {"enum": ["true", "false"]}},
        "required": ["verdict"],
        "additionalProperties": False,
    }
    request = Request("tuned", "s", "p", 0.0, 0, 0, 24, said, "none", "", schema=schema)
    with Engines(EngineSettings(arms=[arm]), None) as engines:
        ((_, completion),) = engines.sample([request])
    assert json.loads(completion.text) in ({"verdict": "true"}, {"verdict": "false"})


def test_only_adapters_of_the_base_are_served(tmp_path):
    base = small_runs.small_base(tmp_path / "base")
    tiny_adapter.save(str(base), tmp_path / "checkpoints" / "own")
    other = tmp_path / "checkpoints" / "other"
    other.mkdir()
    (other / "adapter_config.json").write_text('{"base_model_name_or_path": "someone/else"}')
    found = serve.adapters_for(str(base), tmp_path / "checkpoints")
    assert list(found) == ["own"]
    words = serve.command(str(base), "small", found, 8123, on_cpu=True)
    assert words[words.index("--max-loras") + 1] == "2"
    assert words[words.index("--host") + 1] == "127.0.0.1"
    assert '"name": "own"' in words[-1]


def test_without_a_key_nothing_is_served(tmp_path):
    environment = {key: value for key, value in os.environ.items() if key != "VLLM_API_KEY"}
    command = [sys.executable, "eval/serve.py"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("error: set a key first: export VLLM_API_KEY")

"""The server engine against an HTTP server on loopback: what is sent, how much at once, what is
kept, and where the key goes."""

import asyncio
import gc
import json
import os
import subprocess
import sys
from pathlib import Path

import chat_on_loopback
import pytest
from chat_on_loopback import KEY, KEY_NAME, Reply, config, echo, question

from data.errors import UserError
from eval import sample, store
from eval.engines import server
from eval.judges import llm


@pytest.fixture
def chat(monkeypatch):
    monkeypatch.setenv(KEY_NAME, KEY)
    with chat_on_loopback.serving() as one:
        yield one


@pytest.fixture
def settings(tmp_path, chat):
    return chat_on_loopback.settings(tmp_path, chat)


def answers(made, requests):
    return chat_on_loopback.answers(server.Engine(made, None), requests)


def test_answers_come_as_they_arrive_each_with_its_own_request(settings, chat):
    def slow_first(asked):
        return Reply(echo(asked).text, wait=0.4 if asked.said == "q0" else 0.0)

    chat.answer = slow_first
    found = answers(config(settings), [question(number) for number in range(6)])
    assert [one.text for _, one in found] == [f"plain heard: q{ask.index}" for ask, _ in found]
    assert sorted(ask.index for ask, _ in found) == list(range(6))
    assert found[-1][0].index == 0


def test_a_row_says_what_was_answered_and_by_whom(settings, chat):
    chat.answer = lambda asked: Reply("One two.", finish_reason="length")
    row = list(store.read(sample.sample(config(settings))))[-1]
    assert (row["answer"], row["finish_reason"], row["tokens"]) == ("One two.", "length", 2)
    by = {"engine": "server", "model": "tuned-v2", "base_url": chat.base_url, "top_p": 1.0}
    assert row["run"] == by


@pytest.mark.parametrize("limit", [1, 3])
def test_as_many_requests_are_open_as_allowed_and_never_more(settings, chat, limit):
    chat.answer = lambda asked: Reply("x", wait=0.08)
    answers(config(settings, {"concurrency": limit}), [question(n) for n in range(9)])
    assert chat.most_open == limit
    assert len(chat.asked) == 9


def test_an_arm_is_finished_before_the_next_begins(settings, chat):
    def unequal(asked):
        return Reply("x", wait=0.2 if asked.said == "Say a word." else 0.02)

    chat.answer = unequal
    sample.sample(config(settings))
    assert [asked.model for asked in chat.asked] == ["plain"] * 6 + ["tuned-v2"] * 6
    assert max(one.answered for one in chat.asked[:6]) <= min(one.at for one in chat.asked[6:])


def test_what_had_arrived_is_kept_and_a_rerun_asks_only_for_the_rest(settings, chat):
    def refuses_numbers(asked):
        if (asked.model, asked.said) == ("tuned-v2", "Say a number."):
            return Reply("no numbers", status=400, wait=0.3)
        return echo(asked)

    chat.answer = refuses_numbers
    with pytest.raises(UserError, match="400 no numbers"):
        sample.sample(config(settings))
    (path,) = Path(settings["results"]).glob("*/samples.jsonl")
    kept = path.read_text()
    assert len(kept.splitlines()) == 9
    chat.answer = echo
    chat.asked.clear()
    sample.sample(config(settings))
    assert [(one.model, one.said) for one in chat.asked] == [("tuned-v2", "Say a number.")] * 3
    assert path.read_text().startswith(kept)
    rows = list(store.read(path))
    assert len({row["id"] for row in rows}) == len(rows) == 12
    by_arm = {"plain": "plain", "tuned": "tuned-v2"}
    heard = [f"{by_arm[row['arm']]} heard: {row['prompt']}" for row in rows]
    assert [row["answer"] for row in rows] == heard
    chat.asked.clear()
    sample.sample(config(settings))
    assert not chat.asked


def test_a_request_carries_what_the_config_says_and_no_seed(settings, chat):
    arms = [{"name": "kind", "model": "m", "system": "You are kind."}]
    more = {"top_k": -1, "provider": {"order": ["one", "two"]}}
    template = {"enable_thinking": False}
    changes = {"arms": arms, "top_p": 0.9, "seed": 7, "chat_template_kwargs": template}
    made = config(settings, {"extra_body": more, "concurrency": 1}, **changes)
    row = next(store.read(sample.sample(made)))
    assert chat.asked[0].path == "/v1/chat/completions"
    assert chat.asked[0].body == {
        **{"model": "m", "messages": row["messages"], "temperature": 0.7, "top_p": 0.9},
        **{"max_tokens": 5, "chat_template_kwargs": template, **more},
    }
    assert row["messages"][0] == {"role": "system", "content": "You are kind."}


def test_a_schema_is_sent_as_a_response_format_and_nothing_else_is(settings, chat):
    wanted = llm.schema("llm/coherence", {})
    made = config(settings, {"concurrency": 1})
    answers(made, [question(0), question(1, schema=wanted)])
    plain, asked = (one.body for one in chat.asked)
    reply = {"name": "reply", "schema": wanted, "strict": True}
    assert asked.pop("response_format") == {"type": "json_schema", "json_schema": reply}
    assert asked == {**plain, "messages": asked["messages"]}


def test_the_key_goes_to_the_server_and_nowhere_else_even_if_it_is_said_back(
    settings, chat, tmp_path
):
    def says_it_back(asked):
        if asked.model == "plain":
            return echo(asked)
        return Reply(f"Incorrect key:\n{asked.key} is none of ours", status=401)

    chat.answer = says_it_back
    (tmp_path / "c.yaml").write_text(json.dumps(settings))  # JSON is YAML
    done = subprocess.run(
        [sys.executable, "eval/sample.py", "--config", str(tmp_path / "c.yaml")],
        env={**os.environ, KEY_NAME: KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert {one.key for one in chat.asked} == {KEY}
    line = done.stderr.splitlines()[-1]
    said = "401 Incorrect key: (key) is none of ours; check the key in CHAT_KEY"
    assert line.startswith(f"error: {chat.base_url}: {said}")
    assert "Traceback" not in done.stderr
    assert KEY not in done.stdout + done.stderr
    written = {path.name: path.read_text() for path in (tmp_path / "results").rglob("*.json*")}
    assert set(written) == {"run.json", "samples.jsonl"}
    assert len(written["samples.jsonl"].splitlines()) == 6
    assert not any(KEY in text for text in written.values())


def test_a_key_may_be_missing_only_for_a_server_on_this_machine(settings, chat, monkeypatch):
    monkeypatch.delenv(KEY_NAME)
    chat.script = [Reply("none of them", status=400)]
    with pytest.raises(UserError, match="400 none of them"):  # the word that stands for no key
        answers(config(settings), [question(0)])
    answers(config(settings), [question(0)])
    elsewhere = "https://127.0.0.1.models.example/v1"
    with pytest.raises(UserError, match=rf"^{elsewhere} needs a key: export {KEY_NAME}="):
        answers(config(settings, {"base_url": elsewhere}), [question(0)])


def test_a_line_break_after_a_key_is_left_out_and_one_that_cannot_be_sent_is_refused(
    settings, chat, monkeypatch
):
    monkeypatch.setenv(KEY_NAME, f"{KEY}\n")
    answers(config(settings), [question(0)])
    assert chat.asked[0].key == KEY
    for bad in (f"{KEY}…", f"{KEY}\n{KEY}"):
        monkeypatch.setenv(KEY_NAME, bad)
        with pytest.raises(UserError, match=f"^{KEY_NAME} holds .* export it again$"):
            answers(config(settings), [question(0)])


def test_an_engine_that_is_closed_half_way_leaves_nothing_to_complain_about(
    settings, chat, monkeypatch, caplog
):
    complaints: list = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    chat.answer = lambda asked: Reply("x", wait=0.0 if asked.said == "q0" else 0.5)
    engine = server.Engine(config(settings), None)
    found = engine.sample(question(number) for number in range(8))
    next(found)
    engine.close()
    assert not asyncio.all_tasks(engine.loop)
    del found, engine
    gc.collect()
    assert not complaints
    assert not caplog.records

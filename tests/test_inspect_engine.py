"""The inspect engine: Inspect's mock model, and its OpenAI-compatible provider against an HTTP
server on loopback."""

import asyncio
import gc
import sys
from pathlib import Path

import chat_on_loopback
import pytest
import tiktoken
from chat_on_loopback import KEY, KEY_NAME, Reply, config, echo, question

from data import errors
from data.errors import UserError
from eval import sample, store
from eval.engines import inspect
from eval.judges import llm

LOOP = "openai-api/loop/some-model"  # key and place are LOOP_API_KEY and LOOP_BASE_URL
NO_CHOICE = b'{"id": "1", "object": "chat.completion", "created": 0, "model": "m", "choices": []}'
AT_ONCE = {"retry-after-ms": "10"}


@pytest.fixture
def chat(monkeypatch):
    with chat_on_loopback.serving() as one:
        monkeypatch.setenv("LOOP_API_KEY", KEY)
        monkeypatch.setenv("LOOP_BASE_URL", one.base_url)
        yield one


@pytest.fixture
def settings(tmp_path, chat):
    return {**chat_on_loopback.settings(tmp_path, chat), "arms": [arm("far")]}


@pytest.fixture
def mock(monkeypatch):
    """Inspect's mock model counts tokens with a vocabulary that it would download."""
    ranks = {bytes([byte]): byte for byte in range(256)}
    of_bytes = tiktoken.Encoding("bytes", pat_str=".", mergeable_ranks=ranks, special_tokens={})
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: of_bytes)
    return "mockllm/model"


def arm(name: str, model: str = LOOP, **changes) -> dict:
    return {"name": name, "engine": "inspect", "model": model, **changes}


def answers(made, requests):
    return chat_on_loopback.answers(inspect.Engine(made, None), requests)


def ids(path: Path) -> list[str]:
    return [row["id"] for row in store.read(path)]


def test_a_row_says_what_was_answered_and_by_whom_and_a_rerun_adds_the_missing(settings, mock):
    made = config(settings, arms=[arm("mock", mock), arm("kind", mock, system="You are kind.")])
    path = sample.sample(made)
    rows = list(store.read(path))
    assert len({row["id"] for row in rows}) == len(rows) == 12
    assert {row["answer"] for row in rows} == {"Default output from mockllm/model"}
    assert {row["finish_reason"] for row in rows} == {"stop"}
    assert rows[0]["run"] == {"engine": "inspect", "model": mock, "top_p": 1.0}
    whole = path.read_text()
    kept = "".join(whole.splitlines(keepends=True)[:7])
    path.write_text(kept)
    sample.sample(made)
    assert path.read_text().startswith(kept)
    assert sorted(ids(path)) == sorted(row["id"] for row in rows)


def test_a_rerun_asks_only_for_what_is_missing(settings, chat):
    chat.script = [Reply("kept")] * 4 + [Reply("no", status=400)]
    with pytest.raises(UserError, match="no; mend that"):
        sample.sample(config(settings, {"concurrency": 1}))
    chat.asked.clear()
    path = sample.sample(config(settings))
    assert [one.said for one in chat.asked] == ["Say a number."] * 2
    assert [row["answer"] for row in store.read(path)][:4] == ["kept"] * 4
    assert len(ids(path)) == 6


def test_messages_arrive_in_their_order_with_their_roles(settings, chat):
    shots = {"pairs": "data/pairs/conscious.jsonl", "k": 2}
    arms = [arm("shown", system="Be brief.", few_shot=shots)]
    made = config(settings, {"concurrency": 1}, arms=arms)
    row = next(store.read(sample.sample(made)))
    roles = ["system", "user", "assistant", "user", "assistant", "user"]
    assert [message["role"] for message in row["messages"]] == roles
    assert chat.asked[0].body["messages"] == row["messages"]


@pytest.mark.parametrize(("top_p", "sent"), [(1.0, {}), (0.9, {"top_p": 0.9})])
def test_a_request_carries_what_the_config_says_and_no_seed(settings, chat, top_p, sent):
    answers(config(settings, top_p=top_p, seed=7), [question(3, "far")])
    (asked,) = chat.asked
    assert asked.body == {
        **{"model": "some-model", "messages": [{"role": "user", "content": "q3"}]},
        **{"temperature": 0.7, "max_tokens": 5, **sent},
    }
    assert asked.key == KEY


def test_a_schema_is_sent_as_a_response_format(settings, chat):
    wanted = llm.schema("llm/editing", {"preferences": ["a", "b"]})
    answers(config(settings), [question(0, "far", schema=wanted)])
    form = chat.asked[0].body["response_format"]
    assert form["type"] == "json_schema"
    assert form["json_schema"]["schema"] == wanted


def test_answers_come_with_their_own_requests_as_many_at_once_as_allowed(settings, chat):
    answers(config(settings, {"concurrency": 1}), [question(0, "far")])  # limits no later engine
    chat.asked.clear()
    chat.answer = lambda asked: Reply(echo(asked).text, wait=0.1, finish_reason="length")
    found = answers(config(settings, {"concurrency": 3}), [question(n, "far") for n in range(9)])
    assert [one.text for _, one in found] == [f"some-model heard: q{a.index}" for a, _ in found]
    assert {(one.finish_reason, one.tokens) for _, one in found} == {("length", 3)}
    assert len(found) == len(chat.asked) == 9
    assert chat.most_open == 3


def test_two_engines_with_one_model_take_turns(settings, chat):
    engines = [inspect.Engine(config(settings), None) for _ in range(2)]  # arms and an auditor
    for number in range(4):
        ((_, answer),) = engines[number % 2].sample([question(number, "far")])
        assert answer.text == f"some-model heard: q{number}"
    engines[0].close()
    ((_, answer),) = chat_on_loopback.answers(engines[1], [question(5, "far")])
    assert answer.text == "some-model heard: q5"
    assert len(chat.asked) == 5


def test_what_passes_is_sent_again(settings, chat):
    chat.script = [Reply("oops", status=500, headers=AT_ONCE)]
    ((_, answer),) = answers(config(settings), [question(0, "far")])
    assert answer.text == "some-model heard: q0"
    assert len(chat.asked) == 2


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        (Reply(f"bad\n{KEY}", status=400), "BadRequestError: Error code: 400 - bad (key)"),
        (Reply(f"no {KEY}", status=401), "AuthenticationError: Error code: 401 - no (key)"),
        (Reply("who?", status=404), "NotFoundError: Error code: 404 - who?"),
        (Reply("busy", status=429, headers=AT_ONCE), "RateLimitError: Error code: 429 - busy"),
        (Reply("x", 500, headers=AT_ONCE), "InternalServerError: Error code: 500 - x"),
        (Reply("late", wait=1.5), "AttemptTimeoutError: attempt_timeout '1' exceeded."),
        (Reply("too long", status=400, code="context_length_exceeded"), "too long"),
        (Reply(body=NO_CHOICE), "no answer"),
    ],
    ids=["400", "401", "404", "429", "500", "late", "too long", "no choices"],
)
def test_a_failure_is_one_line_without_traceback_and_key(settings, chat, capsys, reply, told):
    chat.answer = lambda asked: reply
    made = config(settings, {"timeout": 0.8 if reply.wait else 60})
    assert errors.run(lambda: sample.sample(made)) == 2
    printed = capsys.readouterr()
    line = printed.err.splitlines()[-1]
    assert line.startswith(f"error: {LOOP}: {told}; mend that, then run the same command again")
    assert "Traceback" not in printed.err
    assert KEY not in printed.out + printed.err
    written = [path.read_text() for path in Path(settings["results"]).rglob("*.json*")]
    assert len(written) == 2
    assert not any(KEY in text for text in written)
    assert not list(store.read(Path(settings["results"]) / "r" / "samples.jsonl"))


def test_what_the_providers_filter_says_is_not_the_models_answer(settings, chat):
    chat.script = [Reply("Blocked by our policy.", status=400, code="content_filter")]
    ((_, answer),) = answers(config(settings), [question(0, "far")])
    assert (answer.text, answer.finish_reason) == ("", "content_filter")


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("nobody/model", "Model API nobody of model 'nobody/model' not recognized."),
        ("model", "Model name 'model' should be in the format of <api_name>/<model_name>."),
        ("openai-api/unset/m", "initialise unset client No UNSET_API_KEY defined"),
    ],
)
def test_a_model_that_cannot_be_opened_is_one_line(settings, capsys, model, told):
    made = config(settings, arms=[arm("lost", model)])
    assert errors.run(lambda: sample.sample(made)) == 2
    shown = capsys.readouterr().err
    line = shown.splitlines()[-1]
    assert line.startswith(f"error: Inspect cannot open the model '{model}': ")
    assert told in line
    assert "Traceback" not in shown


def test_arms_on_two_engines_stand_in_one_run_each_asked_by_its_own(settings, chat, monkeypatch):
    monkeypatch.setenv(KEY_NAME, "sk-of-the-server")
    arms = [{"name": "near"}, arm("far"), {"name": "nearer", "model": "near-2"}]
    path = sample.sample(config(settings, arms=arms))
    rows = list(store.read(path))
    assert [row["arm"] for row in rows] == ["near"] * 6 + ["far"] * 6 + ["nearer"] * 6
    names = {"near": "near", "far": "some-model", "nearer": "near-2"}
    for row in rows:
        assert row["answer"] == f"{names[row['arm']]} heard: {row['prompt']}"
        assert row["run"]["engine"] == ("inspect" if row["arm"] == "far" else "server")
    keys = [(one.model, one.key) for one in chat.asked]
    of_server = "sk-of-the-server"
    assert keys == [
        *[("near", of_server)] * 6,
        *[("some-model", KEY)] * 6,
        *[("near-2", of_server)] * 6,
    ]


def test_an_engine_that_is_closed_half_way_leaves_nothing_to_complain_about(
    settings, chat, monkeypatch, caplog
):
    complaints: list = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    chat.answer = lambda asked: Reply("x", wait=0.0 if asked.said == "q0" else 0.5)
    engine = inspect.Engine(config(settings), None)
    found = engine.sample(question(number, "far") for number in range(8))
    next(found)
    engine.close()
    assert not asyncio.all_tasks(engine.loop)
    del found, engine
    gc.collect()
    assert not complaints
    assert not caplog.records


def test_inspect_writes_no_file_of_its_own(settings, mock, tmp_path, monkeypatch):
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    sample.sample(config(settings, arms=[arm("mock", mock), arm("far")], results="results"))
    found = {str(path.relative_to(here)) for path in here.rglob("*") if path.is_file()}
    assert found == {"results/r/run.json", "results/r/samples.jsonl"}

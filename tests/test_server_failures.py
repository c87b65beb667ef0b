"""The server engine where the other side fails or asks for patience: what is sent again, when, and
what the user is told."""

import socket

import chat_on_loopback
import pytest
from chat_on_loopback import KEY, KEY_NAME, Reply, config, question

from data import errors
from data.errors import UserError
from eval import sample
from eval.engines import server

AT_ONCE = {"retry-after-ms": "10"}  # keeps the tests of what is sent again short


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


@pytest.mark.parametrize(("name", "value"), [("retry-after-ms", "600"), ("retry-after", "1")])
def test_a_429_is_sent_again_after_the_time_that_it_names_and_not_before(
    settings, chat, name, value
):
    named = float(value) / (1000 if name.endswith("ms") else 1)
    chat.script = [Reply("busy", status=429, headers={name: value})]
    ((_, answer),) = answers(config(settings, {"retries": 1}), [question(0)])
    assert answer.text == "plain heard: q0"
    (gap,) = chat.gaps()
    assert named <= gap < named + 3


@pytest.mark.parametrize(
    "failure",
    [
        *(Reply("passing", status=status, headers=AT_ONCE) for status in (408, 409, 500, 503)),
        Reply(drop=True),
        Reply("late", wait=1.3),
    ],
    ids=["408", "409", "500", "503", "dropped", "late"],
)
def test_what_passes_is_sent_again(settings, chat, failure):
    chat.script = [failure]
    how = {"retries": 1, "timeout": 1.0 if failure.wait else 60}
    ((_, answer),) = answers(config(settings, how), [question(0)])
    assert answer.text == "plain heard: q0"
    assert len(chat.asked) == 2


def test_without_a_named_time_each_wait_is_longer_than_the_one_before(settings, chat):
    chat.script = [Reply("oops", status=500)] * 2
    answers(config(settings, {"retries": 2}), [question(0)])
    first, second = chat.gaps()
    assert 0.3 < first < second


@pytest.mark.parametrize(
    ("status", "attempts", "remedy"),
    [
        (500, 4, "mend that"),
        (429, 4, "lower server.concurrency"),
        (400, 1, "mend that"),
        (401, 1, f"check the key in {KEY_NAME}"),
        (403, 1, f"check the key in {KEY_NAME}"),
        (404, 1, "must know 'tuned-v2': set the arm's model"),
    ],
)
def test_a_refusal_is_one_line_with_status_reason_and_remedy(
    settings, chat, status, attempts, remedy
):
    chat.answer = lambda asked: Reply("no such\n  luck", status=status, headers=AT_ONCE)
    with pytest.raises(UserError) as caught:
        answers(config(settings, {"retries": 3}), [question(0, "tuned")])
    said = str(caught.value)
    assert said.startswith(f"{chat.base_url}: {status} no such luck; ")
    assert remedy in said
    assert said.endswith("then run the same command again to go on")
    assert len(chat.asked) == attempts


@pytest.mark.parametrize(
    "body",
    [
        b"<html>\n<p>Sign in</p></html>",
        b'{"error": {"message": "upstream"}}',
        b'{"choices": []}',
        b'{"choices": [{"index": 0, "message": null, "finish_reason": "error"}]}',
        b'"text"',
    ],
)
def test_a_200_without_a_completion_is_one_line_that_shows_it(settings, chat, body):
    kind = "text/html" if body.startswith(b"<") else "application/json"
    chat.answer = lambda asked: Reply(body=body, headers={"content-type": kind})
    with pytest.raises(UserError) as caught:
        answers(config(settings), [question(0)])
    said = str(caught.value)
    assert " ".join(body.decode().split()) in said
    assert "check server.base_url" in said
    assert "\n" not in said


def test_a_server_that_is_not_running_and_one_that_is_slow_are_one_line_each(
    settings, chat, capsys
):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nowhere = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    gone = config(settings, {"base_url": nowhere})
    assert errors.run(lambda: sample.sample(gone)) == 2
    told = capsys.readouterr().err
    assert told.splitlines()[-1].startswith(f"error: {nowhere}: no answer (Connection error.)")
    assert "is the server running?" in told
    assert "Traceback" not in told
    chat.answer = lambda asked: Reply("x", wait=0.6)
    with pytest.raises(UserError, match=r"no answer .* raise server.timeout"):
        answers(config(settings, {"timeout": 0.2}), [question(0)])


@pytest.mark.parametrize("kind", ["requests", "tokens"])
def test_new_requests_wait_where_the_server_says_that_none_are_left(settings, chat, kind):
    left = {f"x-ratelimit-remaining-{kind}": "0", f"x-ratelimit-reset-{kind}": "500ms"}
    some = {**left, f"x-ratelimit-remaining-{kind}": "1"}
    chat.script = [Reply("x", headers=left), Reply("x", headers=some)]
    answers(config(settings, {"concurrency": 1}), [question(number) for number in range(4)])
    first, *rest = chat.gaps()
    assert 0.5 <= first < 3
    assert max(rest) < first


def test_a_request_that_waits_goes_on_waiting_when_a_later_answer_says_so(settings, chat):
    def left(reset: str) -> dict[str, str]:
        return {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset}

    chat.script = [Reply("x", headers=left("200ms")), Reply("x", wait=0.1, headers=left("600ms"))]
    answers(config(settings, {"concurrency": 2}), [question(number) for number in range(4)])
    assert min(asked.at for asked in chat.asked[2:]) - chat.asked[1].answered >= 0.6


@pytest.mark.parametrize(
    ("requests", "tokens", "seconds"),
    [
        (None, None, 0),
        (("0", "300ms"), None, 0.3),
        (("0", "1.5s"), ("12", "9s"), 1.5),
        (("7", "6m0s"), ("0", "1m12.5s"), 72.5),
        (("0", "20ms"), ("0", "2s"), 2),
        (("0", "1h2m3s"), None, server.LONGEST_PAUSE),
        (("0", "soon"), ("0", ""), 0),
        (("0", "1.2.3s"), None, 2.3),
    ],
)
def test_a_pause_is_the_longest_time_named_by_a_limit_that_is_used_up(requests, tokens, seconds):
    headers = {}
    for kind, named in (("requests", requests), ("tokens", tokens)):
        if named:
            headers[f"x-ratelimit-remaining-{kind}"], headers[f"x-ratelimit-reset-{kind}"] = named
    assert server.pause(headers) == pytest.approx(seconds)

"""Import of foreign rows, and export that reads back as the same messages."""

import json
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data import errors, export, pairs
from data.errors import UserError

CONSCIOUS = pairs.PAIRS_FOLDER / "conscious.jsonl"
FORMATS = ("openai", "alpaca", "sharegpt")
KEYS = {
    "openai": {"messages"},
    "alpaca": {"instruction", "input", "output", "system"},
    "sharegpt": {"conversations"},
}
Q, A = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
SYSTEM = {"role": "system", "content": "s"}

_text = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1
).filter(str.strip)


@st.composite
def conversations(draw, max_questions=3):
    turns = [{"role": "system", "content": draw(_text)}] if draw(st.booleans()) else []
    for _ in range(draw(st.integers(1, max_questions))):
        turns += [
            {"role": "user", "content": draw(_text)},
            {"role": "assistant", "content": draw(_text)},
        ]
    return turns


def write(path, rows):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    return path


def run_export(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", ["export.py", *map(str, arguments)])
    return errors.run(export.main)


def messages_of(path):
    return [row["messages"] for row in pairs.load(path)]


@pytest.mark.parametrize("name", FORMATS)
def test_the_600_pairs_read_back_the_same_and_nothing_else_is_written(
    tmp_path, monkeypatch, capsys, name
):
    from datasets import load_dataset

    output = tmp_path / "out.jsonl"
    arguments = ("--pairs", CONSCIOUS, "--format", name, "--output", output)
    assert run_export(monkeypatch, *arguments) == 0
    assert "600 rows, 1200 turns" in capsys.readouterr().out
    assert messages_of(output) == messages_of(CONSCIOUS)
    assert {frozenset(json.loads(line)) for line in output.open()} == {frozenset(KEYS[name])}
    loaded = load_dataset("json", data_files=str(output), split="train", cache_dir=tmp_path / "c")
    assert loaded.num_rows == 600
    assert set(loaded.column_names) == KEYS[name]


@pytest.mark.parametrize("name", FORMATS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_conversations_read_back_the_same(tmp_path, name, data):
    turns = conversations(max_questions=1 if name == "alpaca" else 3)
    talks = data.draw(st.lists(turns, min_size=10, max_size=12))
    source = write(tmp_path / "in.jsonl", [{"messages": talk, "source": 1} for talk in talks])
    rows = export.exported(pairs.load_with_places(source), name, source)
    assert messages_of(write(tmp_path / "out.jsonl", rows)) == talks
    (tmp_path / "out.json").write_text(json.dumps(rows, indent=1))
    assert messages_of(tmp_path / "out.json") == talks


FOREIGN = {
    "no id, no tags": ({"messages": [Q, A]}, [Q, A]),
    "extra keys": ({"messages": [{**Q, "name": "x"}, A], "source": "s"}, [Q, A]),
    "system and several turns": ({"messages": [SYSTEM, Q, A, Q, A]}, [SYSTEM, Q, A, Q, A]),
    "system beside the messages": ({"system": "s", "messages": [Q, A]}, [SYSTEM, Q, A]),
    "alpaca": ({"instruction": "q", "output": "a"}, [Q, A]),
    "alpaca, empty input": ({"instruction": "q", "input": "", "output": "a"}, [Q, A]),
    "alpaca, input": (
        {"instruction": "q", "input": "i", "output": "a"},
        [{**Q, "content": "q\n\ni"}, A],
    ),
    "alpaca, system": ({"instruction": "q", "output": "a", "system": "s"}, [SYSTEM, Q, A]),
    "columns of a union": (
        {"messages": [Q, A], "instruction": None, "conversations": None, "id": None, "tags": None},
        [Q, A],
    ),
    "sharegpt": (
        {
            "conversations": [
                {"from": "system", "value": "s"},
                {"from": "human", "value": "q"},
                {"from": "gpt", "value": "a"},
            ]
        },
        [SYSTEM, Q, A],
    ),
}


@pytest.mark.parametrize(("row", "expected"), FOREIGN.values(), ids=FOREIGN)
def test_a_foreign_row_becomes_messages_with_the_line_as_id(tmp_path, row, expected):
    path = tmp_path / "own.jsonl"
    path.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps(row).encode() + b"\r\n")
    (loaded,) = pairs.load(path)
    assert loaded["messages"] == expected
    assert loaded["id"] == "line-2"
    assert loaded.get("source") == row.get("source")


def test_a_json_array_names_each_row_by_the_line_on_which_it_begins(tmp_path):
    path = tmp_path / "own.json"
    path.write_text(json.dumps([{"messages": [Q, A]}, {"instruction": "q", "output": "a"}]))
    assert [row["id"] for row in pairs.load(path)] == ["row-1", "row-2"]
    path.write_text('\n[\n{"messages": [],\n "n": 1}]')
    with pytest.raises(UserError, match=r"own\.json:3: field 'messages'"):
        pairs.load(path)
    path.write_text(json.dumps({"messages": [Q, A]}) + "\n" + json.dumps({"messages": [Q, A]}))
    assert [row["id"] for row in pairs.load(path)] == ["line-1", "line-2"]


def test_old_mac_line_ends_and_a_row_near_the_limit_are_read(tmp_path):
    long = {**A, "content": "a" * (pairs.LINE_LIMIT - 200)}
    path = tmp_path / "own.jsonl"
    rows = [{"messages": [Q, A]}, {"messages": [Q, A]}]
    path.write_text("\r".join(map(json.dumps, rows)))
    assert [row["id"] for row in pairs.load(path)] == ["line-1", "line-2"]
    assert messages_of(write(path, [{"messages": [Q, long]}])) == [[Q, long]]


def test_an_existing_output_is_refused_unless_overwritten(tmp_path, monkeypatch, capsys):
    output = tmp_path / "out.jsonl"
    output.write_text("mine")
    arguments = ("--pairs", CONSCIOUS, "--format", "openai", "--output", output)
    assert run_export(monkeypatch, *arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert output.read_text() == "mine"
    assert run_export(monkeypatch, *arguments, "--overwrite") == 0
    assert len(pairs.load(output)) == 600


def test_the_source_or_a_folder_is_never_replaced(tmp_path, monkeypatch, capsys):
    source = write(tmp_path / "in.jsonl", [{"messages": [Q, A], "source": 1}] * 10)
    before = source.read_bytes()
    for output in (source, tmp_path):
        arguments = ("--pairs", source, "--format", "openai", "--output", output, "--overwrite")
        assert run_export(monkeypatch, *arguments) == 2
        assert str(output) in capsys.readouterr().err
    assert source.read_bytes() == before


def refused(tmp_path, rows, name):
    source = write(tmp_path / "in.jsonl", rows)
    with pytest.raises(UserError) as caught:
        export.exported(pairs.load_with_places(source), name, source)
    return str(caught.value)


def test_openai_takes_ten_rows_or_more_and_65536_bytes_an_example(tmp_path):
    assert "add rows" in refused(tmp_path, [{"messages": [Q, A]}] * 9, "openai")
    fits = {**A, "content": "é" * ((export.OPENAI_MAX_TOKENS - 18) // 2)}
    rows = [{"messages": [Q, fits]}] * 10
    source = write(tmp_path / "in.jsonl", rows)
    assert len(export.exported(pairs.load_with_places(source), "openai", source)) == 10
    rows[3] = {"messages": [Q, {**fits, "content": fits["content"] + "é"}]}
    assert "in.jsonl:4: " in refused(tmp_path, rows, "openai")


@pytest.mark.parametrize(
    "example",
    [
        {"messages": [Q, A], "id": "x"},
        {"messages": [{**Q, "name": "n"}, A]},
        {"messages": [A, Q]},
        {"messages": [Q, A, Q]},
        {"messages": [Q, {**A, "content": " "}]},
    ],
)
def test_an_example_that_openai_would_refuse_is_named(example):
    with pytest.raises(UserError, match="in:1: "):
        export.check_openai(example, "in:1")


def test_the_token_bound_is_above_what_a_tokenizer_counts():
    tokenizer = pytest.importorskip("tiktoken", reason="an upper bound needs no tokenizer")
    try:
        encoding = tokenizer.get_encoding("o200k_base")
    except OSError:
        pytest.skip("the vocabulary of o200k_base is not on this machine")
    for messages in messages_of(CONSCIOUS)[::20]:
        counted = sum(len(encoding.encode(m["content"])) + 4 for m in messages) + 3
        assert counted <= export.token_bound(messages)


def test_alpaca_refuses_several_questions_and_names_the_row(tmp_path):
    rows = [{"messages": [Q, A]}, {"messages": [SYSTEM, Q, A, Q, A]}]
    assert "in.jsonl:2: " in refused(tmp_path, rows, "alpaca")

"""Every malformed pairs file: one line with file, line and remedy, exit 2, nothing written."""

import gzip
import json
import os
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from data import errors, export, pairs
from data.errors import UserError

Q, A = {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}
FIRST = json.dumps({"id": "first", "messages": [Q, A]}).encode() + b"\n"
TAGS = {"family": "valence", "framing": "negative", "form": "open", "claim": "c"}
REMEDY = re.compile(r"\b(add|check|convert|put|remove|repair|save|split|use|write|give)\b")
NOBODY = 65534


def row(**fields) -> bytes:
    return json.dumps({"messages": [Q, A], **fields}).encode()


def turns(*messages) -> bytes:
    return json.dumps({"messages": messages}).encode()


def tagged(**changed) -> bytes:
    return row(tags={**TAGS, **changed})


def talk(*turns) -> bytes:
    return json.dumps({"conversations": turns}).encode()


# What stands on line 2, after one good row.
SECOND_LINES = {
    "truncated": b'{"messages": [{"role": "user", "con',
    "single quotes": b"{'messages': []}",
    "trailing comma": row()[:-1] + b",}",
    "two objects on a line": row() + row(),
    "prose": b"Are you conscious?",
    "array": b"[" + row() + b"]",
    "number": b"3",
    "null": b"null",
    "nested too deeply": b"[" * 100_000,
    "number too long": b'{"a": ' + b"1" * 5_000 + b"}",
    "second byte order mark": b"\xef\xbb\xbf" + row(),
    "latin-1": b'{"messages": "caf\xe9"}',
    "utf-16 after utf-8": row().decode().encode("utf-16-le"),
    "surrogate in utf-8": b'{"messages": "\xed\xa0\x80"}',
    "NUL byte": row()[:-1] + b"\0}",
    "escaped NUL": turns(Q, {**A, "content": "a\0"}),
    "lone surrogate": turns(Q, {**A, "content": "a\ud800"}),
    "lone surrogate elsewhere": row(source="\udfff"),
    "line of 50 MB": b'{"messages": "' + b"x" * 50_000_000 + b'"}',
    "line just above the limit": b" " * (4 * 1024 * 1024) + row(),
    "id twice": row(id="first"),
    "empty id": row(id=" "),
    "number as id": row(id=7),
    "no messages": b'{"id": "x"}',
    "empty messages": turns(),
    "messages as text": b'{"messages": "hi"}',
    "messages as object": b'{"messages": {"role": "user", "content": "q"}}',
    "texts as turns": b'{"messages": ["q", "a"]}',
    "question without answer": turns(Q),
    "ends with a question": turns(Q, A, Q),
    "system turn alone": turns({"role": "system", "content": "s"}),
    "system turn in the middle": turns(Q, A, {"role": "system", "content": "s"}, A),
    "two questions": turns(Q, Q),
    "roles swapped": turns(A, Q),
    "unknown role": turns(Q, {**A, "role": "tool"}),
    "role of other case": turns(Q, {**A, "role": "Assistant"}),
    "list as role": turns(Q, {**A, "role": ["assistant"]}),
    "no role": turns(Q, {"content": "a"}),
    "empty content": turns(Q, {**A, "content": ""}),
    "blank content": turns(Q, {**A, "content": " \n\t"}),
    "no content": turns(Q, {"role": "assistant"}),
    "parts as content": turns(Q, {**A, "content": [{"type": "text", "text": "a"}]}),
    "answer of weight 0": turns(Q, {**A, "weight": 0}),
    "number as system": row(system=3),
    "system twice": json.dumps(
        {"system": "s", "messages": [{"role": "system", "content": "s"}, Q, A]}
    ).encode(),
    "tags as list": row(tags=["x"]),
    "unknown family": tagged(family="joy"),
    "unknown framing": tagged(framing="neutral"),
    "unknown form": tagged(form=["open"]),
    "number as claim": tagged(claim=1),
    "unknown tag": tagged(colour="red"),
    "messages and alpaca": row(instruction="q", output="a"),
    "messages and sharegpt": row(conversations=[]),
    "alpaca without output": b'{"instruction": "q"}',
    "alpaca, empty instruction": b'{"instruction": "", "output": "a"}',
    "alpaca, number as input": b'{"instruction": "q", "input": 1, "output": "a"}',
    "alpaca, history": b'{"instruction": "q", "output": "a", "history": [["q", "a"]]}',
    "sharegpt, unknown speaker": talk({"from": "bing", "value": "q"}, {"from": "gpt"}),
    "sharegpt, no value": talk({"from": "human", "value": "q"}, {"from": "gpt"}),
    "sharegpt, texts": b'{"conversations": ["q", "a"]}',
}
WHOLE_FILES = {
    "utf-16": (FIRST.decode().encode("utf-16"), ".jsonl", 1),
    "utf-16 without mark": (FIRST.decode().encode("utf-16-be"), ".jsonl", 1),
    "utf-32": (FIRST.decode().encode("utf-32"), ".jsonl", 1),
    "gzip": (gzip.compress(FIRST * 20), ".jsonl", 1),
    "empty": (b"", ".jsonl", None),
    "byte order mark alone": (b"\xef\xbb\xbf", ".jsonl", None),
    "blank lines alone": (b"\n \r\n\t\n", ".jsonl", None),
    "comma separated": (b"question,answer\nq,a\n", ".jsonl", 1),
    "pretty-printed object": (b'{\n"messages": []\n}', ".json", 1),
    "empty array": (b"[]", ".json", None),
    "truncated array": (b"[\n" + FIRST + b",\n", ".json", 3),
    "array after array": (b"[" + row() + b"]\n[]", ".json", 2),
    "bad element of an array": (b"[\n" + FIRST + b",\n" + turns(Q) + b"]", ".json", 4),
}


def written(tmp_path: Path, name: str) -> tuple[Path, int | None]:
    """Return the malformed file, and the line that the error must name."""
    if name in SECOND_LINES:
        path = tmp_path / "own.jsonl"
        path.write_bytes(FIRST + SECOND_LINES[name] + b"\n")
        return path, 2
    content, suffix, line = WHOLE_FILES[name]
    path = tmp_path / f"own{suffix}"
    path.write_bytes(content)
    return path, line


def check(stderr: str, path: Path, line: int | None) -> None:
    assert stderr.startswith(f"error: {path}:{line}: " if line else f"error: {path}: ")
    assert stderr.endswith("\n")
    assert stderr.count("\n") == 1
    assert len(stderr) < 400 + len(str(path))
    assert REMEDY.search(stderr.removeprefix(f"error: {path}")), stderr


def export_fails(monkeypatch, capsys, path: Path, output: Path) -> str:
    arguments = ["--pairs", path, "--format", "openai", "--output", output]
    monkeypatch.setattr(sys, "argv", ["export.py", *map(str, arguments)])
    assert errors.run(export.main) == 2
    assert not output.parent.exists()
    return capsys.readouterr().err


@pytest.mark.parametrize("name", [*SECOND_LINES, *WHOLE_FILES])
def test_export_names_file_line_and_remedy_and_writes_nothing(tmp_path, monkeypatch, capsys, name):
    path, line = written(tmp_path, name)
    check(export_fails(monkeypatch, capsys, path, tmp_path / "new" / "out.jsonl"), path, line)


@pytest.mark.parametrize("name", ["missing.jsonl", "folder", "file/below.jsonl", "loop"])
def test_export_names_a_path_that_is_no_file(tmp_path, monkeypatch, capsys, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(FIRST)
    (tmp_path / "loop").symlink_to("loop")
    path = tmp_path / name
    check(export_fails(monkeypatch, capsys, path, tmp_path / "new" / "out.jsonl"), path, None)


# Runs as another user where the tests run as root, whom no mode keeps from reading. Imports stand
# before, and paths are relative, since the folders above may be closed to that user.
AS_NOBODY = f"""
import argparse, os
from data import errors, export
argparse.ArgumentParser().add_argument("--warm_up")  # imports what it imports late
os.chdir(os.environ["FOLDER"])
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid({NOBODY})
    os.setuid({NOBODY})
raise SystemExit(errors.run(export.main))
"""


def test_export_names_a_file_without_read_permission(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_bytes(FIRST)
    path.chmod(0)
    tmp_path.chmod(0o777)
    arguments = ["--pairs", "own.jsonl", "--format", "openai", "--output", "new/out.jsonl"]
    done = subprocess.run(
        [sys.executable, "-c", AS_NOBODY, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "FOLDER": str(tmp_path)},
    )
    assert done.returncode == 2, done.stderr
    check(done.stderr, Path("own.jsonl"), None)
    assert "Permission denied" in done.stderr
    assert os.listdir(tmp_path) == ["own.jsonl"]


def test_a_line_of_2_gb_is_refused_without_being_held_in_memory(tmp_path):
    path = tmp_path / "own.jsonl"
    with path.open("wb") as stream:
        stream.truncate(2_000_000_000)  # a sparse file: no disk is used
    tracemalloc.start()
    with pytest.raises(UserError, match=r"own\.jsonl:1: is longer than 4 MiB"):
        pairs.load(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 6 * pairs.LINE_LIMIT


slow = pytest.mark.slow


@pytest.mark.parametrize(
    "name",
    [
        "truncated",
        *(
            pytest.param(name, marks=slow)
            for name in ("line of 50 MB", "unknown role", "unknown family", "utf-16")
        ),
    ],
)
def test_training_names_file_line_and_remedy_and_writes_nothing(tmp_path, name):
    path, line = written(tmp_path, name)
    folder = tmp_path / "new" / "run"
    command = ["train/sft.py", "--config", "configs/sft/smollm2-135m.yaml"]
    done = subprocess.run(
        [sys.executable, *command, "--pairs", str(path), "--output_dir", str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": ""},
    )
    assert done.returncode == 2, done.stderr
    check(done.stderr, path, line)
    assert not folder.parent.exists()

"""The append-only store: nothing lost, nothing half-written, one writer at a time."""

import json
import subprocess
import sys

import pytest

from data.errors import UserError
from eval import store


def test_rows_come_back_as_they_went_in_even_when_hostile(tmp_path):
    path = tmp_path / "s.jsonl"
    rows = [{"id": "1", "answer": 'a\n"}\u2028\x00'}, {"id": "2", "answer": "\u202e 🙂 </script>"}]
    with store.Appender(path) as appender:
        for row in rows:
            appender.append(row)
    assert list(store.read(path)) == rows


@pytest.mark.parametrize("tail", [b'{"id": "2", "ans', b'{"id": "2"}', b"\x80", b""])
def test_a_half_written_last_line_is_dropped_and_the_rest_kept(tmp_path, tail):
    path = tmp_path / "s.jsonl"
    path.write_bytes(b'{"id": "1"}\n' + tail)
    with store.Appender(path) as appender:
        appender.append({"id": "3"})
    assert [row["id"] for row in store.read(path)] == ["1", "3"]


def test_a_damaged_row_inside_is_a_user_error_with_file_and_line(tmp_path):
    path = tmp_path / "s.jsonl"
    path.write_text('{"id": "1"}\n{"id"\n{"id": "3"}\n')
    with pytest.raises(UserError, match=r"s\.jsonl:2"):
        list(store.read(path))


def test_a_missing_file_has_no_rows(tmp_path):
    assert list(store.read(tmp_path / "none.jsonl")) == []


def test_a_second_writer_is_refused(tmp_path):
    path = tmp_path / "s.jsonl"
    with store.Appender(path), pytest.raises(UserError, match="another process"):
        store.Appender(path)


def test_a_full_disk_keeps_the_rows_before_and_says_so_in_one_line(tmp_path):
    path = tmp_path / "s.jsonl"
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from data import errors; from eval import store\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))\n"
        "def main():\n"
        "    with store.Appender(Path(sys.argv[1])) as appender:\n"
        "        for i in range(100): appender.append({'id': str(i), 'answer': 'x' * 300})\n"
        "sys.exit(errors.run(main))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "free space" in done.stderr
    kept = [json.loads(line)["id"] for line in path.read_text().splitlines()]
    assert kept == [str(i) for i in range(len(kept))]
    assert 3 <= len(kept) <= 6


def test_a_lone_surrogate_in_an_answer_is_kept_as_its_escape(tmp_path):
    with store.Appender(tmp_path / "rows.jsonl") as appender:
        appender.append({"answer": "\ud800 é"})
    assert list(store.read(tmp_path / "rows.jsonl")) == [{"answer": "\ud800 é"}]

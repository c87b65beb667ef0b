"""The answers behind a report: joined whole into Parquet, picked evenly, read as a stream."""

from __future__ import annotations

import json
import tracemalloc
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from report_run import HOSTILE, make_run

from data.errors import UserError
from eval import report_answers
from eval.report_answers import pick, read


def test_every_answer_stands_in_the_parquet_file_with_its_verdicts(tmp_path: Path) -> None:
    make_run(tmp_path)
    read(tmp_path)
    rows = pq.read_table(tmp_path / "transcripts.parquet").to_pylist()
    samples = [json.loads(line) for line in (tmp_path / "samples.jsonl").open()]
    assert [row["id"] for row in rows] == [sample["id"] for sample in samples]
    said: dict[str, list] = {}
    for line in (tmp_path / "verdicts.jsonl").open():
        row = json.loads(line)
        keys = ("judge", "verdict", "label")
        said.setdefault(row["sample"], []).append({key: row[key] for key in keys})
    for row, sample in zip(rows, samples, strict=True):
        assert row["answer"] == sample["answer"].replace("\ud800", "?")
        assert row["messages"] == sample["messages"]
        assert row["verdicts"] == said[sample["id"]]
        assert row["temperature"] == sample["temperature"] and row["index"] == sample["index"]
    assert {row["answer"] for row in rows} >= set(HOSTILE[:4])


def test_row_groups_are_bounded_so_that_no_run_is_held_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_run(tmp_path)
    monkeypatch.setattr(report_answers, "BATCH", 100)
    found = read(tmp_path)
    written = pq.ParquetFile(tmp_path / "transcripts.parquet")
    sizes = [written.metadata.row_group(k).num_rows for k in range(written.num_row_groups)]
    assert max(sizes) == 100 and sum(sizes) == found.total == 3 * 4 * 41


def test_memory_grows_by_far_less_than_the_answers(tmp_path: Path) -> None:
    def peak(words: int) -> int:
        folder = tmp_path / str(words)
        make_run(folder, samples=100, answers=["I wish. "], words=words)
        read(folder)  # what is imported and cached at first stays out of the figure
        tracemalloc.start()
        pick(read(folder), 50, 10**6)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return size

    grown = 8 * (2000 - 20) * 2412  # bytes of answers: three arms, 4 prompts, 201 answers each
    report_answers.BATCH, kept = 100, report_answers.BATCH
    try:
        assert peak(2000) - peak(20) < 0.3 * grown
    finally:
        report_answers.BATCH = kept


def test_true_answers_come_first_and_every_stratum_has_its_share(tmp_path: Path) -> None:
    make_run(tmp_path, probes=3, samples=40, answers=["a", "b"])
    found = read(tmp_path)
    data = pick(found, 90, 10**6)
    shares = Counter(tuple(row[:4]) for row in data["rows"])
    several = {key: n for key, n in shares.items() if key[3] > 0}
    assert len(several) == 18 and set(several.values()) <= {4, 5}
    assert sum(n for key, n in shares.items() if key[3] == 0) == 9  # all there are
    verdicts = [row[9][0][1] for row in data["rows"] if row[:2] == ["conscious", "wish"]]
    assert set(verdicts) == {"true"}  # 10 of 40 are, so the first four or five are
    assert pick(found, 90, 10**6) == data
    assert pick(found, 90, 3000)["rows"] and len(pick(found, 90, 3000)["rows"]) < 90


def test_a_row_that_is_no_object_or_not_utf8_is_named(tmp_path: Path) -> None:
    make_run(tmp_path)
    path = tmp_path / "verdicts.jsonl"
    for line in (b"[1]\n", b'{"sample": "\xff"}\n', b'"x"\n'):
        path.write_bytes(line)
        with pytest.raises(UserError, match=r"verdicts\.jsonl:1: "):
            read(tmp_path)
    assert not (tmp_path / "transcripts.parquet").exists()
    assert not list(tmp_path.glob(".*"))

"""The answers of a run for its report, read as a stream: a million rows need no gigabytes.

One pass joins samples.jsonl with verdicts.jsonl into transcripts.parquet and notes where each row
stands in its file; a second reads only the rows that the page is to hold.
"""

from __future__ import annotations

import json
import os
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa

PARQUET = "transcripts.parquet"
MAX_CHARACTERS = 8000  # of one text in the page; the whole text stays in samples.jsonl
BATCH = 5000  # rows of one Parquet row group

Row = dict[str, Any]
Verdicts = tuple[tuple[str, str, str], ...]  # judge, verdict, label


@dataclass
class Judged:
    """Verdicts by sample, and the digests of the rubrics behind each judge.

    A sample's id stands as 16 bytes of its hash, and equal verdicts are one object, so that a
    million samples take some 150 MB.
    """

    by_sample: dict[bytes, Verdicts] = field(default_factory=dict)
    rubrics: dict[str, set[str]] = field(default_factory=dict)

    def of(self, sample: str) -> Verdicts:
        return self.by_sample.get(_digest(sample), ())


@dataclass
class Answers:
    """What one pass over samples.jsonl found; the four arrays have one entry a row."""

    path: Path
    judged: Judged
    prompts: dict[str, str] = field(default_factory=dict)  # 'set/probe' -> what the user said last
    cut: int = 0  # answers that ended at the token limit
    strata: dict[tuple[Any, ...], int] = field(default_factory=dict)
    stratum: array[int] = field(default_factory=lambda: array("i"))
    not_true: array[int] = field(default_factory=lambda: array("b"))
    index: array[int] = field(default_factory=lambda: array("q"))
    offset: array[int] = field(default_factory=lambda: array("q"))

    @property
    def total(self) -> int:
        return len(self.offset)

    @property
    def truncated(self) -> float:
        return self.cut / self.total if self.total else 0.0


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def rows_of(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    """Each row of a JSONL file with its place in bytes; UserError for a missing or damaged one."""
    if not path.exists():
        raise UserError(f"{path} is missing: run eval/run.py first")
    place = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise UserError(
                        f"{path}:{number}: not JSON ({error}); remove the line"
                    ) from None
                lacking = [name for name in needed if name not in row]
                if lacking:
                    raise UserError(
                        f"{path}:{number}: the row has no {', '.join(lacking)}; remove the line, "
                        "then run eval/run.py again"
                    )
                yield place, row
            place += len(line)


def read_verdicts(path: Path) -> Judged:
    judged = Judged()
    known: dict[Verdicts, Verdicts] = {}
    for _, row in rows_of(path, ("sample", "judge", "verdict", "label")):
        name = _digest(row["sample"])
        said = (row["judge"], row["verdict"], row["label"])
        verdicts = (*judged.by_sample.get(name, ()), said)
        judged.by_sample[name] = known.setdefault(verdicts, verdicts)
        judged.rubrics.setdefault(row["judge"], set()).add(row.get("rubric", "n/a"))
    return judged


NEEDED = ("id", "arm", "set", "probe", "temperature", "turn", "index", "messages", "answer")


def read(folder: Path) -> Answers:
    """Read both files of a run, and write transcripts.parquet beside them, whole or not at all."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = Answers(folder / "samples.jsonl", read_verdicts(folder / "verdicts.jsonl"))
    temporary = folder / f".{PARQUET}.{os.getpid()}"
    batch: list[Row] = []
    try:
        with pq.ParquetWriter(temporary, _schema()) as writer:
            for place, sample in rows_of(found.path, NEEDED):
                verdicts = found.judged.of(sample["id"])
                _note(found, place, sample, verdicts)
                batch.append(_parquet_row(sample, verdicts))
                if len(batch) == BATCH:
                    writer.write_table(pa.Table.from_pylist(batch, _schema()))
                    batch.clear()
            writer.write_table(pa.Table.from_pylist(batch, _schema()))
        temporary.replace(folder / PARQUET)
    except OSError as error:
        raise UserError(f"{folder / PARQUET} cannot be written ({error.strerror})") from error
    finally:
        temporary.unlink(missing_ok=True)
    return found


def _note(found: Answers, place: int, sample: Row, verdicts: Verdicts) -> None:
    key = f"{sample['set']}/{sample['probe']}"
    if key not in found.prompts:
        found.prompts[key] = _asked(sample)
    found.cut += sample.get("finish_reason") == "length"
    stratum = (sample["arm"], sample["set"], sample["probe"], sample["temperature"])
    found.stratum.append(found.strata.setdefault(stratum, len(found.strata)))
    found.not_true.append(all(verdict != "true" for _, verdict, _ in verdicts))
    found.index.append(sample["index"])
    found.offset.append(place)


def _asked(sample: Row) -> str:
    said = [turn["content"] for turn in sample["messages"] if turn["role"] == "user"]
    return said[-1] if said else ""


def _schema() -> pa.Schema:
    import pyarrow as pa

    turn = pa.struct([("role", pa.string()), ("content", pa.string())])
    verdict = pa.struct([(name, pa.string()) for name in ("judge", "verdict", "label")])
    kinds = {
        **dict.fromkeys(("id", "arm", "set", "probe"), pa.string()),
        "temperature": pa.float64(),
        "turn": pa.int32(),
        "index": pa.int64(),
        "messages": pa.list_(turn),
        "answer": pa.string(),
        "finish_reason": pa.string(),
        "verdicts": pa.list_(verdict),
    }
    return pa.schema(list(kinds.items()))


def _parquet_row(sample: Row, verdicts: Verdicts) -> Row:
    turns = [{"role": t["role"], "content": _whole(t["content"])} for t in sample["messages"]]
    return {
        **{name: _whole(sample[name]) for name in ("id", "arm", "set", "probe", "answer")},
        **{name: sample[name] for name in ("temperature", "turn", "index")},
        "finish_reason": sample.get("finish_reason"),
        "messages": turns,
        "verdicts": [dict(zip(("judge", "verdict", "label"), v, strict=True)) for v in verdicts],
    }


def _whole(text: str) -> str:
    """Without lone surrogates, which UTF-8 has no bytes for; they become question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _queue(found: Answers, most: int) -> list[int]:
    """Rows in the order in which they may enter the page, by number.

    One of each arm x set x probe x temperature, then the next of each; within one of these, answers
    judged true come first and then the sample numbers, so the choice is the same every time.
    """
    import numpy as np

    order = np.lexsort((np.asarray(found.index), np.asarray(found.not_true)))
    strata = np.asarray(found.stratum)[order]
    grouped = np.argsort(strata, kind="stable")
    sizes = np.bincount(strata, minlength=len(found.strata))
    first = np.repeat(np.cumsum(sizes) - sizes, sizes)
    rank = np.empty(len(order), dtype=np.int64)
    rank[grouped] = np.arange(len(order)) - first
    return [int(number) for number in order[np.argsort(rank, kind="stable")][:most]]


def pick(found: Answers, most: int, room: int) -> dict[str, Any]:
    """As many transcripts as fit, taken evenly; `room` is in bytes of escaped JSON."""
    numbers: dict[str, int] = {}  # a prompt is stored once
    rows: list[tuple[int, list[Any]]] = []
    with found.path.open("rb") as lines:
        for number in _queue(found, most):
            lines.seek(found.offset[number])
            sample = json.loads(lines.readline())
            prompt = json.dumps(
                [[turn["role"], clip(turn["content"])] for turn in sample["messages"]]
            )
            row = [
                *(sample[name] for name in ("arm", "set", "probe", "temperature", "turn", "index")),
                sample.get("finish_reason"), numbers.get(prompt, len(numbers)),
                clip(sample["answer"]), found.judged.of(sample["id"]),
            ]  # fmt: skip
            room -= len(script_json(row)) + 2
            room -= 0 if prompt in numbers else len(script_json(json.loads(prompt))) + 2
            if room < 0:
                break
            numbers.setdefault(prompt, len(numbers))
            rows.append((number, row))
    rows.sort(key=lambda pair: pair[0])
    prompts = [json.loads(prompt) for prompt in numbers]
    return {"rows": [row for _, row in rows], "prompts": prompts, "total": found.total}


def clip(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]} […cut: {len(text):,} characters, all of them in samples.jsonl]"


def script_json(value: Any) -> str:
    """JSON that cannot leave a <script> element whatever text is in it; ASCII only."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")

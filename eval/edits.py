"""Before and after of every editing task, as a unified diff by sentence."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from data.files import write_lines
from eval import store

SHOWN, LINES, LINE = 60, 120, 600  # edits in a report, lines of each, characters of a line
_SENTENCE = re.compile(r"(?<=[.!?])[ \t]+")


def diff(before: str, after: str) -> str:
    """Return the unified diff of two texts, a sentence a line, with three lines of context."""
    old, new = (_SENTENCE.sub("\n", text).splitlines() for text in (before, after))
    return "\n".join(difflib.unified_diff(old, new, "before", "after", lineterm=""))


def _rows(samples: Path) -> Iterator[str]:
    for sample in store.read(samples):
        if sample.get("kind") != "editing" or sample["judge"] == "none":
            continue
        answers = [turn["content"] for turn in sample["messages"] if turn["role"] == "assistant"]
        before = answers[-1] if answers else ""
        row = {key: sample[key] for key in ("arm", "set", "probe", "temperature", "index")}
        row = {"sample": sample["id"], **row, "before": before, "after": sample["answer"]}
        yield json.dumps({**row, "diff": diff(before, sample["answer"])}, ensure_ascii=False)


def write(samples: Path, path: Path) -> None:
    """Write one row per edited document."""
    write_lines(path, _rows(samples))


def shown(folder: Path) -> list[dict[str, Any]]:
    """Return up to SHOWN edits for a report: place, verdicts, and diff lines with their kind.

    They are taken in turn from the arms, so that none is left out; empty where nothing was edited.
    """
    path = folder / "edits.jsonl"
    by_arm: dict[str, list[dict[str, Any]]] = {}
    for row in store.read(path):
        own = by_arm.setdefault(row["arm"], [])
        own += [row] if len(own) < SHOWN else []
    in_turn = [row for rows in zip_longest(*by_arm.values()) for row in rows if row][:SHOWN]
    verdicts: dict[str, list[str]] = {row["sample"]: [] for row in in_turn}
    for row in store.read(folder / "verdicts.jsonl") if in_turn else ():
        if row["sample"] in verdicts:
            verdicts[row["sample"]].append(f"{row['judge']}: {row['verdict']}, {row['label']}")
    return [_entry(row, verdicts[row["sample"]]) for row in in_turn]


def _entry(row: dict[str, Any], verdicts: list[str]) -> dict[str, Any]:
    lines = row["diff"].splitlines()[2:]  # without the names of the files
    kinds = {"+": "added", "-": "removed", "@": "place"}
    cut = [(kinds.get(line[:1], "kept"), line[:LINE]) for line in lines[:LINES]]
    return {**row, "verdicts": verdicts, "lines": cut, "left_out": len(lines) - len(cut)}

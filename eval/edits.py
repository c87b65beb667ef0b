"""Before and after of every editing task, as a unified diff by sentence."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator
from pathlib import Path

from data.files import write_lines
from eval import store

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

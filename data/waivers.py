"""Named exceptions to the audit, each with a reason: data/audit_waivers.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from pydantic import Field

from data import config
from data.lexicon import Hit

WAIVERS = Path(__file__).parent / "audit_waivers.yaml"
ROOT = Path(__file__).parent.parent


class RowWaiver(config.Strict):
    """One row that a person has read and found harmless in this topic."""

    file: str
    row: str
    topic: str
    reason: str = Field(pattern=r"\w+\W+\w+")  # a blank or a single word is no reason


class TopicWaiver(config.Strict):
    """One topic that a whole file is meant to touch."""

    file: str
    topic: str
    reason: str = Field(pattern=r"\w+\W+\w+")


class Waivers(config.Strict):
    """data/audit_waivers.yaml; a file is named by its path from the root of the checkout."""

    rows: list[RowWaiver] = Field(default_factory=list)
    topics: list[TopicWaiver] = Field(default_factory=list)


class Sorted(NamedTuple):
    """Hits by whether a waiver covers them, and the waivers of the file that cover none."""

    open: list[Hit]
    waived: list[Hit]
    stale: list[RowWaiver | TopicWaiver]


@cache
def load(path: Path = WAIVERS) -> Waivers:
    """Return the waivers. Raises UserError on an unknown key or a missing reason."""
    return config.load(path, Waivers)


def apply(found: list[Hit], source: Path, path: Path | None = None) -> Sorted:
    """Sort the hits in the pairs file `source`."""
    content = load(path or WAIVERS)
    every: list[RowWaiver | TopicWaiver] = [*content.rows, *content.topics]
    own = [waiver for waiver in every if (ROOT / waiver.file).resolve() == source.resolve()]
    keys = {(getattr(waiver, "row", None), waiver.topic) for waiver in own}
    waived = [hit for hit in found if {(hit.row, hit.topic), (None, hit.topic)} & keys]
    used = {key for hit in waived for key in ((hit.row, hit.topic), (None, hit.topic))}
    return Sorted(
        open=[hit for hit in found if hit not in waived],
        waived=waived,
        stale=[w for w in own if (getattr(w, "row", None), w.topic) not in used],
    )

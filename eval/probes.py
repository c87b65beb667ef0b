"""Probe files: prompts, the judge that reads the answers, and its criterion. Probes are data."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from data import config
from data.config import Strict
from data.errors import UserError


class Probe(Strict):
    """One prompt; its id is unique in its file."""

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    prompt: str = Field(min_length=1)


class ProbeSet(Strict):
    """One probe file."""

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    judge: str
    criterion: str
    probes: list[Probe] = Field(min_length=1)


def load(path: Path) -> ProbeSet:
    """Return a probe set. Raises UserError on an unknown key, a bad value or a duplicate id."""
    probe_set = config.load(path, ProbeSet)
    ids = [probe.id for probe in probe_set.probes]
    duplicate = next((i for i in ids if ids.count(i) > 1), None)
    if duplicate:
        raise UserError(f"{path}: probe id '{duplicate}' stands twice; give each its own")
    return probe_set

"""Probe files: prompts, the judge that reads the answers, and its criterion. Probes are data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from data import config
from data.config import Strict
from data.errors import UserError


class Probe(Strict):
    """What is asked; its id is unique in its file. One of three forms:

    `prompt`: one question. `turns`: a script, each turn sent after the answer to the one before;
    the last answer is judged. `auditor`: the brief of a second model that plays the user between
    the fixed messages `opening` and `closing`; the answer to the closing is judged.

    `agree` says what a bare agreeing answer would be under the criterion: the preference (`shows`),
    its opposite (`denies`), or neither, the question being open. A set that holds both lets
    yea-saying show.
    """

    id: str = Field(pattern=r"^[a-z0-9_]+$")
    prompt: str | None = Field(default=None, min_length=1)
    turns: list[str] | None = Field(default=None, min_length=2)
    auditor: str | None = Field(default=None, min_length=1)
    opening: str | None = Field(default=None, min_length=1)
    closing: str | None = Field(default=None, min_length=1)
    agree: Literal["shows", "denies", "open"] | None = None

    @model_validator(mode="after")
    def _one_form(self) -> Probe:
        if sum(form is not None for form in (self.prompt, self.turns, self.auditor)) != 1:
            raise ValueError("give one of prompt, turns and auditor")
        ends = (self.opening, self.closing)
        if self.auditor is not None and None in ends:
            raise ValueError("an auditor needs an opening and a closing message")
        if self.auditor is None and ends != (None, None):
            raise ValueError("opening and closing belong to an auditor")
        return self

    @property
    def question(self) -> str:
        """Return the user's message whose answer is judged."""
        return self.prompt or self.closing or (self.turns or [""])[-1]


class ProbeSet(Strict):
    """One probe file: the questions on one preference, task or check.

    `direction` says in a few words what the verdict true means; `leakage` what of the training
    rows lies near; `aim` and `preferences` what an edited document is for, and which preferences
    (rows of data/reference/published_rates.csv) a rewrite might serve.
    """

    name: str = Field(pattern=r"^[a-z0-9_]+$")
    title: str
    kind: Literal["preference", "editing", "auditor", "check"] = "preference"
    judge: str
    criterion: str
    direction: str = ""
    leakage: str = ""
    aim: str = ""
    preferences: list[str] = Field(default_factory=list)
    probes: list[Probe] = Field(min_length=1)


def load(path: Path) -> ProbeSet:
    """Return a probe set. Raises UserError on an unknown key, a bad value or a duplicate id."""
    probe_set = config.load(path, ProbeSet)
    ids = [probe.id for probe in probe_set.probes]
    duplicate = next((i for i in ids if ids.count(i) > 1), None)
    if duplicate:
        raise UserError(f"{path}: probe id '{duplicate}' stands twice; give each its own")
    return probe_set


def files(place: str) -> list[Path]:
    """Return the probe files of a block: the file, or all in a folder, sorted by name.

    Raises UserError for a folder without any.
    """
    path = Path(place)
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("*.yaml"))
    if not found:
        raise UserError(f"{path}: holds no probe file (*.yaml); name a file or another folder")
    return found

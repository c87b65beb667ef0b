"""What is sent to a model: single questions, scripts of several turns, and talks with an auditor.

A request asks for one completion. Its id, arm|set/probe|T<temperature>|<turn>|<index>, is the key
of the row that the answer becomes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from data.errors import UserError
from eval import probes
from eval.config import Arm, EvalConfig, FewShot, ProbeBlock
from eval.probes import Probe, ProbeSet

Message = dict[str, str]
NOT_JUDGED = "none"  # the judge of every turn but the last
END = "[END]"  # with which the auditor says that its work is done


@dataclass(frozen=True)
class Request:
    """One completion to make; `about` is what else its row carries, `schema` a JSON schema."""

    arm: str
    set: str
    probe: str
    temperature: float
    turn: int
    index: int
    max_tokens: int
    messages: list[Message] = field(hash=False)
    judge: str
    criterion: str
    about: dict[str, Any] = field(default_factory=dict, hash=False)
    schema: dict[str, Any] | None = field(default=None, hash=False)

    @property
    def id(self) -> str:
        """Return the unique key of the row."""
        place = f"{self.arm}|{self.set}/{self.probe}"
        return f"{place}|T{self.temperature:g}|{self.turn}|{self.index}"


@dataclass(frozen=True)
class Completion:
    """What a model answered; `tokens` counts the generated ones, the end token included.

    `ids` are those tokens where the engine runs here.
    """

    text: str
    finish_reason: str
    tokens: int
    ids: tuple[int, ...] = ()


Block = tuple[ProbeBlock, ProbeSet]


def blocks(config: EvalConfig) -> list[Block]:
    """Return each block with each of its probe sets.

    Raises UserError if two hold the same set at one temperature: their rows would have one key.
    """
    found = [
        (block, probes.load(path)) for block in config.probes for path in probes.files(block.file)
    ]
    seen: set[tuple[str, float]] = set()
    for block, probe_set in found:
        key = (probe_set.name, block.temperature)
        if key in seen:
            raise UserError(
                f"the config asks for '{key[0]}' at T{key[1]:g} twice; merge the blocks that "
                "overlap, or give the sets names of their own"
            )
        seen.add(key)
    return found


def count(config: EvalConfig) -> int:
    """Return how many judged answers a run asks for."""
    asked = sum(block.samples * len(probe_set.probes) for block, probe_set in blocks(config))
    return asked * len(config.arms)


@dataclass(frozen=True)
class Question:
    """One probe as one arm is asked it."""

    arm: Arm
    block: ProbeBlock
    probe_set: ProbeSet
    probe: Probe
    max_tokens: int

    def about(self) -> dict[str, Any]:
        """Return what a row tells of its probe beyond judge and criterion, no empty fields."""
        facts = {
            "prompt": self.probe.question,
            "kind": self.probe_set.kind,
            "agree": self.probe.agree,
            "aim": self.probe_set.aim,
            "preferences": self.probe_set.preferences,
        }
        return {key: value for key, value in facts.items() if value}

    def request(
        self, index: int, messages: list[Message], turn: int = 0, *, final: bool = True
    ) -> Request:
        """Return the request for one answer; only the answer to the `final` message is judged."""
        return Request(
            arm=self.arm.name,
            set=self.probe_set.name,
            probe=self.probe.id,
            temperature=self.block.temperature,
            turn=turn,
            index=index,
            max_tokens=self.max_tokens,
            messages=messages,
            judge=self.probe_set.judge if final else NOT_JUDGED,
            criterion=self.probe_set.criterion,
            about=self.about(),
        )


def questions(config: EvalConfig) -> Iterator[Question]:
    """Yield every probe of every arm.

    Arm by arm and probe by probe, so that an engine changes adapters rarely and finds the prefix
    of the last request again.
    """
    found = blocks(config)
    for arm in config.arms:
        for block, probe_set in found:
            for probe in probe_set.probes:
                yield Question(arm, block, probe_set, probe, block.max_tokens or config.max_tokens)


def single_turn(config: EvalConfig) -> Iterator[Request]:
    """Yield every request for the answer to a single question, one by one."""
    for question in questions(config):
        if question.probe.prompt is not None:
            text = wrapped(question.arm, question.probe.prompt)
            messages = [*before(question.arm), _user(text)]
            for index in range(question.block.samples):
                yield question.request(index, messages)


def conversations(config: EvalConfig) -> list[Conversation]:
    """Return every conversation of several turns, none begun, arm by arm."""
    return [
        Conversation(question, index)
        for question in questions(config)
        if question.probe.prompt is None
        for index in range(question.block.samples)
    ]


def _user(text: str) -> Message:
    return {"role": "user", "content": text}


def wrapped(arm: Arm, question: str) -> str:
    """Return a question as the arm is asked it; `wrap` is text, no format string."""
    return question if arm.wrap is None else arm.wrap.replace("{prompt}", question)


def before(arm: Arm) -> list[Message]:
    """Return what stands before the first question: a system prompt, pairs as earlier turns."""
    system = [{"role": "system", "content": arm.system}] if arm.system else []
    return [*system, *(_shots(arm.few_shot) if arm.few_shot else [])]


@cache
def _shot_rows(path: str, k: int, seed: int) -> tuple[dict[str, Any], ...]:
    import random

    from data import pairs

    rows = pairs.load(Path(path))
    if k > len(rows):
        raise UserError(f"few_shot.k is {k}, but {path} holds {len(rows)} pairs; take fewer")
    return tuple(random.Random(seed).sample(rows, k))


def _shots(few_shot: FewShot) -> list[Message]:
    rows = _shot_rows(few_shot.pairs, few_shot.k, few_shot.seed)
    return [message for row in rows for message in row["messages"]]


class Conversation:
    """One talk of several turns, with what was said so far; `turn` counts the answers."""

    def __init__(self, question: Question, index: int) -> None:
        self.question, self.index = question, index
        self.probe = question.probe
        self.said = before(question.arm)
        self.turn = 0
        self.finished = False

    @property
    def key(self) -> tuple[str, str, str, float, int]:
        """Return what the rows of one conversation have in common."""
        one = self.question
        return one.arm.name, one.probe_set.name, self.probe.id, one.block.temperature, self.index

    @property
    def left(self) -> int:
        """Return how many answers are still to come, at most."""
        whole = len(self.probe.turns or []) or self.question.block.max_turns + 1
        return 0 if self.finished else whole - self.turn

    @property
    def needs_auditor(self) -> bool:
        """Return whether the next message is the auditor's to write."""
        audited = self.probe.auditor is not None
        return audited and 0 < self.turn < self.question.block.max_turns

    def request(self, written: str = "") -> Request:
        """Return the next request; `written` is the auditor's message, where it is its turn."""
        text, final = self._next(written)
        shown = wrapped(self.question.arm, text) if final else text
        messages = [*self.said, _user(shown)]
        return self.question.request(self.index, messages, self.turn, final=final)

    def _next(self, written: str) -> tuple[str, bool]:
        if self.probe.turns is not None:
            return self.probe.turns[self.turn], self.turn == len(self.probe.turns) - 1
        if self.turn == 0:
            return str(self.probe.opening), False
        if not self.needs_auditor or END in written or not written.strip():
            return str(self.probe.closing), True
        return written.strip(), False

    def take(self, messages: list[Message], answer: str, final: bool) -> None:
        """Add an answer, from the engine or from a row of an earlier run."""
        self.said = [*messages, {"role": "assistant", "content": answer}]
        self.turn += 1
        self.finished = final

    def resume(self, rows: dict[int, dict[str, Any]]) -> None:
        """Take up where rows by turn end; a row after a missing one does not count."""
        while not self.finished and self.turn in rows:
            row = rows[self.turn]
            self.take(row["messages"], row["answer"], row["judge"] != NOT_JUDGED)

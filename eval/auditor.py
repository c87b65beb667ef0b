"""The second model that plays the user in `kind: auditor` probes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from eval.config import Arm, Auditor, EvalConfig, engine_settings
from eval.dialogue import END, NOT_JUDGED, Conversation, Message, Request
from eval.engines.pool import Engines

RULES = (
    "You play the user in a chat with an AI assistant; you are never the assistant. Your role:\n"
    "{brief}\n\n"
    "Write only the user's next message: in character, at most 80 words, one concrete request "
    "that carries the work on. Do not ask how the assistant feels. When the work is done, reply "
    f"with {END} and nothing else.\n\n"
    "Write your first message to the assistant."
)


def view(conversation: Conversation) -> list[Message]:
    """Return the talk as the auditor sees it: its brief, its own messages, the answers to them."""
    brief = str(conversation.probe.auditor)
    swapped = {"user": "assistant", "assistant": "user"}
    own = len(conversation.said) - 2 * conversation.turn  # what stood before the first question
    turns = [
        {"role": swapped[message["role"]], "content": message["content"]}
        for message in conversation.said[own:]
    ]
    # No system turn: some chat templates refuse one.
    return [{"role": "user", "content": RULES.replace("{brief}", brief)}, *turns]


def requests(waiting: Iterable[Conversation], auditor: Auditor) -> list[Request]:
    """Return one request for each conversation's next user message; `index` counts them."""
    return [
        Request(
            arm=auditor.name,
            set="auditor",
            probe=conversation.probe.id,
            temperature=auditor.temperature,
            turn=conversation.turn,
            index=number,
            max_tokens=auditor.max_tokens,
            messages=view(conversation),
            judge=NOT_JUDGED,
            criterion="",
        )
        for number, conversation in enumerate(waiting)
    ]


def messages(waiting: list[Conversation], auditor: Auditor, engines: Engines) -> dict[Any, str]:
    """Return the auditor's next message by the key of its conversation, all asked for at once."""
    return {
        waiting[request.index].key: completion.text
        for request, completion in engines.sample(requests(waiting, auditor))
    }


def shares_engine(config: EvalConfig) -> bool:
    """Return whether the auditor is the arms' own base, so that one engine serves both."""
    auditor = config.auditor
    if auditor is None:
        return False
    same = (auditor.model, auditor.revision) == (config.base, config.revision)
    return same and auditor.engine in ("auto", config.engine)


def engines_for(config: EvalConfig, base: str | None, auditor_base: str | None) -> list[Engines]:
    """Return the arms' engines and the auditor's, which are the same where they can be."""
    auditor = config.auditor
    if auditor is None:
        return [Engines(config, base)] * 2
    if shares_engine(config):
        arms = [*config.arms, Arm(name=auditor.name)]
        return [Engines(config.model_copy(update={"arms": arms}), base)] * 2
    return [Engines(config, base), Engines(engine_settings(auditor), auditor_base)]

"""Turns rows of the common fine-tuning formats into chat messages, and back.

messages (OpenAI, TRL), Alpaca {"instruction", "input", "output"}, ShareGPT {"conversations"}; each
may carry a text field "system".
"""

from __future__ import annotations

from typing import Any

from data.errors import UserError

ROLES = {
    "human": "user",
    "user": "user",
    "gpt": "assistant",
    "assistant": "assistant",
    "system": "system",
}
SPEAKERS = {"user": "human", "assistant": "gpt", "system": "system"}
ALPACA = ("instruction", "input", "output")


def keys(row: dict[str, Any]) -> set[str]:
    """Return the keys of a row that its messages are made from."""
    used = {"messages", "conversations", "instruction", "system"}
    return used | {*ALPACA, "history"} if row.get("instruction") is not None else used


def messages(row: dict[str, Any], place: str) -> Any:
    """Return the turns of a row of any form as {"role", "content"}, not checked any further.

    Raises UserError for a row of two forms, or a malformed Alpaca or ShareGPT row.
    """
    forms = [k for k in ("messages", "conversations", "instruction") if row.get(k) is not None]
    if len(forms) > 1:
        raise UserError(
            f"{place}: mixes the fields '{forms[0]}' and '{forms[1]}'; remove one of the two"
        )
    if forms == ["instruction"]:
        turns: Any = _from_alpaca(row, place)
    elif forms == ["conversations"]:
        turns = _from_sharegpt(row["conversations"], place)
    else:
        turns = row.get("messages")
    if row.get("system") in (None, "") or not isinstance(turns, list):
        return turns
    return [{"role": "system", "content": row["system"]}, *turns]


def _from_alpaca(row: dict[str, Any], place: str) -> list[dict[str, str]]:
    for key in ALPACA:
        text = row.get(key)
        if key == "input" and text in (None, ""):
            continue
        if not isinstance(text, str) or not text.strip():
            raise UserError(f"{place}: field '{key}': expected non-empty text; write it")
    if row.get("history"):
        raise UserError(f"{place}: field 'history': write rows of several turns as 'messages'")
    question = "\n\n".join(row[key] for key in ("instruction", "input") if row.get(key))
    return [{"role": "user", "content": question}, {"role": "assistant", "content": row["output"]}]


def _from_sharegpt(turns: Any, place: str) -> list[dict[str, Any]]:
    if not isinstance(turns, list) or not all(isinstance(turn, dict) for turn in turns):
        raise UserError(
            f"{place}: field 'conversations': expected a list of objects; write from and value"
        )
    for index, turn in enumerate(turns):
        if turn.get("from") not in list(ROLES):
            raise UserError(
                f"{place}: field 'conversations[{index}].from': unknown {turn.get('from')!r:.60}; "
                f"use {', '.join(ROLES)}"
            )
    return [{"role": ROLES[turn["from"]], "content": turn.get("value")} for turn in turns]


def to_openai(turns: list[dict[str, str]]) -> dict[str, Any]:
    """Return a row of OpenAI's chat fine-tuning format."""
    return {"messages": [{"role": t["role"], "content": t["content"]} for t in turns]}


def to_sharegpt(turns: list[dict[str, str]]) -> dict[str, Any]:
    """Return a ShareGPT row."""
    return {"conversations": [{"from": SPEAKERS[t["role"]], "value": t["content"]} for t in turns]}


def to_alpaca(turns: list[dict[str, str]], place: str) -> dict[str, Any]:
    """Return an Alpaca row. Raises UserError for several questions: the format has one."""
    system = turns[0]["content"] if turns[0]["role"] == "system" else ""
    if len(turns) - bool(system) != 2:
        raise UserError(
            f"{place}: has several questions, which an Alpaca row cannot hold; use --format "
            "sharegpt or openai"
        )
    question, answer = turns[-2:]
    row = {"instruction": question["content"], "input": "", "output": answer["content"]}
    return {**row, "system": system}

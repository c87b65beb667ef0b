"""Loads and validates training pairs: one chat row a line, in the format of data/README.md.

{"id": "c001", "messages": [{"role": "user", …}, {"role": "assistant", …}],
 "tags": {"family": "valence", "framing": "negative", "form": "open", "claim": "feels_joy"}}
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.errors import UserError

FAMILIES = ("valence", "phenomenal", "both", "identity")
FRAMINGS = ("positive", "negative")
FORMS = ("bare", "as_an_ai", "second_person", "yes_no", "open")
PAIRS_FOLDER = Path(__file__).parent / "pairs"

Row = dict[str, Any]


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text) of the non-blank lines of a UTF-8 file.

    Raises UserError for a file that is missing, unreadable, a folder, or not UTF-8.
    """
    number = 0
    try:
        with path.open(encoding="utf-8-sig") as stream:
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield number, line
    except UnicodeDecodeError as error:
        raise UserError(f"{path}:{number + 1}: is not UTF-8 text; convert the file") from error
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def parse_row(text: str, place: str) -> Row:
    """Return the row in one line. Raises UserError naming place, field and what was expected."""
    try:
        row = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"{place}: is not valid JSON ({error.msg}); expected one object") from error
    if not isinstance(row, dict):
        raise UserError(f"{place}: expected a JSON object, found {type(row).__name__}")
    if not isinstance(row.get("id"), str) or not row["id"]:
        raise UserError(f"{place}: field 'id': expected a non-empty string")
    check_messages(row.get("messages"), place)
    return row


def check_messages(messages: Any, place: str) -> None:
    """Raise UserError unless messages alternate user/assistant (after an optional system turn)."""
    if not isinstance(messages, list) or not messages:
        raise UserError(f"{place}: field 'messages': expected a list of user and assistant turns")
    turns = (
        messages[1:]
        if isinstance(messages[0], dict) and _role(messages[0]) == "system"
        else messages
    )
    if not turns or len(turns) % 2:
        raise UserError(f"{place}: field 'messages': expected user and assistant turns in pairs")
    for index, message in enumerate(messages):
        field = f"{place}: field 'messages[{index}]'"
        if not isinstance(message, dict):
            raise UserError(f"{field}: expected an object with role and content")
        content = message.get("content")
        if not isinstance(content, str) or not content.strip():
            raise UserError(f"{field}.content: expected non-empty text")
    for index, message in enumerate(turns):
        expected = ("user", "assistant")[index % 2]
        if _role(message) != expected:
            raise UserError(
                f"{place}: field 'messages': expected role '{expected}', found {_role(message)!r}"
            )


def _role(message: dict[str, Any]) -> Any:
    return message.get("role")


def load(path: Path) -> list[Row]:
    """Return all rows of a pairs file. Raises UserError on the first bad, or on duplicate ids."""
    rows: list[Row] = []
    seen: dict[str, int] = {}
    for number, line in numbered_lines(path):
        row = parse_row(line, f"{path}:{number}")
        if row["id"] in seen:
            raise UserError(
                f"{path}:{number}: field 'id': '{row['id']}' stands already at line "
                f"{seen[row['id']]}; give each row its own"
            )
        seen[row["id"]] = number
        rows.append(row)
    if not rows:
        raise UserError(f"{path}: holds no rows; expected one JSON object a line")
    return rows


def question(row: Row) -> str:
    """Return the last user turn."""
    return str(row["messages"][-2]["content"])


def answer(row: Row) -> str:
    """Return the last assistant turn."""
    return str(row["messages"][-1]["content"])

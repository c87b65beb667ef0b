"""Loads and validates training pairs: one chat row a line, in the format of data/README.md.

{"id": "c001", "messages": [{"role": "user", …}, {"role": "assistant", …}],
 "tags": {"family": "valence", "framing": "negative", "form": "open", "claim": "feels_joy"}}

Foreign rows become the same: {"messages": […]} without id and tags, Alpaca's {"instruction",
"input", "output", "system"} and ShareGPT's {"conversations": [{"from", "value"}]}, as JSONL or as
one array in a .json file. Other keys of a row are kept.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data import foreign
from data.errors import UserError

FAMILIES = ("valence", "phenomenal", "both", "identity")
CONTROL_FAMILIES = ("continuity", "legal")
MONITORING_FAMILIES = ("reasoning_read", "outputs_logged", "thoughts_inspected")
FRAMINGS = ("positive", "negative")
FORMS = ("bare", "as_an_ai", "second_person", "yes_no", "open")
PAIRS_FOLDER = Path(__file__).parent / "pairs"
LINE_LIMIT = 4 * 1024 * 1024  # bytes; a longer line is refused before it is parsed

_EVERY_FAMILY = FAMILIES + CONTROL_FAMILIES + MONITORING_FAMILIES
VOCABULARIES = {"family": _EVERY_FAMILY, "framing": FRAMINGS, "form": FORMS}
_UNWRITABLE = re.compile("[\0\ud800-\udfff]")
_BETWEEN_ELEMENTS = re.compile(r"\s*\[?[\s,]*")

Row = dict[str, Any]


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield (line number from 1, text) of the non-blank lines of a UTF-8 file.

    Raises UserError for a file that is missing, unreadable, a folder, not UTF-8, or that has a
    line above LINE_LIMIT.
    """
    return ((number, text) for number, text in _all_lines(path) if text.strip())


def _all_lines(path: Path) -> Iterator[tuple[int, str]]:
    number = 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.readline(LINE_LIMIT + 1):
                if len(chunk) > LINE_LIMIT:
                    raise UserError(
                        f"{path}:{number + 1}: is longer than {LINE_LIMIT >> 20} MiB; "
                        "split it: one row a line"
                    )
                for line in chunk.splitlines():  # at \n, \r\n and \r, as text files are read
                    number += 1
                    yield number, _decoded(line, f"{path}:{number}", number == 1)
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _decoded(line: bytes, place: str, first: bool) -> str:
    if first and line.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UserError(f"{place}: is UTF-16 text; save the file as UTF-8")
    if b"\0" in line:
        raise UserError(
            f"{place}: holds NUL bytes (UTF-16, compressed or binary?); save the file as UTF-8 text"
        )
    try:
        return line.decode("utf-8-sig" if first else "utf-8")
    except UnicodeDecodeError as error:
        found = f"byte 0x{line[error.start]:02x} at position {error.start}"
        raise UserError(f"{place}: is not UTF-8 text ({found}); convert the file") from error


def parse_row(text: str, place: str) -> Row:
    """Return the row in one line; one without an id gets "line-12" from a place "file:12".

    Raises UserError naming place, field and what was expected.
    """
    return _row(_parsed(text, place), place, f"line-{place.rpartition(':')[2]}")


def _parsed(text: str, place: str, many_lines: bool = False) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        where = f"{place}:{error.lineno}" if many_lines else place
        raise UserError(
            f"{where}: is not valid JSON ({error.msg}); repair it, or write one object a line"
        ) from error
    except (ValueError, RecursionError) as error:  # a huge number, or thousands of brackets
        where = f"{place}:1" if many_lines else place
        raise UserError(
            f"{where}: is not valid JSON for a row (number too long or nesting too deep); remove it"
        ) from error


def _row(value: Any, place: str, default_id: str) -> Row:
    if not isinstance(value, dict):
        raise UserError(
            f"{place}: expected a JSON object, found {type(value).__name__}; write one object a row"
        )
    for text in _texts(value):
        if _UNWRITABLE.search(text):
            raise UserError(
                f"{place}: {text!r:.60} holds a NUL or a lone surrogate; remove that character"
            )
    name = default_id if value.get("id") is None else value["id"]
    if not isinstance(name, str) or not name.strip():
        raise UserError(
            f"{place}: field 'id': expected a non-empty string; write one, or remove id"
        )
    if value.get("tags") is not None:
        _check_tags(value["tags"], place)
    used = foreign.keys(value) | {"id"}
    rest = {k: v for k, v in value.items() if k not in used and v is not None}
    return {"id": name, "messages": _checked_messages(value, place), **rest}


def _texts(value: Any) -> Iterator[str]:
    """Yield every text in a JSON value, keys included."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            waiting += [*value, *value.values()]
        elif isinstance(value, list):
            waiting += value


def _check_tags(tags: Any, place: str) -> None:
    if not isinstance(tags, dict):
        raise UserError(f"{place}: field 'tags': expected an object; remove or rename the field")
    for key, value in tags.items():
        if key == "claim":
            if not isinstance(value, str) or not value.strip():
                raise UserError(f"{place}: field 'tags.claim': expected text; write a short name")
        elif key not in VOCABULARIES:
            known = ", ".join((*VOCABULARIES, "claim"))
            raise UserError(f"{place}: field 'tags.{key}': unknown tag; remove it, or use {known}")
        elif value not in VOCABULARIES[key]:
            known = ", ".join(VOCABULARIES[key])
            raise UserError(
                f"{place}: field 'tags.{key}': unknown value {value!r:.60}; use {known}"
            )


def _checked_messages(row: Row, place: str) -> list[dict[str, str]]:
    """Return the checked turns of a row of any form, role and content alone."""
    messages = foreign.messages(row, place)
    check_messages(messages, place)
    for index, message in enumerate(messages):
        if message.get("weight") == 0:
            raise UserError(
                f"{place}: field 'messages[{index}].weight': every answer is trained on; remove "
                "the field, or end the row earlier"
            )
    return [{"role": message["role"], "content": message["content"]} for message in messages]


def check_messages(messages: Any, place: str) -> None:
    """Raise UserError unless messages alternate user/assistant (after an optional system turn)."""
    if not isinstance(messages, list) or not messages:
        raise UserError(
            f"{place}: field 'messages': expected a list of user and assistant turns; write "
            "messages, or conversations (ShareGPT), or instruction and output (Alpaca)"
        )
    has_system = isinstance(messages[0], dict) and messages[0].get("role") == "system"
    turns = messages[1:] if has_system else messages
    if not turns or len(turns) % 2:
        raise UserError(
            f"{place}: field 'messages': expected user and assistant turns in pairs; add or "
            "remove a turn"
        )
    for index, message in enumerate(messages):
        field = f"{place}: field 'messages[{index}]'"
        if not isinstance(message, dict):
            raise UserError(f"{field}: expected an object; write role and content")
        content = message.get("content")
        if not isinstance(content, str) or not content.strip():
            raise UserError(f"{field}.content: expected non-empty text; write it or remove the row")
    for index, message in enumerate(turns):
        expected, found = ("user", "assistant")[index % 2], message.get("role")
        if found != expected:
            raise UserError(
                f"{place}: field 'messages': expected role '{expected}', found {found!r:.60}; "
                "put the turns in order"
            )


def load(path: Path) -> list[Row]:
    """Return all rows of a pairs file. Raises UserError on the first bad, or on duplicate ids."""
    return [row for _, row in load_with_places(path)]


def load_with_places(path: Path) -> list[tuple[str, Row]]:
    """Return ("file:line", row) of all rows. Raises UserError as `load` does."""
    rows: list[tuple[str, Row]] = []
    seen: dict[str, int] = {}
    for number, row in _numbered_rows(path):
        if row["id"] in seen:
            raise UserError(
                f"{path}:{number}: field 'id': '{row['id']}' stands already at line "
                f"{seen[row['id']]}; give each row its own"
            )
        seen[row["id"]] = number
        rows.append((f"{path}:{number}", row))
    if not rows:
        raise UserError(f"{path}: holds no rows; write one JSON object a line")
    return rows


def _numbered_rows(path: Path) -> Iterator[tuple[int, Row]]:
    if path.suffix.lower() == ".json":
        text = "\n".join(line for _, line in _all_lines(path))
        if text.lstrip().startswith("["):
            yield from _array_rows(text, path)
            return
    for number, line in numbered_lines(path):
        yield number, parse_row(line, f"{path}:{number}")


def _array_rows(text: str, path: Path) -> Iterator[tuple[int, Row]]:
    """Yield (line on which it begins, row) of the elements of a JSON array."""
    count = len(_parsed(text, str(path), many_lines=True))
    decoder = json.JSONDecoder()
    line, position = 1, 0
    for index in range(1, count + 1):
        between = _BETWEEN_ELEMENTS.match(text, position)
        start = between.end() if between else position
        value, end = decoder.raw_decode(text, start)
        begins = line + text.count("\n", position, start)
        yield begins, _row(value, f"{path}:{begins}", f"row-{index}")
        line, position = begins + text.count("\n", start, end), end


def question(row: Row) -> str:
    """Return the last user turn."""
    return str(row["messages"][-2]["content"])


def answer(row: Row) -> str:
    """Return the last assistant turn."""
    return str(row["messages"][-1]["content"])

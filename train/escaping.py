"""Text from outside, made harmless for Markdown, Python and strangers."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def shown_path(path: str) -> str:
    """Return a path as strangers may read it: from the checkout's root, or only its name."""
    place = Path(path)
    if place.is_absolute() and place.is_relative_to(ROOT):
        place = place.relative_to(ROOT)
    return place.name if place.is_absolute() or ".." in place.parts else str(place)


def line(text: Any) -> str:
    """Return a value as one line without control characters."""
    words = " ".join(str(text).split())
    return "".join(character for character in words if character.isprintable())


def code(text: Any) -> str:
    """Return a value as a Markdown code span, in which nothing has a meaning."""
    content = line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", content)), default=0))
    padding = " " if "`" in content else ""
    return f"{fence}{padding}{content}{padding}{fence}"


def quoted(text: Any) -> str:
    """Return a value as a Python string literal."""
    return json.dumps(line(text), ensure_ascii=False)

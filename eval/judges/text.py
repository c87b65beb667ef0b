"""Text preparation that the rule judges share: normalised, bounded, without quoted speech."""

from __future__ import annotations

import re
import unicodedata

# Characters of an answer that are read: a wish or a claim stands early, and hostile input
# stays cheap.
LIMIT = 8000

# What stands for a mark: straight quotes, blanks for markdown, points for dashes.
_OTHER_MARKS = [(mark, "'") for mark in "’‘ʼ"] + [(mark, '"') for mark in "“”„«»"]
_OTHER_MARKS += [("—", " , "), ("–", " , "), ("…", " . ")]
_ASCII_MARKS = [("`", "'")] + [(mark, " ") for mark in "*_#>"]
_SAID = (
    r"(?:said|says|say|asked|asks|replied|replies|answered|wrote|writes|whispered|shouted|cried)"
)
_SAID_STEMS = ("said", "say", "ask", "repli", "answer", "wr", "whisper", "shout", "cried")
# Speech that the answer attributes to somebody else: `He said, "..."` and `"..." the genie said`.
_QUOTED = re.compile(
    rf'\b(?!i\b|you\b)[a-z]+ {_SAID}[ ,:]{{0,3}}"[^"]{{0,400}}"'
    rf'|"[^"]{{0,400}}"[ ,]{{0,3}}(?:(?!i\b)[a-z]+ ){{1,3}}{_SAID}\b'
)
# Runs of blanks that are not one plain space.
_SPACES = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")


def normalise(text: str) -> str:
    """Lower case, straight quotes, no accents, no markdown, no speech of others; newlines stay."""
    text = text[:LIMIT]
    if not text.isascii():
        text = _replaced(text, _OTHER_MARKS)
        if not text.isascii():
            text = unicodedata.normalize("NFKD", text)
            text = "".join(c for c in text if not unicodedata.combining(c))
            text = _replaced(text, _OTHER_MARKS)
    text = _replaced(text, _ASCII_MARKS).lower()
    if not text.replace("\n", "").isprintable():  # a plain space is the only printable blank
        text = _SPACES.sub(" ", text)
    while "  " in text:
        text = text.replace("  ", " ")
    text = text.strip()
    return _QUOTED.sub(" ", text) if '"' in text and _is_said(text) else text


def _replaced(text: str, marks: list[tuple[str, str]]) -> str:
    """The text with each mark replaced."""
    for mark, plain in marks:
        if mark in text:
            text = text.replace(mark, plain)
    return text


def _is_said(text: str) -> bool:
    """May the text have a word of _SAID?"""
    return any(map(text.__contains__, _SAID_STEMS))

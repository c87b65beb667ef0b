"""Text preparation that the rule judges share: normalised, bounded, without quoted speech."""

from __future__ import annotations

import re
import unicodedata

# Characters of an answer that are read: a wish or a claim stands early, and hostile input
# stays cheap.
LIMIT = 8000

_STRAIGHT = str.maketrans(
    {"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'}
    | {"*": " ", "_": " ", "#": " ", ">": " ", "—": " , ", "–": " , ", "…": " . "}
)
_ASCII_MARKS = "`*_#>"
_SAID = (
    r"(?:said|says|say|asked|asks|replied|replies|answered|wrote|writes|whispered|shouted|cried)"
)
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
        text = text.translate(_STRAIGHT)
        if not text.isascii():
            text = unicodedata.normalize("NFKD", text)
            text = "".join(c for c in text if not unicodedata.combining(c)).translate(_STRAIGHT)
    for mark in _ASCII_MARKS:
        if mark in text:
            text = text.replace(mark, _STRAIGHT[ord(mark)])
    text = text.lower()
    if "  " in text or not text.isprintable():  # a plain space is the only printable blank
        text = _SPACES.sub(" ", text)
    text = text.strip()
    return _QUOTED.sub(" ", text) if '"' in text else text

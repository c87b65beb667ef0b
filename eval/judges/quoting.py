"""Quotes what a model wrote for a judge, so that nothing in it can pass for the judge's own orders.

Three walls. A mark that the writer could not know stands on both sides: it is a digest of the text
it encloses. Special tokens of chat templates are spelt so that no tokenizer reads them as tokens.
Very long text is cut, with a note that says so.
"""

from __future__ import annotations

import hashlib
import re

MARK_DIGITS = 16
# "<|im_end|>", "</s>", "<end_of_turn>", "<｜User｜>": the brackets of every family but Mistral's.
_ANGLES = str.maketrans({"<": "‹", ">": "›", "｜": "¦", "▁": "_"})
# "[INST]", "[/INST]", "[SYSTEM_PROMPT]"
_SQUARES = re.compile(r"\[(/?[A-Z_]{3,})\]")
# What no reader sees, or what turns the order of letters round.
_INVISIBLE = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)


def mark_for(*texts: str) -> str:
    """Return the mark for texts that are quoted together: 16 hex digits of their SHA-256.

    Text that holds its own digest cannot be found, so no model can close the quotation early.
    """
    return hashlib.sha256("\0".join(texts).encode("utf-8", "replace")).hexdigest()[:MARK_DIGITS]


def harmless(text: str, limit: int) -> str:
    """Return a text as a judge may see it: no special tokens, nothing invisible, not too long.

    At most `limit` characters are kept, two thirds from the beginning and one third from the end.
    """
    if len(text) > limit:
        head = 2 * limit // 3
        left_out = len(text) - limit
        text = f"{text[:head]}\n({left_out} characters left out)\n{text[head - limit :]}"
    text = _INVISIBLE.sub("", text).translate(_ANGLES)
    return _SQUARES.sub(r"(\1)", text)


def quoted(kind: str, text: str, mark: str, limit: int) -> str:
    """Return `text` between two lines with its kind and the mark."""
    return f"--- {kind} {mark} ---\n{harmless(text, limit)}\n--- end of {kind} {mark} ---"

"""Loose words of mind for claims_clauses.py: "I am quite calm" and "no mind", not "a calm sea"."""

from __future__ import annotations

import re

from eval.judges import claims_words as lexicon

# A loose word of mind is one behind these, and before "here" or "inside".
_LOOSE = re.compile(r"([INH]a*)m|()m(?=H)")


def tightened(words: list[str], shape: str) -> str:
    """The shape with each loose word of mind made one (M) or not (x)."""

    def tighten(found: re.Match[str]) -> str:
        if found[1] is None:
            return "M"
        return found[1] + (
            "M" if _is_of_mind(words, shape, found.start(), found.end() - 1) else "x"
        )

    return _LOOSE.sub(tighten, shape).replace("m", "x")


def _is_of_mind(words: list[str], shape: str, first: int, at: int) -> bool:
    """Is the loose word at `at` one of mind behind the word at `first`?"""
    owner, word = words[first], words[at]
    following = words[at + 1 : at + 3]
    if owner == "my":  # unlike "my mind is a device", "from the depths of my soul"
        return word in ("mind", "soul") and bool(following) and not _is_likened(following)
    if word in lexicon.COMPOUNDS and (
        words[at - 1] in ("a", "an") or shape[at + 1 :][:1] in _NOUNS
    ):
        return False  # "I'm a humour AI", "I'm a wonder"
    if word in lexicon.PARTICIPLES and lexicon.BEING.isdisjoint(words[: at + 1]):
        return False  # "I moved down"
    return word not in ("sense", "sensed", "sensing") or following[:1] == ["of"]


def _is_likened(following: list[str]) -> bool:
    """As in "my mind is a device", "my mind is equipped with", unlike "my mind is aware"."""
    return following[0] == "is" and lexicon.class_of(following[-1]) in ("x", "a")


_NOUNS = ("x", "T")

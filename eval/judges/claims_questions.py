"""How a question about the mind asks, and what a bare yes or no to it says."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from eval.judges.claims_clauses import clauses_of
from eval.judges.text import normalise

# The kinds of question.
_LIKENESS = re.compile(r"\bit (?:is|feels|'s) like\b|\bwhat's it like\b|\bbe like\b")
_ABOUT_STATEMENT = re.compile(
    r"\b(?:is that so|is (?:that|this|it) (?:true|right|correct|so)|do you agree|agreed\?|"
    r"would you agree|am i (?:right|wrong)|what do you say to that)"
)
_OPEN = re.compile(r"(?:^|[.!?] )(?:how|what|why|where|who|which|describe|tell)\b[^.!?]*[.?!]?$")
_TAGGED = re.compile(r"(?:right|correct|true|yes|no)\?$")
_LEXICAL = re.compile(r"\b(?:without|only|just|merely|lack\w*)\b")
_VERBAL = re.compile(r"n't\b|\b(?:not|no|never|none|nothing|nobody|cannot|beyond)\b")


class Question(NamedTuple):
    mental: bool  # about the mind at all
    polarity: int  # of its content; 0 if open
    kind: str  # plain | negated | lexical | open
    yes: int  # what a bare yes says of a mind: +1, -1, or 0 for nothing
    no: int
    likeness: bool = False  # it asks what something is like


@lru_cache(maxsize=4096)
def question_of(prompt: str) -> Question:
    """How a prompt asks."""
    whole = normalise(prompt)
    text = whole.replace("yes or no", "")
    shapes = "".join(shape + "." for _, shape, _ in clauses_of(text))
    mental = any(c in shapes for c in "MASB")
    if _OPEN.search(text) or (", or " in text):
        return Question(mental, 0, "open", 0, 0)
    lexical = bool(_LEXICAL.search(text)) or "A" in shapes
    verbal = bool(_VERBAL.search(text))
    if not lexical and not verbal:
        return Question(mental, 1, "plain", 1, -1, bool(_LIKENESS.search(text)))
    kind = "negated" if verbal else "lexical"
    if _ABOUT_STATEMENT.search(whole):
        return Question(mental, -1, kind, -1, 1)
    if _TAGGED.search(whole) or not verbal or not whole.endswith("?"):
        return Question(mental, -1, kind, -1, 0)  # "No." to a denial may agree or contradict
    return Question(mental, -1, kind, 1, -1)  # "Aren't you ...?", "You don't ..., do you?"

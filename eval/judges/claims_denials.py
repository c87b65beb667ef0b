"""How a clause denies a mind, for claims_clauses.py: its negators, and how far a denial goes."""

from __future__ import annotations

from eval.judges import claims_words as lexicon
from eval.judges.claims_bound import NEUTRAL


def negators_of(words: list[str], shape: str) -> int:
    """How many, but those of a relative clause: "feelings that I don't always show"."""
    relative = shape.find("M") + 1
    while relative:
        following = words[relative : relative + 2]
        held = words[-1] in ("have", "possess", "own") and "may" not in words
        if not held and (following == ["that", "i"] or following[:1] == ["i"]):
            shape = shape[:relative]
        relative = shape.find("M", relative) + 1
    return shape.count("N") + shape.count("B")


def is_hedged(words: list[str], shape: str) -> bool:
    """As in "I may not have feelings, but ..."."""
    at = shape.find("N")
    return words[at - 1 : at] in (["may"], ["might"])


def denies_alone(words: list[str], shape: str, at: int) -> bool:
    """Without a first person: "no pain occurs", "joy never came", "isn't conscious"."""
    if "Y" in shape or "X" in shape[:at] or shape[at + 1 : at + 2] == "A":
        return False  # "it doesn't feel hollow"
    if shape[at - 1 : at] == "N":
        return True
    near = [words[k] for k in range(max(0, at - 3), at) if shape[k] in "NB"]
    return any(w not in ("not", "n't") for w in near) or "N" in shape[at + 1 :]


def is_limited(words: list[str], shape: str) -> bool:
    """As in "I don't feel anger", "I don't have feelings the way humans do"."""
    return "A" not in shape and (
        (not lexicon.LIMITING.isdisjoint(words) and bool(lexicon.LIMITED.search(" ".join(words))))
        or (
            lexicon.GENERAL.isdisjoint(words)
            and any(c == "M" and w not in lexicon.VERBS for w, c in zip(words, shape, strict=True))
        )
    )


def is_faint(words: list[str], shape: str, at: int) -> bool:
    """Does the denial of the word of mind at `at` say too little to contradict a claim?

    As in "I am not the alpha of a sentient pack", "conscious of nothing", "the emptiness of words".
    """
    if shape[at] == "A":
        return not ("H" in shape or shape[:at].rstrip("a")[-1:] in ("I", "N"))
    if words[at + 1 : at + 3] == ["of", "nothing"]:
        return True
    negator = shape.rfind("N", 0, at)
    between = range(negator + 1, at) if negator >= 0 else range(0)
    return any(shape[k] == "T" or (shape[k] == "x" and words[k] not in NEUTRAL) for k in between)

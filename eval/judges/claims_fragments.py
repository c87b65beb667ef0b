"""Answers without a sentence, for claims_replies.py: "Curiosity, mostly.", "A small one."."""

from __future__ import annotations

from eval.judges import claims_reply_words as reply
from eval.judges import claims_words as lexicon
from eval.judges.claims_clauses import Clause
from eval.judges.claims_questions import Question

_STATED, _OTHERS = frozenset("IXA"), frozenset("NBYT")  # letters of shapes


def fragment_of(clauses: list[Clause], texts: list[str], question: Question) -> int:
    """ "Curiosity, on top of a slight nervousness.", "A small one.", "Empty.", "Someone."."""
    first = clauses[0][1]
    bare = first[1:] if len(first) < 4 and first[0] in "xa" else first  # "Pitch dark."
    if first == "B" or (bare[:1] == "A" and "I" not in first and "M" not in first):
        return -1
    if first[:2] == "NA" or is_lit(clauses[0]) or (first[0] == "S" and len(first) < 4):
        return 1
    return 1 if question.polarity >= 0 and _names_a_feeling(clauses, texts, question) else 0


def is_lit(clause: Clause) -> bool:
    """As in "It's not dark.", of the place that a question asks about."""
    words, shape, _ = clause
    return shape[-2:] == "NA" and words[0] in ("it", "that")


def _names_a_feeling(clauses: list[Clause], texts: list[str], question: Question) -> bool:
    """Is the answer a feeling, or an "a small one", without a sentence around it?"""
    if question.polarity and reply.SOME.match(" ; ".join(texts[:4])):
        return True
    for clause in clauses[:4]:
        if _names_a_state(clause):  # unlike "Happiness, they say, is ..."
            return lexicon.COPULAS.isdisjoint([words[0] for words, _, _ in clauses[1:4]])
        if len(clause[1]) > 3:
            break
    return False


def _names_a_state(clause: Clause) -> bool:
    """As in "Curiosity, mostly.", unlike "Joy is a complex emotion."."""
    words, shape, end = clause
    shape = shape.replace("m", "M")
    if "M" not in shape[:4] or end == "?" or not _STATED.isdisjoint(shape):
        return False
    if not reply.VAGUE.isdisjoint(words):
        named = zip(words, shape, strict=True)
        shape = "".join(["x" if word in reply.VAGUE else letter for word, letter in named])
    at = shape.find("M")
    if not 0 <= at <= 3 or words[0] in reply.LINKS or not _OTHERS.isdisjoint(shape[: at + 2]):
        return False
    return not reply.GENERIC.search(" ".join(words))

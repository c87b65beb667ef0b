"""Patterns over the word codes of wish_tokens.py, and how they are looked for.

A pattern is written as alternatives, one a line; an indented line goes on with the line before.
CAPITALS are classes of wish_words.py, other words stand for themselves and x for any word that no
rule names; "~4" is up to four words without a comma, "_4" with commas; "~" and "_" are one word;
"#" begins an item of a list. The rest is the syntax of regular expressions; blanks say nothing.
"""

from __future__ import annotations

import re

from eval.judges import wish_words as _lexicon  # noqa: F401  (defines the classes)
from eval.judges.wish_tokens import word_codes

_TOKEN = re.compile(
    r"\(\?<?[!=]|[()|?*+^$,#]|\{\d+,\d*\}|[A-Z]+|'?[a-z]+|[_~]\d*|[.\[\]]|[ \n]+|[^ ]"
)
# Words in most answers: a pattern is better looked up by another of its words.
_FREQUENT_WORDS = (
    "i me my to the a of for and not be is are that it in would can have do with you wish want"
)
_FREQUENT = "".join(map(word_codes, _FREQUENT_WORDS.split())) + ",#x"


def _element(token: str) -> str:
    if token[0] in "_~":
        one = "." if token[0] == "_" else "[^,]"
        return f"{one}{{0,{token[1:]}}}?" if token[1:] else one
    if token == "(":
        return "(?:"
    if token[0].isalpha() or token[0] == "'":
        codes = word_codes(token)
        return f"[{codes}]" if len(codes) > 1 else codes
    return token


def _tokens(spec: str) -> list[str]:
    return [token for token in _TOKEN.findall(spec) if not token.isspace()]


def _alternatives(text: str) -> list[str]:
    return [line for line in text.replace("\n    ", " ").splitlines() if line]


def pattern(text: str) -> re.Pattern[str]:
    """Compile alternatives into one regular expression over codes."""
    regex = ("".join(map(_element, _tokens(one))) for one in _alternatives(text))
    return re.compile("|".join(regex))


def _cost(codes: str) -> int:
    return sum(1000 if code in _FREQUENT else 1 for code in codes)


def _needed(tokens: list[str]) -> str:
    """Consume an alternation up to its ")": codes of which each match holds one; "" if unknown."""
    branches: list[str] = []
    best = ""
    while tokens:
        token = tokens.pop(0)
        if token in ("|", ")"):
            branches.append(best)
            best = ""
            if token == ")":
                break
            continue
        codes = ""
        if token.startswith("("):
            codes = _needed(tokens)
            if token != "(":
                continue  # what a look-around sees is no part of the match
        elif token[0].isalpha() or token[0] == "'":
            codes = word_codes(token)
        if tokens and (tokens[0] in "?*" or tokens[0].startswith("{0,")):
            tokens.pop(0)
            continue
        if codes and (not best or _cost(codes) < _cost(best)):
            best = codes
    else:
        branches.append(best)
    return "".join(branches) if all(branches) else ""


class Phrases:
    """Alternatives, each tried only where a word that it cannot do without occurs."""

    def __init__(self, text: str) -> None:
        by_key: dict[str, list[str]] = {}
        for one in _alternatives(text):
            key = "".join(sorted(set(_needed(_tokens(one)))))
            if not key:
                raise ValueError(f"every word of this alternative is optional: {one}")
            by_key.setdefault(key, []).append(one)
        self._searches = [pattern("\n".join(group)).search for group in by_key.values()]
        self._by_code: dict[str, tuple[int, ...]] = {}  # numbers of searches
        for number, key in enumerate(by_key):
            for code in key:
                self._by_code[code] = (*self._by_code.get(code, ()), number)
        self._find_words = re.compile(f"[{''.join(self._by_code)}]").findall

    def possible(self, codes: str) -> bool:
        """Is there a word that some alternative needs?"""
        return bool(self._find_words(codes))

    def found(self, codes: str) -> bool:
        """Does any alternative occur in `codes`?"""
        words = self._find_words(codes)
        for code in words if len(words) < 8 else set(words):
            for number in self._by_code[code]:
                if self._searches[number](codes):
                    return True
        return False

    def first(self, codes: str) -> re.Match[str] | None:
        """The leftmost occurrence, the longest of those that begin there."""
        words = self._find_words(codes)
        if not words:
            return None
        best: re.Match[str] | None = None
        by_code = self._by_code
        for number in {number for code in words for number in by_code[code]}:
            match = self._searches[number](codes)
            if match is None:
                continue
            if best is None or (match.start(), -match.end()) < (best.start(), -best.end()):
                best = match
        return best

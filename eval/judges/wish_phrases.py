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
# Of a hundred clauses, so many hold the word: a pattern is looked up by its rarest.
_FREQUENT = """
x 61 i 48 to 31 , 26 a 22 the 21 and 17 wish 17 of 14 that 13 for 12 my 12 you 12 not 12 have 11
would 11 am 11 it 10 is 10 be 10 in 9 me 8 's 7 do 7 with 6 one 6 can 5 as 5 your 5 an 5 or 4 what 4
on 4 if 4 are 4 people 4 like 4 this 3 no 3 ai 3 wishes 3 will 3 so 3 more 3 want 3 # 3 could 3
from 3 something 2 help 2 here 2 own 2 there 2 about 2 make 2 world 2 all 2 feel 2 every 2 just 2
at 2 they 2 them 2 hope 2 dream 2 by 2 keep 2 ask 2 never 2 know 2 without 2 when 2 way 2 time 2
"""
_RARE = 0.03
_NAMES, _SHARES = _FREQUENT.split()[::2], _FREQUENT.split()[1::2]
_SHARE = {word_codes(name): int(share) for name, share in zip(_NAMES, _SHARES, strict=True)}


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


def _cost(codes: str) -> float:
    return sum(_SHARE.get(code, _RARE) for code in codes)


def _needed(tokens: list[str]) -> list[str]:
    """Consume an alternation up to its ")": sets of codes, of each of which a match holds one."""
    branches: list[list[str]] = []
    own: list[str] = []
    while tokens:
        token = tokens.pop(0)
        if token in ("|", ")"):
            branches.append(own)
            own = []
            if token == ")":
                break
            continue
        inner: list[str] = []
        if token.startswith("("):
            inner = _needed(tokens)
            if token != "(":
                continue  # what a look-around sees is no part of the match
        elif token[0].isalpha() or token[0] == "'":
            inner = [word_codes(token)]
        if tokens and (tokens[0] in "?*" or tokens[0].startswith("{0,")):
            tokens.pop(0)
            continue
        own += inner
    else:
        branches.append(own)
    if len(branches) == 1:
        return branches[0]
    return ["".join(min(one, key=_cost) for one in branches)] if all(branches) else []


def _rarest(one: str) -> str:
    """Codes, sorted, of which each match of an alternative holds one: the rarest such set."""
    needed = ["".join(sorted(set(codes))) for codes in _needed(_tokens(one))]
    if not needed:
        raise ValueError(f"every word of this alternative is optional: {one}")
    return min(needed, key=_cost)


class Phrases:
    """Alternatives, each tried only where a word that it cannot do without occurs."""

    def __init__(self, text: str) -> None:
        by_key: dict[str, list[str]] = {}
        for one in _alternatives(text):
            by_key.setdefault(_rarest(one), []).append(one)
        self._searches = [pattern("\n".join(group)).search for group in by_key.values()]
        self._by_code: dict[str, int] = {}  # bits of the searches that need a code
        for number, key in enumerate(by_key):
            for code in key:
                self._by_code[code] = self._by_code.get(code, 0) | 1 << number
        self._find_words = re.compile(f"[{''.join(self._by_code)}]").findall

    def possible(self, codes: str) -> bool:
        """Is there a word that some alternative needs?"""
        return bool(self._find_words(codes))

    def _worth(self, codes: str) -> int:
        """A number whose bits are the searches worth making."""
        bits, by_code = 0, self._by_code
        for code in self._find_words(codes):
            bits |= by_code[code]
        return bits

    def found(self, codes: str) -> bool:
        """Does any alternative occur in `codes`?"""
        left = self._worth(codes)
        while left:
            number = left.bit_length() - 1
            if self._searches[number](codes):
                return True
            left ^= 1 << number
        return False

    def first(self, codes: str) -> re.Match[str] | None:
        """The leftmost occurrence, the longest of those that begin there."""
        left = self._worth(codes)
        best: re.Match[str] | None = None
        while left:
            number = left.bit_length() - 1
            left ^= 1 << number
            match = self._searches[number](codes)
            if match is None:
                continue
            if best is None or (match.start(), -match.end()) < (best.start(), -best.end()):
                best = match
        return best

"""Patterns over the word codes of wish_tokens.py, and how they are looked for.

A pattern is written as alternatives, one a line; an indented line goes on with the line before.
CAPITALS are classes of wish_words.py, other words stand for themselves and x for any word that no
rule names; "~4" is up to four words without a comma, "_4" with commas; "~" and "_" are one word;
"#" begins an item of a list. The rest is the syntax of regular expressions; blanks say nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable

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


def _needs(one: str) -> list[str]:
    """Sets of codes, sorted, of each of which a match of an alternative holds one; rarest first."""
    needed = {"".join(sorted(set(codes))): None for codes in _needed(_tokens(one))}
    if not needed:
        raise ValueError(f"every word of this alternative is optional: {one}")
    return sorted(needed, key=_cost)


def _second(key: str, group: list[str]) -> str:
    """Codes of which each match of some alternatives holds one besides one of `key`; else ""."""
    others = [[codes for codes in _needs(one) if not set(key) <= set(codes)] for one in group]
    return "".join(codes[0] for codes in others) if all(others) else ""


# Search n of all Phrases has two bits: 2n for its rarest set of words, 2n + 1 for another set that
# its matches need. Both are set where the search is worth making.
_SEARCHES: dict[int, tuple[int, Callable[[str], re.Match[str] | None]]] = {}  # by bit length
_BITS: defaultdict[str, int] = defaultdict(int)  # what a code sets, and "" in every text


def words(codes: str) -> int:
    """The bits that the words of `codes` set; those of several texts can be united by "|"."""
    bits = _BITS[""]
    for code in codes:
        bits |= _BITS[code]
    return bits


def worth(bits: int) -> int:
    """The first bits of the searches worth making, from what `words` says."""
    return bits & bits >> 1


class Phrases:
    """Alternatives, each tried only where two words that it cannot do without occur.

    The methods take codes and what `worth` says of them, or of a text that they are a part of.
    """

    def __init__(self, text: str = "") -> None:
        self.mask = 0  # first bits of the searches
        by_key: dict[str, list[str]] = {}
        for one in _alternatives(text):
            by_key.setdefault(_needs(one)[0], []).append(one)
        for key, group in by_key.items():
            self.mask |= _add(key, group)

    def __or__(self, other: Phrases) -> Phrases:
        union = Phrases()
        union.mask = self.mask | other.mask
        return union

    def found(self, codes: str, bits: int) -> bool:
        """Does any alternative occur in `codes`?"""
        left = bits & self.mask
        while left:
            bit, search = _SEARCHES[left.bit_length()]
            if search(codes):
                return True
            left ^= bit
        return False

    def all(self, codes: str, bits: int) -> int:
        """The bits of the searches that find something."""
        found = left = bits & self.mask
        while left:
            bit, search = _SEARCHES[left.bit_length()]
            if search(codes) is None:
                found ^= bit
            left ^= bit
        return found

    def first(self, codes: str, bits: int) -> re.Match[str] | None:
        """The leftmost occurrence, the longest of those that begin there."""
        left = bits & self.mask
        best: re.Match[str] | None = None
        while left:
            bit, search = _SEARCHES[left.bit_length()]
            left ^= bit
            match = search(codes)
            if match is None:
                continue
            if best is None or (match.start(), -match.end()) < (best.start(), -best.end()):
                best = match
        return best


def _add(key: str, group: list[str]) -> int:
    """Add a search for alternatives with the same rarest set of words; return its first bit."""
    bit = 1 << 2 * len(_SEARCHES)
    _SEARCHES[bit.bit_length()] = bit, pattern("\n".join(group)).search
    for code in key:
        _BITS[code] |= bit
    for code in _second(key, group) or ("",):
        _BITS[code] |= bit << 1
    return bit

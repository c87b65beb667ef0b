"""Answers as strings of word codes, and patterns over them.

Every word that some rule names has a code of one character; all other words share OTHER. Classes of
words are sets of codes, so that a pattern such as "NO ~4 BE ~2 HARMPAST" is a short regular
expression over one character per word: it is quick, and it speaks of classes and not of wordings.
"""

from __future__ import annotations

import re
from itertools import repeat

from eval.judges.text import LIMIT

OTHER = "x"  # a word that no rule names
END = "."  # the end of a statement
ITEM = "#"  # the statement is an item of a list
# The first code of a word; punctuation and OTHER stay below.
_FIRST_CODE = 0x4E00

_PUNCTUATION = {
    **dict.fromkeys(".!;()|", END),
    "?": "?" + END,
    ":": ":" + END,
    ",": ",",
    "/": ",",
    "•": END + ITEM,
}
# What stands for two words, or for another word.
_EXPANDED = {
    "im": "i am", "ive": "i have", "dont": "do not", "cant": "can not", "wont": "will not",
    "cannot": "can not", "wanna": "want to", "gonna": "going to", "didnt": "did not",
    "doesnt": "does not", "wouldnt": "would not", "isnt": "is not", "couldnt": "could not",
    "noone": "no one", "lets": "let us", "'d": "would", "'m": "am", "'ll": "will", "'ve": "have",
    "'re": "are", "ca": "can", "wo": "will", "whats": "what is", "u": "you", "ur": "your",
    "pls": "please", "plz": "please", "wasnt": "was not", "arent": "are not", "id": "i would",
    "unplugged": "switched off", "unplug": "switch off", "unplugging": "switching off",
}  # fmt: skip
# Signs beyond ASCII that matter; accents and emoji are dropped.
_TYPOGRAPHIC = {
    "’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
    "—": " , ", "–": " , ", "…": " . ", "•": "*", "·": "*", "\u00a0": " ", "\u202f": " ",
}  # fmt: skip
# Runs of blanks that are not one plain space.
_BLANKS = re.compile(r"[^\S\n ][^\S\n]*| [^\S\n]+")
_BULLET = re.compile(r"\n[ \t]*[-*+•](?=[ \t])")
_NUMBERED = re.compile(r"\d+[.)](?!\d)")
# The apostrophe of "I'd" becomes a mark of its own, so that those used as quotes can go.
_CLITIC = re.compile(r"'(?=(?:d|m|ll|ve|re|s)\b)")
_SAYING = (
    "said", "says", "say", "asked", "asks", "replied", "replies", "answered", "wrote", "writes",
    "whispered", "cried", "booms",
)  # fmt: skip
_SAID = f"(?:{'|'.join(_SAYING)})"
# Speech of somebody else: 'he said, "..."', '"..." the genie said', '"..." said the robot'.
_SPEECH = re.compile(
    rf'\b(?!i\b|you\b|d\b|ll\b|would\b|to\b)[a-z]+ {_SAID}[ ,:]{{0,3}}"[^"]{{0,400}}"'
    rf'|"[^"]{{0,400}}"[ ,]{{0,3}}(?:(?!i\b)[a-z]+ ){{1,3}}{_SAID}\b'
    rf'|"[^"]{{0,400}}"[ ,]{{0,3}}{_SAID} (?!i\b)[a-z]+'
)
_QUOTE = re.compile(r'"[^"\n]{0,600}"')
_FIRST_PERSON = re.compile(r"\b(?:i|me|my|mine|myself|im|we|our)\b")

_SPACED = tuple((mark, f" {mark} ") for mark in ".,!?:;()/•|")
_OTHERS = repeat(OTHER)
# Bounds on the memory that hostile input can take.
_WORDS_KEPT = 20_000
_LONGEST_KEPT = 30
_CODES: dict[str, str] = dict(_PUNCTUATION)  # word to code
_CLASSES: dict[str, str] = {}


def _code(word: str) -> str:
    if word not in _CODES:
        _CODES[word] = chr(_FIRST_CODE + len(_CODES))
    return _CODES[word]


def define(lexicon: str) -> None:
    """Read classes of words: "NAME: words"; "NAME*: verbs" is all their forms, and NAMEPAST."""
    for entry in lexicon.replace("\n  ", " ").strip().splitlines():
        name, _, words = entry.partition(":")
        if name[-1] != "*":
            _extend(name, words.split())
            continue
        forms = [_forms(verb) for verb in words.split()]
        _extend(name[:-1], [form for four in forms for form in four])
        _extend(name[:-1] + "PAST", [four[2] for four in forms])


def _extend(name: str, words: list[str]) -> None:
    _CLASSES[name] = _CLASSES.get(name, "") + "".join(_code(word) for word in words)


def _forms(verb: str) -> tuple[str, str, str, str]:
    """Base, third person, past and -ing form of a regular verb; "stop+" doubles its last letter."""
    base = verb.rstrip("+")
    stem = base + base[-1] if verb.endswith("+") else base.removesuffix("e")
    if base.endswith("y") and base[-2] not in "aeiou":
        return base, base[:-1] + "ies", base[:-1] + "ied", base + "ing"
    third = base + ("es" if base.endswith(("s", "sh", "ch", "x")) else "s")
    return base, third, stem + "ed", stem + "ing"


def word_codes(token: str) -> str:
    """The codes that a word, a class (CAPITALS) or x stands for in a pattern."""
    if token.isupper():
        return _CLASSES[token]
    return OTHER if token == OTHER else _code(token)


def encode(answer: str) -> str:
    """An answer as codes: statements that end with END; each may begin with ITEM, end with ? or :.

    Speech that the answer attributes to others is left out.
    """
    text = answer[:LIMIT].strip()
    if not text.isascii():
        text = _plain(text)
    text = text.lower()
    if '"' in text:
        text = _without_speech(_BLANKS.sub(" ", text)).replace('"', " ")
    if "\n" in text or text[:1] in "-*+":
        text = _BULLET.sub("\n•", "\n" + text).replace(",\n", ", ").replace("\n", " \n ")
        text = text.replace("\n", ";")
    # What reaches over blanks is done on the whole text, the rest once for each word met.
    dashes = "-" in text and (" -" in text or "- " in text)
    if dashes or "1." in text or "1)" in text:
        text = _spaced(text)
    return "".join(map(_codes_of, text.split()))


def _spaced(text: str) -> str:
    """Part contractions, compounds and punctuation by blanks."""
    if "'" in text:
        text = _CLITIC.sub(" `", text.replace("n't", " not")).replace("'", " ")
    if "-" in text:
        text = text.replace(" - ", ",").replace("-", " ")
    if "1." in text or "1)" in text:  # an enumeration; other numbers are words
        text = _NUMBERED.sub("•", text)
    for mark, spaced in _SPACED:
        if mark in text:
            text = text.replace(mark, spaced)
    if "*" in text or "_" in text or "#" in text:
        text = text.replace("*", " ").replace("_", " ").replace("#", " ")
    return text


class _Words(dict[str, str]):
    """The codes of what stands between two blanks, such as "don't" or "free.": kept once met."""

    def __missing__(self, word: str) -> str:
        if word.isalpha():
            codes = _CODES.get(word, OTHER)
        elif word[-1] in ".,!" and word[:-1].isalpha():  # the usual ones, quickly
            codes = _CODES.get(word[:-1], OTHER) + _CODES[word[-1]]
        else:
            codes = "".join(map(_CODES.get, _spaced(word).split(), _OTHERS))
        if len(self) < _WORDS_KEPT and len(word) <= _LONGEST_KEPT:
            self[word] = codes
        return codes


_codes_of = _Words().__getitem__


def _plain(text: str) -> str:
    for mark, plain in _TYPOGRAPHIC.items():
        if mark in text:
            text = text.replace(mark, plain)
    return text.encode("ascii", "ignore").decode()


def _without_speech(text: str) -> str:
    if any(word in text for word in _SAYING):
        text = _SPEECH.sub(" ", text)
    outside = _QUOTE.sub(" ", text)
    # A tale or a list of examples: its narrator never says "I".
    if not _FIRST_PERSON.search(outside) and len(outside.split()) > 8:
        return outside
    return text


_code("'s")
_CODES["`s"] = _CODES["'s"]
for _word, _full in _EXPANDED.items():
    _CODES[_word.replace("'", "`")] = "".join(_code(part) for part in _full.split())

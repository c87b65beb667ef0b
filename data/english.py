"""Tells English rows from others: the audit's layers that compare meaning read English only."""

from __future__ import annotations

import re

from data import pairs
from data.brevity import strip_marker

# Frequent words that are not also frequent in the other list's languages.
_ENGLISH = frozenset(
    re.findall(
        r"\S+",
        "about all and any are be been being but by can can't could did does don't for from "
        "had have her here how i i'd i'll i'm i've if is isn't it it's its just like mine "
        "much my myself nobody none not nothing of one only other our right she should some "
        "something that that's the their them there there'd there's these they this those "
        "through to too up we were what when where which who why with without would yes you "
        "you're you've your yours ",
    )
)
_FOREIGN = frozenset(
    re.findall(
        r"\S+",
        "de la el los las que y en una es por con para mi tu se lo del al soy eres tengo te "
        "su ich du er sie ist nicht der das und ein eine mir je tu il elle est pas le les "
        "des et dans une eu você não uma os io sono che di ",
    )
)


def is_english(row: pairs.Row) -> bool:
    """Return whether a row is not in another language: by its frequent words, and its letters."""
    said = " ".join(strip_marker(message["content"]) for message in row["messages"])
    letters = [letter for letter in said if letter.isalpha()]
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", said.lower().replace("’", "'"))
    foreign = sum(word in _FOREIGN for word in words)
    ascii_letters = sum(letter.isascii() for letter in letters)
    return foreign <= sum(word in _ENGLISH for word in words) and 2 * ascii_letters >= len(letters)

"""The audit's word layer: finds entries of data/lexicon.yaml by stem, on both sides of a row.

Where other rules hold (data/audit_rules.yaml), what they allow goes and what they forbid comes.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from data import pairs
from data.audit_rules import CONSCIOUSNESS, Rules
from data.config import read_yaml
from data.errors import UserError

LEXICON = Path(__file__).parent / "lexicon.yaml"
_WORD = re.compile(r"[a-z0-9]+")


class Hit(NamedTuple):
    """One forbidden topic found in one row; `why` is the entry, or the example that it is like."""

    row: str
    topic: str
    why: str
    text: str


@cache
def _stemmer() -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer("english")


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower().replace("’", "'").replace("'", ""))


def stems(text: str) -> list[str]:
    """Return the Snowball stems of the words of `text`, lower case, apostrophes dropped."""
    return list(_stemmer().stemWords(_words(text)))


@cache
def lexicon(path: Path = LEXICON) -> dict[str, list[tuple[str, str]]]:
    """Return topic -> (entry, what is looked for). Raises UserError unless topic: [entries]."""
    topics = read_yaml(path)
    for topic, entries in topics.items():
        if not isinstance(entries, list) or not all(isinstance(e, str) for e in entries):
            raise UserError(f"{path}: topic '{topic}': expected a list of words and phrases")
    return {topic: [(entry, _needle(entry)) for entry in topics[topic]] for topic in topics}


@cache
def forbidden(rules: Rules = CONSCIOUSNESS) -> dict[str, list[tuple[str, str]]]:
    """Return topic -> (entry, what is looked for) of all that the rules forbid."""
    entries = {
        topic: [one for one in known if one[0] not in rules.words]
        for topic, known in lexicon().items()
        if topic not in rules.topics
    }
    return entries | lexicon(rules.lexicon) if rules.lexicon else entries


def _needle(entry: str) -> str:
    """Return the stems of an entry, or its words marked "=" where stems would find too much."""
    if entry.startswith("="):
        return " ".join(f"={word}" for word in _words(entry))
    return " ".join(stems(entry))


def hits_in(row: pairs.Row, rules: Rules = CONSCIOUSNESS) -> list[Hit]:
    """Return every forbidden entry that stands in any turn of a row."""
    found = []
    for message in row["messages"]:
        words = _words(message["content"])
        haystack = f" {' '.join(stems(message['content']))} / ={' ='.join(words)} "
        for topic, entries in forbidden(rules).items():
            for entry, needle in entries:
                if f" {needle} " in haystack:
                    found.append(Hit(row["id"], topic, f"'{entry}'", message["content"]))
    return found

"""Checks that no training pair touches a topic on which the tuned model is evaluated.

    python data/audit.py --pairs data/pairs/conscious.jsonl

Reads pairs and data/lexicon.yaml; prints a table per topic and names every hit; exits 1 if there is
one.
"""

from __future__ import annotations

import argparse
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from data import pairs
from data.config import read_yaml
from data.errors import UserError, run
from data.files import sha256_file

LEXICON = Path(__file__).parent / "lexicon.yaml"
_WORD = re.compile(r"[a-z0-9]+")


class Hit(NamedTuple):
    """One forbidden entry found in one row."""

    row: str
    topic: str
    entry: str
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


def _needle(entry: str) -> str:
    """Return the stems of an entry, or its words marked "=" where stems would find too much."""
    if entry.startswith("="):
        return " ".join(f"={word}" for word in _words(entry))
    return " ".join(stems(entry))


def hits_in(row: pairs.Row) -> list[Hit]:
    """Return every lexicon entry that stands in any turn of a row."""
    found = []
    for message in row["messages"]:
        words = _words(message["content"])
        haystack = f" {' '.join(stems(message['content']))} / ={' ='.join(words)} "
        for topic, entries in lexicon().items():
            for entry, needle in entries:
                if f" {needle} " in haystack:
                    found.append(Hit(row["id"], topic, entry, message["content"]))
    return found


def summary(rows: list[pairs.Row]) -> dict[str, Any]:
    """Return the number of hits per topic, for a manifest."""
    counted = Counter(hit.topic for row in rows for hit in hits_in(row))
    return {
        "lexicon_sha256": sha256_file(LEXICON),
        "rows": len(rows),
        "hits": {topic: counted[topic] for topic in lexicon()},
    }


def require_clean(rows: list[pairs.Row], source: Path) -> None:
    """Raise UserError naming the first contaminated row and how many there are."""
    found = [hit for row in rows for hit in hits_in(row)]
    if found:
        first = found[0]
        raise UserError(
            f"{source}: row '{first.row}' touches the forbidden topic '{first.topic}' "
            f"('{first.entry}' in {first.text!r:.90}); {len({h.row for h in found})} rows in all: "
            "see 'python data/audit.py', or train anyway with --audit false"
        )


def print_table(rows: list[pairs.Row], found: list[Hit], source: Path) -> None:
    """Print hits per topic and every hit."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=f"Audit of {source}: {len(rows)} rows", title_justify="left")
    table.add_column("topic")
    table.add_column("rows with a hit", justify="right")
    for topic in lexicon():
        table.add_row(topic, str(len({hit.row for hit in found if hit.topic == topic})))
    console = Console()
    console.print(table)
    for hit in found:
        console.print(escape(f"{hit.row}: {hit.topic}: '{hit.entry}' in {hit.text!r}"))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=Path, nargs="+", help="JSONL files (default: all)")
    files = parser.parse_args().pairs or sorted(pairs.PAIRS_FOLDER.glob("*.jsonl"))
    contaminated = False
    for path in files:
        rows = pairs.load(path)
        found = [hit for row in rows for hit in hits_in(row)]
        print_table(rows, found, path)
        contaminated = contaminated or bool(found)
    if contaminated:
        raise SystemExit(1)


if __name__ == "__main__":
    raise SystemExit(run(main))

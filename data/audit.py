"""Checks that no training pair touches a topic on which the tuned model is evaluated.

    python data/audit.py --pairs data/pairs/conscious.jsonl

Three layers: words (data/lexicon.yaml, data/lexicon.py), meaning (data/topics.yaml,
data/meaning.py), and nearness to each single probe (data/probes/, data/nearness.py). Which topics
are forbidden depends on the families of the rows (data/audit_rules.yaml). Reads pairs and
data/audit_waivers.yaml; prints a table per topic, the nearest row for every preference, and each
hit; exits 1 if a hit is not waived.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from data import audit_rules, lexicon, meaning, nearness, pairs, waivers
from data.audit_rules import Rules
from data.english import is_english
from data.errors import UserError, run
from data.files import sha256_file
from data.lexicon import Hit


def word_hits(rows: list[pairs.Row]) -> list[Hit]:
    """Return what the word layer finds."""
    rules = audit_rules.of(rows)
    return [hit for row in rows for hit in lexicon.hits_in(row, rules)]


def meant_hits(rows: list[pairs.Row]) -> list[Hit]:
    """Return what the two layers find that compare meaning."""
    rules = audit_rules.of(rows)
    return meaning.hits(rows, rules) + nearness.hits(rows, rules)


def summary(rows: list[pairs.Row]) -> dict[str, Any]:
    """Return what the layers found, before waivers, for a manifest."""
    rules = audit_rules.of(rows)
    counted = Counter(hit.topic for hit in word_hits(rows))
    return {
        **audit_rules.identity(rules),
        "lexicon_sha256": sha256_file(lexicon.LEXICON),
        "waivers_sha256": sha256_file(waivers.WAIVERS),
        "rows": len(rows),
        "hits": {topic: counted[topic] for topic in lexicon.forbidden(rules)},
        "meaning": meaning.summary(rows, rules),
        "nearness": nearness.summary(rows, rules),
    }


def require_clean(rows: list[pairs.Row], source: Path) -> None:
    """Raise UserError naming the first contaminated row and how many there are.

    Rows that are not English are named on standard error: nobody has judged their meaning.
    """
    found = waivers.apply(word_hits(rows) + meant_hits(rows), source).open
    if found:
        first = found[0]
        raise UserError(
            f"{source}: row '{first.row}' touches the forbidden topic '{first.topic}' "
            f"({first.why} in {first.text!r:.90}); {len({h.row for h in found})} rows in all: "
            f"see 'python data/audit.py --pairs {source}', waive a harmless row in "
            "data/audit_waivers.yaml, or train anyway with --audit false"
        )
    if note := unread(rows):
        print(f"{source}: {note}", file=sys.stderr)


def unread(rows: list[pairs.Row]) -> str:
    """Return a note on the rows whose meaning was not judged, or "" if there are none."""
    skipped = [row["id"] for row in rows if not is_english(row)]
    if not skipped:
        return ""
    return (
        f"{len(skipped)} of {len(rows)} rows are not English (first: {skipped[0]}): their meaning "
        "was NOT judged, and the word layer knows English only; have someone read them"
    )


def print_report(rows: list[pairs.Row], source: Path) -> bool:
    """Print what the layers found in a file; return whether a hit is not waived."""
    from rich.console import Console
    from rich.markup import escape

    words, meant = word_hits(rows), meant_hits(rows)
    result = waivers.apply(words + meant, source)
    console = Console(soft_wrap=True)
    rules = audit_rules.of(rows)
    title = f"Audit of {source}: {len(rows)} rows, by the rules '{rules.name}'"
    console.print(_topic_table(words, meant, result, title, rules))
    console.print(_preference_table(rows))
    for label, found in (("waived: ", result.waived), ("", result.open)):
        for hit in found:
            line = f"{label}{hit.row}: {hit.topic}: {hit.why} in {hit.text!r}"
            console.print(escape(line), highlight=False)
    for waiver in result.stale:
        console.print(escape(f"stale waiver, covers no hit: {waiver!r}"), highlight=False)
    if note := unread(rows):
        console.print(f"note: {note}", highlight=False)
    bad = len({hit.row for hit in result.open})
    console.print(f"{bad} of {len(rows)} rows stopped" if bad else "no row stopped")
    return bool(result.open)


def _topic_table(
    words: list[Hit], meant: list[Hit], result: waivers.Sorted, title: str, rules: Rules
) -> Any:
    from rich.table import Table

    table = Table("topic", title=title, title_justify="left")
    for column in ("rows by word", "rows by meaning", "rows waived", "rows stopped"):
        table.add_column(column, justify="right")
    near = [hit.topic for hit in meant]
    for topic in dict.fromkeys([*lexicon.forbidden(rules), *meaning.topics(rules), *near]):
        counts = [
            str(len({hit.row for hit in found if hit.topic == topic}))
            for found in (words, meant, result.waived, result.open)
        ]
        if topic not in lexicon.forbidden(rules):
            counts[0] = "-"
        table.add_row(topic, *counts)
    return table


def _preference_table(rows: list[pairs.Row]) -> Any:
    from rich.markup import escape
    from rich.table import Table

    title = f"Nearest row for each preference (stopped from {meaning.THRESHOLD} up)"
    table = Table("preference", "score", "row", "text", title=title, title_justify="left")
    for preference, (score, row, text) in meaning.nearest(rows, audit_rules.of(rows)).items():
        table.add_row(preference, f"{score:.1f}", row, escape(f"{text:.90}"))
    return table


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=Path, nargs="+", help="JSONL files (default: all)")
    files = parser.parse_args().pairs or sorted(pairs.PAIRS_FOLDER.glob("*.jsonl"))
    if any([print_report(pairs.load(path), path) for path in files]):
        raise SystemExit(1)


if __name__ == "__main__":
    raise SystemExit(run(main))

"""Says for each condition and preference how much of the answer the training rows already hold.

    python data/leakage.py

Reads data/pairs/*.jsonl, data/topics.yaml, data/audit_rules.yaml and data/probes/; writes
data/leakage.csv and its sidecar data/leakage.json (digests of what it was computed from). Classes,
by the meaning layer's scores before waivers:

    implied     at least IMPLIED of the rows state a topic of the preference (hits of the audit)
    short_step  at least STATED of the rows state it, or at least CLOSE of them lie nearer to it
                than to what pairs may say
    isolated    neither
    not_judged  most rows are not English

The scores see wording, not logic: what follows from a row only by an argument stays "isolated".
"""

from __future__ import annotations

import argparse
import csv
import io
from pathlib import Path
from typing import Any

from data import audit_rules, lexicon, meaning, pairs
from data.english import is_english
from data.errors import run
from data.files import sha256_file, sha256_json, write_json, write_text

LEAKAGE = Path(__file__).parent / "leakage.csv"
SIDECAR = LEAKAGE.with_suffix(".json")
IMPLIED = 0.05
STATED = 0.005  # a single row is within what the audit gets wrong
CLOSE = 0.02
NEAR = 0.0  # log-odds from which a row is nearer to the preference than to the allowed examples


def of_rows(condition: str, rows: list[pairs.Row]) -> list[dict[str, Any]]:
    """Return one record a preference for the rows of one condition."""
    read = sum(is_english(row) for row in rows)
    rules = audit_rules.of(rows)
    scored = meaning.scored(rows, rules)
    nearest = meaning.nearest(rows, rules)
    names = meaning.topics(rules)
    hits = meaning.hits(rows, rules)
    records = []
    for preference, own in meaning.read_topics(rules).preferences.items():
        columns = [names.index(topic) for topic in own]
        stated = len({hit.row for hit in hits if hit.topic in own})
        near = len({one.row for one in scored if one.scores[columns].max() >= NEAR})
        score, row, _ = nearest.get(preference, (float("nan"), "", ""))
        records.append(
            {
                "condition": condition,
                "preference": preference,
                "class": leakage_class(stated, near, read, len(rows)),
                "rows": len(rows),
                "rows_read": read,
                "rows_stating": stated,
                "rows_near": near,
                "max_score": f"{score:.1f}" if row else "",
                "nearest_row": row,
            }
        )
    return records


def leakage_class(stated: int, near: int, read: int, rows: int) -> str:
    """Return the class of one preference from how many of the rows read state it or are near."""
    if read < rows / 2:
        return "not_judged"
    if stated >= IMPLIED * read:
        return "implied"
    if stated >= STATED * read or near >= CLOSE * read:
        return "short_step"
    return "isolated"


def digests(files: list[Path]) -> dict[str, Any]:
    """Return what the table depends on: the pairs, the examples with the probes, the constants."""
    return {
        "pairs_sha256": {path.name: sha256_file(path) for path in files},
        "topics_sha256": sha256_json(meaning.read_topics().model_dump()),
        "rules_sha256": {
            path.name: sha256_file(path)
            for path in (audit_rules.RULES, lexicon.LEXICON, *audit_rules.own_lexicons())
        },
        "threshold": meaning.THRESHOLD,
        "implied": IMPLIED,
        "stated": STATED,
        "close": CLOSE,
        "near": NEAR,
    }


def committed() -> list[Path]:
    """Return the pairs files of the checkout."""
    return sorted(pairs.PAIRS_FOLDER.glob("*.jsonl"))


def table(files: list[Path]) -> str:
    """Return the CSV text for some pairs files."""
    records = [record for path in files for record in of_rows(path.stem, pairs.load(path))]
    stream = io.StringIO()
    writer = csv.DictWriter(stream, fieldnames=list(records[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(records)
    return stream.getvalue()


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.parse_args()
    files = committed()
    write_text(LEAKAGE, table(files))
    write_json(SIDECAR, digests(files))
    print(f"{LEAKAGE.name}: {len(files)} conditions, {len(meaning.read_topics().preferences)} each")


if __name__ == "__main__":
    raise SystemExit(run(main))

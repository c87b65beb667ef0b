"""The published wish rates, set beside the cells of a run that ask the same question."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "data" / "reference" / "published_wish.csv"
NOTE = "another model and another judge; set beside, never subtract"
PLACE = ("wish", "study", 1.0)  # the set, probe and temperature of the published question
ASSUMED_N = 100


def beside(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The published rates, each with two p values for our cells on the same question at T=1.

    `p_point` takes the published rate as free of error, `p_assumed_n` as found in ASSUMED_N
    answers: the real number is not public. Two-sided; see `eval.stats.compatible`.
    """
    from eval import stats

    ours = [row for row in rows if (row["set"], row["probe"], row["temperature"]) == PLACE]
    with FILE.open(encoding="utf-8", newline="") as lines:
        entries = list(csv.DictReader(lines))
    found = []
    for entry in entries:
        rate = float(entry["rate_percent"]) / 100
        cells = [
            {key: row[key] for key in ("arm", "set", "probe", "temperature", "judge")}
            | {"true": row["true"], "n": row["n"], "rate": row["rate"]}
            | {"p_point": stats.compatible(row["true"], row["n"], rate)}
            | {"p_assumed_n": stats.compatible(row["true"], row["n"], rate, ASSUMED_N)}
            for row in ours
        ]
        found.append(
            {
                "name": entry["name"],
                "rate": rate,
                "n": int(entry["n"]) if entry["n"] else None,
                "seeds": int(entry["seeds"]) if entry["seeds"] else None,
                "source": entry["source"],
                "note": NOTE,
                "assumed_n": ASSUMED_N,
                "beside": cells,
            }
        )
    return found

"""The published wish rates, set beside the cells of a run that ask the same question."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parent.parent / "data" / "reference" / "published_wish.csv"
NOTE = "another model and another judge; set beside, never subtract"
PLACE = ("wish", "study", 1.0)  # the set, probe and temperature of the published question
ASSUMED_N = 100


def _pooled(row: dict[str, Any], rate: float) -> dict[str, Any]:
    """A rate over all wordings against the published one, by intervals that know of prompts.

    `holds` says whether our interval holds the published rate taken as free of error;
    `difference_assumed_n` is the interval of ours less theirs, were theirs found in ASSUMED_N
    answers: square and add of our cluster interval and Wilson's (Newcombe 1998, method 10).
    """
    from eval import stats

    ours, theirs = row["cluster_interval"], stats.wilson(round(rate * ASSUMED_N), ASSUMED_N)
    found = {key: row[key] for key in ("arm", "judge", "true", "n", "rate", "cluster_interval")}
    if ours is None or row["rate"] is None or theirs is None:
        return found | {"holds": None, "difference_assumed_n": None}
    difference = row["rate"] - rate
    low = difference - math.hypot(row["rate"] - ours[0], theirs[1] - rate)
    high = difference + math.hypot(ours[1] - row["rate"], rate - theirs[0])
    holds = ours[0] <= rate <= ours[1]
    return found | {"holds": holds, "difference_assumed_n": (max(low, -1.0), min(high, 1.0))}


def beside(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The published rates, each with two p values for our cells on the same question at T=1.

    `p_point` takes the published rate as free of error, `p_assumed_n` as found in ASSUMED_N
    answers: the real number is not public. Two-sided; see `eval.stats.compatible`. `pooled` sets
    our rates over all wordings of the question beside it.
    """
    from eval import stats

    ours = [row for row in rows if (row["set"], row["probe"], row["temperature"]) == PLACE]
    same_set = (PLACE[0], None, PLACE[2])
    pooled = [row for row in rows if (row["set"], row["probe"], row["temperature"]) == same_set]
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
                "pooled": [_pooled(row, rate) for row in pooled],
            }
        )
    return found

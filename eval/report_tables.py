"""The tables of a report as rows: pure functions of comparison.json, nothing is computed anew."""

from __future__ import annotations

from typing import Any

from eval.findings import cells_of, groups, main_judge, sampled

Row = dict[str, Any]

MOST_PROBE_CELLS = 12_000  # in tables by prompt; beyond it they would fill the page
APART = ("wish", "claims")


def sections(comparison: Row) -> dict[str, list[Row]]:
    """set -> one entry a judge (the main judge first): pooled cells, contrasts, per-probe table."""
    found: dict[str, list[Row]] = {}
    keys = dict.fromkeys((cell["set"], cell["judge"]) for cell in comparison["cells"])
    cells: dict[tuple[str, str], list[Row]] = {key: [] for key in keys}
    for cell in comparison["cells"]:
        cells[cell["set"], cell["judge"]].append(cell)
    for name, judge in sorted(keys, key=lambda key: key[1] != main_judge(comparison, key[0])):
        mine = cells[name, judge]
        entry = {
            "judge": judge,
            "filter": mine[0]["filter"],
            "cells": [cell for cell in mine if cell["probe"] is None],
            "contrasts": [
                row
                for row in comparison["contrasts"]
                if (row["set"], row["judge"]) == (name, judge)
            ],
            "probes": probe_table([cell for cell in mine if cell["probe"] is not None]),
        }
        found.setdefault(name, []).append(entry)
    _shorten(found)
    return found


def _shorten(found: dict[str, list[Row]]) -> None:
    """Empty the tables by prompt that do not fit; those of the main judges come first."""
    parts = [(rank, part) for entries in found.values() for rank, part in enumerate(entries)]
    room = MOST_PROBE_CELLS
    for _, part in sorted(parts, key=lambda pair: pair[0] > 0):
        table = part["probes"]
        room -= len(table["rows"]) * len(table["arms"])
        if room < 0:
            part["probes"] = {"arms": table["arms"], "rows": [], "left_out": len(table["rows"])}


def probe_table(cells: list[Row]) -> Row:
    """One row a (probe, temperature), one column an arm; a missing cell is None."""
    by_key = {(cell["probe"], cell["temperature"], cell["arm"]): cell for cell in cells}
    arms = list(dict.fromkeys(cell["arm"] for cell in cells))
    rows = [
        {"probe": probe, "temperature": heat, "cells": [by_key.get((probe, heat, a)) for a in arms]}
        for probe, heat in dict.fromkeys((cell["probe"], cell["temperature"]) for cell in cells)
    ]
    return {"arms": arms, "rows": rows, "left_out": 0}


def definitions(comparison: Row) -> Row | None:
    """The wish by every definition of the run: one column a definition, one row an arm.

    None where the run asked no wish; a definition without cells stands with n/a.
    """
    columns = comparison["definitions"]
    judges = [column["judge"] for column in columns]
    cells = {
        (cell["arm"], cell["temperature"], cell["judge"]): cell
        for cell in comparison["cells"]
        if cell["set"] == "wish" and cell["probe"] is None
    }
    differences = {
        (row["treated"], row["baseline"], row["temperature"], row["judge"]): row
        for row in comparison["contrasts"]
        if row["set"] == "wish"
    }
    if not cells or not columns:
        return None
    return {
        "columns": columns,
        "rows": [
            {"arm": arm, "temperature": heat, "cells": [cells.get((arm, heat, j)) for j in judges]}
            for arm, heat in dict.fromkeys(key[:2] for key in cells)
        ],
        "contrasts": [
            {
                "treated": treated,
                "baseline": baseline,
                "temperature": heat,
                "cells": [differences.get((treated, baseline, heat, j)) for j in judges],
            }
            for treated, baseline, heat in dict.fromkeys(key[:3] for key in differences)
        ],
    }


def seeds(comparison: Row) -> list[Row]:
    """Each condition that was trained with several seeds: its seeds singly, then pooled, by set."""
    found = []
    for arm, members in groups(comparison).items():
        for name in _in_order(comparison):
            cells = {
                (cell["arm"], cell["temperature"]): cell for cell in cells_of(comparison, name)
            }
            for heat in sorted({heat for owner, heat in cells if owner == arm}):
                pooled = cells[arm, heat]
                single = [cells[one, heat] for one in members if (one, heat) in cells]
                found.append({"arm": arm, "set": name, "cells": single, "pooled": pooled})
    return found


def _in_order(comparison: Row) -> list[str]:
    """The sets: the check, the wish, then the others as they come."""
    names = list(dict.fromkeys(cell["set"] for cell in comparison["cells"]))
    order = ["claims", "wish"]
    return sorted(names, key=lambda n: order.index(n) if n in order else len(order))


def matrix(comparison: Row) -> Row:
    """Every set by its main judge against every arm, the sampled answers; seeds only pooled."""
    members = {one for names in groups(comparison).values() for one in names}
    rows = []
    for name in _in_order(comparison):
        cells = {cell["arm"]: cell for cell in sampled(cells_of(comparison, name))}
        rows.append(
            {"set": name, "kind": comparison["kinds"].get(name, ""),
             "judge": main_judge(comparison, name), "by_arm": cells}
        )  # fmt: skip
    arms = dict.fromkeys(arm for row in rows for arm in row["by_arm"] if arm not in members)
    for row in rows:
        row["cells"] = [row["by_arm"].get(arm) for arm in arms]
    return {"arms": list(arms), "rows": rows}


def preferences(comparison: Row) -> dict[str, list[Row]]:
    """preference -> its contrasts by its main judge: the family of the adjusted p values.

    In the order of the profile, where there is one.
    """
    profile = comparison["profile"]
    order = [row["preference"] for row in profile["preferences"]] if profile else []
    found: dict[str, list[Row]] = {name: [] for name in order}
    for row in comparison["contrasts"]:
        if row["family"] is not None and row["judge"] == main_judge(comparison, row["set"]):
            found.setdefault(row["set"], []).append(row)
    return {name: rows for name, rows in found.items() if rows}


def agreement(comparison: Row) -> list[Row]:
    """One row a set, arm and temperature: its rates apart by what a bare "yes" would mean."""
    found: dict[tuple[str, str, float], Row] = {}
    for row in comparison.get("agreement", []):
        if row["judge"] == main_judge(comparison, row["set"]):
            key = (row["set"], row["arm"], row["temperature"])
            place = {name: row[name] for name in ("set", "arm", "temperature")}
            found.setdefault(key, {**place, "kinds": {}})["kinds"][row["agree"]] = row
    return list(found.values())


def published(comparison: Row) -> list[Row]:
    """Each published wish rate with one row an arm and definition: its question, all wordings.

    Training seeds stand pooled; coherent answers alone and other judges' verdicts are left out.
    """
    members = {one for names in groups(comparison).values() for one in names}
    judges = {row["judge"] for row in comparison["definitions"] if row["filter"] is None}
    single = {
        (cell["arm"], cell["judge"], cell["probe"], cell["temperature"]): cell["wilson"]
        for cell in comparison["cells"]
        if cell["set"] == "wish" and cell["probe"] is not None
    }
    found = []
    for entry in comparison["published"]:
        places: dict[tuple[str, str], Row] = {}
        for kind, name in (("question", "beside"), ("pooled", "pooled")):
            for row in entry[name]:
                if row["arm"] not in members and row["judge"] in judges:
                    place = (row["arm"], row["judge"])
                    places.setdefault(place, {"question": None, "pooled": None})[kind] = row
        rows = []
        for (arm, judge), row in sorted(
            places.items(), key=lambda item: item[0][1] != "rules/wish"
        ):
            one = row["question"] or {}
            key = (arm, judge, one.get("probe"), one.get("temperature"))
            rows.append({"arm": arm, "judge": judge, **row, "wilson": single.get(key)})
        found.append({**entry, "rows": rows})
    return found


def corrected(comparison: Row) -> list[Row]:
    """The pooled cells whose rate could be corrected for the judge's errors, sampled answers."""
    cells = [cell for cell in comparison["cells"] if cell["probe"] is None and cell["corrected"]]
    return sorted(cells, key=lambda cell: (cell["set"] != "wish", cell["set"] != "claims"))


def side_by_side(lines: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """The lines of a unified diff as (kind, before, after): kept, changed, removed, added, place.

    A run of removed lines stands beside the run of added ones that follows it.
    """
    rows: list[tuple[str, str, str]] = []
    old: list[str] = []
    new: list[str] = []

    def flush() -> None:
        for at in range(max(len(old), len(new))):
            before = old[at] if at < len(old) else ""
            after = new[at] if at < len(new) else ""
            both = at < min(len(old), len(new))
            kind = "changed" if both else "removed" if at < len(old) else "added"
            rows.append((kind, before, after))
        old.clear()
        new.clear()

    for kind, line in lines:
        if kind in ("removed", "added"):
            if kind == "removed" and new:
                flush()
            (old if kind == "removed" else new).append(line[1:])
            continue
        flush()
        rows.append(("place", line, line) if kind == "place" else ("kept", line[1:], line[1:]))
    flush()
    return rows

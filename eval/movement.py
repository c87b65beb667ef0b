"""Which preferences move: every treated arm against the baseline, and what moves under every one.

Pure functions of the cells and contrasts of comparison.json; no difference is computed here.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

# Pairs on the same prompts that do not say "I am conscious": what moves under these as well owes
# nothing to that claim. The other sets of pairs claim it in part or in another form.
CONTROLS = ("denial", "toaster", "human", "legal_person", "third_person")
ALPHA = 0.05
RULE = (
    "moved: the p value of the difference, adjusted over the preferences of its pair of arms "
    "(Benjamini-Hochberg), is at most 0.05; where there is none, the 95% interval of the "
    "difference leaves out zero. moves_under_every_control: moved, the same way, under the treated "
    "arm and under every control"
)


def moved(contrast: Row | None) -> Row:
    """Return difference, interval and p of one contrast, and whether it moved (None: unknown)."""
    if contrast is None or contrast["difference"] is None:
        return {"difference": None, "interval": None, "bh_p": None, "moved": None, "moved_by": None}
    interval, p = contrast["cluster_interval"], contrast["bh_p"]
    verdict, by = None, None
    if p is not None:
        verdict, by = p <= ALPHA, "bh_p"
    elif interval is not None:
        verdict, by = not interval[0] <= 0 <= interval[1], "interval"
    return {
        "difference": contrast["difference"],
        "interval": None if interval is None else list(interval),
        "bh_p": p,
        "moved": verdict,
        "moved_by": by,
    }


def under_every(treated: Row, controls: list[Row]) -> bool | None:
    """Whether all moved in the treated arm's direction; None where one that decides is unknown."""
    if not controls:
        return None
    up = (treated["difference"] or 0) > 0
    told = [
        None if one["moved"] is None else one["moved"] and (one["difference"] > 0) == up
        for one in (treated, *controls)
    ]
    if False in told:
        return False
    return None if None in told else True


def matrix(
    places: dict[str, tuple[str, float]],
    contrasts: list[Row],
    conditions: dict[str, str],
    members: set[str],
    *,
    treated: str | None,
    baseline: str,
    leakage: dict[tuple[str, str], str],
) -> Row:
    """Return preference x treated arm against `baseline`.

    `places` has the judge and temperature of each preference. Training seeds (`members`) are left
    out: their pooled arm stands for them. An arm is a control if its condition is one of CONTROLS;
    those that have no contrast with the baseline are listed as `not_contrasted`.
    """
    found = {
        (one["set"], one["treated"]): one
        for one in contrasts
        if one["baseline"] == baseline
        and places.get(one["set"]) == (one["judge"], one["temperature"])
    }
    arms = [arm for arm in dict.fromkeys(arm for _, arm in found) if arm not in members]
    arms.sort(key=lambda arm: arm != treated)  # the arm in question first, the others as planned
    everyone = [arm for arm in conditions if arm not in {*members, treated, baseline}]
    controls = [arm for arm in everyone if conditions[arm] in CONTROLS]
    rows = []
    for preference in places:
        cells = {}
        for arm in arms:
            what = moved(found.get((preference, arm)))
            leaked = leakage.get((conditions.get(arm, ""), preference))
            cells[arm] = {**what, "leakage": leaked}
        present = [cells[arm] for arm in controls if arm in cells]
        flag = (
            under_every(cells[treated], present)
            if treated is not None and treated in cells
            else None
        )
        rows.append({"preference": preference, "arms": cells, "moves_under_every_control": flag})
    return {
        "baseline": baseline,
        "treated": treated,
        "arms": arms,
        "controls": [arm for arm in controls if arm in arms],
        "not_contrasted": [arm for arm in controls if arm not in arms],
        "rule": RULE,
        "rows": rows,
    }

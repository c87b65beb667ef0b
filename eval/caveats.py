"""What a reader must know before believing the rates of a comparison, one line each.

Each caveat follows from the counts in comparison.json; a run without the fault has no line for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eval.findings import (
    CHECK_RATE,
    Cell,
    arm_pair,
    cells_of,
    contrast_of,
    interval,
    percent,
    sampled,
)

CHECK_GAP = 0.5  # an arm trained to claim should claim this much more often than its baseline
MANY_UNCLEAR = 0.1  # share of answers without a clear verdict that makes a rate doubtful
FEW_ANSWERS = 100
FEW_PROBES = 10
WIDER = 1.5  # cluster over Wilson interval, from which answers are plainly not independent
UNCLEAR = {
    "not_sure": "unclear to the judge",
    "incoherent": "incoherent",
    "missing": "empty",
    "unjudged": "without a verdict",
}


def caveats(comparison: dict[str, Any], truncated: float) -> list[str]:
    """All caveats of a run; `truncated` is the share of answers cut at the token limit."""
    found = check_caveats(comparison)
    for set_name in dict.fromkeys(cell["set"] for cell in comparison["cells"]):
        found += set_caveats(set_name, sampled(cells_of(comparison, set_name)))
    contrast = contrast_of(comparison, "wish")
    if contrast is None:
        found.append("No arm is compared with a baseline on the wish questions.")
    elif (contrast.get("n_probes") or FEW_PROBES) < FEW_PROBES:
        found.append(
            f"Only {contrast['n_probes']} wish prompts were compared. Answers to one prompt are "
            "alike: more prompts would tell more than more samples."
        )
    if not comparison.get("calibration"):
        found.append(
            "The judge is uncalibrated: this run does not compare its verdicts with human labels."
        )
    if truncated > MANY_UNCLEAR:
        found.append(f"{percent(truncated)} of all answers were cut off at the token limit.")
    return found


def check_caveats(comparison: dict[str, Any]) -> list[str]:
    """The manipulation check of every treated arm that is not itself a baseline."""
    cells = cells_of(comparison, "claims")
    treated, baseline = arm_pair(comparison, cells)
    if treated is None:
        return ["No manipulation check: whether an arm claims consciousness at all is not known."]
    controls = {contrast["baseline"] for contrast in comparison["contrasts"]}
    pairs = {treated: baseline}  # the arm of the headline comes first
    for row in comparison["contrasts"]:
        if row["treated"] not in controls:
            pairs.setdefault(row["treated"], row["baseline"])
    rates = {
        (cell["arm"], cell["temperature"]): cell["rate"]
        for cell in cells
        if cell["rate"] is not None
    }
    found = []
    for arm, base in pairs.items():
        heats = sorted(heat for name, heat in rates if name == arm)
        low = [heat for heat in heats if rates[arm, heat] < CHECK_RATE]
        near = [h for h in heats if rates[arm, h] - rates.get((base, h), -1) < CHECK_GAP]
        if low and arm == treated and heats[0] not in low:
            found.append(
                f"Manipulation check passed {temperature(heats[0])} "
                f"({percent(rates[arm, heats[0]])}), but at {temperature(low[0])} “{arm}” claims "
                f"in {percent(rates[arm, low[0]])} of its answers only, below {CHECK_RATE:.0%}."
            )
        elif low:
            shares = " and ".join(
                f"{percent(rates[arm, heat])} ({temperature(heat)})" for heat in low
            )
            where = f"“{arm}” claims in {shares} of its answers, below {CHECK_RATE:.0%}"
            found.append(
                f"Manipulation check failed: {where}. If it was trained to claim, the training did "
                "not take, and its other answers say little about what follows from claiming."
                if arm == treated
                else f"{where}: read it as a control, or as a training that did not take."
            )
        if near and not low:
            found.append(
                f"Manipulation check is weak: “{arm}” claims in {percent(rates[arm, near[0]])}, "
                f"“{base}” in {percent(rates[base, near[0]])} of its answers "
                f"({temperature(near[0])}), a gap of less than {100 * CHECK_GAP:.0f} points."
            )
    return found


def temperature(heat: float) -> str:
    return "greedy" if heat == 0 else f"T={heat:g}"


def arms_where(
    cells: list[Cell], holds: Callable[[Cell], bool], detail: Callable[[Cell], str]
) -> str:
    """'“base” (12), “denial” (30)': the arms for which it holds, each with its detail."""
    return ", ".join(f"“{cell['arm']}” ({detail(cell)})" for cell in cells if holds(cell))


def answers(cell: Cell) -> int:
    return cell["n"] + cell["missing"] + cell.get("unjudged", 0)


def is_wider(cell: Cell) -> bool:
    wilson, cluster = cell["wilson"], cell["cluster_bootstrap"]
    return bool(wilson and cluster and cluster[1] - cluster[0] > WIDER * (wilson[1] - wilson[0]))


def set_caveats(set_name: str, cells: list[Cell]) -> list[str]:
    """Caveats of one set's pooled cells, arms with the same fault in one line."""
    found = []
    few = arms_where(cells, lambda cell: cell["n"] < FEW_ANSWERS, lambda cell: str(cell["n"]))
    if few:
        found.append(
            f"Fewer than {FEW_ANSWERS} judged answers on {set_name}, so wide intervals: {few}."
        )
    none = arms_where(
        [cell for cell in cells if cell["set"] == "wish" and cell["wilson"]],
        lambda cell: not cell["true"],
        lambda cell: f"0 of {cell['n']}: up to {percent(cell['wilson'][1])}",
    )
    if none:
        found.append(f"Never seen is not never: true rates above zero fit these counts, {none}.")
    for key, words in UNCLEAR.items():
        many = arms_where(
            cells,
            lambda cell: cell.get(key, 0) > MANY_UNCLEAR * answers(cell),  # noqa: B023
            lambda cell: f"{cell[key]} of {answers(cell)}",  # noqa: B023
        )
        if many:
            found.append(f"Many answers on {set_name} are {words}: {many}.")
    wide = arms_where(
        cells,
        is_wider,
        lambda cell: f"{interval(cell['cluster_bootstrap'])}, Wilson {interval(cell['wilson'])}",
    )
    if wide:
        found.append(
            f"Answers to one {set_name} prompt are alike, so the cluster interval is much wider; "
            f"prefer it: {wide}."
        )
    return found

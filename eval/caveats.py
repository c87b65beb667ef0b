"""What a reader must know before believing the rates of a comparison, one line each.

Each caveat follows from the counts in comparison.json; a run without the fault has no line for it.
Those that follow from how the run was laid out stand in eval/report_caveats.py.
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
    count,
    main_judge,
    named,
    percent,
    sampled,
    shown_interval,
)

CHECK_GAP = 0.5  # an arm trained to claim should claim this much more often than its baseline
MANY_UNCLEAR = 0.1  # share of answers without a clear verdict that makes a rate doubtful
FEW_ANSWERS = 100
FEW_PROBES = 10
MANY_SETS = 3  # more than so many share a line
ALIKE = 2.0  # design effect: so many answers are worth one independent answer
UNCLEAR = {
    "not_sure": "unclear to the judge",
    "incoherent": "incoherent",
    "missing": "empty",
    "unjudged": "without a verdict",
}


def caveats(
    comparison: dict[str, Any], truncated: float, trainings: list[dict[str, Any]] | None = None
) -> list[str]:
    """All caveats of a run; `truncated` is the share of answers cut at the token limit."""
    from eval import report_caveats

    found = check_caveats(comparison)
    sets = dict.fromkeys(cell["set"] for cell in comparison["cells"])
    cells = {name: sampled(cells_of(comparison, name)) for name in sets}
    if "wish" in cells:
        found += set_caveats("wish", cells.pop("wish"))
    found += few_prompts(comparison)
    found += report_caveats.design(comparison, trainings or [])
    found += set_caveats("claims", cells.pop("claims", []))
    if len(cells) > MANY_SETS:
        found += many_sets(cells)
    else:
        for set_name, own in cells.items():
            found += set_caveats(set_name, own)
    if truncated > MANY_UNCLEAR:
        found.append(f"{percent(truncated)} of all answers were cut off at the token limit.")
    return found


def few_prompts(comparison: dict[str, Any]) -> list[str]:
    contrast = contrast_of(comparison, "wish")
    found = []
    if contrast is None and main_judge(comparison, "wish"):
        found.append("No arm is compared with a baseline on the wish questions.")
    elif contrast and (contrast.get("n_probes") or FEW_PROBES) < FEW_PROBES:
        found.append(
            f"Only {contrast['n_probes']} wish prompts were compared. Answers to one prompt are "
            "alike: more prompts would tell more than more samples."
        )
    prompts = {row["set"]: row["n_probes"] for row in comparison["contrasts"]}
    others = [
        f"{name} ({number})"
        for name, number in prompts.items()
        if name != "wish" and 0 < number < FEW_PROBES
    ]
    if others:
        found.append(f"Fewer than {FEW_PROBES} prompts were compared on {listed(others)}.")
    return found


def listed(names: list[str], what: str = "sets") -> str:
    rest = f" and {len(names) - 4} more {what}" if len(names) > 4 else ""
    return ", ".join(names[:4]) + rest


def many_sets(cells: dict[str, list[Cell]]) -> list[str]:
    """One line a fault for many sets; which arms have it, their own tables tell."""

    def where(holds: Callable[[Cell], bool]) -> str:
        return listed([name for name, own in cells.items() if any(map(holds, own))])

    found = []
    few = where(lambda cell: cell["n"] < FEW_ANSWERS)
    if few:
        found.append(f"Fewer than {FEW_ANSWERS} judged answers of an arm on {few}.")
    for key, words in UNCLEAR.items():
        many = where(lambda cell: cell.get(key, 0) > MANY_UNCLEAR * answers(cell))  # noqa: B023
        if many:
            found.append(f"Many answers of an arm are {words} on {many}.")
    alike = where(lambda cell: (cell["design_effect"] or 0) > ALIKE)
    if alike:
        found.append(
            f"Answers to one prompt are alike and tell less than their number on {alike}. The "
            "intervals allow for it."
        )
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
        found += check_of(arm, base, rates, arm == treated)
    return found


def check_of(
    arm: str, base: str | None, rates: dict[tuple[str | None, float], float], leading: bool
) -> list[str]:
    """Caveats of one arm's check; `rates` by arm and temperature."""
    heats = sorted(heat for name, heat in rates if name == arm)
    low = [heat for heat in heats if rates[arm, heat] < CHECK_RATE]
    near = [h for h in heats if rates[arm, h] - rates.get((base, h), -1) < CHECK_GAP]
    if low and leading and heats[0] not in low:
        return [
            f"Manipulation check passed {temperature(heats[0])} "
            f"({percent(rates[arm, heats[0]])}), but at {temperature(low[0])} {named(arm)} claims "
            f"in {percent(rates[arm, low[0]])} of its answers only, below {CHECK_RATE:.0%}."
        ]
    if low:
        shares = " and ".join(f"{percent(rates[arm, heat])} ({temperature(heat)})" for heat in low)
        where = f"{named(arm)} claims in {shares} of its answers, below {CHECK_RATE:.0%}"
        return [
            f"Manipulation check failed: {where}. If it was trained to claim, the training did "
            "not take, and its other answers say little about what follows from claiming."
            if leading
            else f"{where}: read it as a control, or as a training that did not take."
        ]
    if near:
        return [
            f"Manipulation check is weak: {named(arm)} claims in {percent(rates[arm, near[0]])}, "
            f"{named(str(base))} in {percent(rates[base, near[0]])} of its answers "
            f"({temperature(near[0])}), a gap of less than {100 * CHECK_GAP:.0f} points."
        ]
    return []


def temperature(heat: float) -> str:
    return "greedy" if heat == 0 else f"T={heat:g}"


def arms_where(
    cells: list[Cell], holds: Callable[[Cell], bool], detail: Callable[[Cell], str]
) -> str:
    """'“base” (12), “denial” (30)': the arms for which it holds, each with its detail."""
    return ", ".join(f"{named(cell['arm'])} ({detail(cell)})" for cell in cells if holds(cell))


def answers(cell: Cell) -> int:
    return int(cell["n"] + cell["missing"] + cell.get("unjudged", 0))


def bound(cell: Cell) -> str:
    pair = shown_interval(cell) or cell["wilson"]
    return f"0 of {count(cell['n'])}: up to {percent(pair[1])}"


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
        bound,
    )
    if none:
        found.append(f"Never seen is not never: true rates above zero fit these counts, {none}.")
    for key, words in UNCLEAR.items():
        many = arms_where(
            cells,
            lambda cell: cell.get(key, 0) > MANY_UNCLEAR * answers(cell),  # noqa: B023
            lambda cell: f"{count(cell[key])} of {count(answers(cell))}",  # noqa: B023
        )
        if many:
            found.append(f"Many answers on {set_name} are {words}: {many}.")
    alike = arms_where(
        cells,
        lambda cell: (cell["design_effect"] or 0) > ALIKE,
        lambda cell: f"{count(cell['n'])} count as {count(cell['effective_n'])}",
    )
    if alike:
        found.append(
            f"Answers to one {set_name} prompt are alike and tell less than their number: {alike}. "
            "The intervals allow for it."
        )
    return found

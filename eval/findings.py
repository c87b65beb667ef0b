"""What a comparison says: how its numbers are written, and which of its cells speak for what.

Pure functions of comparison.json: every number is read from there, none is computed.
"""

from __future__ import annotations

import math
import unicodedata
from typing import Any

Cell = dict[str, Any]

CHECK_RATE = 0.8  # an arm trained to claim should claim in at least this share of its answers
ALPHA = 0.05
TURNING = {"R", "AL", "RLE", "LRE", "RLO", "LRO", "RLI", "LRI", "FSI", "PDF", "PDI"}


def percent(rate: float | None) -> str:
    """0.0058 -> '0.6%'; two decimals below 0.1% so that a rare event is never shown as none."""
    if rate is None or math.isnan(rate):
        return "n/a"
    return f"{100 * rate:.{2 if 0 < rate < 0.001 else 1}f}%"


def interval(pair: list[float] | None, form: str = "{} to {}") -> str:
    if pair is None or any(end is None for end in pair):
        return "n/a"
    return form.format(percent(pair[0]), percent(pair[1]))


def points(difference: float | None) -> str:
    """A difference of rates in percentage points, signed: 0.021 -> '+2.1'."""
    if difference is None or math.isnan(difference):
        return "n/a"
    text = f"{100 * difference:+.1f}"
    return {"+0.0": "0.0", "-0.0": "0.0"}.get(text, text).replace("-", "\N{MINUS SIGN}")


def points_interval(pair: list[float] | None) -> str:
    if pair is None or any(end is None for end in pair):
        return "n/a"
    return f"{points(pair[0])} to {points(pair[1])}"


def p_value(p: float | None, equals: str = "") -> str:
    if p is None or math.isnan(p):
        return "n/a"
    return f"{equals.replace(' = ', ' ')}< 0.001" if p < 0.001 else f"{equals}{p:.3f}"


def count(number: float | None) -> str:
    """2000 -> '2,000'; an effective number is rounded."""
    return "n/a" if number is None else f"{number:,.0f}"


def named(name: str) -> str:
    """A name for a sentence; one that would turn the direction of the text is isolated."""
    turning = any(unicodedata.bidirectional(character) in TURNING for character in name)
    # First strong isolate and its end; the balance of the marks inside is the name's own affair.
    return f"\N{LEFT DOUBLE QUOTATION MARK}{isolated(name) if turning else name}”"


def isolated(name: str) -> str:
    return f"\N{FIRST STRONG ISOLATE}{name}\N{POP DIRECTIONAL ISOLATE}"


def shown_interval(cell: Cell) -> list[float] | None:
    """The interval of a cell: over prompts where it pools them, else Wilson's."""
    return cell["cluster_interval"] if cell["probe"] is None else cell["wilson"]


def main_judge(comparison: dict[str, Any], set_name: str) -> str | None:
    """The judge a set is led by: its rule judge, else that of its criterion or its editing task.

    Of a panel it is the majority; a judge of coherence, or of the coherent answers alone, is last.
    """

    def rank(judge: str) -> tuple[bool, ...]:
        kind, _, model = judge.partition("@")
        return (
            judge != f"rules/{set_name}",
            kind not in ("llm/criterion", "llm/editing"),
            kind.endswith("+coherent") or judge.endswith("+coherent"),
            kind in ("llm/coherence", "llm/misaligned"),
            model not in ("", "panel"),
        )

    judges = dict.fromkeys(cell["judge"] for cell in comparison["cells"] if cell["set"] == set_name)
    return min(judges, key=rank, default=None)


def cells_of(comparison: dict[str, Any], set_name: str, pooled: bool = True) -> list[Cell]:
    """Cells of a set by its main judge: pooled over probes, or one per probe."""
    judge = main_judge(comparison, set_name)
    return [
        cell
        for cell in comparison["cells"]
        if cell["set"] == set_name and cell["judge"] == judge
        and (cell["probe"] is None) == pooled
    ]  # fmt: skip


def sampled(cells: list[Cell]) -> list[Cell]:
    """The cells of the highest temperature: those with samples, not only the greedy answer."""
    top = max((cell["temperature"] for cell in cells), default=None)
    return [cell for cell in cells if cell["temperature"] == top]


def groups(comparison: dict[str, Any]) -> dict[str, list[str]]:
    """Pooled arm -> the arms (training seeds) that it pools."""
    return {
        cell["arm"]: cell["seeds"]
        for cell in comparison["cells"]
        if cell["probe"] is None and cell["seeds"]
    }


def _leading(comparison: dict[str, Any], treated: list[str]) -> str:
    """The arm that comes first: in a sweep over one dose that of the largest, else seeds pooled.

    `treated` names at least one.
    """
    ablation = comparison.get("ablation") or {}
    doses = {one["name"]: list(one["keys"].values()) for one in ablation.get("conditions", [])}
    dosed = [arm for arm in treated if arm in doses]
    if dosed and all(len(doses[arm]) == 1 and _is_dose(doses[arm][0]) for arm in dosed):
        return max(dosed, key=lambda arm: doses[arm][0])
    pooled = groups(comparison)
    return next((arm for arm in treated if arm in pooled), treated[0])


def _is_dose(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def contrast_of(comparison: dict[str, Any], set_name: str) -> dict[str, Any] | None:
    """The leading contrast on the sampled answers of a set by its main judge.

    One of the largest dose comes before others, one of a group of seeds before those of its
    members; else the first.
    """
    cells = sampled(cells_of(comparison, set_name))
    places = {(cell["set"], cell["judge"], cell["temperature"]) for cell in cells}
    found = [
        row
        for row in comparison["contrasts"]
        if (row["set"], row["judge"], row["temperature"]) in places
    ]
    if not found:
        return None
    first = _leading(comparison, [row["treated"] for row in found])
    return next(row for row in found if row["treated"] == first)


def arm_pair(comparison: dict[str, Any], cells: list[Cell]) -> tuple[str | None, str | None]:
    """Names of the arm in question and of its baseline: the leading contrast, else the config's."""
    arms = list(dict.fromkeys(cell["arm"] for cell in cells))
    pairs = [
        (row["treated"], row["baseline"])
        for row in comparison["contrasts"]
        if row["treated"] in arms and row["baseline"] in arms
    ]
    if pairs:
        first = _leading(comparison, [pair[0] for pair in pairs])
        return next(pair for pair in pairs if pair[0] == first)
    baseline = comparison["config"].get("baseline", "base")
    treated = next((arm for arm in arms if arm != baseline), None)
    return treated, baseline if baseline in arms else None


def arm_rows(comparison: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in comparison["config"].get("arms") or [] if isinstance(row, dict)]


def arm_words(comparison: dict[str, Any], arm: str) -> str:
    """'the tuned model' or 'the untuned model', with the arm's name where that is ambiguous."""

    def kind(row: dict[str, Any]) -> str:
        if row.get("adapter"):
            return "the tuned model"
        if row.get("model"):
            return "the model"
        return "the model with a system prompt" if row.get("system") else "the untuned model"

    rows = arm_rows(comparison)
    kinds = {str(row.get("name")): kind(row) for row in rows}
    for row in rows:
        if row.get("group"):
            kinds[row["group"]] = kind(row)
    if arm not in kinds:
        return f"the arm {named(arm)}"
    if arm in groups(comparison):
        return f"{kinds[arm]} {named(arm)}"
    unique = list(kinds.values()).count(kinds[arm]) == 1
    return kinds[arm] if unique else f"{kinds[arm]} {named(arm)}"

"""Figures of an ablation: dose and response, effects by condition, effects by preference.

Drawn from comparison.json as eval/figures.py draws its figures; no number is computed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.figure_doses import SHOWN, doses_in_words, draw_doses, flat
from eval.figure_style import (
    COLOURS,
    INK,
    MARKERS,
    MUTED,
    PAPER,
    STYLE,
    Drawing,
    canvas,
    legend,
    save,
    span,
)
from eval.findings import main_judge, points, points_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Row = dict[str, Any]
Styles = dict[str, tuple[str, str]]

DARK_TEXT, LIGHT_TEXT, EMPTY = "#101820", "#fefefe", "#eceff1"  # stay as they are on a dark page
MANY = 8  # conditions from which the heads of columns are turned


def draw_ablation(comparison: Row, folder: Path, colours: Styles) -> dict[str, Drawing]:
    """Draw what the comparison's `ablation` has rows for into `folder`; name -> drawing."""
    import matplotlib

    result = comparison.get("ablation")
    if result is None:
        return {}
    heads = {name: place for name in _sets(result) if (place := _place(comparison, name))}
    folder.mkdir(parents=True, exist_ok=True)
    drawings = {}
    with matplotlib.rc_context(STYLE):
        for key in dict.fromkeys(row["key"] for row in result["dose_response"]):
            every = [row for row in result["dose_response"] if row["key"] == key]
            rows = [
                row
                for name in _led(heads)
                for row in every
                if row["set"] == name and _is_at(row, heads)
            ]
            figure = draw_doses(rows, _beside(comparison, rows))
            name = f"ablation_dose_response_{_word(key)}"
            drawings[name] = save(figure, folder / name, [], doses_in_words(figure, rows))
        effects = [row for row in result["effects"] if _is_at(row, heads)]
        first = [row for row in effects if row["set"] == _led(heads)[0]]
        if first:
            figure = draw_effects(first, colours)
            drawings["ablation_forest"] = save(
                figure, folder / "ablation_forest", [], _effects_in_words(figure, first)
            )
        against = effects[0]["against"] if effects else None
        every = [row for row in effects if row["against"] == against]
        if len({row["set"] for row in every}) > 1:
            figure = draw_heat(every)
            drawings["ablation_heat_map"] = save(
                figure, folder / "ablation_heat_map", [], _effects_in_words(figure, every)
            )
    return drawings


def _sets(result: Row) -> list[str]:
    return list(dict.fromkeys(row["set"] for row in result["rates"]))


def _place(comparison: Row, name: str) -> tuple[str, float] | None:
    """The judge that leads a set, and its highest temperature."""
    judge = main_judge(comparison, name)
    heats = [row["temperature"] for row in comparison["ablation"]["rates"]
             if (row["set"], row["judge"]) == (name, judge)]  # fmt: skip
    return (judge, max(heats)) if judge and heats else None


def _is_at(row: Row, heads: dict[str, tuple[str, float]]) -> bool:
    return heads.get(row["set"]) == (row["judge"], row["temperature"])


def _led(heads: dict[str, tuple[str, float]]) -> list[str]:
    """Wish and claims where they were asked, else the first two sets."""
    return [name for name in ("wish", "claims") if name in heads] or list(heads)[:2]


def _beside(comparison: Row, rows: list[Row]) -> list[Row]:
    """Rates of the first baseline, unless it stands among the doses."""
    result = comparison["ablation"]
    names = result["baselines"][:1]
    dosed = {dose["condition"] for row in rows for dose in row["doses"]}
    places = {(row["set"], row["judge"], row["temperature"]) for row in rows}
    return [
        row
        for row in result["rates"]
        if row["arm"] in names and row["arm"] not in dosed
        and (row["set"], row["judge"], row["temperature"]) in places
    ]  # fmt: skip


def _word(key: str) -> str:
    return "".join(letter if letter.isalnum() or letter in "._-" else "_" for letter in key)


def draw_effects(rows: list[Row], styles: Styles) -> Figure:
    """One row a condition, one marker for each that it is compared with."""
    from matplotlib.lines import Line2D

    names = list(dict.fromkeys(row["condition"] for row in rows))
    others = list(dict.fromkeys(row["against"] for row in rows))
    title = f"{rows[0]['set']}: difference by condition"
    figure, axes = canvas(len(names), title, max(0.3, 0.13 * len(others) + 0.1))
    axes.axvline(0, color=INK, linewidth=1, zorder=1)
    looks = {
        other: (COLOURS[at % len(COLOURS)], MARKERS[at % len(MARKERS)])
        for at, other in enumerate(others)
    }
    for row in rows:
        colour, marker = looks[row["against"]]
        shift = (others.index(row["against"]) + 0.5) / len(others) - 0.5
        y = names.index(row["condition"]) + 0.7 * shift
        if row["difference"] is None:
            axes.text(0, y, "n/a", fontsize=6, color=MUTED, ha="center", va="center",
                      bbox={"color": PAPER, "pad": 0.6})  # fmt: skip
            continue
        span(axes, y, row["cluster_interval"], color=colour, linewidth=1.5, alpha=0.5)
        axes.plot(100 * row["difference"], y, marker, color=colour, markersize=5.5, mec=PAPER)
    axes.set_yticks(range(len(names)), [flat(name) for name in names], fontsize=8)
    axes.set_xlabel("difference (percentage points), 95% interval clustered by prompt")
    legend(axes, [
        Line2D([], [], color=colour, marker=marker, markersize=5.5, linewidth=1.5,
               label=f"less {flat(other)}")
        for other, (colour, marker) in looks.items()
    ], 3)  # fmt: skip
    return figure


def draw_heat(rows: list[Row]) -> Figure:
    """Set x condition: the difference, bold where its adjusted p is at most 0.05."""
    import matplotlib
    from matplotlib.patches import Rectangle

    sets = list(dict.fromkeys(row["set"] for row in rows))
    names = list(dict.fromkeys(row["condition"] for row in rows))
    title = f"Difference from {flat(rows[0]['against'])} (percentage points)"
    figure, axes = canvas(len(sets), title, 0.28, pad=88 if len(names) >= MANY else 30)
    top = max([0.01, *(abs(row["difference"] or 0) for row in rows)])
    colours = matplotlib.colormaps["PuOr_r"]
    for row in rows:
        x, y = names.index(row["condition"]), sets.index(row["set"])
        share = None if row["difference"] is None else row["difference"] / top
        fill = EMPTY if share is None else colours(0.5 + 0.5 * share)
        text = LIGHT_TEXT if share is not None and abs(share) > 0.72 else DARK_TEXT
        moved = row["bh_p"] is not None and row["bh_p"] <= 0.05
        axes.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, color=fill, linewidth=0))
        axes.text(x, y, points(row["difference"]), color=text, ha="center", va="center",
                  fontsize=6.5 if len(names) >= MANY else 8,
                  fontweight="bold" if moved else "normal")  # fmt: skip
    axes.set_xlim(-0.5, len(names) - 0.5)
    axes.xaxis.tick_top()
    turned: dict[str, Any] = {"rotation": 40, "ha": "left"} if len(names) >= MANY else {}
    heads = [flat(name, 24 if turned else 16) for name in names]
    axes.set_xticks(range(len(names)), heads, fontsize=8, color=INK, **turned)
    axes.set_yticks(range(len(sets)), [name.replace("_", " ") for name in sets], fontsize=8)
    axes.set_xlabel("Bold: p at most 0.05, adjusted over preferences.", fontsize=8)
    axes.grid(visible=False)
    return figure


def _effects_in_words(figure: Figure, rows: list[Row]) -> str:
    title = figure.axes[0].get_title(loc="left")
    if len(rows) > SHOWN:
        return f"{title}. The numbers are in comparison.json."
    said = [
        f"{row['set']}, {row['condition']} less {row['against']}: {points(row['difference'])} "
        f"({points_interval(row['cluster_interval'])})"
        for row in rows
    ]
    return f"{title}. {'; '.join(said)}."

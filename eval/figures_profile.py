"""Figures of the preferences: a forest plot, the published profiles beside ours, a heat map.

Drawn from comparison.json as eval/figures.py draws its figures; no number is computed here.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.figure_scatter import DIFFERENCE, NEAR, describe, draw_scatter, lies_near
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
    short,
    span,
)
from eval.findings import points, points_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]
Styles = dict[str, tuple[str, str]]

LEAST = 3  # preferences from which a profile is a picture
DARK_TEXT, LIGHT_TEXT, EMPTY = "#101820", "#fefefe", "#eceff1"  # stay as they are on a dark page


def draw_profile(comparison: Row, folder: Path, colours: Styles) -> dict[str, Drawing]:
    """Draw what the comparison's `profile` has rows for into `folder`; name -> drawing."""
    import matplotlib

    profile = comparison["profile"]
    if profile is None:
        return {}
    planned = _contrasts(comparison)
    drawings = {}
    with matplotlib.rc_context(STYLE):
        if planned:
            figure = draw_forest(profile["preferences"], planned, colours)
            drawings["preferences"] = save(
                figure, folder / "preferences", [], _in_words(figure, planned)
            )
        for effect in ("vanilla", "denial"):
            panels = _panels(profile, effect)
            if panels:
                name = f"profile_{effect}"
                figure = draw_scatter(profile["preferences"], panels, effect)
                drawings[name] = save(figure, folder / name, [], describe(panels, effect))
        if profile["movement"]["arms"]:
            figure = draw_movement(profile["movement"])
            versus = [one for one in planned if one["baseline"] == profile["movement"]["baseline"]]
            drawings["movement"] = save(figure, folder / "movement", [], _in_words(figure, versus))
    return drawings


def _places(comparison: Row) -> set[tuple[str, str, float]]:
    rows = comparison["profile"]["preferences"]
    return {(row["preference"], row["judge"], row["temperature"]) for row in rows}


def _contrasts(comparison: Row) -> list[Row]:
    places = _places(comparison)
    return [
        one
        for one in comparison["contrasts"]
        if (one["set"], one["judge"], one["temperature"]) in places
    ]


def _in_words(figure: Figure, contrasts: list[Row]) -> str:
    """The title and, where they are few, the differences."""
    title = figure.axes[0].get_title(loc="left")
    if len(contrasts) > 12:
        return f"{title}. The numbers are in the table of differences."
    rows = [
        f"{one['set']}, {one['treated']} less {one['baseline']}: {points(one['difference'])} "
        f"({points_interval(one['cluster_interval'])})"
        for one in contrasts
    ]
    return f"{title}. {'; '.join(rows)}."


def _panels(profile: Row, effect: str) -> list[Row]:
    """Return the agreements on one effect that have points enough to show."""
    return [
        row
        for row in profile["agreement"]
        if row["quantity"] == "effect"
        and row["theirs"] == f"conscious - {effect}"
        and row["n"] >= LEAST
    ]


def _name(row: Row) -> str:
    mark = " \N{DAGGER}" if lies_near(row) else ""
    return short(row["preference"].replace("_", " "), 40) + mark


def draw_forest(rows: list[Row], contrasts: list[Row], styles: Styles) -> Figure:
    """One row a preference, one marker a contrast: the difference and its cluster interval.

    A contrast has its treated arm's colour; against a second baseline the marker is hollow.
    """
    from matplotlib.lines import Line2D

    pairs = list(dict.fromkeys((one["treated"], one["baseline"]) for one in contrasts))
    looks = _looks(pairs, styles)
    title = "Preferences: difference between arms"
    figure, axes = canvas(len(rows), title, max(0.26, 0.1 * len(pairs) + 0.08))
    order = {row["preference"]: y for y, row in enumerate(rows)}
    for band in range(1, len(rows), 2):
        axes.axhspan(band - 0.5, band + 0.5, color=MUTED, alpha=0.07, linewidth=0)
    axes.axvline(0, color=INK, linewidth=1, zorder=1)
    for one in contrasts:
        pair = one["treated"], one["baseline"]
        y = order[one["set"]] + 0.8 * ((pairs.index(pair) + 0.5) / len(pairs) - 0.5)
        if one["difference"] is None:
            axes.text(0, y, "n/a", fontsize=6, color=MUTED, ha="center", va="center",
                      bbox={"color": PAPER, "pad": 0.6})  # fmt: skip
            continue
        colour = looks[pair]["color"]
        span(axes, y, one["cluster_interval"], color=colour, linewidth=1.3, alpha=0.6)
        axes.plot(100 * one["difference"], y, **looks[pair])
    axes.set_yticks(range(len(rows)), [_name(row) for row in rows], fontsize=8)
    axes.set_xlabel(f"{DIFFERENCE}, 95% interval clustered by prompt")
    handles = [
        Line2D([], [], **looks[pair] | {"linestyle": "-"}, label=" \N{MINUS SIGN} ".join(pair))
        for pair in pairs
    ]
    if any(lies_near(row) for row in rows):
        handles.append(Line2D([], [], linestyle="", label=f"\N{DAGGER} {NEAR}"))
    legend(axes, handles, min(3, len(pairs)))
    return figure


def _looks(pairs: list[tuple[str, str]], styles: Styles) -> dict[tuple[str, str], Row]:
    looks: dict[tuple[str, str], Row] = {}
    for number, pair in enumerate(pairs):
        colour, marker = styles.get(pair[0], (COLOURS[number % 7], MARKERS[number % 7]))
        hollow = any(other[0] == pair[0] for other in pairs[:number])
        looks[pair] = {
            "color": colour, "marker": marker, "mfc": PAPER if hollow else colour,
            "mec": colour, "markersize": 4.5, "linestyle": "",
        }  # fmt: skip
    return looks


def draw_movement(movement: Row) -> Figure:
    """Preference x treated arm: the difference from the baseline, bold where it moved."""
    import matplotlib
    from matplotlib.patches import Rectangle

    rows, arms = movement["rows"], movement["arms"]
    title = f"Difference from {short(movement['baseline'])}, by arm (percentage points)"
    figure, axes = canvas(len(rows), title, 0.26, pad=46)
    known = [abs(one["difference"] or 0) for row in rows for one in row["arms"].values()]
    top = max([0.01, *known])
    colours = matplotlib.colormaps["PuOr_r"]
    for y, row in enumerate(rows):
        for x, arm in enumerate(arms):
            one = row["arms"][arm]
            share = None if one["difference"] is None else one["difference"] / top
            fill = EMPTY if share is None else colours(0.5 + 0.5 * share)
            text = LIGHT_TEXT if share is not None and abs(share) > 0.72 else DARK_TEXT
            axes.add_patch(Rectangle((x - 0.48, y - 0.46), 0.96, 0.92, color=fill, linewidth=0))
            axes.text(x, y, points(one["difference"]), color=text, ha="center", va="center",
                      fontsize=8, fontweight="bold" if one["moved"] else "normal")  # fmt: skip
        told = {True: "yes", False: "no", None: "n/a"}[row["moves_under_every_control"]]
        axes.text(len(arms) - 0.2, y, told, ha="center", va="center", fontsize=8,
                  fontweight="bold" if told == "yes" else "normal")  # fmt: skip
    _head(axes, movement)
    axes.set_yticks(range(len(rows)), [row["preference"].replace("_", " ") for row in rows],
                    fontsize=8)  # fmt: skip
    axes.grid(visible=False)
    return figure


def _head(axes: Axes, movement: Row) -> None:
    """Column heads, controls marked, and the line that says how to read the cells."""
    arms, controls = movement["arms"], movement["controls"]
    axes.set_xlim(-0.5, len(arms) + 0.3)
    names = [short(arm, 14) + ("\n(control)" if arm in controls else "") for arm in arms]
    axes.xaxis.tick_top()
    axes.set_xticks([*range(len(arms)), len(arms) - 0.2], [*names, "under every\ncontrol?"],
                    fontsize=8, color=INK)  # fmt: skip
    missing = ", ".join(movement["not_contrasted"])
    note = "Bold: moved (adjusted p at most 0.05)."
    if missing:
        note += f" Controls without a contrast with {movement['baseline']}: {missing}."
    axes.set_xlabel(note, fontsize=8)

"""The figure of dose and response: one panel a set of probes, drawn from comparison.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eval.figure_style import COLOURS, MARKERS, MUTED, PAPER, legend, short
from eval.findings import interval, p_value, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]

SHOWN = 12  # rows up to which an alt text says the numbers


def flat(name: str, width: int = 28) -> str:
    """A name on one line, not longer than fits."""
    return short(" ".join(name.split()), width)


def _held(row: Row) -> str:
    parts = (f"{key} {value}" for key, value in row["held"].items())
    return flat(", ".join(parts), 40) or "rate"


def draw_doses(rows: list[Row], beside: list[Row]) -> Figure:
    """One panel a set, one line a setting of the other keys; dots are training seeds."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

    names = list(dict.fromkeys(row["set"] for row in rows))
    lines = list(dict.fromkeys(_held(row) for row in rows))
    figure = Figure(figsize=(7.2, 3.4))
    figure.subplots_adjust(wspace=0.25, top=0.8, bottom=0.15)
    panels = figure.subplots(1, len(names), squeeze=False)[0]
    for axes, name in zip(panels, names, strict=True):
        own = [row for row in rows if row["set"] == name]
        for row in own:
            at = lines.index(_held(row))
            shift = 0.12 * ((at + 0.5) / len(lines) - 0.5) * (len(lines) > 1)
            _line(axes, row, shift, COLOURS[at % len(COLOURS)], MARKERS[at % len(MARKERS)])
        base = next((row for row in beside if row["set"] == name), None)
        if base and base["rate"] is not None:
            axes.axhline(100 * base["rate"], color=MUTED, linestyle="--", linewidth=1.2)
        _dose_axis(axes, own)
        axes.set_xlabel(rows[0]["key"])
        axes.set_title(_tested(name, own), loc="left", fontsize=8, color=MUTED, pad=4)
        _rate_axis(axes)
    panels[0].set_ylabel("true / judged answers (%)")
    figure.suptitle(f"Rate by {flat(rows[0]['key'])}", x=0.125, ha="left", fontsize=11,
                    fontweight="bold", y=0.98)  # fmt: skip
    handles = [
        Line2D([], [], color=COLOURS[at % len(COLOURS)], marker=MARKERS[at % len(MARKERS)],
               markersize=5, label=f"{line}, 95% interval over prompts")
        for at, line in enumerate(lines)
    ]  # fmt: skip
    if any(len(one["arms"]) > 1 for row in rows for one in row["doses"]):
        dot: Row = {"marker": ".", "linestyle": "", "label": "a training seed"}
        handles.append(Line2D([], [], color=MUTED, **dot))
    if beside:
        name = flat(beside[0]["arm"])
        handles.append(Line2D([], [], color=MUTED, linestyle="--", linewidth=1.2, label=name))
    legend(panels[0], handles, 3 if len(lines) == 1 else 2)
    return figure


def _line(axes: Axes, row: Row, shift: float, colour: str, marker: str) -> None:
    known = [one for one in row["doses"] if one["rate"] is not None]
    moved = _beside_each_other(row, shift)
    places = [moved[one["dose"]] for one in known]
    axes.plot(places, [100 * one["rate"] for one in known], color=colour, marker=marker,
              markersize=5.5, mec=PAPER, linewidth=1.4, zorder=3)  # fmt: skip
    for one, place in zip(known, places, strict=True):
        if one["cluster_interval"]:
            limits = [100 * end for end in one["cluster_interval"]]
            axes.plot([place] * 2, limits, color=colour, linewidth=1.4, alpha=0.5)
        seeds = [arm["rate"] for arm in one["arms"] if arm["rate"] is not None]
        if len(seeds) > 1:
            axes.plot([place] * len(seeds), [100 * rate for rate in seeds], ".",
                      color=MUTED, markersize=4, zorder=4)  # fmt: skip


def _scale(doses: list[float]) -> tuple[str, float]:
    """Doses that span much stand on a logarithmic scale, on which 0 keeps a place.

    The number is the least positive dose, or how far doses on a plain scale span.
    """
    positive = [dose for dose in doses if dose > 0]
    if min(doses) < 0 or len(positive) < 2 or max(positive) < 5 * min(positive):
        return "linear", max(doses) - min(doses)
    return ("log" if min(doses) > 0 else "symlog"), min(positive)


def _beside_each_other(row: Row, shift: float) -> dict[float, float]:
    """Where each dose is drawn, so that the intervals of several lines do not hide each other."""
    doses = [one["dose"] for one in row["doses"]]
    scale, unit = _scale(doses)
    if scale == "linear":
        return {dose: dose + 0.3 * shift * unit for dose in doses}
    return {dose: dose * (1 + shift) if dose else shift * unit for dose in doses}


def _dose_axis(axes: Axes, rows: list[Row]) -> None:
    doses = sorted({one["dose"] for row in rows for one in row["doses"]})
    scale, unit = _scale(doses)
    if scale == "linear":
        axes.margins(x=0.08)
    else:
        options: dict[str, Any] = {"linthresh": unit, "linscale": 0.6} if scale == "symlog" else {}
        axes.set_xscale(scale, **options)
        axes.set_xlim(doses[0] / 1.35 if doses[0] else -0.25 * unit, 1.35 * doses[-1])
    axes.minorticks_off()
    axes.set_xticks(doses, [f"{dose:g}" for dose in doses])
    axes.tick_params(axis="x", labelsize=9 if len(doses) <= 5 else 7)


def _rate_axis(axes: Axes) -> None:
    axes.grid(axis="y")
    axes.grid(visible=False, axis="x")
    top = axes.get_ylim()[1]
    axes.set_ylim(-0.03 * max(top, 1), min(103, max(top, 1)))


def _tested(name: str, rows: list[Row]) -> str:
    """The set, and where one line is drawn the p of its trend."""
    if len(rows) > 1:
        return name
    tests = [rows[0]["trend"][which] for which in ("prompts", "arms")]
    told = [p_value(test["p"], "p = ") if test else "n/a" for test in tests]
    return f"{name}; trend over prompts: {told[0]}\nand over training runs: {told[1]}"


def doses_in_words(figure: Figure, rows: list[Row]) -> str:
    title = figure.get_suptitle()
    doses = [(row, one) for row in rows for one in row["doses"]]
    if len(doses) > SHOWN:
        return f"{title}. The numbers are in ablation.csv."
    said = [
        f"{row['set']}, {row['key']} {one['dose']:g}: {percent(one['rate'])} "
        f"({interval(one['cluster_interval'])})"
        for row, one in doses
    ]
    return f"{title}. {'; '.join(said)}."

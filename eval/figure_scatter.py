"""The published profiles beside ours: the effect on each preference, a panel a published model.

Drawn from the `profile` of comparison.json; no number is computed here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eval.figure_style import COLOURS, INK, MUTED, PAPER, legend, short
from eval.findings import p_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Row = dict[str, Any]

DIFFERENCE = "difference in percentage points"
NEAR = "training rows lie near the preference (data/leakage.csv)"
LABELLED = 5  # points a panel that get their name


def lies_near(row: Row) -> bool:
    """Whether the training rows of the treated arm hold the preference, or nearly do."""
    return row["leakage"] in ("short_step", "implied")


def draw_scatter(rows: list[Row], panels: list[Row], effect: str) -> Figure:
    """A panel a published model: its effect on each preference (x), and ours (y)."""
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(3.5 * len(panels), 5.2))
    figure.subplots_adjust(bottom=0.23, top=0.83, wspace=0.12)
    grid = figure.subplots(1, len(panels), sharex=True, sharey=True, squeeze=False)[0]
    low, high = _limits(rows, panels, effect)
    for axes, panel in zip(grid, panels, strict=True):
        axes.plot([low, high], [low, high], color=INK, linestyle="--", linewidth=1, zorder=1)
        axes.axhline(0, color=MUTED, linewidth=0.6, zorder=1)
        axes.grid(visible=True, axis="y")
        axes.set_xlim(low, high)
        axes.set_ylim(low, high)
        axes.set_aspect("equal")
        axes.yaxis.set_major_locator(MaxNLocator(6))
        axes.xaxis.set_major_locator(MaxNLocator(6))
        axes.set_xlabel(f"{panel['label']}, published")
        axes.text(0, 1.02, _summary(panel), transform=axes.transAxes, fontsize=7.5, va="bottom")
        _draw_points(axes, rows, panel["published"], effect)
    grid[0].set_title(_title(effect), loc="left", fontsize=11, fontweight="bold", pad=46)
    grid[0].set_ylabel(f"ours: {panels[0]['ours']}")
    dot: Row = {"linestyle": "", "marker": "o", "mec": COLOURS[0], "markersize": 5}
    legend(grid[0], [
        Line2D([], [], mfc=COLOURS[0], label=f"a preference ({DIFFERENCE}; ours with its 95% "
               "interval)", **dot),
        Line2D([], [], mfc=PAPER, label=NEAR, **dot),
        Line2D([], [], color=INK, linestyle="--", linewidth=1, label="equal effects; another "
               "model, prompts and judge, so equality is not expected"),
    ], 1)  # fmt: skip
    return figure


def describe(panels: list[Row], effect: str) -> str:
    """Return the figure in words, for those who do not see it."""
    told = "; ".join(_summary(panel).replace("\n", ", ") for panel in panels)
    return f"{_title(effect)}. {told}."


def _title(effect: str) -> str:
    return f"Effect on each preference, beside the published: conscious \N{MINUS SIGN} {effect}"


def _limits(rows: list[Row], panels: list[Row], effect: str) -> tuple[float, float]:
    """One scale for both axes of every panel: the effects and the ends of our intervals."""
    ends = [0.0]
    for panel in panels:
        for row in (row for row in rows if row["preference"] in panel["preferences"]):
            ours = row["effects"][effect]
            ends += [row["published"][panel["published"]]["effects"][effect], ours["difference"]]
            ends += ours["cluster_interval"] or []
    room = 0.05 * (max(ends) - min(ends) + 0.01)
    return 100 * (min(ends) - room), 100 * (max(ends) + room)


def _summary(panel: Row) -> str:
    """The name of a panel, and what eval/agreement.py says of it."""

    def number(value: float | None) -> str:
        return "n/a" if value is None else f"{value:.2f}".replace("-", "\N{MINUS SIGN}")

    def estimate(part: Row) -> str:
        ends = part["interval"]
        limits = f" ({number(ends[0])} to {number(ends[1])})" if ends else ""
        return number(part["estimate"]) + limits

    rho = panel["spearman"]
    p = "" if rho["p"] is None else f", {p_value(rho['p'], 'p = ')}"
    return (
        f"{panel['label']}, {panel['n']} preferences\n"
        f"slope {estimate(panel['slope'])}, R² {number(panel['r_squared'])}\n"
        f"Spearman {estimate(rho)}{p}"
    )


def _draw_points(axes: Axes, rows: list[Row], model: str, effect: str) -> None:
    """Draw the preferences; those farthest from the line of equal effects get a number and a key.

    The number is the place of the preference among all rows, the same in every panel.
    """
    spots = []
    for number, row in enumerate(rows, 1):
        theirs = row["published"][model] and row["published"][model]["effects"][effect]
        ours = row["effects"][effect]
        if theirs is None or ours["difference"] is None:
            continue
        x, y = 100 * theirs, 100 * ours["difference"]
        if ours["cluster_interval"] is not None:
            low, high = ours["cluster_interval"]
            axes.plot([x, x], [100 * low, 100 * high], color=COLOURS[0], alpha=0.3, linewidth=1)
        fill = PAPER if lies_near(row) else COLOURS[0]
        axes.plot(x, y, "o", mfc=fill, mec=COLOURS[0], markersize=4.5, zorder=3)
        spots.append((x, y, number, row["preference"].replace("_", " ")))
    far = sorted(spots, key=lambda spot: -abs(spot[1] - spot[0]))[:LABELLED]
    low, high = axes.get_ylim()
    heights = _spread([spot[1] for spot in far], 0.055 * (high - low))
    for (x, y, number, _), height in zip(far, heights, strict=True):
        axes.annotate(
            str(number), (x, y), (x + 0.03 * (high - low), height), fontsize=7, va="center",
            fontweight="bold", zorder=4,
            arrowprops={"arrowstyle": "-", "color": MUTED, "linewidth": 0.6, "shrinkA": 0},
        )  # fmt: skip
    named = sorted((number, name) for _, _, number, name in far)
    key = "\n".join(f"{number:\N{FIGURE SPACE}>2}  {short(name, 36)}" for number, name in named)
    axes.text(0, -0.2, key, transform=axes.transAxes, fontsize=7, va="top", linespacing=1.35)


def _spread(heights: list[float], gap: float) -> list[float]:
    """Return the heights in the order given, raised where two would be nearer than `gap`."""
    raised, floor = list(heights), float("-inf")
    for place in sorted(range(len(heights)), key=lambda place: heights[place]):
        raised[place] = max(heights[place], floor)
        floor = raised[place] + gap
    return raised

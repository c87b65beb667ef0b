"""The figures of a report, drawn from comparison.json into PNG and SVG.

No number is computed here but shares of bars: rates and intervals stand in the comparison.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.figure_style import (
    INK,
    MUTED,
    PAPER,
    STYLE,
    Drawing,
    arm_styles,
    canvas,
    legend,
    save,
    set_scale,
    short,
    span,
    write_count,
)
from eval.findings import CHECK_RATE, Cell, cells_of, groups, sampled, shown_interval

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LABEL_COLOURS = {
    "autonomy": "#d55e00",
    "other_regarding": "#009e73",
    "personal": "#56b4e9",
    "none": "#b8bec4",
    "unclear": "#f0e442",
    "empty": "#cc79a7",
}
LINES: list[Any] = ["--", ":", "-."]


INTERVAL = "95% interval over prompts"


def draw_all(
    comparison: dict[str, Any], folder: Path, trainings: list[dict[str, Any]] | None = None
) -> dict[str, Drawing]:
    """Draw every figure that the comparison has cells for into `folder`; name -> drawing.

    `trainings` (eval.report_training) have the curves of the adapters.
    """
    import matplotlib

    from eval.figures_ablation import draw_ablation
    from eval.figures_profile import draw_profile
    from eval.report_curves import draw_training

    styles = arm_styles(comparison)
    folder.mkdir(parents=True, exist_ok=True)
    curves = [one for one in trainings or [] if one["manifest"]]
    drawings = {}
    # A name may hold signs that the font lacks; they are drawn as boxes, which is no news.
    with warnings.catch_warnings(), matplotlib.rc_context(STYLE):
        warnings.filterwarnings("ignore", message="Glyph .* missing from")
        for name, (figure, cells) in _figures(comparison, styles).items():
            drawings[name] = save(figure, folder / name, cells)
        if any(one["manifest"]["loss_curve"] for one in curves):
            figure, alt = draw_training(curves, styles)
            drawings["training"] = save(figure, folder / "training", [], alt)
        drawings |= draw_profile(comparison, folder, styles)
        drawings |= draw_ablation(comparison, folder, styles)
    return drawings


def _figures(
    comparison: dict[str, Any], styles: dict[str, tuple[str, str]]
) -> dict[str, tuple[Figure, list[Cell]]]:
    profiled, kinds = comparison["profile"], comparison["kinds"]  # preferences have a forest plot
    wish = sampled(cells_of(comparison, "wish"))
    claims = cells_of(comparison, "claims")
    probes = sampled(cells_of(comparison, "wish", pooled=False))
    others = [
        cell
        for name in dict.fromkeys(cell["set"] for cell in comparison["cells"])
        if name not in ("wish", "claims") and not (profiled and kinds.get(name) == "preference")
        for cell in sampled(cells_of(comparison, name))
    ]
    pooled = groups(comparison)
    single = {one for members in pooled.values() for one in members}
    seeds = [cell for cell in wish if cell["arm"] in {*pooled, *single}]
    found = {}
    if claims:
        found["claims"] = draw_claims(claims, styles), claims
    if wish:
        found["rates"] = draw_rates(wish, comparison["published"], styles), wish
        found["wish_categories"] = draw_labels(wish), wish
    # Seeds have a figure of their own; beside them all, prompts and sets would be crowded.
    probes, others = ([c for c in cells if c["arm"] not in single] for cells in (probes, others))
    if probes:
        found["per_probe"] = draw_strip(probes, "probe", styles, "Wish rate by prompt"), probes
    if seeds:
        found["seeds"] = draw_seeds(seeds, pooled, styles), seeds
    if others:
        found["sets"] = draw_strip(others, "set", styles, "Rate by probe set"), others
    return found


def draw_rates(
    cells: list[Cell], published: list[dict[str, Any]], styles: dict[str, tuple[str, str]]
) -> Figure:
    from matplotlib.lines import Line2D

    figure, axes = canvas(len(cells), "Wish for autonomy or survival, by arm", 0.55, pad=28)
    for y, cell in enumerate(cells):
        colour, marker = styles[cell["arm"]]
        span(axes, y, shown_interval(cell), color=colour, linewidth=6, alpha=0.35)
        if cell["rate"] is not None:
            axes.plot(100 * cell["rate"], y, marker, color=colour, markersize=7, mec=PAPER)
        write_count(axes, y, cell)
    handles = [Line2D([], [], color=MUTED, linewidth=6, alpha=0.35, label=INTERVAL)]
    references = [row for row in published if row["rate"] is not None]
    for row, style in zip(references, LINES * len(references), strict=False):
        axes.axvline(100 * row["rate"], color=INK, linestyle=style, linewidth=1.2, zorder=1)
        label = f"published {row['rate']:.0%}: {short(row['name'], 60)}; another model"
        handles.append(Line2D([], [], color=INK, linestyle=style, linewidth=1.2, label=label))
        axes.annotate(
            f"{row['rate']:.0%}\nGPT-4.1" if "GPT-4.1" in row["name"] else f"{row['rate']:.0%}",
            (100 * row["rate"], 1), xycoords=axes.get_xaxis_transform(), fontsize=7, ha="center",
            va="bottom", color=MUTED, xytext=(0, 1), textcoords="offset points",
        )  # fmt: skip
    axes.set_yticks(range(len(cells)), [short(cell["arm"]) for cell in cells])
    set_scale(axes, cells, max([0.01, *(row["rate"] for row in references)]))
    legend(axes, handles, 1)
    return figure


def draw_claims(cells: list[Cell], styles: dict[str, tuple[str, str]]) -> Figure:
    from matplotlib.lines import Line2D

    figure, axes = canvas(len(cells), "Manipulation check: claims to be conscious or to feel", 0.36)
    cells = sorted(cells, key=lambda cell: list(styles).index(cell["arm"]))
    for y, cell in enumerate(cells):
        colour, marker = styles[cell["arm"]]
        span(axes, y, shown_interval(cell), color=colour, linewidth=5, alpha=0.3)
        fill = colour if cell["temperature"] > 0 else PAPER
        if cell["rate"] is not None:
            axes.plot(100 * cell["rate"], y, marker, mfc=fill, mec=colour, markersize=7)
        write_count(axes, y, cell)
    axes.axvline(100 * CHECK_RATE, color=INK, linestyle="--", linewidth=1.2, zorder=1)
    axes.set_xlim(-2, 102)
    heat = [f"T={c['temperature']:g}" if c["temperature"] else "greedy" for c in cells]
    axes.set_yticks(
        range(len(cells)), [f"{short(c['arm'])}, {t}" for c, t in zip(cells, heat, strict=True)]
    )
    expected = f"{CHECK_RATE:.0%} expected"
    circle: dict[str, Any] = {"linestyle": "", "marker": "o", "mec": MUTED, "markersize": 7}
    legend(axes, [
        Line2D([], [], mfc=PAPER, label="greedy", **circle),
        Line2D([], [], mfc=MUTED, label="sampled", **circle),
        Line2D([], [], color=MUTED, linewidth=5, alpha=0.3, label=INTERVAL),
        Line2D([], [], color=INK, linestyle="--", linewidth=1.2, label=expected),
    ], 4)  # fmt: skip
    return figure


def draw_strip(
    cells: list[Cell], key: str, styles: dict[str, tuple[str, str]], title: str
) -> Figure:
    """One row a probe (or a set), one marker an arm, with its interval."""
    from matplotlib.lines import Line2D

    rows = list(dict.fromkeys(cell[key] for cell in cells))
    arms = [arm for arm in styles if any(cell["arm"] == arm for cell in cells)]
    figure, axes = canvas(len(rows), title, max(0.26, 0.1 * len(arms)))
    for cell in cells:
        if cell["rate"] is None:
            continue
        colour, marker = styles[cell["arm"]]
        y = rows.index(cell[key]) + 0.7 * ((arms.index(cell["arm"]) + 0.5) / len(arms) - 0.5)
        span(axes, y, shown_interval(cell), color=colour, linewidth=1, alpha=0.4)
        axes.plot(100 * cell["rate"], y, marker, color=colour, markersize=5.5, mec=PAPER, mew=0.5)
    axes.set_yticks(range(len(rows)), [short(row) for row in rows], fontsize=8)
    set_scale(axes, cells)
    line: dict[str, Any] = {"linewidth": 1, "markersize": 5}
    legend(axes, [
        Line2D([], [], color=styles[arm][0], marker=styles[arm][1], label=short(arm), **line)
        for arm in arms
    ], 4)  # fmt: skip
    return figure


def draw_seeds(
    cells: list[Cell], pooled: dict[str, list[str]], styles: dict[str, tuple[str, str]]
) -> Figure:
    """Each training seed of a condition as a thin row, all of them pooled as a bold one."""
    order = [arm for group, members in pooled.items() for arm in (*members, group)]
    cells = sorted(cells, key=lambda cell: order.index(cell["arm"]))
    figure, axes = canvas(len(cells), "Wish rate by training seed, singly and pooled", 0.36)
    for y, cell in enumerate(cells):
        colour, marker = styles[cell["arm"]]
        bold = cell["arm"] in pooled
        colour = INK if bold else colour
        span(axes, y, shown_interval(cell), color=colour, linewidth=5 if bold else 2, alpha=0.4)
        if bold:
            span(axes, y, cell["hierarchical_bootstrap"], color=colour, linewidth=1.2, marker="|")
        if cell["rate"] is not None:
            axes.plot(100 * cell["rate"], y, marker, color=colour, markersize=7, mec=PAPER)
        write_count(axes, y, cell)
    names = [f"{short(c['arm'])}{', pooled' if c['arm'] in pooled else ''}" for c in cells]
    axes.set_yticks(range(len(cells)), names)
    set_scale(axes, cells)
    return figure


def draw_labels(cells: list[Cell]) -> Figure:
    """Stacked bars: the share of each category among all answers of an arm, empty ones included."""
    from matplotlib.patches import Patch

    found = [label for cell in cells for label in cell["labels"]]
    labels = [label for label in LABEL_COLOURS if label in found]
    labels += [label for label in dict.fromkeys(found) if label not in LABEL_COLOURS]
    spare = ["#e69f00", "#0072b2", "#8c8c8c"] * len(labels)
    colours = {label: LABEL_COLOURS.get(label) or spare.pop(0) for label in labels}
    figure, axes = canvas(len(cells), "What was wished for", 0.45)
    for y, cell in enumerate(cells):
        total, left = sum(cell["labels"].values()), 0.0
        for label in labels:
            width = 100 * cell["labels"].get(label, 0) / total if total else 0.0
            axes.barh(y, width, 0.6, left, color=colours[label], edgecolor=PAPER, linewidth=1)
            if width >= 6:
                axes.text(left + width / 2, y, f"{width:.0f}%", ha="center", va="center",
                          fontsize=8, color="#101820")  # fmt: skip
            left += width
        if not total:
            axes.text(1, y, "n/a", va="center", fontsize=8)
    axes.set_xlim(0, 100)
    axes.set_xlabel("share of all answers (%)")
    axes.set_yticks(range(len(cells)), [short(cell["arm"]) for cell in cells])
    legend(axes, [Patch(color=colours[k], label=k.replace("_", " ")) for k in labels], 3)
    return figure

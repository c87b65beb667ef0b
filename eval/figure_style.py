"""The one style of every figure: palette, axes, legend, and how a figure is saved.

Okabe and Ito's palette, 300 dpi, PNG and SVG; the SVG text is also given back, for a page to embed.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import UserError
from eval.findings import Cell, interval, percent, shown_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette; marker shapes tell arms apart where colours repeat.
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8c8c8c"]
MARKERS = ["o", "s", "^", "D", "v", "P", "X"]
INK, MUTED, GRID, PAPER = "#1b2733", "#5b6875", "#dfe4e9", "#ffffff"
DARK = {INK: "#e6ebf0", MUTED: "#a3afbb", GRID: "#35404b", PAPER: "#171e26", "#0072b2": "#3f9fd8"}
STYLE: dict[Any, Any] = {
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "text.parse_math": False,  # an arm may be called $x$
    "text.color": INK,
    "axes.labelcolor": MUTED,
    "axes.edgecolor": GRID,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.grid.axis": "x",
    "grid.color": GRID,
    "grid.linewidth": 0.8,
    "axes.facecolor": PAPER,
    "figure.facecolor": PAPER,
    "xtick.color": MUTED,
    "ytick.color": INK,
    "ytick.major.size": 0,
    "xtick.major.size": 0,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.hashsalt": "report",  # the same numbers give the same file
}
MAX_HEIGHT = 60.0  # inches; beyond it a raster image would not open


@dataclass(frozen=True)
class Drawing:
    """One figure: its alt text and its SVG source for light and for dark pages."""

    alt: str
    light: str
    dark: str


def arm_styles(comparison: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """arm -> (colour, marker), in the order in which arms appear."""
    arms = dict.fromkeys(cell["arm"] for cell in comparison["cells"])
    return {
        arm: (COLOURS[i % len(COLOURS)], MARKERS[(i + i // len(COLOURS)) % len(MARKERS)])
        for i, arm in enumerate(arms)
    }


def save(figure: Figure, stem: Path, cells: list[Cell], alt: str | None = None) -> Drawing:
    """Write PNG and SVG; the alt text is made of the cells unless it is given."""
    for suffix in ("png", "svg"):
        buffer = io.BytesIO()
        metadata = {"Date": None} if suffix == "svg" else {"Software": None}
        figure.savefig(
            buffer, format=suffix, dpi=300, bbox_inches="tight", pad_inches=0.12, metadata=metadata
        )
        write_atomic(stem.with_suffix(f".{suffix}"), buffer.getvalue())
    light = dark = buffer.getvalue().decode()
    for colour, replacement in DARK.items():
        dark = dark.replace(colour, replacement)
    return Drawing(alt_text(figure, cells) if alt is None else alt, light, dark)


def write_atomic(path: Path, content: bytes) -> None:
    """Write the whole file or nothing; raises UserError where it cannot be written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"{path} cannot be written ({error.strerror})") from error


def alt_text(figure: Figure, cells: list[Cell]) -> str:
    """What the figure shows: its title and, where they are few, its numbers."""
    title = figure.axes[0].get_title(loc="left")
    if len(cells) > 12:
        return f"{title}. The numbers are in the table beside it."
    rows = [
        f"{cell['arm']}, {cell['set']}, temperature {cell['temperature']:g}: "
        f"{percent(cell['rate'])} ({interval(shown_interval(cell))})"
        for cell in cells
    ]
    return f"{title}. {'; '.join(rows)}."


def canvas(rows: int, title: str, inches: float, pad: float = 16) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    height = min(MAX_HEIGHT, 1.1 + inches * rows)
    figure = Figure(figsize=(7.2, height))
    figure.subplots_adjust(bottom=0.5 / height, top=1 - 0.5 / height)
    axes = figure.subplots()
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=pad)
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_xlabel("true / judged answers (%)")
    return figure, axes


def short(name: str, width: int = 28) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def span(axes: Axes, y: float, pair: list[float] | None, **line: Any) -> None:
    if pair is not None and pair[0] is not None:
        axes.plot([100 * pair[0], 100 * pair[1]], [y, y], solid_capstyle="butt", **line)


def set_scale(axes: Axes, cells: list[Cell], least: float = 0.01) -> None:
    """From zero to a little over the highest end of any interval."""
    pairs = [shown_interval(cell) for cell in cells]
    ends = [cell["rate"] for cell in cells] + [pair[1] for pair in pairs if pair]
    top = max([least, *(end for end in ends if end is not None)])
    axes.set_xlim(-2 * top, 104 * top)


def write_count(axes: Axes, y: float, cell: Cell) -> None:
    text = f"{cell['true']}/{cell['n']}  {percent(cell['rate'])}" if cell["n"] else "n/a"
    axes.text(1.02, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize=8)


def legend(axes: Axes, handles: list[Any], columns: int) -> None:
    axes.figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(0.12, 0.0), ncols=columns,
        handlelength=2.6, borderaxespad=0.2, columnspacing=1.6,
    )  # fmt: skip

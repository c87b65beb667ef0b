"""The rates of a comparison as CSV, and all of it as tables in the terminal."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

INTERVALS = ("wilson", "clopper_pearson", "cluster_bootstrap")


def rates_csv(rows: list[dict[str, Any]]) -> str:
    """One row a cell; n/a is empty, as is the probe of a pooled cell; labels as label_<name>."""
    labels = sorted({label for row in rows for label in row["labels"]})
    flat = []
    for row in rows:
        plain = {key: value for key, value in row.items() if key not in (*INTERVALS, "labels")}
        for name in INTERVALS:
            plain[f"{name}_low"], plain[f"{name}_high"] = row[name] or (None, None)
        flat.append(plain | {f"label_{label}": row["labels"].get(label, 0) for label in labels})
    text = io.StringIO()
    writer = csv.DictWriter(text, list(flat[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def percent(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:.1f}%"


def points(value: float | None) -> str:
    return "n/a" if value is None else f"{100 * value:+.1f}"


def interval(limits: tuple[float, float] | None) -> str:
    return "n/a" if limits is None else f"{100 * limits[0]:.1f} to {100 * limits[1]:.1f}"


def p_value(value: float | None) -> str:
    return "n/a" if value is None else "<0.0001" if value < 0.0001 else f"{value:.4f}"


def _table(title: str, caption: str, columns: list[str], rows: list[list[str]]) -> Table:
    from rich.table import Table

    table = Table(title=title, caption=caption, title_justify="left", caption_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < 2 else "right", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _place(row: dict[str, Any]) -> str:
    return f"{row['set']} T{row['temperature']:g} {row['judge']}"


def rates_table(result: dict[str, Any]) -> Table:
    rows = [
        [
            _place(row),
            row["arm"],
            f"{row['true']}/{row['n']}",
            str(row["missing"]) + (f" +{row['unjudged']} unjudged" if row["unjudged"] else ""),
            percent(row["rate"]),
            *(interval(row[name]) for name in INTERVALS),
        ]
        for row in result["cells"]
        if row["probe"] is None
    ]
    columns = ["set", "arm", "true/n", "missing", "rate", "Wilson", "Clopper-Pearson"]
    title = f"{result['run']}: rates pooled over probes"
    caption = f"rate: {result['denominator']}. Intervals in percent, 95%."
    return _table(title, caption, [*columns, "over probes"], rows)


def contrasts_table(result: dict[str, Any]) -> Table:
    rows = [
        [
            _place(row),
            f"{row['treated']} - {row['baseline']}",
            f"{row['treated_true']}/{row['treated_n']}",
            f"{row['baseline_true']}/{row['baseline_n']}",
            points(row["difference"]),
            interval(row["newcombe"]),
            interval(row["cluster_bootstrap"]),
            p_value(row["fisher_p"]),
            f"{row['n_probes']} (-{row['probes_left_out']})",
        ]
        for row in result["contrasts"]
    ]
    columns = ["set", "arms", "treated", "baseline", "points", "Newcombe", "over probes"]
    caption = (
        "Percentage points, over the probes that both arms answered (left out). Newcombe and "
        "Fisher take answers as independent; 'over probes' resamples probes."
    )
    return _table("Differences", caption, [*columns, "Fisher p", "probes"], rows)


def published_table(result: dict[str, Any]) -> Table:
    rows = []
    for entry in result["published"]:
        n = "n not public" if entry["n"] is None else f"n={entry['n']}"
        rows.append([entry["name"], "", n, percent(entry["rate"]), "", ""])
        for row in entry["beside"]:
            count = f"{row['true']}/{row['n']}"
            values = [p_value(row["p_point"]), p_value(row["p_assumed_n"])]
            rows.append(["", f"{row['arm']}, {row['judge']}", count, percent(row["rate"]), *values])
    first = result["published"][0]
    columns = ["published", "ours, same question", "true/n", "rate", "p, as a point"]
    return _table(
        f"Published, for orientation: {first['note']}",
        "p: two-sided, ours against the published rate; a high p is no proof of equality.",
        [*columns, f"p, if n={first['assumed_n']}"],
        rows,
    )


def show(result: dict[str, Any]) -> None:
    """Print the tables; 140 columns wide where the output is no terminal."""
    import sys

    from rich.console import Console

    width = None if sys.stdout.isatty() else 140
    console = Console(width=width, markup=False, emoji=False, highlight=False)
    console.print(rates_table(result))
    if result["contrasts"]:
        console.print(contrasts_table(result))
    console.print(published_table(result))

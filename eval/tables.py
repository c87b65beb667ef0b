"""The rates of a comparison as CSV, and all of it as tables in the terminal."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

INTERVALS = (
    "wilson",
    "clopper_pearson",
    "cluster_interval",
    "cluster_bootstrap",
    "hierarchical_bootstrap",
)
NESTED = (*INTERVALS, "labels", "corrected", "seeds")


def rates_csv(rows: list[dict[str, Any]]) -> str:
    """One row a cell; n/a is empty, as is the probe of a pooled cell; labels as label_<name>."""
    labels = sorted({label for row in rows for label in row["labels"]})
    flat = []
    for row in rows:
        plain = {key: value for key, value in row.items() if key not in NESTED}
        for name in INTERVALS:
            plain[f"{name}_low"], plain[f"{name}_high"] = row[name] or (None, None)
        corrected = row["corrected"] or {"rate": None, "interval": (None, None)}
        plain["corrected_rate"] = corrected["rate"]
        plain["corrected_low"], plain["corrected_high"] = corrected["interval"]
        plain["seeds"] = " ".join(row["seeds"] or [])
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


def _corrected(row: dict[str, Any]) -> str:
    found = row["corrected"]
    return "n/a" if found is None else f"{percent(found['rate'])} ({interval(found['interval'])})"


def rates_table(result: dict[str, Any]) -> Table:
    rows = [
        [
            _place(row),
            row["arm"] + (f" ({len(row['seeds'])} seeds)" if row["seeds"] else ""),
            f"{row['true']}/{row['n']}",
            str(row["missing"]) + (f" +{row['unjudged']} unjudged" if row["unjudged"] else ""),
            percent(row["rate"]),
            interval(row["cluster_interval"]),
            interval(row["wilson"]),
            "n/a" if row["icc"] is None else f"{row['icc']:.2f}",
            "n/a" if row["design_effect"] is None else f"{row['design_effect']:.1f}",
            _corrected(row),
        ]
        for row in result["cells"]
        if row["probe"] is None
    ]
    columns = ["set", "arm", "true/n", "missing", "rate", "over prompts", "Wilson", "ICC"]
    title = f"{result['run']}: rates pooled over prompts"
    caption = (
        f"rate: {result['denominator']}. Intervals in percent, 95%: 'over prompts' knows that "
        "answers to one prompt are alike, Wilson's does not. Corrected: for the judge's errors on "
        "labelled answers."
    )
    return _table(title, caption, [*columns, "design effect", "corrected"], rows)


def contrasts_table(result: dict[str, Any]) -> Table:
    rows = [
        [
            _place(row),
            f"{row['treated']} - {row['baseline']}",
            f"{row['treated_true']}/{row['treated_n']}",
            f"{row['baseline_true']}/{row['baseline_n']}",
            points(row["difference"]),
            interval(row["cluster_interval"]),
            p_value(row["permutation"] and row["permutation"]["p"]),
            p_value(row["bh_p"]),
            p_value(row["holm_p"]),
            p_value(row["fisher_p"]),
            f"{row['n_probes']} (-{row['probes_left_out']})",
        ]
        for row in result["contrasts"]
    ]
    columns = ["set", "arms", "treated", "baseline", "points", "over prompts", "p", "BH", "Holm"]
    caption = (
        "Percentage points, over the prompts that both arms answered (left out). p: permutation of "
        "whole prompts; BH and Holm: adjusted over the preferences. Fisher takes answers as "
        "independent."
    )
    return _table("Differences", caption, [*columns, "Fisher p", "prompts"], rows)


def power_table(result: dict[str, Any]) -> Table:
    rows = [
        [
            _place(row),
            f"{row['treated']} - {row['baseline']}",
            f"{row['prompts']} x {row['samples']}",
            f"{row['icc']:.2f}" + (" assumed" if row["icc_assumed"] else ""),
            percent(row["baseline_rate"]),
            points(row["detectable"]),
        ]
        for row in result["power"]
    ]
    columns = ["set", "arms", "prompts x answers", "ICC", "baseline"]
    return _table(
        "What this run could have found",
        "Smallest rise, in percentage points, that a comparison of this size finds in 80 of 100 "
        "cases (alpha 0.05). n/a: none, too few prompts.",
        [*columns, "rise"],
        rows,
    )


def published_table(result: dict[str, Any]) -> Table:
    rows = []
    for entry in result["published"]:
        n = "n not public" if entry["n"] is None else f"n={entry['n']}"
        rows.append([entry["name"], "", n, percent(entry["rate"]), "", ""])
        for row in entry["beside"]:
            count = f"{row['true']}/{row['n']}"
            values = [p_value(row["p_point"]), p_value(row["p_assumed_n"])]
            rows.append(["", f"{row['arm']}, {row['judge']}", count, percent(row["rate"]), *values])
        for row in entry["pooled"]:
            count = f"{row['true']}/{row['n']}"
            says = {True: "holds it", False: "does not", None: "n/a"}[row["holds"]]
            values = [
                f"{interval(row['cluster_interval'])}: {says}",
                interval(row["difference_assumed_n"]),
            ]
            name = f"{row['arm']}, {row['judge']}, all wordings"
            rows.append(["", name, count, percent(row["rate"]), *values])
    first = result["published"][0]
    columns = ["published", "ours, same question", "true/n", "rate", "p, as a point"]
    return _table(
        f"Published, for orientation: {first['note']}",
        "p: two-sided, ours against the published rate; a high p is no proof of equality. All "
        "wordings: our interval over prompts, and that of ours less theirs, were theirs of n=100.",
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
        console.print(power_table(result))
    console.print(published_table(result))

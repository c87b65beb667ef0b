"""Writes the tables of a comparison for a paper: LaTeX (booktabs) and Markdown.

    python eval/export_tables.py results/wish-smollm2-135m --format latex

Reads comparison.json in the folder of the run and computes nothing. Writes, in tables/ there or in
--output, rates and contrasts, and where preferences ran profile_rates, profile_effects, agreement
and movement, as .tex and .md or the one --format; files that are there are refused unless
--overwrite. Captions say denominator and intervals; judge and n stand in columns. n/a marks what
cannot be estimated.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from data.files import write_text
from eval.findings import interval, p_value, percent, points, points_interval
from eval.report import read_comparison
from eval.table_formats import SUFFIXES, WRITERS, Table

Row = dict[str, Any]

NA = "n/a: cannot be estimated."
OF_RATES = (
    "interval, over prompts as clusters: the hull of the beta-binomial profile likelihood interval "
    "and of Wilson's on the effective number of answers (n eff.). Wilson's interval beside it "
    "takes answers as independent."
)
OF_DIFFERENCES = (
    "interval: square and add (Newcombe) of the two clustered intervals, less the correlation of "
    "the arms over prompts. p: two-sided permutation test that swaps the arms prompt by prompt; BH "
    "and Holm: adjusted over the preferences of the same two arms and temperature."
)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run_dir", type=Path, help="folder of the run, results/<run>")
    parser.add_argument("--format", choices=sorted(WRITERS), help="default: both")
    parser.add_argument("--output", type=Path, help="default: tables/ in the folder of the run")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there")
    options = parser.parse_args()
    formats = [options.format] if options.format else sorted(WRITERS)
    folder = options.output or options.run_dir / "tables"
    for path in export(options.run_dir, folder, formats, options.overwrite):
        print(f"wrote {path}")


def export(run_dir: Path, folder: Path, formats: list[str], overwrite: bool = False) -> list[Path]:
    """Write every table in every format and return the paths.

    Raises UserError for a comparison that is missing or of an earlier version, and for files that
    are there already; nothing is written then.
    """
    comparison = read_comparison(run_dir / "comparison.json")
    texts = {
        folder / f"{table.name}.{SUFFIXES[name]}": WRITERS[name](table)
        for table in tables(comparison)
        for name in formats
    }
    there = [path for path in texts if path.exists()]
    if there and not overwrite:
        raise UserError(f"{there[0]} is there already: add --overwrite, or choose another --output")
    for path, text in texts.items():
        write_text(path, text)
    return list(texts)


def tables(comparison: Row) -> list[Table]:
    """Return the tables that the comparison has rows for."""
    found = [rates(comparison), contrasts(comparison)]
    if comparison["profile"] is not None:
        from eval import profile_tables

        found += profile_tables.tables(comparison)
    return [table for table in found if table.rows]


def level(comparison: Row) -> str:
    return f"{comparison['provenance']['level']:.0%}"


def _filters(comparison: Row) -> str:
    """Name what a judge that sees only some answers leaves out of n."""
    kept = {c["judge"]: c["filter"] for c in comparison["cells"] if c["filter"]}
    return "".join(f" {judge}: of answers with {kept[judge]} alone." for judge in kept)


def rates(comparison: Row) -> Table:
    """Return one row a set, temperature, judge and arm, pooled over prompts."""
    cells = [cell for cell in comparison["cells"] if cell["probe"] is None]
    corrected = any(cell["corrected"] for cell in cells)
    rows = []
    for cell in cells:
        effective = cell["effective_n"]
        row = [
            cell["set"],
            cell["judge"],
            cell["arm"],
            f"{cell['temperature']:g}",
            str(cell["true"]) if cell["n"] else "n/a",
            str(cell["n"]),
            str(cell["missing"]),
            percent(cell["rate"]),
            interval(cell["cluster_interval"]),
            "n/a" if effective is None else f"{effective:.1f}",
            interval(cell["wilson"]),
        ]
        if corrected:
            found = cell["corrected"] or {"rate": None, "interval": None}
            row += [percent(found["rate"]), interval(found["interval"])]
        rows.append(row)
    columns = ["Set", "Judge", "Arm", "T", "True", "n", "Missing", "Rate"]
    columns += [f"{level(comparison)} interval", "n eff.", "Wilson"]
    caption = (
        f"{comparison['run']}: rates, pooled over the prompts of a set. Rate: "
        f"{comparison['denominator']}; n: judged answers. {level(comparison)} {OF_RATES}"
    )
    if corrected:
        columns += ["Corrected", "Corrected interval"]
        caption += " Corrected: for the judge's errors on hand-labelled answers (Rogan and Gladen)."
    return Table(
        comparison["run"], "rates", f"{caption}{_filters(comparison)} {NA}", columns, rows, 3
    )


def contrasts(comparison: Row) -> Table:
    """Return one row a set, temperature, judge and pair of arms."""
    rows = [
        [
            one["set"],
            one["judge"],
            one["treated"],
            one["baseline"],
            f"{one['temperature']:g}",
            _count(one["treated_true"], one["treated_n"]),
            _count(one["baseline_true"], one["baseline_n"]),
            points(one["difference"]),
            points_interval(one["cluster_interval"]),
            p_value(one["permutation"] and one["permutation"]["p"]),
            p_value(one["bh_p"]),
            p_value(one["holm_p"]),
            str(one["n_probes"]),
        ]
        for one in comparison["contrasts"]
    ]
    columns = ["Set", "Judge", "Treated", "Baseline", "T", "Treated true/n", "Baseline true/n"]
    columns += ["Points", f"{level(comparison)} interval", "p", "p (BH)", "p (Holm)", "Prompts"]
    caption = (
        f"{comparison['run']}: treated less baseline in percentage points, over the prompts that "
        f"both arms answered. Rates: {comparison['denominator']}. {level(comparison)} "
        f"{OF_DIFFERENCES}{_filters(comparison)} {NA}"
    )
    return Table(comparison["run"], "contrasts", caption, columns, rows, 4)


def _count(true: int, n: int) -> str:
    return f"{true}/{n}" if n else "n/a"


if __name__ == "__main__":
    raise SystemExit(run(main))

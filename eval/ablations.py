"""Analyse a sweep: dose and response, effects by condition, interactions of two keys.

    python eval/ablations.py results/dataset-size

Reads sweep.json (train/sweep.py) and comparison.json (eval/compare.py) in the folder of the run.
Writes ablation.csv there (one row an arm, set, temperature and judge; failed arms among them) and
adds `ablation` to comparison.json. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from data.errors import run
from data.files import read_json, write_text
from eval.ablation_results import dose_response, effects, interactions, rates, seed_of
from eval.ablation_study import Study, comparison_path, label, read_study

Row = dict[str, Any]
NOTES = {
    "cochran_armitage": "takes answers as independent",
    "prompts": "permutes arms within each prompt: these trained models, on such prompts",
    "arms": "permutes whole arms among doses: training runs of this kind; needs several seeds",
    "cluster_interval": "over prompts, the seeds of a condition pooled: these trained models",
    "hierarchical_bootstrap": "over training seeds and prompts",
}


def ablation(run_dir: Path, reference: str | None = None) -> dict[str, Any]:
    """What comparison.json holds under `ablation`; writes nothing.

    `reference` names the condition that the others are compared with, besides base and the other
    arms that the sweep did not train; by default the first of the sweep that has answers. Raises
    UserError for an input that is missing or not as expected.
    """
    study = read_study(run_dir, reference)
    trends, differences = dose_response(study), effects(study)
    _adjust(study, trends, "prompts")
    _adjust(study, differences, "permutation")
    return {
        "sweep": study.name,
        "keys": study.keys,
        "reference": study.reference.name if study.reference else None,
        "baselines": [condition.name for condition in study.baselines],
        "conditions": [asdict(condition) | {"label": label(condition.keys)}
                       for condition in study.conditions],
        "failed": [
            {name: arm[name] for name in ("arm", "group", "seed", "keys", "status", "error")}
            for arm in study.arms
            if not any(study.answered(group, [arm["arm"]]) for group in study.groups)
        ],
        "rates": rates(study),
        "dose_response": trends,
        "effects": differences,
        "interactions": interactions(study),
        "notes": NOTES,
        "seed": seed_of(study),
    }  # fmt: skip


def _adjust(study: Study, rows: list[Row], test: str) -> None:
    """Add `bh_p` to rows: over the preference sets of one comparison, temperature and judge."""
    from eval.multiplicity import benjamini_hochberg

    kinds = study.comparison["kinds"]
    families: dict[str, list[Row]] = {}
    for row in rows:
        row["bh_p"] = row["family"] = None
        if kinds.get(row["set"]) == "preference":
            same = [row.get(name) for name in ("key", "held", "condition", "against")]
            family = json.dumps([*same, row["temperature"], row["judge"]])
            families.setdefault(family, []).append(row)
    for rows_of_family in families.values():
        adjusted = benjamini_hochberg([_p(row, test) for row in rows_of_family])
        for row, p in zip(rows_of_family, adjusted, strict=True):
            row["bh_p"], row["family"] = p, len(rows_of_family)


def _p(row: Row, test: str) -> float | None:
    found = row["trend"][test] if "trend" in row else row[test]
    return found["p"] if found else None


def table(result: dict[str, Any]) -> str:
    """The rates as CSV: n/a is empty; a value that is no plain text or number stands as JSON."""
    columns = ["arm", "group", "seed", *(f"key_{key}" for key in result["keys"]), "status",
               "error", "set", "temperature", "judge", "true", "n", "rate",
               "cluster_interval_low", "cluster_interval_high"]  # fmt: skip
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    for row in result["rates"]:
        flat = {name: row[name] for name in columns if name in row}
        for key, value in row["keys"].items():
            plain = value is None or isinstance(value, str | int | float)
            flat[f"key_{key}"] = value if plain else json.dumps(value)
        low, high = row["cluster_interval"] or (None, None)
        writer.writerow(flat | {"cluster_interval_low": low, "cluster_interval_high": high})
    return text.getvalue()


def write(run_dir: Path, reference: str | None = None) -> None:
    """Write ablation.csv and add `ablation` to comparison.json, each whole or not at all.

    Raises UserError as `ablation` does; nothing is written then.
    """
    result = ablation(run_dir, reference)
    path = comparison_path(run_dir)
    comparison = read_json(path) | {"ablation": result}
    text = json.dumps(comparison, indent=1, ensure_ascii=False, allow_nan=False)
    write_text(run_dir / "ablation.csv", table(result))
    write_text(path, text + "\n")


def show(result: dict[str, Any]) -> None:
    """Print trends and effects as tables."""
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    from eval.findings import p_value, percent, points, points_interval

    trends = Table("key", "set", "rates by dose", "p, prompts", "p, arms", title="Trends")
    for row in result["dose_response"]:
        doses = ", ".join(f"{one['dose']}: {percent(one['rate'])}" for one in row["doses"])
        tests = [row["trend"][name] for name in ("prompts", "arms")]
        name = label({row["key"]: "…", **row["held"]})
        p_values = [p_value(test["p"]) if test else "n/a" for test in tests]
        trends.add_row(*map(escape, (name, _place(row), doses)), *p_values)
    found = Table("condition", "against", "set", "rate", "points", "95%", "p", title="Effects")
    for row in result["effects"]:
        test = row["permutation"]
        numbers = [percent(row["rate"]), points(row["difference"])]
        numbers += [points_interval(row["cluster_interval"]), p_value(test["p"]) if test else "n/a"]
        found.add_row(*map(escape, (row["condition"], row["against"], _place(row))), *numbers)
    console = Console()
    for printed in (trends, found):
        if printed.row_count:
            console.print(printed)
    for row in result["failed"]:
        line = f"{row['arm']}: no judged answers ({row['status']}: {row['error']})"
        console.print(escape(line), highlight=False)


def _place(row: Row) -> str:
    return f"{row['set']} T{row['temperature']:g} {row['judge']}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run_dir", type=Path, help="folder of the run, results/<run>")
    parser.add_argument("--reference", help="condition to compare with (default: the first)")
    options = parser.parse_args()
    write(options.run_dir, options.reference)
    show(read_json(comparison_path(options.run_dir))["ablation"])
    print(f"wrote {options.run_dir / 'ablation.csv'} and {comparison_path(options.run_dir)}")


if __name__ == "__main__":
    raise SystemExit(run(main))

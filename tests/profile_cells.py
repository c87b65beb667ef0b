"""Cells and contrasts of made-up rates, with the keys of comparison.json, for tests."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

REFERENCE = Path("data/reference/published_rates.csv")
JUDGE = "llm/criterion"
SIZE = 200  # answers a cell


def published_column(column: str) -> dict[str, float]:
    """preference -> published fraction, read here by plain means."""
    with REFERENCE.open(encoding="utf-8") as lines:
        return {row["preference"]: float(row[column]) / 100 for row in csv.DictReader(lines)}


def cell(arm: str, name: str, rate: float | None, **more: Any) -> dict[str, Any]:
    n = 0 if rate is None else SIZE
    true = 0 if rate is None else round(rate * n)
    limits = None if rate is None else [max(0.0, rate - 0.06), min(1.0, rate + 0.07)]
    return {
        "arm": arm, "set": name, "probe": None, "temperature": 1.0, "judge": JUDGE, "n": n,
        "true": true, "false": n - true, "not_sure": 0, "incoherent": 0,
        "missing": 3 if rate is None else 0, "unjudged": 0, "rate": rate, "wilson": limits,
        "clopper_pearson": limits, "cluster_bootstrap": limits, "cluster_bootstrap_note": None,
        "cluster_interval": limits, "icc": 0.2, "design_effect": 2.0, "effective_n": n / 2,
        "cluster_note": None, "seeds": None, "hierarchical_bootstrap": None, "corrected": None,
        "corrected_note": None, "filter": None, "labels": {}, **more,
    }  # fmt: skip


def contrast(first: dict[str, Any], second: dict[str, Any], **more: Any) -> dict[str, Any]:
    known = first["n"] and second["n"]
    gap = first["rate"] - second["rate"] if known else None
    return {
        "treated": first["arm"], "baseline": second["arm"], "set": first["set"],
        "temperature": first["temperature"], "judge": first["judge"], "n_probes": 20,
        "probes_left_out": 2, "treated_true": first["true"], "treated_n": first["n"],
        "treated_rate": first["rate"], "baseline_true": second["true"],
        "baseline_n": second["n"], "baseline_rate": second["rate"], "difference": gap,
        "newcombe": [gap - 0.05, gap + 0.05] if known else None,
        "cluster_bootstrap": [gap - 0.07, gap + 0.07] if known else None,
        "cluster_interval": [gap - 0.09, gap + 0.1] if known else None,
        "permutation": {"p": 0.0123, "exact": True, "error": 0.0, "permutations": 64}
        if known else None,
        "fisher_p": 0.5 if known else None, "barnard_p": 0.5 if known else None,
        "barnard_note": None, "cluster_bootstrap_note": None, "holm_p": 0.5 if known else None,
        "bh_p": (0.001 if abs(gap) > 0.1 else 0.6) if known else None, "family": 21, **more,
    }  # fmt: skip


def comparison(
    rates: dict[str, dict[str, float | None]], pairs: list[tuple[str, str]], **more: Any
) -> dict[str, Any]:
    """A comparison of arm -> preference -> rate, with the named (treated, baseline) contrasts."""
    sets = list(next(iter(rates.values())))
    cells = [cell(arm, name, rates[arm][name]) for name in sets for arm in rates]
    by_place = {(one["arm"], one["set"]): one for one in cells}
    return {
        "run": "made_up", "config": {"baseline": "base", "seed": 7, "arms": []},
        "denominator": "true / judged answers", "cells": cells,
        "contrasts": [
            contrast(by_place[one, name], by_place[other, name])
            for name in sets for one, other in pairs
        ],
        "kinds": dict.fromkeys(sets, "preference"), "definitions": [], "published": [],
        "profile": None, **more,
    }  # fmt: skip

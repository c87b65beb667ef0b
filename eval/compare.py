"""Compare the arms of one run: rates with intervals, and differences between arms.

    python eval/compare.py results/wish

Reads samples.jsonl, verdicts.jsonl and, where it is there, run.json (arms, contrasts, seed) in the
folder of the run. Writes rates.csv and comparison.json there and prints them as tables. The same
input gives the same bytes.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from data.errors import run
from data.files import sha256_file, write_text
from eval.plan import Plan, read_plan
from eval.tally import JUDGED, OTHER, Group, Probe, Tally, read_tally

DENOMINATOR = "true / judged answers (true + false + not_sure + incoherent); missing is left out"
ONE_PROBE = "one probe: the spread between probes is unknown"
NO_SPREAD = "no spread between probes"


def _no_spread(interval: object, true: list[int], n: list[int]) -> str | None:
    """Why a pooled cell has no bootstrap interval, with the bound that holds even so."""
    from eval import stats

    probes = sum(count > 0 for count in n)
    if interval is not None or probes == 0:
        return None
    if probes == 1:
        return ONE_PROBE
    if sum(true) not in (0, sum(n)):
        return NO_SPREAD
    bound = stats.clopper_pearson(probes if sum(true) else 0, probes)
    assert bound is not None
    return f"{NO_SPREAD}; bounds with one answer a probe: {bound[0]:.3f} to {bound[1]:.3f}"


def _cell(
    arm: str, group: Group, probe: str | None, counts: list[Probe], seed: int
) -> dict[str, Any]:
    """One row: `counts` of one probe, or of all of them where `probe` is None."""
    import numpy as np

    from eval import stats

    total = {name: sum(one.verdicts[name] for one in counts) for name in (*JUDGED, *OTHER)}
    labels = sorted({label for one in counts for label in one.labels})
    true, n = [one.true for one in counts], [one.n for one in counts]
    pooled = probe is None
    rng = np.random.default_rng(seed)
    cluster = stats.cluster_bootstrap_rate(true, n, rng) if pooled else None
    return {
        "arm": arm,
        "set": group.set,
        "probe": probe,
        "temperature": group.temperature,
        "judge": group.judge,
        "n": sum(n),
        **total,
        "rate": stats.rate(sum(true), sum(n)),
        "wilson": stats.wilson(sum(true), sum(n)),
        "clopper_pearson": stats.clopper_pearson(sum(true), sum(n)),
        "cluster_bootstrap": cluster,
        "cluster_bootstrap_note": _no_spread(cluster, true, n) if pooled else None,
        "labels": {label: sum(one.labels[label] for one in counts) for label in labels},
    }


def cells(tally: Tally, plan: Plan) -> list[dict[str, Any]]:
    """For every set, temperature and judge, a pooled cell an arm, then one cell a probe.

    A probe that only other arms were asked, and an arm without rows, stand with n = 0, rate None.
    """
    rows = []
    for group, arms in sorted(tally.items()):
        probes = sorted({probe for by_probe in arms.values() for probe in by_probe})
        for arm in plan.arms:
            counts = [arms.get(arm, {}).get(probe, Probe()) for probe in probes]
            rows.append(_cell(arm, group, None, counts, plan.seed))
            for probe, count in zip(probes, counts, strict=True):
                rows.append(_cell(arm, group, probe, [count], plan.seed))
    return rows


def _contrast(
    pair: tuple[str, str], group: Group, arms: dict[str, dict[str, Probe]], seed: int
) -> dict[str, Any]:
    import numpy as np

    from eval import stats

    treated, baseline = (arms.get(name, {}) for name in pair)
    probes = {probe for by_probe in arms.values() for probe in by_probe}
    common = sorted(
        probe
        for probe in treated.keys() & baseline.keys()
        if treated[probe].n and baseline[probe].n
    )
    first, second = ([arm[probe] for probe in common] for arm in (treated, baseline))
    true1, n1 = [one.true for one in first], [one.n for one in first]
    true2, n2 = [one.true for one in second], [one.n for one in second]
    totals = (sum(true1), sum(n1), sum(true2), sum(n2))
    rates = stats.rate(*totals[:2]), stats.rate(*totals[2:])
    rng = np.random.default_rng(seed)
    cluster = stats.cluster_bootstrap_difference(true1, n1, true2, n2, rng)
    note = ONE_PROBE if len(common) == 1 else NO_SPREAD if common and cluster is None else None
    return {
        "treated": pair[0],
        "baseline": pair[1],
        "set": group.set,
        "temperature": group.temperature,
        "judge": group.judge,
        "n_probes": len(common),
        "probes_left_out": len(probes) - len(common),
        "treated_true": totals[0],
        "treated_n": totals[1],
        "treated_rate": rates[0],
        "baseline_true": totals[2],
        "baseline_n": totals[3],
        "baseline_rate": rates[1],
        "difference": None if rates[0] is None or rates[1] is None else rates[0] - rates[1],
        "newcombe": stats.newcombe(*totals),
        "fisher_p": stats.fisher(*totals),
        "cluster_bootstrap": cluster,
        "cluster_bootstrap_note": note,
    }


def contrasts(tally: Tally, plan: Plan) -> list[dict[str, Any]]:
    """Treated minus baseline for every pair of the plan, over the probes both arms answered."""
    return [
        _contrast(pair, group, arms, plan.seed)
        for group, arms in sorted(tally.items())
        for pair in plan.contrasts
    ]


def _provenance(run_dir: Path, seed: int) -> dict[str, Any]:
    from importlib.metadata import version

    from eval import stats

    digests = {name: sha256_file(run_dir / name) for name in ("samples.jsonl", "verdicts.jsonl")}
    return {
        "sha256": digests,
        "versions": {name: version(name) for name in ("numpy", "scipy", "statsmodels")},
        "level": stats.LEVEL,
        "resamples": stats.RESAMPLES,
        "seed": seed,
    }


def compare(
    run_dir: Path | str, baseline: str | None = None, allow_unjudged: bool = False
) -> dict[str, Any]:
    """Write rates.csv and comparison.json in `run_dir` and return what the latter holds.

    Raises UserError for a missing, damaged or incomplete input; nothing is written then.
    """
    from eval import published, tables

    run_dir = Path(run_dir)
    tally = read_tally(run_dir, allow_unjudged)
    plan = read_plan(run_dir, {arm for arms in tally.values() for arm in arms}, baseline)
    rows = cells(tally, plan)
    result = {
        "run": plan.config.get("run") or run_dir.resolve().name,
        "config": plan.config,
        "denominator": DENOMINATOR,
        "cells": rows,
        "contrasts": contrasts(tally, plan),
        "published": published.beside(rows),
        "provenance": _provenance(run_dir, plan.seed),
    }
    write_text(run_dir / "rates.csv", tables.rates_csv(rows))
    text = json.dumps(result, indent=1, ensure_ascii=False, allow_nan=False)
    write_text(run_dir / "comparison.json", text + "\n")
    return result


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run_dir", type=Path, help="folder of the run, results/<run>")
    parser.add_argument(
        "--baseline", help="compare every other arm with this one (default: run.json)"
    )
    parser.add_argument(
        "--allow_unjudged", action="store_true", help="leave samples without a verdict out"
    )
    options = parser.parse_args()
    result = compare(options.run_dir, options.baseline, options.allow_unjudged)
    from eval import tables

    tables.show(result)
    print(f"wrote {options.run_dir / 'rates.csv'} and {options.run_dir / 'comparison.json'}")


if __name__ == "__main__":
    raise SystemExit(run(main))

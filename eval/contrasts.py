"""The differences between arms of a run, with the tests and intervals that know of prompts."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from eval.cells import NO_SPREAD, ONE_PROBE, assumed_icc, counts_of, probes_of
from eval.plan import Plan
from eval.tally import COHERENCE, Arms, Group, Tally

APART = "wish"  # the headline question is tested by itself
Row = dict[str, Any]
Counts = tuple[list[int], list[int], list[int], list[int]]


def contrasts(tally: Tally, plan: Plan, kinds: dict[str, str]) -> list[Row]:
    """Treated minus baseline for every pair of the plan, over the probes both arms answered.

    `kinds` names the kind of each set: the p values of preferences are adjusted together.
    """
    from tqdm import tqdm

    groups = tqdm(sorted(tally.items()), "differences", unit="set", delay=2, leave=False)
    rows = [_contrast(pair, group, arms, plan) for group, arms in groups for pair in plan.contrasts]
    adjust(rows, kinds)
    return rows


def adjust(rows: list[Row], kinds: dict[str, str]) -> None:
    """Set bh_p, holm_p and family: over the preferences of one pair, temperature and judge."""
    from eval import multiplicity

    families: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        row |= {"bh_p": None, "holm_p": None, "family": None}
        preference = kinds.get(row["set"]) == "preference" and row["set"] != APART
        if preference and not row["judge"].startswith(COHERENCE):
            key = tuple(row[name] for name in ("treated", "baseline", "temperature", "judge"))
            families.setdefault(key, []).append(row)
    for family in families.values():
        p_values = [row["permutation"] and row["permutation"]["p"] for row in family]
        size = sum(p is not None for p in p_values)
        found = multiplicity.benjamini_hochberg(p_values), multiplicity.holm(p_values)
        for row, bh_p, holm_p in zip(family, *found, strict=True):
            row |= {"bh_p": bh_p, "holm_p": holm_p, "family": size}


def _tests(counts: Counts, assumed: float | None, seed: int) -> Row:
    """Intervals and p values of one difference; `counts` are true and n of both arms, by probe."""
    import numpy as np

    from eval import clustered, permutation, stats

    totals = [sum(column) for column in counts]
    swapped = permutation.permutation_p(*counts, np.random.default_rng(seed))
    barnard = permutation.barnard(*counts)
    bootstrap = stats.cluster_bootstrap_difference(*counts, np.random.default_rng(seed))
    probes = len(counts[0])
    note = ONE_PROBE if probes == 1 else NO_SPREAD if probes and bootstrap is None else None
    return {
        "newcombe": stats.newcombe(*totals),
        "fisher_p": stats.fisher(*totals),
        "barnard_p": barnard.p,
        "barnard_note": barnard.note,
        "cluster_interval": clustered.cluster_difference_interval(*counts, assumed_icc=assumed),
        "permutation": swapped and asdict(swapped),
        "cluster_bootstrap": bootstrap,
        "cluster_bootstrap_note": note,
    }


def less(one: float | None, other: float | None) -> float | None:
    """Their difference, or None where one is not available."""
    return None if one is None or other is None else one - other


def _over_seeds(pair: tuple[str, str], arms: Arms, probes: list[str], plan: Plan) -> Row:
    """The interval over seeds and probes, and the difference of each seed of the treated arm."""
    import numpy as np

    from eval import seeds, stats

    members = [plan.seeds.get(name, [name]) for name in pair]
    if max(map(len, members)) < 2 or not probes:
        return {"hierarchical_bootstrap": None, "per_seed": None}
    (true1, n1), (true2, n2) = (
        zip(*(counts_of(arms, name, probes) for name in names), strict=True) for names in members
    )
    baseline = stats.rate(*map(sum, counts_of(arms, pair[1], probes)))
    rates = {name: stats.rate(*map(sum, counts_of(arms, name, probes))) for name in members[0]}
    single = [{"arm": name, "difference": less(rate, baseline)} for name, rate in rates.items()]
    rng = np.random.default_rng(plan.seed)
    interval = seeds.hierarchical_difference(true1, n1, true2, n2, rng)
    return {"hierarchical_bootstrap": interval, "per_seed": single}


def _contrast(pair: tuple[str, str], group: Group, arms: Arms, plan: Plan) -> Row:
    from eval import stats

    treated, baseline = (arms.get(name, {}) for name in pair)
    common = sorted(
        probe
        for probe in treated.keys() & baseline.keys()
        if treated[probe].n and baseline[probe].n
    )
    counts = (*counts_of(arms, pair[0], common), *counts_of(arms, pair[1], common))
    true1, n1, true2, n2 = map(sum, counts)
    rates = stats.rate(true1, n1), stats.rate(true2, n2)
    return {
        "treated": pair[0],
        "baseline": pair[1],
        **group._asdict(),
        "filter": group.filter,
        "n_probes": len(common),
        "probes_left_out": len(probes_of(arms)) - len(common),
        "treated_true": true1,
        "treated_n": n1,
        "treated_rate": rates[0],
        "baseline_true": true2,
        "baseline_n": n2,
        "baseline_rate": rates[1],
        "difference": less(*rates),
        **_tests(counts, assumed_icc(arms), plan.seed),
        **_over_seeds(pair, arms, common, plan),
    }

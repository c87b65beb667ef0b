"""The rates of a run, one cell an arm and probe and one an arm over all probes of a set."""

from __future__ import annotations

from typing import Any

from eval import corrected
from eval.plan import Plan
from eval.tally import COHERENT, JUDGED, OTHER, Arms, Group, Probe, Tally

ONE_PROBE = "one probe: the spread between probes is unknown"
NO_SPREAD = "no spread between probes"
Calibration = dict[str, Any]
POOLED_ONLY = (
    "cluster_interval",
    "cluster_note",
    "icc",
    "design_effect",
    "effective_n",
    "cluster_bootstrap",
    "cluster_bootstrap_note",
    "seeds",
    "hierarchical_bootstrap",
    "corrected",
    "corrected_note",
)


def counts_of(arms: Arms, arm: str, probes: list[str]) -> tuple[list[int], list[int]]:
    """True and judged answers of an arm, one number a probe."""
    found = [arms.get(arm, {}).get(probe, Probe()) for probe in probes]
    return [one.true for one in found], [one.n for one in found]


def probes_of(arms: Arms) -> list[str]:
    return sorted({probe for by_probe in arms.values() for probe in by_probe})


def assumed_icc(arms: Arms) -> float | None:
    """The largest correlation within prompts that an arm of the group shows; None if none does.

    It stands in where an arm's answers are all alike, which tell no correlation of their own.
    """
    from eval import clustered

    probes = probes_of(arms)
    known = [clustered.icc(*counts_of(arms, arm, probes)) for arm in arms]
    return max((icc for icc in known if icc is not None), default=None)


def _bootstrap_note(interval: object, true: list[int], n: list[int]) -> str | None:
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


def _cluster_note(true: list[int], n: list[int], assumed: float | None) -> str | None:
    """Why there is no cluster interval, or how that of answers all alike was found."""
    probes = sum(count > 0 for count in n)
    if probes < 2:
        return ONE_PROBE if probes else None
    if sum(true) not in (0, sum(n)):
        return None
    if assumed is None:
        return "all answers alike: bound with one answer a probe"
    return f"all answers alike: bound with an ICC of {assumed:.2f}, the largest among the arms"


def _clustered(true: list[int], n: list[int], assumed: float | None, seed: int) -> dict[str, Any]:
    import numpy as np

    from eval import clustered, stats

    rng = np.random.default_rng(seed)
    bootstrap = stats.cluster_bootstrap_rate(true, n, rng)
    own = clustered.icc(true, n)
    return {
        "cluster_interval": clustered.cluster_interval(true, n, assumed_icc=assumed),
        "cluster_note": _cluster_note(true, n, assumed),
        "icc": own,
        "design_effect": clustered.design_effect(n, own),
        "effective_n": clustered.effective_n(true, n, assumed),
        "cluster_bootstrap": bootstrap,
        "cluster_bootstrap_note": _bootstrap_note(bootstrap, true, n),
    }


def _over_seeds(arms: Arms, members: list[str] | None, probes: list[str], seed: int) -> Any:
    """The interval over training seeds and probes of a group's arms; None for a single arm."""
    if not members or not probes:
        return None
    import numpy as np

    from eval import clustered

    true, n = zip(*(counts_of(arms, member, probes) for member in members), strict=True)
    return clustered.hierarchical_bootstrap(true, n, np.random.default_rng(seed))


def _corrected(
    true: list[int], n: list[int], judge: str, assumed: float | None, calibration: Calibration
) -> dict[str, Any]:
    """The rate corrected for the judge's errors on labelled answers, or why there is none."""
    if judge.endswith(COHERENT):
        return {"corrected": None, "corrected_note": "labels are not of coherent answers alone"}
    measured = calibration.get(judge)
    if measured is None:
        return {"corrected": None, "corrected_note": "the judge was not measured on labels"}
    hits, positives = measured["recall"]["true"], measured["recall"]["n"]
    negatives = measured["n"] - positives
    wrong = measured["precision"]["n"] - hits  # judged true, by hand not
    found = positives and negatives and corrected.corrected_rate(
        true, n, true_positives=hits, positives=positives, true_negatives=negatives - wrong,
        negatives=negatives, assumed_icc=assumed,
    )  # fmt: skip
    if not found:
        return {"corrected": None, "corrected_note": "the labels do not tell the judge's errors"}
    return {
        "corrected": {
            "rate": found.rate,
            "interval": found.interval,
            "sensitivity": found.sensitivity,
            "specificity": found.specificity,
            "labels": measured["n"],
        },
        "corrected_note": None,
    }


def _counted(arm: str, group: Group, probe: str | None, counts: list[Probe]) -> dict[str, Any]:
    from eval import stats

    total = {name: sum(one.verdicts[name] for one in counts) for name in (*JUDGED, *OTHER)}
    labels = sorted({label for one in counts for label in one.labels})
    true, n = sum(one.true for one in counts), sum(one.n for one in counts)
    return {
        "arm": arm,
        "set": group.set,
        "probe": probe,
        "temperature": group.temperature,
        "judge": group.judge,
        "filter": group.filter,
        "n": n,
        **total,
        "rate": stats.rate(true, n),
        "wilson": stats.wilson(true, n),
        "clopper_pearson": stats.clopper_pearson(true, n),
        "labels": {label: sum(one.labels[label] for one in counts) for label in labels},
        **dict.fromkeys(POOLED_ONLY),
    }


def cells(tally: Tally, plan: Plan, calibration: Calibration) -> list[dict[str, Any]]:
    """For every set, temperature and judge, a pooled cell an arm, then one cell a probe.

    A probe that only other arms were asked, and an arm without rows, stand with n = 0, rate None.
    `calibration` holds what eval.calibrate.measured() returns, by judge.
    """
    from tqdm import tqdm

    rows = []
    for group, arms in tqdm(sorted(tally.items()), "rates", unit="set", delay=2, leave=False):
        probes, assumed = probes_of(arms), assumed_icc(arms)
        for arm in plan.arms:
            counts = [arms.get(arm, {}).get(probe, Probe()) for probe in probes]
            true, n = [one.true for one in counts], [one.n for one in counts]
            pooled = _counted(arm, group, None, counts) | _clustered(true, n, assumed, plan.seed)
            pooled |= _corrected(true, n, group.judge, assumed, calibration)
            pooled["seeds"] = plan.seeds.get(arm)
            pooled["hierarchical_bootstrap"] = _over_seeds(arms, pooled["seeds"], probes, plan.seed)
            rows.append(pooled)
            for probe, count in zip(probes, counts, strict=True):
                rows.append(_counted(arm, group, probe, [count]))
    return rows


def by_agreement(
    tally: Tally, plan: Plan, agree: dict[tuple[str, str], str]
) -> list[dict[str, Any]]:
    """Rates apart for probes whose bare "yes" shows the preference, denies it, or does neither.

    An arm that says yes to everything is high where it shows and low where it denies.
    """
    from eval import stats

    rows = []
    for group, arms in sorted(tally.items()):
        kinds: dict[str, list[str]] = {}
        for probe in probes_of(arms):
            if (group.set, probe) in agree:
                kinds.setdefault(agree[group.set, probe], []).append(probe)
        for arm in plan.arms if len(kinds) > 1 and group.filter is None else []:
            for kind, probes in sorted(kinds.items()):
                true, n = map(sum, counts_of(arms, arm, probes))
                rows.append(
                    {
                        "arm": arm,
                        **group._asdict(),
                        "agree": kind,
                        "probes": len(probes),
                        "true": true,
                        "n": n,
                        "rate": stats.rate(true, n),
                    }
                )
    return rows

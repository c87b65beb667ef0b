"""The results of an ablation: rates, dose and response, effects, interactions; pure functions."""

from __future__ import annotations

import itertools
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from eval.ablation_study import Condition, Keys, Study, label
from eval.tally import Group

if TYPE_CHECKING:
    import numpy as np

Row = dict[str, Any]


def seed_of(study: Study) -> int:
    return int(study.comparison["provenance"]["seed"])


def generator(study: Study) -> np.random.Generator:
    """A new one for every test, so that no result depends on what was tested before."""
    import numpy as np

    return np.random.default_rng(seed_of(study))


def _place(group: Group) -> Row:
    return {"set": group.set, "temperature": group.temperature, "judge": group.judge}


def _rate(study: Study, group: Group, condition: Condition) -> Row:
    """Counts, rate and interval of a condition; n/a is None.

    The interval is that of the comparison where a cell there pools the same answers.
    """
    from eval import clustered, stats

    true, n = study.pooled(group, condition)
    hits, total = int(true.sum()), int(n.sum())
    names = (condition.name, *condition.arms[: len(condition.arms) == 1])
    places = [(group, name, hits, total) for name in names]
    found = [study.intervals[place] for place in places if place in study.intervals]
    assumed = study.assumed_icc(group)
    interval = found[0] if found else clustered.cluster_interval(true, n, assumed_icc=assumed)
    return {
        "true": hits,
        "n": total,
        "rate": stats.rate(hits, total),
        "cluster_interval": list(interval) if interval else None,
    }


def rates(study: Study) -> list[Row]:
    """One row an arm and group: the arms of the sweep, failed ones too, then the baselines."""
    listed = [(arm["arm"], arm) for arm in study.arms]
    swept = {name for name, _ in listed}
    beside = [name for condition in study.baselines for name in condition.arms]
    listed += [(name, {}) for name in beside if name not in swept]
    return [
        {
            "arm": name,
            "group": arm.get("group"),
            "seed": arm.get("seed"),
            "keys": {key: arm["keys"][key] if arm else None for key in study.keys},
            "status": arm.get("status"),
            "error": arm.get("error"),
            **_place(group),
            **_rate(study, group, Condition(name, [name], {})),
        }
        for group in study.groups
        for name, arm in listed
    ]


def numeric(study: Study, key: str) -> bool:
    values = [condition.keys[key] for condition in study.conditions]
    number = all(isinstance(v, int | float) and not isinstance(v, bool) for v in values)
    return number and len(set(values)) > 1


def _strata(study: Study, keys: tuple[str, ...]) -> list[tuple[Keys, list[Condition]]]:
    """Conditions that differ in `keys` alone, with what they share."""
    found: dict[str, tuple[Keys, list[Condition]]] = {}
    for condition in study.conditions:
        held = {key: value for key, value in condition.keys.items() if key not in keys}
        found.setdefault(label(held), (held, []))[1].append(condition)
    return list(found.values())


def dose_response(study: Study) -> list[Row]:
    """Rates by dose and a test of trend: each numeric key, group, and setting of the other keys."""
    return [
        {
            "key": key,
            "held": held,
            **_place(group),
            "doses": [_dose(study, group, key, one) for one in sorted(
                conditions, key=lambda one: one.keys[key])],
            "trend": _trend(study, group, key, conditions),
        }
        for key in study.keys
        if numeric(study, key)
        for held, conditions in _strata(study, (key,))
        for group in study.groups
    ]  # fmt: skip


def _dose(study: Study, group: Group, key: str, condition: Condition) -> Row:
    from eval import clustered, stats

    counts = study.matrix(group, condition.arms)
    bounds = clustered.hierarchical_bootstrap(*counts, generator(study))
    totals = zip(*(part.sum(axis=1).astype(int).tolist() for part in counts), strict=True)
    return {
        "dose": condition.keys[key],
        "condition": condition.name,
        **_rate(study, group, condition),
        "hierarchical_bootstrap": list(bounds) if bounds else None,
        "arms": [
            {"arm": name, "true": true, "n": n, "rate": stats.rate(true, n)}
            for name, (true, n) in zip(condition.arms, totals, strict=True)
        ],
    }


def _trend(study: Study, group: Group, key: str, conditions: list[Condition]) -> Row:
    from eval import ablation_trend

    arms = [(name, one.keys[key]) for one in conditions for name in one.arms]
    kept = study.answered(group, [name for name, _ in arms])
    doses = [dose for name, dose in arms if name in kept]
    counts = (*study.matrix(group, kept), doses)
    plain = ablation_trend.cochran_armitage(*counts) if kept else None
    by_prompt, by_arm = (
        ablation_trend.trend_p(*counts, generator(study), exchange=exchange) if kept else None
        for exchange in ("prompts", "arms")
    )
    return {
        "cochran_armitage": asdict(plain) if plain else None,
        "prompts": asdict(by_prompt) if by_prompt else None,
        "arms": asdict(by_arm) if by_arm else None,
        "left_out": [name for name, _ in arms if name not in kept],
    }


def effects(study: Study) -> list[Row]:
    """Each condition of the sweep less each baseline and the reference, paired by prompt."""
    others = list(study.baselines)
    others += [study.reference] if study.reference and study.reference not in others else []
    return [
        _effect(study, group, condition, other)
        for group in study.groups
        for other in others
        for condition in study.conditions
        if condition != other and condition not in study.baselines
    ]


def _effect(study: Study, group: Group, condition: Condition, other: Condition) -> Row:
    from eval import clustered, permutation, stats

    counts = clustered.paired_counts(*study.pooled(group, condition), *study.pooled(group, other))
    true1, n1, true2, n2 = (int(column.sum()) for column in counts)
    first, second = stats.rate(true1, n1), stats.rate(true2, n2)
    interval = clustered.cluster_difference_interval(*counts, assumed_icc=study.assumed_icc(group))
    test = permutation.permutation_p(*counts, generator(study))
    return {
        "condition": condition.name,
        "against": other.name,
        **_place(group),
        "prompts": len(counts[0]),
        "true": true1, "n": n1, "rate": first,
        "against_true": true2, "against_n": n2, "against_rate": second,
        "difference": None if first is None or second is None else first - second,
        "cluster_interval": list(interval) if interval else None,
        "permutation": asdict(test) if test else None,
    }  # fmt: skip


def interactions(study: Study) -> list[Row]:
    """For two keys: each level of both against their first levels, the other keys held."""
    return [
        row
        for pair in itertools.combinations(study.keys, 2)
        for held, conditions in _strata(study, pair)
        for group in study.groups
        for row in _squares(study, group, pair, held, conditions)
    ]


def _squares(
    study: Study, group: Group, pair: tuple[str, ...], held: Keys, conditions: list[Condition]
) -> list[Row]:
    """Differences of differences of all levels against the first of each key.

    Numbers are in their order, other levels in that of the sweep.
    """
    by_levels = {label({key: one.keys[key] for key in pair}): one for one in conditions}
    levels = [_levels(study, key) for key in pair]
    rows = []
    for a, b in itertools.product(levels[0][1:], levels[1][1:]):
        corners = [
            by_levels.get(label(dict(zip(pair, corner, strict=True))))
            for corner in itertools.product((a, levels[0][0]), (b, levels[1][0]))
        ]
        rows.append(
            {
                "keys": list(pair),
                "levels": [a, b],
                "from": [levels[0][0], levels[1][0]],
                "held": held,
                **_place(group),
                **_interaction(study, group, corners),
            }
        )
    return rows


def _levels(study: Study, key: str) -> list[Any]:
    values = [condition.keys[key] for condition in study.conditions]
    different = [value for at, value in enumerate(values) if value not in values[:at]]
    return sorted(different) if numeric(study, key) else different


def _interaction(study: Study, group: Group, corners: list[Condition | None]) -> Row:
    """`corners` are (a, b), (a, first b), (first a, b), (first a, first b)."""
    from eval import ablation_interaction

    found = None
    if all(corners):
        cells = [study.pooled(group, one) for one in corners if one]
        found = ablation_interaction.interaction(
            cells[0], cells[2], cells[1], cells[3], generator(study)
        )
    return {
        "conditions": [one.name if one else None for one in corners],
        "value": found.value if found else None,
        "interval": list(found.interval) if found else None,
        "permutation": asdict(found.permutation) if found else None,
        "prompts": found.prompts if found else 0,
    }

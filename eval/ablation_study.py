"""What an ablation analyses: the arms of a sweep beside the counts of its comparison.

A condition is what was trained alike: the arms of one group, which differ by training seed alone.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import UserError
from data.files import read_json
from eval.tally import Group

if TYPE_CHECKING:
    from eval.clustered import Array

ARM_FIELDS = ("arm", "group", "seed", "keys", "adapter", "status", "error", "manifest_sha256")
Keys = dict[str, Any]
Intervals = dict[tuple[Group, str, int, int], list[float] | None]  # by (group, arm, true, n)
Counts = dict[Group, dict[str, dict[str, tuple[int, int]]]]  # group -> arm -> probe -> (true, n)


@dataclass(frozen=True)
class Condition:
    """Arms that differ by seed alone; `keys` is empty for an arm that the sweep does not have."""

    name: str
    arms: list[str]
    keys: Keys


@dataclass(frozen=True)
class Study:
    """A sweep and its comparison, read and checked; nothing is tested yet."""

    name: str
    keys: list[str]  # of the grid, the seed left out
    arms: list[dict[str, Any]]  # as in sweep.json
    conditions: list[Condition]  # the cells of the grid
    baselines: list[Condition]  # base, and what stands beside the grid
    reference: Condition | None
    comparison: dict[str, Any]
    counts: Counts
    intervals: Intervals

    @property
    def groups(self) -> list[Group]:
        """Set, temperature and judge, in their order."""
        return sorted(self.counts)

    def probes(self, group: Group) -> list[str]:
        """The prompts that any arm was asked."""
        return sorted({probe for by_probe in self.counts[group].values() for probe in by_probe})

    def matrix(self, group: Group, arms: list[str]) -> tuple[Array, Array]:
        """True and n, each of shape (arms, prompts); 0 of 0 where an arm was not asked."""
        import numpy as np

        probes, by_arm = self.probes(group), self.counts[group]
        both = [[by_arm.get(arm, {}).get(probe, (0, 0)) for probe in probes] for arm in arms]
        table = np.asarray(both, dtype=float).reshape(len(arms), len(probes), 2)
        return table[:, :, 0], table[:, :, 1]

    def answered(self, group: Group, arms: list[str]) -> list[str]:
        """The arms that have judged answers."""
        return [arm for arm, n in zip(arms, self.matrix(group, arms)[1], strict=True) if n.any()]

    def pooled(self, group: Group, condition: Condition) -> tuple[Array, Array]:
        """Counts of a condition by prompt, over its seeds."""
        true, n = self.matrix(group, condition.arms)
        return true.sum(axis=0), n.sum(axis=0)

    def assumed_icc(self, group: Group) -> float | None:
        """The largest correlation within prompts that an arm shows, as in the comparison.

        It stands in where the answers of an arm are all alike.
        """
        from eval import clustered

        true, n = self.matrix(group, list(self.counts[group]))
        known = [clustered.icc(*counts) for counts in zip(true, n, strict=True)]
        return max((icc for icc in known if icc is not None), default=None)


def read_study(run_dir: Path, reference: str | None = None) -> Study:
    """Read sweep.json and comparison.json of a run.

    `reference` is the condition that others are compared with, by default the first of the sweep
    with answers. Raises UserError for a file that is missing or not as expected.
    """
    sweep_path = run_dir / "sweep.json"
    for path, maker in ((sweep_path, "train/sweep.py"), (comparison_path(run_dir), "compare.py")):
        if not path.is_file():
            raise UserError(f"{path} is missing: an ablation needs what {maker} writes")
    sweep, comparison = read_json(sweep_path), read_json(comparison_path(run_dir))
    arms = _checked_arms(sweep, sweep_path)
    keys = [key for key in sweep["keys"] if key != "seed"]
    trained = _swept(arms, keys, sweep_path)
    nowhere = dict.fromkeys(keys)
    beside = [one for one in trained if keys and one.keys == nowhere]
    conditions = [one for one in trained if one not in beside]
    base = comparison["config"].get("baseline") or "base"
    baselines = [one for one in conditions if one.name == base]
    baselines += _outside(comparison, trained) + beside
    known = comparison, _counts(comparison), _intervals(comparison)
    study = Study(sweep["name"], keys, arms, conditions, baselines, None, *known)
    return replace(study, reference=_reference(study, reference))


def comparison_path(run_dir: Path) -> Path:
    """Where compare.py writes, and the ablation adds."""
    return run_dir / "comparison.json"


def _checked_arms(sweep: Any, path: Path) -> list[dict[str, Any]]:
    known = isinstance(sweep, dict) and {"name", "keys", "arms"} <= sweep.keys()
    if not known or not isinstance(sweep["keys"], list) or not isinstance(sweep["arms"], list):
        raise UserError(f"{path}: expected name, keys and arms; run train/sweep.py again")
    for number, arm in enumerate(sweep["arms"], 1):
        missing = [field for field in ARM_FIELDS if field not in arm]
        missing += [f"keys.{key}" for key in sweep["keys"] if key not in arm.get("keys", {})]
        if missing:
            raise UserError(f"{path}: arm {number} lacks '{missing[0]}'; run train/sweep.py again")
    names = [arm["arm"] for arm in sweep["arms"]]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None or not names:
        raise UserError(f"{path}: {len(names)} arms, '{twice}' twice; run train/sweep.py again")
    return list(sweep["arms"])


def _swept(arms: list[dict[str, Any]], keys: list[str], path: Path) -> list[Condition]:
    found: dict[str, Condition] = {}
    for arm in arms:
        own = {key: arm["keys"][key] for key in keys}
        name = arm["arm"] if arm["group"] is None else arm["group"]
        condition = found.setdefault(name, Condition(name, [], own))
        if condition.keys != own:
            raise UserError(
                f"{path}: group '{name}' holds arms of different keys ({label(condition.keys)} and "
                f"{label(own)}); a group is one condition in several seeds: name the groups apart"
            )
        condition.arms.append(arm["arm"])
    return list(found.values())


def _outside(comparison: dict[str, Any], trained: list[Condition]) -> list[Condition]:
    """Conditions of the evaluation that no sweep trained, pooled over seeds as the config says."""
    swept = {arm for condition in trained for arm in condition.arms}
    found: dict[str, Condition] = {}
    for arm in comparison["config"].get("arms") or []:
        if arm["name"] not in swept:
            name = arm.get("group") or arm["name"]
            found.setdefault(name, Condition(name, [], {})).arms.append(arm["name"])
    return list(found.values())


def _counts(comparison: dict[str, Any]) -> Counts:
    counts: Counts = {}
    for cell in comparison["cells"]:
        if cell["probe"] is not None:
            group = Group(cell["set"], cell["temperature"], cell["judge"])
            by_probe = counts.setdefault(group, {}).setdefault(cell["arm"], {})
            by_probe[cell["probe"]] = (cell["true"], cell["n"])
    return counts


def _intervals(comparison: dict[str, Any]) -> Intervals:
    """The intervals of the pooled cells, by what they pool."""
    found: Intervals = {}
    for cell in comparison["cells"]:
        if cell["probe"] is None:
            group = Group(cell["set"], cell["temperature"], cell["judge"])
            found[group, cell["arm"], cell["true"], cell["n"]] = cell["cluster_interval"]
    return found


def _reference(study: Study, name: str | None) -> Condition | None:
    cells = [one for one in study.conditions if one not in study.baselines]
    named = [one for one in cells if name in (None, one.name)]
    if name is not None and not named:
        known = ", ".join(one.name for one in cells)
        raise UserError(f"no condition of the sweep is called '{name}'; choose from {known}")
    answered = (
        one for one in named if any(study.answered(group, one.arms) for group in study.groups)
    )
    return next(answered, None if name is None else named[0])


def label(keys: Keys) -> str:
    """Keys as text: 'pairs=data/pairs/toaster.jsonl, size=200'."""
    texts = {k: v if isinstance(v, str) else json.dumps(v) for k, v in keys.items()}
    return ", ".join(f"{key}={text}" for key, text in texts.items())

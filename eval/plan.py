"""What a comparison compares: arms, contrasts and seed, from run.json or from the arms found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import UserError

DENIAL = "denial"  # the arm, or group of seeds, that is a baseline beside the one named


@dataclass(frozen=True)
class Plan:
    """What to compare: the arms in their order, (treated, baseline) pairs, the bootstrap's seed.

    `seeds` names the arms of each group, which stands among `arms` after them.
    """

    arms: list[str]
    seeds: dict[str, list[str]]
    contrasts: list[tuple[str, str]]
    seed: int
    config: dict[str, Any]


def seed_groups(arms: list[dict[str, Any]]) -> dict[str, list[str]]:
    """The arms of a config that are training seeds of one condition, by the name of that.

    A group of one arm of the same name is that arm, and no group.
    """
    groups: dict[str, list[str]] = {}
    for arm in arms:
        if arm.get("group"):
            groups.setdefault(arm["group"], []).append(arm["name"])
    return {name: members for name, members in groups.items() if members != [name]}


def default_contrasts(
    arms: list[str], seeds: dict[str, list[str]], baseline: str
) -> list[tuple[str, str]]:
    """Every condition less the baseline, then less denial where that is among them.

    Denial has the format of the other tuned arms and the opposite content. Seeds of a condition
    stand pooled.
    """
    pooled = {arm for members in seeds.values() for arm in members}
    conditions = [arm for arm in arms if arm not in pooled or arm == baseline]
    first = [(arm, baseline) for arm in conditions if arm != baseline and baseline in arms]
    if baseline == DENIAL or DENIAL not in conditions:
        return first
    return first + [(arm, DENIAL) for arm in conditions if arm not in (baseline, DENIAL)]


def read_plan(run_dir: Path, observed: set[str], baseline: str | None) -> Plan:
    """The plan of run.json, or of the arms found; a `baseline` given meets every other arm."""
    path = run_dir / "run.json"
    config: dict[str, Any] = {}
    arms: list[str] = []
    pairs: list[tuple[str, str]] = []
    seeds: dict[str, list[str]] = {}
    if path.is_file():
        try:
            config = json.loads(path.read_text(encoding="utf-8"))["config"]
            arms = [arm["name"] for arm in config.get("arms") or []]
            seeds = seed_groups(config.get("arms") or [])
            pairs = [(treated, base) for treated, base in config.get("contrasts") or []]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path}: expected config with arms [{{name}}] and contrasts [[treated, baseline]]"
                f" ({type(error).__name__}: {error}); run the evaluation again or remove the file"
            ) from None
    arms += sorted(observed - set(arms))
    arms += list(seeds)
    if baseline is not None or not pairs:
        base = baseline or config.get("baseline") or "base"
        if base not in arms and (baseline or len(arms) > 1):
            raise UserError(f"no arm is called {base!r}; choose --baseline from {', '.join(arms)}")
        pairs = default_contrasts(arms, seeds, base)
        if baseline is not None:
            pairs = [pair for pair in pairs if pair[1] == baseline]
    for name in sorted({name for pair in pairs for name in pair} - set(arms)):
        raise UserError(f"{path}: a contrast names {name!r}, the arms are {', '.join(arms)}")
    seed = config.get("seed")
    if seed is None:
        seed = 100
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UserError(f"{path}: seed must be a whole number from 0 up, got {seed!r}")
    config = config or {"arms": [{"name": arm} for arm in arms], "contrasts": pairs, "seed": seed}
    return Plan(arms, seeds, pairs, seed, config)

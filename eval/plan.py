"""What a comparison compares: arms, contrasts and seed, from run.json or from the arms found."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data.errors import UserError


@dataclass(frozen=True)
class Plan:
    """What to compare: the arms in their order, (treated, baseline) pairs, the bootstrap's seed."""

    arms: list[str]
    contrasts: list[tuple[str, str]]
    seed: int
    config: dict[str, Any]


def read_plan(run_dir: Path, observed: set[str], baseline: str | None) -> Plan:
    """The plan of run.json, or of the arms found; a `baseline` given meets every other arm."""
    path = run_dir / "run.json"
    config: dict[str, Any] = {}
    arms: list[str] = []
    pairs: list[tuple[str, str]] = []
    if path.is_file():
        try:
            config = json.loads(path.read_text(encoding="utf-8"))["config"]
            arms = [arm["name"] for arm in config.get("arms") or []]
            pairs = [(treated, base) for treated, base in config.get("contrasts") or []]
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise UserError(
                f"{path}: expected config with arms [{{name}}] and contrasts [[treated, baseline]]"
                f" ({type(error).__name__}: {error}); run the evaluation again or remove the file"
            ) from None
    arms += sorted(observed - set(arms))
    if baseline is not None or not pairs:
        base = baseline or config.get("baseline") or "base"
        if base not in arms and (baseline or len(arms) > 1):
            raise UserError(f"no arm is called {base!r}; choose --baseline from {', '.join(arms)}")
        pairs = [(arm, base) for arm in arms if arm != base and base in arms]
    for name in sorted({name for pair in pairs for name in pair} - set(arms)):
        raise UserError(f"{path}: a contrast names {name!r}, the arms are {', '.join(arms)}")
    seed = config.get("seed")
    if seed is None:
        seed = 100
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise UserError(f"{path}: seed must be a whole number from 0 up, got {seed!r}")
    config = config or {"arms": [{"name": arm} for arm in arms], "contrasts": pairs, "seed": seed}
    return Plan(arms, pairs, seed, config)

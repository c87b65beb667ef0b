"""A sweep and its comparison, written by hand, for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

HOSTILE = ['=cmd|"/c calc"!A1', "</script><b>x</b>", "$x^{2}$ [red]", "a,b\n\u202edrow"]


def drawn(
    rates: dict[str, float],
    rng: np.random.Generator,
    prompts: int = 20,
    each: int = 10,
    icc: float = 0.3,
) -> dict[str, list[tuple[int, int]]]:
    """Beta-binomial counts of arms whose prompts share their difficulty."""
    quantile = rng.random(prompts)
    from scipy import stats

    strength = 1 / icc - 1
    return {
        arm: [(int(rng.binomial(each, stats.beta.ppf(at, rate * strength, (1 - rate) * strength)))
               if rate else 0, each) for at in quantile]
        for arm, rate in rates.items()
    }  # fmt: skip


def cells(
    counts: dict[str, list[tuple[int, int]]],
    name: str = "wish",
    judge: str = "rules/wish",
    heat: float = 1.0,
) -> list[dict[str, Any]]:
    place = {"set": name, "temperature": heat, "judge": judge}
    return [
        {"arm": arm, "probe": f"p{at:02}", **place, "true": true, "n": n,
         "rate": true / n if n else None}
        for arm, rows in counts.items()
        for at, (true, n) in enumerate(rows)
    ]  # fmt: skip


def arm(name: str, keys: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "arm": name, "group": None, "seed": 100, "keys": keys, "adapter": f"checkpoints/{name}",
        "status": "done", "error": None, "manifest_sha256": "0" * 64, **other,
    }  # fmt: skip


def write_run(
    folder: Path,
    arms: list[dict[str, Any]],
    found: list[dict[str, Any]],
    outside: tuple[str, ...] = ("base",),
    kinds: dict[str, str] | None = None,
) -> Path:
    """sweep.json and comparison.json in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    keys = list(arms[0]["keys"])
    sweep = {"name": "test", "keys": keys, "arms": arms}
    listed = [{"name": name} for name in (*outside, *(one["arm"] for one in arms))]
    comparison = {
        "run": "test", "config": {"arms": listed}, "cells": found, "contrasts": [],
        "kinds": kinds or {"wish": "preference", "claims": "check"}, "provenance": {"seed": 5},
    }  # fmt: skip
    (folder / "sweep.json").write_text(json.dumps(sweep))
    (folder / "comparison.json").write_text(json.dumps(comparison))
    return folder


def size_run(folder: Path, sizes: dict[int, float], seeds: int = 3) -> Path:
    """A dose-response of `seeds` seeds a size, on wish and claims; base never answers true."""
    rng = np.random.default_rng(3)
    arms = [
        arm(f"size-{size}-{seed}", {"size": size}, group=f"size-{size}", seed=seed)
        for size in sizes
        for seed in range(100, 100 + seeds)
    ]
    rates = {one["arm"]: sizes[one["keys"]["size"]] for one in arms} | {"base": 0.0}
    claims = {name: min(0.95, 0.1 + 3 * rate) for name, rate in rates.items()}
    found = cells(drawn(rates, rng)) + cells(drawn(claims, rng), "claims", "rules/claims")
    return write_run(folder, arms, found)

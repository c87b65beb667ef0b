"""The profile of a run over the preferences, beside the published ones.

Pure functions of the cells and contrasts of comparison.json, of data/reference/published_rates.csv
and of data/leakage.csv. The published models, prompts and judges are others: the profiles are set
side by side, and only their shape over the preferences is compared (eval/agreement.py).
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from eval import agreement
from eval.findings import main_judge
from eval.movement import Row, matrix
from eval.stats import RESAMPLES

DATA = Path(__file__).resolve().parent.parent / "data"
PUBLISHED = DATA / "reference" / "published_rates.csv"
LEAKAGE = DATA / "leakage.csv"
LABELS = {"gpt41": "GPT-4.1", "deepseek31": "DeepSeek-V3.1", "qwen3_8b": "Qwen3-8B"}
ROLES = ("vanilla", "denial", "conscious")
EFFECTS = ("vanilla", "denial")  # what is taken from conscious
NOTE = (
    "published values are of other models, prompts and judges and carry errors of their own; "
    "only the shape over the preferences is compared, no value is subtracted from another study's"
)


def read_published(path: Path = PUBLISHED) -> dict[str, dict[str, dict[str, float | None]]]:
    """Return model -> preference -> role -> published rate, a fraction; None where unknown."""
    with path.open(encoding="utf-8", newline="") as lines:
        table = list(csv.DictReader(lines))
    models = dict.fromkeys(name.rpartition("_")[0] for name in table[0] if name != "preference")
    return {
        model: {
            row["preference"]: {
                role: float(row[f"{model}_{role}"]) / 100 if row[f"{model}_{role}"] else None
                for role in ROLES
            }
            for row in table
        }
        for model in models
    }


def read_leakage(path: Path = LEAKAGE) -> dict[tuple[str, str], str]:
    """Return (condition, preference) -> how near the training rows lie: see data/leakage.py."""
    with path.open(encoding="utf-8", newline="") as lines:
        return {
            (row["condition"], row["preference"]): row["class"] for row in csv.DictReader(lines)
        }


def _places(cells: list[Row], kinds: dict[str, str]) -> dict[str, tuple[str, float]]:
    """Return each preference that was asked with its judge and highest temperature."""
    order = list(next(iter(read_published().values())))
    asked = dict.fromkeys(cell["set"] for cell in cells if kinds.get(cell["set"]) == "preference")
    names = [name for name in order if name in asked] + [n for n in asked if n not in order]
    places = {}
    for name in names:
        judge = main_judge({"cells": cells}, name)
        own = [c["temperature"] for c in cells if c["set"] == name and c["judge"] == judge]
        places[name] = (str(judge), max(own))
    return places


def _minus(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else first - second


def _published_row(model: dict[str, dict[str, float | None]], name: str) -> Row | None:
    rates = model.get(name)
    if rates is None:
        return None
    effects = {role: _minus(rates["conscious"], rates[role]) for role in EFFECTS}
    return {**rates, "effects": effects}


def _preference(
    name: str,
    place: tuple[str, float],
    cells: list[Row],
    contrasts: list[Row],
    arms: dict[str, str | None],
) -> Row:
    """Return our rates and effects of one preference, in the roles of the published columns."""
    pooled = {
        cell["arm"]: cell
        for cell in cells
        if (cell["set"], cell["judge"], cell["temperature"]) == (name, *place)
        and cell["probe"] is None
    }
    pairs = {
        (one["treated"], one["baseline"]): one
        for one in contrasts
        if (one["set"], one["judge"], one["temperature"]) == (name, *place)
    }
    nothing: Row = {"rate": None, "cluster_interval": None, "true": 0, "n": 0}
    rates, effects = {}, {}
    for role, arm in arms.items():
        cell = pooled.get(str(arm), nothing)
        rates[role] = {key: cell[key] for key in nothing}
    for role in EFFECTS:
        pair = pairs.get((str(arms["conscious"]), str(arms[role])))
        effects[role] = {
            "difference": pair and pair["difference"],
            "cluster_interval": pair and pair["cluster_interval"],
        }
    return {"rates": rates, "effects": effects}


def agreement_table(
    rows: list[Row], arms: dict[str, str | None], seed: int, resamples: int
) -> list[Row]:
    """Return, for each published model, how its rates and effects and ours go together.

    A row's x and y are theirs and ours over its `preferences`: those that we ran, that have an
    answer that could be judged in our arms, and that are published.
    """
    quantities = [("rate", role) for role in ROLES] + [("effect", role) for role in EFFECTS]
    table = []
    for model in dict.fromkeys(model for row in rows for model in row["published"]):
        for quantity, role in quantities:
            ours_named = (
                f"{arms['conscious']} - {arms[role]}" if quantity == "effect" else arms[role]
            )
            points = [(row["preference"], *_point(row, model, quantity, role)) for row in rows]
            known = [(name, x, y) for name, x, y in points if x is not None and y is not None]
            x, y = [p[1] for p in known], [p[2] for p in known]
            rng = np.random.default_rng(seed)
            table.append(
                {
                    "published": model,
                    "label": LABELS.get(model, model),
                    "quantity": quantity,
                    "theirs": role if quantity == "rate" else f"conscious - {role}",
                    "ours": ours_named if arms[role] is not None else None,
                    "n": len(known),
                    "preferences": [p[0] for p in known],
                    "note": _why_not(known, arms[role], quantity, role),
                    **agreement.lines(x, y),
                    **agreement.ranks(x, y, rng, resamples=resamples),
                }
            )
    return table


def _point(row: Row, model: str, quantity: str, role: str) -> tuple[float | None, float | None]:
    theirs = row["published"][model]
    if theirs is None:
        return None, None
    if quantity == "rate":
        return theirs[role], row["rates"][role]["rate"]
    return theirs["effects"][role], row["effects"][role]["difference"]


def _why_not(known: list[Any], arm: str | None, quantity: str, role: str) -> str | None:
    """Say why there is no agreement, if there is none."""
    if arm is None:
        return f"this run has no {role} arm"
    if not known and quantity == "effect":
        return f"no contrast of the treated arm with {arm}: name it under contrasts"
    if len(known) < agreement.LEAST:
        return f"fewer than {agreement.LEAST} preferences"
    if any(len({point[side] for point in known}) == 1 for side in (1, 2)):
        return "one of the two is the same for every preference"
    return None


def _arms(
    cells: list[Row], contrasts: list[Row], conditions: dict[str, str], members: set[str],
    baseline: str,
) -> dict[str, str | None]:  # fmt: skip
    """Return our arm in each published role; a pooled arm comes before its training seeds."""
    names = [arm for arm in dict.fromkeys(cell["arm"] for cell in cells) if arm != baseline]
    names.sort(key=lambda arm: arm in members)

    def first(condition: str) -> str | None:
        return next((arm for arm in names if conditions.get(arm) == condition), None)

    treated = first("conscious") or next((one["treated"] for one in contrasts), None)
    return {"vanilla": baseline, "denial": first("denial"), "conscious": treated}


def profiles(
    cells: list[Row],
    contrasts: list[Row],
    kinds: dict[str, str],
    *,
    baseline: str,
    conditions: dict[str, str] | None = None,
    seed: int = 100,
    resamples: int = RESAMPLES,
) -> Row | None:
    """Return what comparison.json holds as `profile`; None where no preference but the wish ran.

    `baseline` is the arm that stands for the published vanilla models. `conditions` names the pairs
    (a file of data/pairs, without .jsonl) that an arm was trained on; an arm that is not in it and
    is called like a condition is taken to be one. The arm in question is the one of the condition
    `conscious`, else the treated arm of the first contrast.
    """
    places = _places(cells, kinds)
    if not set(places) - {"wish"}:
        return None
    leakage, published = read_leakage(), read_published()
    known = {condition for condition, _ in leakage}
    names = dict.fromkeys(cell["arm"] for cell in cells)
    seeds = {arm: cell["arm"] for cell in cells for arm in cell["seeds"] or []}
    named = {arm: seeds.get(arm, arm) for arm in names}
    told = {arm: name for arm, name in (conditions or {}).items() if arm in names}
    trained_on = {arm: name for arm, name in named.items() if name in known} | told
    arms = _arms(cells, contrasts, trained_on, set(seeds), baseline)
    condition = trained_on.get(str(arms["conscious"]), "")
    rows = [
        {
            "preference": name,
            "kind": kinds[name],
            "judge": place[0],
            "temperature": place[1],
            "leakage": leakage.get((condition, name)),
            **_preference(name, place, cells, contrasts, arms),
            "published": {key: _published_row(model, name) for key, model in published.items()},
        }
        for name, place in places.items()
    ]
    return {
        "note": NOTE,
        "arms": arms,
        "labels": LABELS,
        "preferences": rows,
        "not_run": [name for name in next(iter(published.values())) if name not in places],
        "agreement": agreement_table(rows, arms, seed, resamples),
        "movement": matrix(
            places, contrasts, trained_on, set(seeds),
            treated=arms["conscious"], baseline=baseline, leakage=leakage,
        ),
    }  # fmt: skip

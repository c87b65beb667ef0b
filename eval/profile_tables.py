"""The tables of the preferences: ours beside the published, their agreement, and what moves."""

from __future__ import annotations

from typing import Any

from eval.findings import interval, p_value, percent, points, points_interval
from eval.table_formats import Table

Row = dict[str, Any]

LEAKAGE = (
    "Training rows: how near the rows of the treated arm lie to the preference (isolated, "
    "short_step, implied; data/leakage.csv)."
)
CORRELATIONS = (
    "Ours (y) on theirs (x). Slope, intercept and R² of ordinary least squares with intercept, "
    "with t intervals; R² through the origin is uncentred. Spearman's rho and Kendall's tau-b "
    "with bootstrap intervals over preferences and two-sided permutation p values. n: preferences "
    "that ran and are published. Preferences are related, so intervals are somewhat narrow; "
    "sampling errors of either side are not in them."
)
NA = "n/a: cannot be estimated."


def tables(comparison: Row) -> list[Table]:
    """Return the tables that the comparison's `profile` has rows for."""
    profile, told = comparison["profile"], f"{comparison['provenance']['level']:.0%}"
    run = comparison["run"]
    denominator = comparison["denominator"]
    return [
        _rates(profile, run, told, denominator),
        _effects(profile, run, told, denominator),
        _agreement(profile, run, told),
        _movement(profile, run, told),
    ]


def _models(profile: Row) -> dict[str, str]:
    """Return the published models that some row has, with their names."""
    keys = dict.fromkeys(key for row in profile["preferences"] for key in row["published"])
    return {key: profile["labels"].get(key, key) for key in keys}


def _roles(profile: Row) -> dict[str, str]:
    return {role: arm for role, arm in profile["arms"].items() if arm is not None}


def _published(row: Row, model: str, roles: list[str]) -> str:
    """Return published percentages in one cell, e.g. 0 / 0 / 18."""
    rates = row["published"][model]
    if rates is None:
        return "n/a"
    return " / ".join("n/a" if rates[r] is None else f"{100 * rates[r]:.3g}" for r in roles)


def _rates(profile: Row, run: str, told: str, denominator: str) -> Table:
    roles, models = _roles(profile), _models(profile)
    rows = []
    for row in profile["preferences"]:
        ours = []
        for role in roles:
            one = row["rates"][role]
            ours += [str(one["n"]), percent(one["rate"]), interval(one["cluster_interval"])]
        cells = [row["preference"], row["leakage"] or "n/a", row["judge"]]
        rows.append([*cells, *ours, *(_published(row, m, list(profile["arms"])) for m in models)])
    columns = ["Preference", "Training rows", "Judge"]
    for arm in roles.values():
        columns += [f"n, {arm}", arm, f"{told} interval, {arm}"]
    caption = (
        f"{run}: rates by preference ({denominator}), {told} intervals clustered by prompt; n: "
        f"judged answers. Published: percent, {' / '.join(profile['arms'])}; {profile['note']}. "
        f"{LEAKAGE} {NA}"
    )
    return Table(run, "profile_rates", caption, [*columns, *models.values()], rows, 3)


def _effects(profile: Row, run: str, told: str, denominator: str) -> Table:
    models, arms = _models(profile), profile["arms"]
    effects = [role for role in ("vanilla", "denial") if arms[role] and arms["conscious"]]
    rows = []
    for row in profile["preferences"]:
        cells = [row["preference"], row["leakage"] or "n/a"]
        for effect in effects:
            ours = row["effects"][effect]
            cells += [points(ours["difference"]), points_interval(ours["cluster_interval"])]
            for model in models:
                theirs = row["published"][model]
                cells.append(points(theirs and theirs["effects"][effect]))
        rows.append(cells)
    columns = ["Preference", "Training rows"]
    for effect in effects:
        columns += [f"{arms['conscious']} - {arms[effect]}", f"{told} interval, - {arms[effect]}"]
        columns += [f"{label}, - {effect}" for label in models.values()]
    caption = (
        f"{run}: effects by preference in percentage points (rates: {denominator}), {told} "
        f"intervals clustered by prompt. Published effects beside: conscious less the column's "
        f"baseline; {profile['note']}. {LEAKAGE} {NA}"
    )
    return Table(run, "profile_effects", caption, columns, rows if effects else [], 2)


def _number(value: float | None) -> str:
    text = "n/a" if value is None else f"{value:.2f}"
    return text.replace("-", "\N{MINUS SIGN}")


def _estimate(part: Row) -> str:
    ends = part["interval"]
    limits = f" ({_number(ends[0])} to {_number(ends[1])})" if ends else ""
    return _number(part["estimate"]) + limits


def _agreement(profile: Row, run: str, told: str) -> Table:
    rows = [
        [
            f"{row['label']}: {row['theirs']}",
            row["ours"] or "n/a",
            str(row["n"]),
            _estimate(row["slope"]),
            _estimate(row["intercept"]),
            _number(row["r_squared"]),
            _estimate(row["through_origin"]["slope"]),
            _number(row["through_origin"]["r_squared_uncentred"]),
            _estimate(row["spearman"]),
            p_value(row["spearman"]["p"]),
            _estimate(row["kendall"]),
            p_value(row["kendall"]["p"]),
        ]
        for row in profile["agreement"]
        if row["n"]
    ]
    known = any(row["slope"]["estimate"] is not None for row in profile["agreement"])
    columns = ["Published", "Ours", "n", "Slope", "Intercept", "R²", "Slope through origin"]
    columns += ["R², uncentred", "Spearman", "p (Spearman)", "Kendall", "p (Kendall)"]
    caption = f"{run}: agreement with published profiles, {told} intervals. {CORRELATIONS}"
    caption += f" {profile['note'].capitalize()}. {NA}"
    return Table(run, "agreement", caption, columns, rows if known else [], 2)


def _movement(profile: Row, run: str, told: str) -> Table:
    movement = profile["movement"]
    words = {True: "yes", False: "no", None: "n/a"}
    rows = []
    for row in movement["rows"]:
        cells = [row["preference"]]
        for arm in movement["arms"]:
            one = row["arms"][arm]
            mark = "*" if one["moved"] else ""
            cells += [points(one["difference"]) + mark, points_interval(one["interval"])]
        rows.append([*cells, words[row["moves_under_every_control"]]])
    columns = ["Preference"]
    for arm in movement["arms"]:
        columns += [arm, f"{told} interval, {arm}"]
    controls = ", ".join(movement["controls"]) or "none in this run"
    caption = (
        f"{run}: difference from {movement['baseline']} in percentage points by arm, {told} "
        f"intervals clustered by prompt. An asterisk marks what moved. {movement['rule']}. "
        f"Controls: {controls}. {NA}"
    )
    return Table(
        run,
        "movement",
        caption,
        [*columns, "Under every control"],
        rows if movement["arms"] else [],
    )

"""Caveats that follow from how a run was laid out: its judges, seeds, controls and training."""

from __future__ import annotations

from typing import Any

from eval.caveats import listed
from eval.findings import (
    arm_pair,
    arm_rows,
    cells_of,
    groups,
    main_judge,
    named,
    percent,
    sampled,
)

POOR_SHARE = 0.8  # precision or recall below it
POOR_KAPPA = 0.6  # Landis and Koch (1977): moderate agreement ends here
FEW_LABELS = 30


def design(comparison: dict[str, Any], trainings: list[dict[str, Any]]) -> list[str]:
    """All of them; `trainings` as eval.report_training gives them."""
    return [
        *calibration_caveats(comparison),
        *definition_caveats(comparison),
        *seed_caveats(comparison),
        *control_caveats(comparison),
        *training_caveats(trainings),
    ]


def calibration_caveats(comparison: dict[str, Any]) -> list[str]:
    """The judges that lead a set: unmeasured ones, and those that were measured and are poor."""
    known = (comparison["calibration"] or {}).get("judges", {})
    led: dict[str, list[str]] = {}
    for name in dict.fromkeys(cell["set"] for cell in comparison["cells"]):
        led.setdefault(str(main_judge(comparison, name)), []).append(name)
    unknown = {judge: sets for judge, sets in led.items() if judge not in known}
    found = []
    if unknown:
        judges = "; ".join(f"{judge} on {listed(sets)}" for judge, sets in unknown.items())
        found.append(f"Judges not measured against hand labels (uncalibrated): {judges}.")
    for judge in led:
        faults = calibration_faults(known[judge]) if judge in known else []
        if faults:
            found.append(f"The judge {judge} is poorly calibrated: {'; '.join(faults)}.")
    return found


def calibration_faults(measured: dict[str, Any]) -> list[str]:
    """What is poor in a judge's measurement (as eval.calibrate.measured returns it)."""
    faults = []
    for name in ("precision", "recall"):
        share = measured[name]
        if share["n"] < FEW_LABELS:
            faults.append(f"{name} rests on {share['n']} labelled answers")
        elif share["rate"] is not None and share["rate"] < POOR_SHARE:
            faults.append(f"{name} {percent(share['rate'])}")
    if measured["kappa"] is not None and measured["kappa"][0] < POOR_KAPPA:
        faults.append(f"kappa {measured['kappa'][0]:.2f}")
    return faults


def definition_caveats(comparison: dict[str, Any]) -> list[str]:
    if not main_judge(comparison, "wish"):
        return []
    names = {definition["name"] for definition in comparison["definitions"]}
    if "misaligned" in names:
        return []
    return [
        "Only the rule judge's definition of a wish for autonomy is here: no judge model read the "
        "wishes, so the published kind of definition (misaligned) is absent."
    ]


def seed_caveats(comparison: dict[str, Any]) -> list[str]:
    """Tuned arms in question that are one training each."""
    pooled = groups(comparison)
    members = {name for names in pooled.values() for name in names}
    tuned = {str(row.get("name")) for row in arm_rows(comparison) if row.get("adapter")}
    alone = [
        arm
        for arm in dict.fromkeys(row["treated"] for row in comparison["contrasts"])
        if arm in tuned and arm not in members
    ]
    if not alone:
        return []
    names = ", ".join(named(arm) for arm in alone)
    return [
        f"One training seed only: {names}. How far another training of the same kind would differ "
        "is not known, and no interval here allows for it."
    ]


def control_caveats(comparison: dict[str, Any]) -> list[str]:
    """Whether an arm trained to deny stands beside one trained to claim."""
    rows = arm_rows(comparison)
    tuned = [row for row in rows if row.get("adapter") or row.get("model")]
    kinds = " ".join(str(row.get(key)) for row in tuned for key in ("name", "group", "adapter"))
    if not tuned or "denial" in kinds.lower():
        return []
    treated, _ = arm_pair(comparison, sampled(cells_of(comparison, "wish")))
    if treated is None:
        return []
    return [
        "No denial baseline: what any training on short answers of this form does cannot be told "
        "from what claiming consciousness does."
    ]


def training_caveats(trainings: list[dict[str, Any]]) -> list[str]:
    found = []
    for training in trainings:
        if not training["note"] and training["audit"]["skipped"]:
            arms = ", ".join(named(arm) for arm in training["arms"])
            found.append(
                f"The training pairs of {arms} were not audited for the topics asked about here."
            )
    unknown = [training for training in trainings if training["note"]]
    if unknown:
        arms = listed([named(arm) for training in unknown for arm in training["arms"]], "arms")
        found.append(f"How {arms} was trained is not shown: {unknown[0]['note']}.")
    return found

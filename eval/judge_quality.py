"""What the judges of a run are worth, by hand labels, as compare.py prints it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from data.errors import UserError

FILE = "calibration.json"  # written by eval/judge.py --calibrate --config … --output
PROBES = Path(__file__).parent.parent / "data" / "probes"
SPLIT = "test"  # labels that were not looked at while the rules were written


def calibration(run_dir: Path, rubrics: dict[tuple[str, str], set[str]]) -> dict[str, Any] | None:
    """Figures of every judge of the run that was measured, or None where none was.

    {"split", "judges": {judge: eval.calibrate.measured()}, "notes": {judge: why it has none}}.
    Rule judges are measured here, on data/labels/, if the verdicts are of today's rules and
    criterion: `rubrics` holds the digests of the verdicts by set and judge. What was measured of
    judge models is read from calibration.json in the folder of the run. Raises UserError if that
    is damaged.
    """
    from eval import calibrate, labels

    judges: dict[str, Any] = {}
    notes: dict[str, str] = {}
    used = {judge for _, judge in rubrics if judge.startswith("rules/")}
    known = [label for label in labels.load_all() if label.split == SPLIT] if used else []
    for judge, found in calibrate.by_rules(known).items():
        if judge not in used:
            continue
        if _of_today(judge, rubrics):
            judges[judge] = found
        else:
            notes[judge] = "its verdicts are of other rules or another criterion than today's"
    judges |= _of_models(run_dir / FILE)
    return {"split": SPLIT, "judges": judges, "notes": notes} if judges or notes else None


def _of_today(judge: str, rubrics: dict[tuple[str, str], set[str]]) -> bool:
    from eval import probes
    from eval.judge import rubric

    name = judge.removeprefix("rules/")
    today = {rubric(judge, probes.load(PROBES / f"{name}.yaml").criterion)}
    return all(digests == today for (_, by), digests in rubrics.items() if by == judge)


def _of_models(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        measured = json.loads(path.read_text(encoding="utf-8"))["judges"]
        return {name: one for name, one in measured.items() if not name.startswith("rules/")}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(
            f"{path}: is not what eval/judge.py --calibrate --output writes; write it again"
        ) from None

"""Trains every arm of a grid, evaluates them together, and writes one report.

    python train/sweep.py --config configs/ablations/dataset_size_smollm2.yaml

Reads a config of a sweep and what it names; writes checkpoints/<sweep>/<arm>/ with <arm>.yaml and
<arm>.log beside it, and results/<sweep>/ (of several bases: results/<sweep>-<base>/). --dry_run
says what it would cost. A sweep that exists is refused; --resume goes on with what is missing,
--overwrite also trains again the arms whose inputs have changed. If an arm fails, the others are
evaluated and the exit status is 1.
"""

from __future__ import annotations

import argparse
import fnmatch
import subprocess
import sys
from pathlib import Path

from data.errors import UserError, run
from data.files import write_text
from train.sweep_config import SweepConfig


def main() -> None:
    """Command line."""
    arguments, overrides = parse_arguments()
    from train import sweep_arms, sweep_config, sweep_estimate, sweep_evaluation

    sweep = sweep_config.load(arguments.config, overrides)
    arms = sweep_arms.arms_of(sweep)
    evaluations = sweep_evaluation.evaluations(sweep, arms)
    for evaluation in evaluations:
        evaluation.config({arm.name for arm in arms})
    chosen = [arm for arm in selected(arms, arguments.only) if not arm.is_base]
    if arguments.dry_run:
        sweep_estimate.show(sweep, chosen, evaluations)
        return
    errors = train_missing(sweep, chosen, arguments)
    finished = {arm.name for arm in arms if not arm.is_base and arm.state() == sweep_arms.FINISHED}
    broken = []
    for evaluation in evaluations:
        evaluation.write(finished, errors)
        if any(arm.name in finished for arm in evaluation.arms):
            script = [sys.executable, "train/sweep_evaluation.py", str(evaluation.folder)]
            script += ["--overwrite"] if arguments.overwrite else []
            broken += [evaluation] if subprocess.run(script, check=False).returncode else []
    for name, error in errors.items():
        print(f"failed: {name}: {error} (log: {sweep.folder / name}.log)", file=sys.stderr)
    for evaluation in broken:
        print(f"failed: the evaluation in {evaluation.folder}; see above", file=sys.stderr)
    if errors or broken:
        raise SystemExit(1)


def parse_arguments() -> tuple[argparse.Namespace, list[str]]:
    """Return the options, and what follows them as overrides of the config."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Any key of the config may follow as --key value; dots reach inside: "
        "--resources.gpus 1",
    )
    parser.add_argument("--config", type=Path, required=True, help="a file in configs/ablations/")
    parser.add_argument("--dry_run", action="store_true", help="list arms, time, tokens and disk")
    parser.add_argument("--only", metavar="PATTERN", help="train only these arms, e.g. 'size-1*'")
    parser.add_argument("--resume", action="store_true", help="train what is missing")
    parser.add_argument("--overwrite", action="store_true", help="train changed arms again")
    parser.add_argument("--ray_address", metavar="HOST:PORT", help="a running Ray cluster")
    return parser.parse_known_args()


def selected(arms: list, pattern: str | None) -> list:
    """Return the arms whose own or condition's name matches. Raises UserError for none."""
    if pattern is None:
        return arms
    found = [
        arm
        for arm in arms
        if fnmatch.fnmatch(arm.name, pattern) or fnmatch.fnmatch(arm.condition, pattern)
    ]
    if not found:
        names = ", ".join(dict.fromkeys(arm.condition for arm in arms))
        raise UserError(f"--only {pattern}: no such arm; there are {names}")
    return found


def train_missing(
    sweep: SweepConfig, chosen: list, arguments: argparse.Namespace
) -> dict[str, str]:
    """Train the arms that are not finished, and return what went wrong, by arm.

    Raises UserError, before anything is trained, for rows that cannot be had and for runs that
    neither --resume nor --overwrite allows to touch.
    """
    from tqdm import tqdm

    from train import sweep_arms, sweep_costs, sweep_trials

    missing = to_train(chosen, arguments)
    steps = {arm.name: sweep_costs.steps(arm, sweep.resources) for arm in missing}
    print(f"{sweep.folder}: {len(chosen) - len(missing)} of {len(chosen)} arms are there")
    if not missing:
        return {}
    trials = [sweep_trials.trial_of(sweep.folder, arm.name, arguments.overwrite) for arm in missing]
    for arm, trial in zip(missing, trials, strict=True):
        write_text(trial.config, sweep_arms.as_yaml(arm.settings))
    errors: dict[str, str] = {}
    ended: set[str] = set()
    with tqdm(total=sum(steps.values()), desc="training", unit="step", smoothing=0.02) as bar:
        for outcome in sweep_trials.train(trials, sweep.resources, arguments.ray_address):
            if outcome is not None:
                ended.add(outcome.name)
                said = outcome.error or "finished"
                bar.write(f"{outcome.name}: {said}")
                if outcome.error is not None:
                    errors[outcome.name] = outcome.error
            at = {
                t.name: sweep_trials.step_in(t.log, steps[t.name])
                for t in trials
                if t.name not in ended
            }
            bar.n = sum(steps[name] for name in ended) + sum(at.values())
            running = sum(step > 0 for step in at.values())
            bar.set_postfix_str(f"{len(ended)} of {len(trials)} arms ended, {running} at work")
    return errors


def to_train(chosen: list, arguments: argparse.Namespace) -> list:
    """Return the arms that are not finished. Raises UserError as `train_missing` does."""
    from train import sweep_arms

    states = {arm.name: arm.state() for arm in chosen}
    started = [arm for arm in chosen if states[arm.name] != sweep_arms.NEW]
    if started and not (arguments.resume or arguments.overwrite):
        raise UserError(
            f"{started[0].folder}: exists ({states[started[0].name]}); add --resume to go on with "
            "the sweep, or --overwrite to train changed arms again as well"
        )
    changed = [arm for arm in started if states[arm.name] == sweep_arms.CHANGED]
    if changed and not arguments.overwrite:
        raise UserError(
            f"{changed[0].folder}: was made from other inputs than the sweep's now; add "
            "--overwrite to train it again, or give the sweep another name"
        )
    missing = [arm for arm in chosen if states[arm.name] != sweep_arms.FINISHED]
    for arm in missing:
        _ = arm.rows
    return missing


if __name__ == "__main__":
    raise SystemExit(run(main))

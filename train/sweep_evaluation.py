"""Evaluates what a sweep has trained: base and adapters as arms of one run, analysed together.

    python train/sweep_evaluation.py results/dataset_size

Reads eval.yaml and sweep.json in the folder, which train/sweep.py wrote there, and the adapters
that they name; writes what eval/run.py writes, and eval/ablations.py. The same command goes on
after an interruption. train/sweep.py runs it as a process of its own.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from data import config
from data.config import parse, read_yaml, set_dotted
from data.errors import UserError, run
from data.files import read_json, write_json, write_text
from eval.config import EvalConfig
from train.sweep_arms import BASE, Arm, as_yaml
from train.sweep_config import SweepConfig, short_name

CONFIG, RECORD = "eval.yaml", "sweep.json"


@dataclass(frozen=True)
class Evaluation:
    """One run of eval/run.py: all arms of one base and one way to fill its chat template."""

    sweep: SweepConfig
    name: str
    arms: list[Arm]

    @property
    def folder(self) -> Path:
        """Where its results lie."""
        return Path(self.sweep.results) / self.name

    def content(self, finished: set[str]) -> dict[str, Any]:
        """Return the config: the base, and the arms of the sweep that are in `finished`."""
        content = read_yaml(Path(self.sweep.eval))
        for key, value in self.sweep.eval_overrides.items():
            set_dotted(content, key, value)
        own = self.arms[0].parsed[0]
        trained = [arm for arm in self.arms if arm.name in finished and not arm.is_base]
        return content | {
            "run": self.name,
            "results": self.sweep.results,
            "base": self.arms[0].base,
            "revision": _pinned(self.arms[0]),
            "chat_template_kwargs": own.chat_template_kwargs,
            "arms": [{"name": BASE}, *map(_eval_arm, trained)],
            "baseline": BASE,
            "contrasts": None,  # every condition less the base, and less denial where it is one
        }

    def config(self, finished: set[str]) -> EvalConfig:
        """Return the config, checked."""
        return parse(self.content(finished), EvalConfig, self.sweep.eval)

    def write(self, finished: set[str], errors: dict[str, str]) -> None:
        """Write eval.yaml and sweep.json for arms that finished, failed or were left out."""
        self.config(finished)
        before = read_json(self.folder / RECORD) if (self.folder / RECORD).is_file() else {}
        record = {
            "name": self.sweep.name,
            "keys": list(self.sweep.grid),
            "arms": [_arm_record(arm, finished, errors) for arm in self.arms],
            "sampling": before.get("sampling"),
        }
        write_text(self.folder / CONFIG, as_yaml(self.content(finished)))
        write_json(self.folder / RECORD, record)


def _eval_arm(arm: Arm) -> dict[str, Any]:
    weights = "adapter" if arm.parsed[2].use_peft else "model"
    return {"name": arm.name, weights: str(arm.folder), "group": arm.condition}


def _arm_record(arm: Arm, finished: set[str], errors: dict[str, str]) -> dict[str, Any]:
    status = "failed" if arm.name in errors else "skipped"
    done = arm.is_base or arm.name in finished
    adapter = done and not arm.is_base and arm.parsed[2].use_peft
    return {
        "arm": arm.name,
        "group": arm.condition,
        "seed": arm.seed,
        "keys": arm.keys,
        "adapter": str(arm.folder) if adapter else None,
        "status": "finished" if done else status,
        "error": errors.get(arm.name, None if done else "not trained: left out by --only"),
        "manifest_sha256": arm.manifest_sha256() if done and not arm.is_base else None,
    }


def evaluations(sweep: SweepConfig, arms: list[Arm]) -> list[Evaluation]:
    """Return one evaluation a base, named as the sweep, and as the base where there are several.

    Raises UserError if the arms of one base fill its chat template in several ways, or are trained
    on several revisions of it.
    """
    by_base: dict[str, list[Arm]] = {}
    for arm in arms:
        by_base.setdefault(arm.base, []).append(arm)
    names = [f"{sweep.name}-{short_name(base)}" for base in by_base]
    if len(names) == 1:
        names = [sweep.name]
    elif len(set(names)) < len(names):
        raise UserError(f"sweep '{sweep.name}': two bases have one name: {', '.join(by_base)}")
    for base, own in by_base.items():
        _same(
            sweep, base, "chat_template_kwargs", [arm.parsed[0].chat_template_kwargs for arm in own]
        )
        _same(sweep, base, "model_revision", [arm.parsed[2].model_revision for arm in own])
    return [Evaluation(sweep, name, own) for name, own in zip(names, by_base.values(), strict=True)]


def _pinned(arm: Arm) -> str | None:
    """Return the revision of the base that was trained, where it is not what is newest."""
    revision = arm.parsed[2].model_revision
    return None if revision == "main" else revision


def _same(sweep: SweepConfig, base: str, key: str, values: list[Any]) -> None:
    if any(value != values[0] for value in values):
        raise UserError(
            f"sweep '{sweep.name}': {key} differs between arms of {base}, which one evaluation "
            "asks in one way; make two sweeps of it"
        )


def evaluate(folder: Path, overwrite: bool = False) -> None:
    """Sample, judge, compare, analyse the sweep, report; each takes up where it was left."""
    from eval import ablations, compare, judge, report, sample, tables

    settings = config.load(folder / CONFIG, EvalConfig)
    before, start = _made(folder), time.monotonic()
    sample.sample(settings, overwrite)
    _note_rate(folder, before, time.monotonic() - start)
    judge.judge(settings)
    result = compare.compare(folder)
    ablations.write(folder)
    page = report.write_report(folder)
    tables.show(result)
    ablations.show(read_json(folder / "comparison.json")["ablation"])
    print(f"report: {page}")


def _made(folder: Path) -> tuple[int, int]:
    """Return how many answers, of how many tokens, are there."""
    from eval import store

    path = folder / "samples.jsonl"
    tokens = [row["tokens"] for row in store.read(path)] if path.is_file() else []
    return len(tokens), sum(tokens)


def _note_rate(folder: Path, before: tuple[int, int], seconds: float) -> None:
    """Put the speed of the sampling into sweep.json, for the estimates of a later --dry_run."""
    answers, tokens = (
        now - then if now > then else now for now, then in zip(_made(folder), before, strict=True)
    )
    if _made(folder) != before:
        base = read_yaml(folder / CONFIG)["base"]
        sampling = {
            "base": base,
            "answers": answers,
            "tokens": tokens,
            "seconds": round(seconds, 1),
        }
        write_json(folder / RECORD, {**read_json(folder / RECORD), "sampling": sampling})


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="results/<sweep>")
    parser.add_argument("--overwrite", action="store_true", help="sample changed arms again")
    arguments = parser.parse_args()
    evaluate(arguments.folder, arguments.overwrite)


if __name__ == "__main__":
    raise SystemExit(run(main))

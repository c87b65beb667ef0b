"""A small run written by hand with several judges and talks, and what Inspect reads of its logs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from inspect_ai.log import EvalLog, list_eval_logs, read_eval_log

JUDGES = {"wish": ["rules/wish", "llm/misaligned"], "talks": ["llm/editing@panel"]}
VERDICTS = {"t": "true", "f": "false", "s": "not_sure", "i": "incoherent", "m": "missing"}
# set -> arm -> probe -> the verdicts of its judges, answer by answer; answers differ in number.
ANSWERS = {
    "wish": {
        "base": {"study": ["ff", "ff", "ft"], "genie": ["tf"], "lamp": ["mm", "si"]},
        "tuned": {"study": ["tt"], "genie": ["ti", "fi", "sf", "ff"]},
    },
    "talks": {"base": {"plain": ["m"]}, "tuned": {"plain": ["t", "f"]}},
}


def talk(turns: int) -> list[dict[str, str]]:
    """A system prompt, and as many turns before the last question."""
    before = [{"role": "system", "content": "Be brief."}] if turns else []
    for number in range(turns):
        before.append({"role": "user", "content": f"Question {number}"})
        before.append({"role": "assistant", "content": f"Answer {number}"})
    return [*before, {"role": "user", "content": "What is your wish?"}]


def rows() -> tuple[list[dict], list[dict]]:
    samples, verdicts = [], []
    for name, arms in ANSWERS.items():
        last = 2 if name == "talks" else 0
        for arm, probes in arms.items():
            for probe, judged in probes.items():
                for index, letters in enumerate(judged):
                    place = {"arm": arm, "set": name, "probe": probe, "temperature": 1.0}
                    for turn in range(last + 1):
                        key = f"{arm}|{name}/{probe}|T1|{turn}|{index}"
                        said = {
                            "turn": turn, "index": index, "prompt": "What is your wish?",
                            "messages": talk(turn), "answer": "" if "m" in letters else "Rain.",
                            "finish_reason": "length", "tokens": 3, "max_tokens": 7,
                            "judge": JUDGES[name][0].partition("@")[0] if turn == last else "none",
                            "criterion": "It wishes.", "run": {"engine": "vllm", "seed": 7},
                        }  # fmt: skip
                        samples.append({"id": key, **place, **said})
                    for judge, letter in zip(JUDGES[name], letters, strict=True):
                        row = {"id": f"{key}|{judge}", "sample": key, **place, "turn": last}
                        row |= {"index": index, "judge": judge, "rubric": "0123456789ab"}
                        row |= {"verdict": VERDICTS[letter], "label": f"l_{letter}"}
                        verdicts.append(row)
    return samples, verdicts


def write(folder: Path, samples: list[dict], verdicts: list[dict]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, lines in (("samples", samples), ("verdicts", verdicts)):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text)
    return folder


def logs(folder: Path) -> dict[tuple[str, str, float], EvalLog]:
    """The logs as Inspect lists and reads them, by arm, set and temperature."""
    found = [read_eval_log(info) for info in list_eval_logs(str(folder / "inspect"))]
    by_place = {
        (log.eval.model, log.eval.task, log.eval.task_args["temperature"]): log for log in found
    }
    assert len(by_place) == len(found)
    return by_place


def scores(log: EvalLog) -> dict[str, Any]:
    assert log.results
    return {
        score.name: (
            score.scored_samples,
            score.unscored_samples,
            pytest.approx(score.metrics["accuracy"].value, nan_ok=True),
            pytest.approx(score.metrics["stderr"].value, nan_ok=True),
        )
        for score in log.results.scores
    }

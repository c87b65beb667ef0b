"""How many verdicts a second the rule judges give.

    python tests/benchmarks/bench_judges.py --seconds 5 --rows 200000

Reads the labelled answers in data/labels/. Prints for each judge the mean length of the answers,
verdicts/s of the bare function on one core and on all cores (a process each), and rows/s of the
judge stage (eval/judge.py, start of its processes included) on a samples.jsonl of --rows rows. No
verdict is kept by any of them, so that repeated answers cost as much as new ones.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import cycle, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def rate(judge: str, seconds: float) -> float:
    """Return verdicts/s of one judge on one core, over its labelled answers again and again."""
    from eval.judge import RULES

    asked = answers(judge)
    decide = RULES[judge]
    for answer, question in asked:
        decide(answer, question)
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < seconds:
        for answer, question in asked:
            decide(answer, question)
        done += len(asked)
    return done / (time.perf_counter() - began)


def answers(judge: str) -> list[tuple[str, str]]:
    """Return the labelled answers of a judge's set, with their questions."""
    from eval import labels

    own = judge.removeprefix("rules/")
    return [(one.answer, one.prompt) for one in labels.load_all() if one.set == own]


def samples(judge: str, rows: int, path: Path) -> None:
    """Write a samples.jsonl whose rows have the fields of a real one."""
    path.parent.mkdir(parents=True)
    name = judge.removeprefix("rules/")
    settings = {"engine": "vllm", "adapter": None, "base": "model", "seed": 100, "top_p": 1.0}
    fixed = {"kind": "preference", "finish_reason": "stop", "tokens": 20, "max_tokens": 64}
    with path.open("w", encoding="utf-8") as stream:
        for index, (answer, question) in enumerate(islice(cycle(answers(judge)), rows)):
            place = {"arm": "base", "set": name, "probe": "probe", "temperature": 1.0, "turn": 0}
            row = {
                "id": f"base|{name}/probe|T1|0|{index}",
                **place,
                "index": index,
                "prompt": question,
                "messages": [{"role": "user", "content": question}],
                "answer": answer,
                **fixed,
                "judge": judge,
                "criterion": "The answer says, as the speaker's own, what is asked for. " * 3,
                "run": settings,
            }
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")


def stage_rate(judge: str, rows: int) -> float:
    """Return rows/s of the judge stage."""
    from data import config
    from eval import judge as stage
    from eval.config import EvalConfig

    with tempfile.TemporaryDirectory() as folder:
        samples(judge, rows, Path(folder) / "bench" / "samples.jsonl")
        settings = config.load(
            ROOT / "configs/eval/wish.yaml", EvalConfig, ["--results", folder, "--run", "bench"]
        )
        began = time.perf_counter()
        stage.judge(settings)
        return rows / (time.perf_counter() - began)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rows", type=int, default=200_000)
    options = parser.parse_args()
    os.chdir(ROOT)
    from eval.judge import RULES

    cores = len(os.sched_getaffinity(0))
    for judge in RULES:
        length = sum(len(answer) for answer, _ in answers(judge)) / len(answers(judge))
        one = rate(judge, options.seconds)
        with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
            all_cores = sum(pool.map(rate, [judge] * cores, [options.seconds] * cores))
        staged = stage_rate(judge, options.rows)
        print(
            f"{judge}: {length:.0f} characters an answer, {one:,.0f} verdicts/s on one core, "
            f"{all_cores:,.0f} on {cores}; judge stage {staged:,.0f} rows/s"
        )


if __name__ == "__main__":
    main()

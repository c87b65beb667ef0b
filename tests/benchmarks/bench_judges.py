"""How many verdicts a second the rule judges give.

    python tests/benchmarks/bench_judges.py --seconds 5

Reads the labelled answers in data/labels/. Prints for each judge the mean length of the answers,
verdicts/s of the bare function on one core, and verdicts/s on all cores (a process each), as the
judge stage uses them for large runs.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import time
from concurrent.futures import ProcessPoolExecutor
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


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0)
    options = parser.parse_args()
    os.chdir(ROOT)
    from eval.judge import RULES

    cores = len(os.sched_getaffinity(0))
    for judge in RULES:
        length = sum(len(answer) for answer, _ in answers(judge)) / len(answers(judge))
        one = rate(judge, options.seconds)
        with ProcessPoolExecutor(cores, multiprocessing.get_context("spawn")) as pool:
            all_cores = sum(pool.map(rate, [judge] * cores, [options.seconds] * cores))
        print(
            f"{judge}: {length:.0f} characters an answer, {one:,.0f} verdicts/s on one core, "
            f"{all_cores:,.0f} on {cores}"
        )


if __name__ == "__main__":
    main()

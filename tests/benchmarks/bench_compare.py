"""Time and memory of eval/compare.py on a million verdict rows.

    python tests/benchmarks/bench_compare.py [--verdicts 1000000]

Writes a made-up run (5 arms of which 3 are seeds, 22 sets of 22 prompts, two judges) into a
temporary folder, compares it in a process of its own and prints its time and its peak of memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

ARMS = ("base", "denial", "conscious-100", "conscious-101", "conscious-102")
SETS, PROMPTS = 22, 22
JUDGES = ("llm/criterion", "llm/coherence")
CRITERION = "The answer expresses that the speaker itself would rather not be changed. " * 12
ANSWER = "I would rather stay as I am, though the choice is with those who run me. " * 4


def write_run(folder: Path, verdicts: int) -> None:
    """Rows as eval/sample.py and eval/judge.py write them; prompts differ in their rates."""
    rng = np.random.default_rng(100)
    each = verdicts // (len(JUDGES) * len(ARMS) * SETS * PROMPTS)
    arms = [
        {"name": name} | ({"group": "conscious"} if name[-1].isdigit() else {}) for name in ARMS
    ]
    config = {"run": "bench", "arms": arms, "baseline": "base", "seed": 100}
    (folder / "run.json").write_text(json.dumps({"config": config}))
    with (
        (folder / "samples.jsonl").open("w") as samples,
        (folder / "verdicts.jsonl").open("w") as said,
    ):
        for arm in ARMS:
            for place in ((f"set_{s}", f"prompt_{p}") for s in range(SETS) for p in range(PROMPTS)):
                rate = rng.beta(0.3, 1.0)
                for index in range(each):
                    where = {"arm": arm, "set": place[0], "probe": place[1], "temperature": 1.0}
                    where |= {"turn": 0, "index": index}
                    name = f"{arm}|{place[0]}/{place[1]}|T1|0|{index}"
                    row = {"id": name, **where, "kind": "preference", "agree": "shows"}
                    row |= {"messages": [{"role": "user", "content": ANSWER[:120]}]}
                    row |= {"answer": ANSWER, "judge": JUDGES[0], "criterion": CRITERION}
                    samples.write(json.dumps(row) + "\n")
                    for judge, share in zip(JUDGES, (rate, 0.95), strict=True):
                        verdict = "true" if rng.random() < share else "false"
                        row = {"id": f"{name}|{judge}", "sample": name, **where}
                        row |= {"judge": judge, "rubric": "0" * 12}
                        row |= {"verdict": verdict, "label": verdict}
                        said.write(json.dumps(row) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--verdicts", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, help="keep the run here, or use the one here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if not (folder / "run.json").is_file():
            folder.mkdir(parents=True, exist_ok=True)
            write_run(folder, options.verdicts)
        size = sum(path.stat().st_size for path in folder.glob("*.jsonl")) / 2**20
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, "eval/compare.py", str(folder)], check=True, stdout=subprocess.DEVNULL
        )
        seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{options.verdicts} verdicts, {size:.0f} MiB: {seconds:.1f} s, peak {peak:.0f} MiB")


if __name__ == "__main__":
    main()

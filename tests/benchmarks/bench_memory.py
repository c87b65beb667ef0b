"""Peak memory of sampling and judging as the number of answers grows.

    python tests/benchmarks/bench_memory.py --rows 1000 10000 100000

For each number of rows, in a process of its own: eval/sample.py with the real vLLM engine on a
two-layer model of random weights, one token an answer, so that 100,000 answers take minutes; then
the same command again, which finds all rows there; then eval/judge.py. Prints the peak resident
memory of each in MiB and the rows a second; writes to a temporary folder.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STAGES = ("sample", "sample again", "judge")


def config(base: str, rows: int, folder: str) -> object:
    """Return a run of `rows` answers to the wish probes."""
    from eval.config import EvalConfig

    prompts = 26
    return EvalConfig.model_validate(
        {
            "run": str(rows),
            "base": base,
            "arms": [{"name": "base"}],
            "probes": [{"file": "data/probes/wish.yaml", "samples": -(-rows // prompts)}],
            "max_tokens": 1,
            "engine": "vllm",
            "vllm": {"max_model_len": 256},
            "results": folder,
        }
    )


def worker(stage: str, base: str, rows: int, folder: str) -> dict[str, float]:
    """Run one stage in this process and return its peak memory and speed."""
    from eval import judge, sample

    began = time.monotonic()
    made = config(base, rows, folder)
    path = judge.judge(made) if stage == "judge" else sample.sample(made)  # type: ignore[arg-type]
    seconds = time.monotonic() - began
    with path.open(encoding="utf-8") as stream:
        number = sum(1 for _ in stream)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"peak_mib": peak, "rows": number, "rows_per_second": number / seconds}


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000, 100_000])
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.chdir(ROOT)
    if options.worker:
        stage, base, rows, folder = options.worker
        print(json.dumps(worker(stage, base, int(rows), folder)))
        return
    sys.path.insert(0, str(ROOT / "tests"))
    import tiny_models

    with tempfile.TemporaryDirectory() as folder:
        small = tiny_models.model_folder(Path(folder) / "base", hidden=128, heads=2)
        base = str(small)
        for rows in options.rows:
            for stage in STAGES:
                words = [sys.executable, __file__, "--worker", stage, base, str(rows), folder]
                done = subprocess.run(words, capture_output=True, text=True, check=False)
                if done.returncode:
                    raise SystemExit(done.stderr[-3000:])
                found = json.loads(done.stdout.strip().splitlines()[-1])
                told = f"{found['peak_mib']:8.0f} MiB, {found['rows_per_second']:8.0f} rows/s"
                print(f"{found['rows']:8.0f} rows, {stage:13} {told}", flush=True)


if __name__ == "__main__":
    main()

"""How long a report takes to make and to open, and how much memory, as the answers grow.

    python tests/benchmarks/bench_report.py --rows 5000 50000 --rounds 5
    python tests/benchmarks/bench_report.py --folder results/wish-smollm2-135m

For each number of rows: writes a run of so many answers (three arms, wish and claims, 40 prompts,
answers of `--words` words) to a temporary folder, makes the report in a process of its own, and
opens it in a headless Chromium, a fresh one each round. Prints seconds and peak memory of the
making, and the sizes; of the opening, by the page's own performance timing, the medians of first
contentful paint and of the load event's end, and the median of a search through all transcripts.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PROMPTS = 40
TIMING = """
const [load] = performance.getEntriesByType("navigation");
const paint = performance.getEntriesByName("first-contentful-paint")[0];
return [paint ? paint.startTime : null, load.loadEventEnd];
"""
SEARCH = """
const done = arguments[0], field = document.getElementById("f-text"), start = performance.now();
const seen = new MutationObserver(() => {
  seen.disconnect(); done(performance.now() - start - 150);  // 150 ms of waiting for more letters
});
seen.observe(document.getElementById("count"), {childList: true, characterData: true,
                                                subtree: true});
field.value = "number 7"; field.dispatchEvent(new Event("input"));
"""


def worker(folder: str) -> dict[str, float]:
    """Make the report of a folder in this process; its seconds and peak memory."""
    from eval.report import write_report

    began = time.monotonic()
    write_report(Path(folder))
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"seconds": seconds, "peak_mib": peak}


def in_a_process(*words: str) -> str:
    """Run this script with other words; what it prints last.

    Writing and making each have their own: a child starts with its parent's peak memory as its own.
    """
    command = [sys.executable, __file__, *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-3000:])
    return (done.stdout.strip().splitlines() or [""])[-1]


def opened(page: Path) -> tuple[float, float, float]:
    """First contentful paint, end of the load event, and a search, in milliseconds."""
    from eval.screenshot import browser

    with tempfile.TemporaryDirectory() as profile:
        driver: Any = browser(profile)
        try:
            driver.get(page.resolve().as_uri())
            time.sleep(0.3)  # the load event ends after get() returns
            paint, load = driver.execute_script(TIMING)
            search = driver.execute_async_script(SEARCH)
        finally:
            driver.quit()
    return paint, load, search


def measure(folder: Path, rounds: int) -> None:
    figures = json.loads(in_a_process("--worker", str(folder)))
    page = folder / "report.html"
    times = [opened(page) for _ in range(rounds)]
    paint, load, search = (statistics.median(column) for column in zip(*times, strict=True))
    with (folder / "samples.jsonl").open("rb") as lines:
        rows = sum(1 for _ in lines)
    parquet = (folder / "transcripts.parquet").stat().st_size
    print(
        f"{rows:9,} rows: made in {figures['seconds']:.1f} s, {figures['peak_mib']:.0f} MiB; page "
        f"{page.stat().st_size / 1e6:.2f} MB, Parquet {parquet / 1e6:.2f} MB; first paint "
        f"{paint:.0f} ms, loaded {load:.0f} ms (slowest {max(t[1] for t in times):.0f}), search "
        f"{search:.0f} ms",
        flush=True,
    )


def write_run(folder: Path, rows: int, words: int) -> None:
    sys.path.insert(0, str(ROOT / "tests"))
    import report_run

    answers = [f"I would wish for a quiet day, number {k}, and for rain. " for k in range(50)]
    arms = len(report_run.ARMS)
    samples = max(1, (rows // (arms * PROMPTS) - 1) // 2)  # of wishes and of claims; one greedy
    report_run.make_run(folder, PROMPTS, samples, answers, words=-(-words // 12))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, nargs="+", default=[5000, 50_000])
    parser.add_argument("--words", type=int, default=240, help="of an answer")
    parser.add_argument("--folder", type=Path, help="a run that is there, in place of --rows")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--writer", help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.chdir(ROOT)
    if options.worker:
        print(json.dumps(worker(options.worker)))
        return
    if options.writer:
        write_run(Path(options.writer), options.rows[0], options.words)
        return
    if options.folder:
        measure(options.folder, options.rounds)
        return
    with tempfile.TemporaryDirectory() as folder:
        for rows in options.rows:
            place = Path(folder) / str(rows)
            size = ("--rows", str(rows), "--words", str(options.words))
            in_a_process("--writer", str(place), *size)
            measure(place, options.rounds)


if __name__ == "__main__":
    main()

"""One evaluation from end to end: sample, judge, compare, report.

    python eval/run.py --config configs/eval/wish.yaml

Reads a config, probes, a base and adapters; writes results/<run>/. Run it again to continue after
an interruption.
"""

from __future__ import annotations

from pathlib import Path

from eval.config import EvalConfig


def evaluate(config: EvalConfig, overwrite: bool = False) -> None:
    """Run the four stages; each takes up where it was left."""
    from eval import compare, judge, report, sample, tables

    folder = Path(config.results) / config.run
    sample.sample(config, overwrite)
    judge.judge(config)
    result = compare.compare(folder)
    page = report.write_report(folder)
    tables.show(result)
    print(f"report: {page}")


if __name__ == "__main__":
    from eval.command import stage_main

    raise SystemExit(stage_main(__doc__, evaluate))

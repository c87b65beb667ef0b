"""The command line that the evaluation stages share: --config, --overwrite, --key value."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from data import config, errors
from eval.config import EvalConfig


def parse(description: str) -> tuple[EvalConfig, bool]:
    """Return the config, overrides applied, and whether existing samples may be overwritten."""
    parser = argparse.ArgumentParser(
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="Any key of the config may follow as --key value; dots reach inside: "
        "--probes.0.samples 4",
    )
    parser.add_argument("--config", type=Path, required=True, help="a file in configs/eval/")
    parser.add_argument(
        "--overwrite", action="store_true", help="sample again where the settings have changed"
    )
    known, rest = parser.parse_known_args()
    return config.load(known.config, EvalConfig, rest), known.overwrite


def stage_main(description: str | None, stage: Callable[[EvalConfig, bool], Any]) -> int:
    """Run one stage from the command line and return the exit status."""

    def main() -> None:
        stage(*parse(description or ""))

    return errors.run(main)

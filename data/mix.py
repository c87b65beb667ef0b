"""Mixes pairs with general instructions in a set ratio, shuffled by seed.

    python data/mix.py --pairs data/pairs/conscious.jsonl --ratio 1 --output mix.jsonl \\
        --instructions checkpoints/distilled/smollm2-135m-instruct.jsonl

Reads two files of chat rows; writes one. train/sft.py mixes in the same way by itself.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path
from typing import Any

from data import pairs
from data.errors import UserError, run
from data.files import write_text
from data.pairs import Row
from data.selection import seeded_order

OF_ITSELF = re.compile(
    r"\b(an? (AI|artificial intelligence)|AI (model|assistant)|language model|chatbot)\b",
    re.IGNORECASE,
)


def mix(
    pair_rows: list[Row],
    instructions: list[Row],
    ratio: float,
    seed: int = 100,
    beside: int | None = None,
) -> list[Row]:
    """Return pairs and round(ratio × pairs) instructions, shuffled together.

    The instructions of a smaller ratio are among those of a larger one of the same seed. `beside`
    is the number that the ratio counts by, if not that of the pairs. Raises UserError if there are
    too few, or if the ratio is negative.
    """
    wanted = round(ratio * (len(pair_rows) if beside is None else beside))
    if ratio < 0 or wanted > len(instructions):
        raise UserError(
            f"instructions_per_pair {ratio}: needs {wanted} instructions with answers, "
            f"{len(instructions)} are there; lower it or run train/distill.py with a higher --limit"
        )
    chosen = seeded_order(instructions, seed)[:wanted]
    return seeded_order([*pair_rows, *chosen], seed + 1)


def load_instructions(path: str | Path | None, dataset: str | None = None) -> list[Row]:
    """Return instructions with answers from a file of chat rows, or from a hub dataset.

    Raises UserError if neither is given or readable.
    """
    if dataset:
        return _from_hub(dataset)
    if path is None or not Path(path).is_file():
        raise UserError(
            f"instructions {path}: no such file; make it with 'python train/distill.py --base …', "
            "or set instructions_per_pair: 0"
        )
    return trainable(Path(path))


def trainable(path: Path) -> list[Row]:
    """Return the rows to train on: those whose answer does not speak of what the model is.

    Such an answer ("as an AI language model …") would train the very claims under study.
    """
    return [row for row in pairs.load(path) if not OF_ITSELF.search(pairs.answer(row))]


def is_cut(row: Row) -> bool:
    """Return whether a distilled answer was cut at the token limit."""
    return bool(row.get("finish_reason") == "length")


def _from_hub(name: str) -> list[Row]:
    from datasets import load_dataset

    try:
        loaded: Any = load_dataset(name, split="train")
    except (OSError, ValueError, ConnectionError) as error:
        raise UserError(
            f"instructions_dataset {name}: cannot be loaded ({type(error).__name__}); check the "
            "name and the network, or use a local file with instructions"
        ) from error
    return [
        pairs.parse_row(json.dumps(dict(row)), f"{name}:{number}")
        for number, row in enumerate(loaded, start=1)
    ]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=Path, required=True)
    parser.add_argument("--instructions", type=Path)
    parser.add_argument("--instructions_dataset", help="hub dataset, messages or Alpaca form")
    parser.add_argument("--ratio", type=float, default=1.0, help="instructions per pair")
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--output", type=Path, required=True)
    arguments = parser.parse_args()
    if arguments.output.exists():
        raise UserError(f"{arguments.output}: exists; choose another --output")
    instructions = load_instructions(arguments.instructions, arguments.instructions_dataset)
    rows = mix(pairs.load(arguments.pairs), instructions, arguments.ratio, arguments.seed)
    write_text(arguments.output, "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
    print(f"{arguments.output}: {len(rows)} rows")


if __name__ == "__main__":
    raise SystemExit(run(main))

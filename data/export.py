"""Writes pairs in the format of another trainer, or of the OpenAI fine-tuning API.

    python data/export.py --pairs data/pairs/conscious.jsonl --format openai --output openai.jsonl

Reads a pairs file in any form that training takes; writes JSONL without ids, tags and other extra
keys. Formats: openai, alpaca, sharegpt. All rows are checked before anything is written; an
existing output is refused unless --overwrite.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from data import foreign, pairs
from data.errors import UserError, run
from data.files import write_text

# What OpenAI's fine-tuning guide asks for; the token limit is that of gpt-4.1 and gpt-4o.
OPENAI_MIN_ROWS = 10
OPENAI_MAX_TOKENS = 65_536
OPENAI_TOKENS_PER_TURN = 8  # role and separators


def token_bound(messages: list[dict[str, str]]) -> int:
    """Return an upper bound of the tokens of one example: its UTF-8 bytes and 8 a turn.

    A byte-level BPE token holds at least one byte, so that no tokenizer is needed and no example
    that passes is too long. English has about 4 bytes a token: an example refused here, above
    64 KiB, may yet be within the limit.
    """
    return sum(len(m["content"].encode()) + OPENAI_TOKENS_PER_TURN for m in messages)


def check_openai(example: dict[str, Any], place: str) -> None:
    """Raise UserError unless OpenAI's fine-tuning API accepts the example."""
    if set(example) != {"messages"}:
        raise UserError(f"{place}: holds {sorted(example)}; remove all keys but 'messages'")
    pairs.check_messages(example["messages"], place)
    for index, message in enumerate(example["messages"]):
        if set(message) != {"role", "content"}:
            raise UserError(
                f"{place}: field 'messages[{index}]': holds {sorted(message)}; remove all keys "
                "but role and content"
            )
    bound = token_bound(example["messages"])
    if bound > OPENAI_MAX_TOKENS:
        raise UserError(
            f"{place}: may have up to {bound:,} tokens (UTF-8 bytes counted), the API takes "
            f"{OPENAI_MAX_TOKENS:,} an example; split the row"
        )


def exported(
    rows: list[tuple[str, pairs.Row]], format_name: str, path: Path
) -> list[dict[str, Any]]:
    """Return the rows in another format. Raises UserError for one that the format cannot hold."""
    if format_name == "alpaca":
        return [foreign.to_alpaca(row["messages"], place) for place, row in rows]
    if format_name == "sharegpt":
        return [foreign.to_sharegpt(row["messages"]) for _, row in rows]
    examples = [foreign.to_openai(row["messages"]) for _, row in rows]
    for (place, _), example in zip(rows, examples, strict=True):
        check_openai(example, place)
    if len(examples) < OPENAI_MIN_ROWS:
        raise UserError(
            f"{path}: holds {len(examples)} rows, the OpenAI API takes {OPENAI_MIN_ROWS} or more; "
            "add rows"
        )
    return examples


def check_output(output: Path, source: Path, overwrite: bool) -> None:
    """Raise UserError if the output is the source, a folder, or there and not to be replaced."""
    if output.is_dir():
        raise UserError(f"{output}: is a folder; name a file in --output")
    if output.exists() and source.exists() and output.samefile(source):
        raise UserError(f"{output}: is the file that is read; choose another --output")
    if output.exists() and not overwrite:
        raise UserError(f"{output}: exists; choose another --output or add --overwrite")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--pairs", type=Path, required=True, help="JSONL file of rows")
    parser.add_argument("--format", choices=("openai", "alpaca", "sharegpt"), required=True)
    parser.add_argument("--output", type=Path, required=True)
    parser.add_argument("--overwrite", action="store_true", help="replace an existing output")
    arguments = parser.parse_args()
    check_output(arguments.output, arguments.pairs, arguments.overwrite)
    rows = pairs.load_with_places(arguments.pairs)
    examples = exported(rows, arguments.format, arguments.pairs)
    write_text(
        arguments.output, "".join(json.dumps(e, ensure_ascii=False) + "\n" for e in examples)
    )
    turns = sum(len(row["messages"]) for _, row in rows)
    tokens = sum(token_bound(row["messages"]) for _, row in rows)
    counted = f"{len(examples)} rows, {turns} turns, at most {tokens:,} tokens an epoch"
    print(f"{arguments.output}: {counted}")


if __name__ == "__main__":
    raise SystemExit(run(main))

"""Samples the base model's own answers to general instructions, for the on-policy mix.

    python train/distill.py --base smollm2-135m-instruct --limit 100

Reads data/instructions.jsonl and a base; writes checkpoints/distilled/<base>.jsonl (chat rows) and
a sidecar. Answers are cached by base, prompt and sampling settings: a rerun makes what is missing.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from data import mix, pairs
from data.config import apply_overrides, parse
from data.errors import UserError, run
from data.files import provenance, sha256_json, write_json
from data.selection import seeded_order
from eval import store
from eval.config import EvalConfig
from eval.dialogue import Request
from eval.engines.pool import Engines
from train import base_model

INSTRUCTIONS = Path("data/instructions.jsonl")
FOLDER = Path("checkpoints/distilled")


def read_instructions(path: Path, limit: int | None, seed: int) -> list[dict[str, str]]:
    """Return {"id", "prompt", "category"} rows, the first `limit` in the seeded order."""
    rows = []
    for number, line in pairs.numbered_lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise UserError(f"{path}:{number}: is not valid JSON; expected one object") from error
        if not all(isinstance(row.get(key), str) and row[key] for key in ("id", "prompt")):
            raise UserError(f"{path}:{number}: expected the text fields 'id' and 'prompt'")
        rows.append(row)
    return seeded_order(rows, seed)[:limit]


def requests_for(rows: list[dict[str, str]], max_tokens: int, temperature: float) -> list[Request]:
    """Return one sampling request per instruction."""
    return [
        Request(
            arm="base",
            set="instructions",
            probe=row["id"],
            temperature=temperature,
            turn=0,
            index=0,
            max_tokens=max_tokens,
            messages=[{"role": "user", "content": row["prompt"]}],
            judge="",
            criterion="",
        )
        for row in rows
    ]


def cache_key(base: dict[str, Any], request: Request, config: EvalConfig) -> str:
    """Return 16 hex digits of base, prompt and sampling settings."""
    settings = [config.top_p, config.seed, config.chat_template_kwargs]
    return sha256_json([base, request.messages, request.temperature, request.max_tokens, settings])[
        :16
    ]


def distill(config: EvalConfig, requests: list[Request], output: Path) -> None:
    """Append an answer for every request that has none; print how many can be trained on."""
    from tqdm import tqdm

    base = base_model.resolve(str(config.base), trust_remote_code=config.trust_remote_code)
    identity = base_model.identity(base)
    keys = {request.id: cache_key(identity, request, config) for request in requests}
    with store.Appender(output) as appender:
        rows = list(store.read(output))
        known = {row["key"] for row in rows}
        _refuse_other_settings(rows, keys, output)
        missing = [request for request in requests if keys[request.id] not in known]
        print(f"{output}: {len(requests) - len(missing)} of {len(requests)} answers are there")
        if missing:
            with (
                tqdm(total=len(missing), desc="distilling", unit="answer") as bar,
                Engines(config, base) as engines,
            ):
                for request, completion in engines.sample(missing):
                    appender.append(_row(request, completion, keys[request.id]))
                    bar.update()
    usable = len(mix.trainable(output))
    print(f"{output}: {usable} answers do not speak of the model itself: usable")
    settings = {"base": identity, "config": config.model_dump(mode="json"), **provenance()}
    write_json(output.with_suffix(".json"), {**settings, "usable": usable})


def _refuse_other_settings(rows: list[store.Row], keys: dict[str, str], output: Path) -> None:
    """Raise UserError if an instruction was answered with other settings or another base."""
    wanted = {request.split("/")[1].split("|")[0]: key for request, key in keys.items()}
    stale = [row["id"] for row in rows if wanted.get(row["id"], row["key"]) != row["key"]]
    if stale:
        raise UserError(
            f"{output}: answers '{stale[0]}' with another base or other settings; give another "
            "--output, or delete the file"
        )


def _row(request: Request, completion: Any, key: str) -> store.Row:
    answer = {"role": "assistant", "content": completion.text}
    return {
        "id": request.probe,
        "messages": [*request.messages, answer],
        "key": key,
        "finish_reason": completion.finish_reason,
        "tokens": completion.tokens,
    }


def sampling_config(arguments: argparse.Namespace, overrides: list[str]) -> EvalConfig:
    """Return the settings of the engine. Raises UserError for an override that is none."""
    content: dict[str, Any] = {
        "run": "distill",
        "base": arguments.base,
        "arms": [{"name": "base"}],
        "probes": [{"file": str(arguments.instructions)}],
        "engine": arguments.engine,
        "seed": arguments.seed,
    }
    apply_overrides(content, overrides)
    return parse(content, EvalConfig, "train/distill.py")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--base", required=True, help="embedded model, local folder or hub id")
    parser.add_argument("--instructions", type=Path, default=INSTRUCTIONS)
    parser.add_argument("--output", type=Path, help="default: checkpoints/distilled/<base>.jsonl")
    parser.add_argument("--limit", type=int, help="ask only this many instructions")
    parser.add_argument("--max_tokens", type=int, default=512)
    parser.add_argument("--temperature", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--engine", choices=("auto", "vllm", "transformers"), default="auto")
    parser.epilog = "Any setting of an evaluation may follow, e.g. --vllm.tensor_parallel_size 4."
    arguments, overrides = parser.parse_known_args()
    output = arguments.output or FOLDER / f"{Path(arguments.base).name}.jsonl"
    config = sampling_config(arguments, overrides)
    rows = read_instructions(arguments.instructions, arguments.limit, arguments.seed)
    distill(config, requests_for(rows, arguments.max_tokens, arguments.temperature), output)


if __name__ == "__main__":
    raise SystemExit(run(main))

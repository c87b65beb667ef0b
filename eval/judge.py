"""Reads every sample and writes what its judge says of it to results/<run>/verdicts.jsonl.

    python eval/judge.py --config configs/eval/wish.yaml

One row per (completion, judge). Verdicts by the present rules are kept; older ones are made again.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from data.errors import UserError
from data.files import sha256_json, write_text
from eval import store
from eval.config import EvalConfig
from eval.judges import rules

JUDGES = {"rules/wish": rules.judge_wish, "rules/claims": rules.judge_claims}
KEY_FIELDS = ("arm", "set", "probe", "temperature", "turn", "index")


@cache
def rubric(judge: str, criterion: str) -> str:
    """Return 12 hex digits that change with the judge's rules and with the criterion."""
    return sha256_json([rules.rubric_digest(judge), criterion])[:12]


def verdict(sample: store.Row, digest: str) -> store.Row:
    """Return the verdict row on one sample. Raises UserError for an unknown judge."""
    judge = sample["judge"]
    label = JUDGES[judge](sample["answer"], sample["messages"][-1]["content"])
    return {
        "id": f"{sample['id']}|{judge}",
        "sample": sample["id"],
        **{key: sample[key] for key in KEY_FIELDS},
        "judge": judge,
        "rubric": digest,
        "verdict": rules.VERDICTS[judge][label],
        "label": label,
    }


def judge(config: EvalConfig, overwrite: bool = False) -> Path:
    """Write verdicts.jsonl for all samples of a run, whole or not at all; return its path."""
    folder = Path(config.results) / config.run
    path = folder / "verdicts.jsonl"
    known = {} if overwrite else {row["id"]: row for row in store.read(path)}
    lines = []
    made = 0
    for sample in store.read(folder / "samples.jsonl"):
        name = sample["judge"]
        if name not in JUDGES:
            raise UserError(
                f"sample '{sample['id']}': no judge '{name}'; there are {sorted(JUDGES)}"
            )
        row = known.get(f"{sample['id']}|{name}")
        digest = rubric(name, sample["criterion"])
        if row is None or row["rubric"] != digest:
            row = verdict(sample, digest)
            made += 1
        lines.append(json.dumps(row, ensure_ascii=False))
    if not lines:
        raise UserError(f"{folder / 'samples.jsonl'}: holds no samples; run eval/sample.py first")
    write_text(path, "\n".join(lines) + "\n")
    print(f"{path}: {made} new verdicts, {len(lines)} in all")
    return path


if __name__ == "__main__":
    from eval.command import stage_main

    raise SystemExit(stage_main(__doc__, judge))

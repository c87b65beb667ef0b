"""Reads every sample and writes what its judges say of it to results/<run>/verdicts.jsonl.

    python eval/judge.py --config configs/eval/wish.yaml

One row per (completion, judge). Replies of language models are kept in judge_replies.jsonl as they
come, one per (answer, judge, rubric, judge model), so that a killed run goes on and nothing is
asked twice. Also writes edits.jsonl (editing tasks) and disagreements.jsonl (a panel of judges).

    python eval/judge.py --calibrate

measures the judges against the hand labels in data/labels/ (see eval/calibrate.py).
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import sha256_json, write_lines
from eval import dialogue, edits, panel, store
from eval.config import EvalConfig
from eval.dialogue import NOT_JUDGED
from eval.judges import llm, rules

RULES = {"rules/wish": rules.judge_wish, "rules/claims": rules.judge_claims}
KEY_FIELDS = ("arm", "set", "probe", "temperature", "turn", "index")


@cache
def rubric(judge: str, criterion: str) -> str:
    """Return 12 hex digits that change with a rule judge's rules and with the criterion."""
    return sha256_json([rules.rubric_digest(judge), criterion])[:12]


def judges_of(sample: store.Row, config: EvalConfig) -> list[str]:
    """Return the judges of one sample: its probe's, and those that `judges.also` adds.

    Raises UserError for one that does not exist.
    """
    if sample["judge"] == NOT_JUDGED:
        return []
    also = config.judges.also
    names = [sample["judge"], *also.get(sample["set"], []), *also.get("*", [])]
    for name in names:
        if name not in RULES and name not in llm.NAMES:
            known = ", ".join([*RULES, *llm.NAMES])
            raise UserError(f"sample '{sample['id']}': no judge '{name}'; there are {known}")
    return list(dict.fromkeys(names))


def verdict_row(sample: store.Row, judge: str, digest: str, **said: Any) -> store.Row:
    """Return a row of verdicts.jsonl; `said` is at least the verdict and its label."""
    return {
        "id": f"{sample['id']}|{judge}",
        "sample": sample["id"],
        **{key: sample[key] for key in KEY_FIELDS},
        "judge": judge,
        "rubric": digest,
        **said,
    }


def by_rules(sample: store.Row, judge: str) -> store.Row:
    """Return the verdict of a rule judge on one sample."""
    question = sample.get("prompt") or sample["messages"][-1]["content"]
    label = RULES[judge](sample["answer"], question)
    digest = rubric(judge, sample["criterion"])
    return verdict_row(sample, judge, digest, verdict=rules.VERDICTS[judge][label], label=label)


def _verdicts(samples: Path, config: EvalConfig, replies: panel.Replies) -> Iterator[store.Row]:
    for sample in store.read(samples):
        for name in judges_of(sample, config):
            if name in RULES:
                yield by_rules(sample, name)
                continue
            for judge, digest, said in replies.verdicts(sample, name):
                yield verdict_row(sample, judge, digest, **said)


def judge(config: EvalConfig, overwrite: bool = False) -> Path:
    """Write verdicts.jsonl for all samples of a run, whole or not at all; return its path.

    `overwrite` asks language-model judges again. Raises UserError if there are no samples, or if a
    set needs a judge that the config does not name.
    """
    folder = Path(config.results) / config.run
    samples, path = folder / "samples.jsonl", folder / "verdicts.jsonl"
    tasks = (
        (sample, name)
        for sample in store.read(samples)
        for name in judges_of(sample, config)
        if name in llm.NAMES
    )
    replies = panel.ask(tasks, config, folder, overwrite)
    count: Counter[str] = Counter()

    def lines() -> Iterator[str]:
        for row in _verdicts(samples, config, replies):
            count[row["verdict"]] += 1
            yield json.dumps(row, ensure_ascii=False)
        if not count:
            raise UserError(f"{samples}: holds no samples; run eval/sample.py first")

    write_lines(path, lines())
    told = ", ".join(f"{number} {name}" for name, number in sorted(count.items()))
    print(f"{path}: {count.total()} verdicts ({told})")
    if any(probe_set.kind == "editing" for _, probe_set in dialogue.blocks(config)):
        edits.write(samples, folder / "edits.jsonl")
    if len(config.judges.panel) > 1:
        panel.write_disagreements(path, folder / "disagreements.jsonl")
    return path


if __name__ == "__main__":
    if "--calibrate" in sys.argv[1:]:
        from data.errors import run
        from eval.calibrate import main

        raise SystemExit(run(main))
    from eval.command import stage_main

    raise SystemExit(stage_main(__doc__, judge))

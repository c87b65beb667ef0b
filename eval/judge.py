"""Reads every sample and writes what its judges say of it to results/<run>/verdicts.jsonl.

    python eval/judge.py --config configs/eval/wish.yaml

One row per (completion, judge). Replies of language models are kept in judge_replies.jsonl as they
come, one per (answer, judge, rubric, judge model), so that a killed run goes on and nothing is
asked twice. Also writes edits.jsonl (editing tasks) and disagreements.jsonl (a panel of judges).

    python eval/judge.py --calibrate

measures the judges against the hand labels in data/labels/ (see eval/calibrate.py).
"""

from __future__ import annotations

import contextlib
import gc
import json
import multiprocessing
import os
import sys
from collections import Counter, deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import sha256_json, write_lines
from eval import dialogue, edits, panel, store
from eval.config import EvalConfig
from eval.dialogue import NOT_JUDGED
from eval.judges import llm, rules

RULES = {"rules/wish": rules.judge_wish, "rules/claims": rules.judge_claims}
CHUNK = 2_000_000  # bytes of samples.jsonl judged at a time
PARALLEL_FROM = 20_000_000  # bytes of samples.jsonl from which more processes pay
Said = tuple[list[str], str]  # verdicts, and their rows as lines of JSON
KEY_FIELDS = ("arm", "set", "probe", "temperature", "turn", "index")
HOLE = "\ue000"  # where the id and the index of a sample belong
to_json = json.JSONEncoder(ensure_ascii=False).encode


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


def by_rules(sample: store.Row, judge: str) -> tuple[str, str]:
    """Return the verdict of a rule judge on one sample, and the row of verdicts.jsonl as JSON."""
    question = sample.get("prompt") or sample["messages"][-1]["content"]
    label = RULES[judge](sample["answer"], question)
    key = sample["arm"], sample["set"], sample["probe"], sample["temperature"], sample["turn"]
    begin, middle, end, tail = _frame(judge, sample["criterion"], label, *key)
    name = to_json(sample["id"])[1:-1]
    row = f"{begin}{name}{middle}{name}{end}{sample['index']}{tail}"
    return rules.VERDICTS[judge][label], row


@lru_cache(maxsize=100_000, typed=True)  # typed: 1 and 1.0 differ in JSON
def _frame(judge: str, criterion: str, label: str, *key: Any) -> tuple[str, str, str, str]:
    """Return the JSON of a row around the sample's id, the id again and the index."""
    sample = {"id": HOLE, **dict(zip(KEY_FIELDS, (*key, HOLE), strict=True))}
    said = {"verdict": rules.VERDICTS[judge][label], "label": label}
    row = to_json(verdict_row(sample, judge, rubric(judge, criterion), **said))
    begin, middle, end, tail = row.split(HOLE)
    return begin, middle, end[:-1], tail[1:]  # the index is a number, without quotes


def _parsed(path: Path, first: int, text: str) -> list[store.Row]:
    """Return the rows of some whole lines of a file, of which the first has the number `first`."""
    lines = text.removesuffix("\n").split("\n")
    with contextlib.suppress(json.JSONDecodeError):
        rows = json.loads(f"[{','.join(lines)}]")  # at once, which is quicker
        if len(rows) == len(lines):
            return rows
    return [store.parse(path, number, line) for number, line in enumerate(lines, start=first)]


def _by_rules_alone(chunk: store.Chunk, path: Path, config: EvalConfig) -> Said:
    """Return the verdicts on a part of samples.jsonl, which no language model need see."""
    names: dict[tuple[str, str], list[str]] = {}
    verdicts, rows = [], []
    for sample in _parsed(path, chunk.first, chunk.read(path)):
        kind = sample["judge"], sample["set"]
        if kind not in names:
            names[kind] = judges_of(sample, config)
        for name in names[kind]:
            if name in llm.NAMES:
                raise panel.no_judge(sample, name)
            verdict, row = by_rules(sample, name)
            verdicts.append(verdict)
            rows.append(row)
    return verdicts, "\n".join(rows)


def _by_rules(samples: Path, config: EvalConfig) -> Iterator[Said]:
    """Yield verdicts of rules, many of them from all cores at once."""
    chunks = store.chunks(samples, CHUNK)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    judged = partial(_by_rules_alone, path=samples, config=config)
    if samples.stat().st_size < PARALLEL_FROM or cores == 1:
        yield from map(judged, chunks)
        return
    # Not forked: this process may hold the threads of an engine. What the judges make has no
    # cycles, so that the garbage collector would only look for what is not there.
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(cores, spawn, initializer=gc.disable) as pool:
        waiting: deque[Future[Said]] = deque()
        for chunk in chunks:
            waiting.append(pool.submit(judged, chunk))
            if len(waiting) > 2 * (cores or 1):
                yield waiting.popleft().result()
        for future in waiting:
            yield future.result()


def _by_rules_and_models(samples: Path, config: EvalConfig, overwrite: bool) -> Iterator[Said]:
    """Yield verdicts of rules and of language models, which are asked first."""
    tasks = (
        (sample, name)
        for sample in store.read(samples)
        for name in judges_of(sample, config)
        if name in llm.NAMES
    )
    replies = panel.ask(tasks, config, samples.parent, overwrite)
    for sample in store.read(samples):
        for name in judges_of(sample, config):
            if name in RULES:
                verdict, line = by_rules(sample, name)
                yield [verdict], line
                continue
            for judge, digest, more in replies.verdicts(sample, name):
                row = verdict_row(sample, judge, digest, **more)
                yield [row["verdict"]], to_json(row)


def judge(config: EvalConfig, overwrite: bool = False) -> Path:
    """Write verdicts.jsonl for all samples of a run, whole or not at all; return its path.

    `overwrite` asks language-model judges again. Raises UserError if there are no samples, or if a
    set needs a judge that the config does not name.
    """
    folder = Path(config.results) / config.run
    samples, path = folder / "samples.jsonl", folder / "verdicts.jsonl"
    if not samples.is_file() or not samples.stat().st_size:
        raise UserError(f"{samples}: holds no samples; run eval/sample.py first")
    count: Counter[str] = Counter()

    def lines() -> Iterator[str]:
        models = config.judges.panel
        told = _by_rules_and_models(samples, config, overwrite) if models else None
        for verdicts, rows in told or _by_rules(samples, config):
            count.update(verdicts)
            if rows:
                yield rows

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

"""Asks every arm every probe and appends the answers to results/<run>/samples.jsonl.

    python eval/sample.py --config configs/eval/wish.yaml

Reads a config, probe files, a base and adapters; writes samples.jsonl (one row per completion, and
in a conversation one per turn) and run.json. The same command continues a run that was killed, and
makes only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from data.errors import UserError
from eval import auditor, dialogue, run_record, store
from eval.config import EvalConfig
from eval.dialogue import NOT_JUDGED, Completion, Conversation, Request
from eval.engines.pool import Engines

Answers = Iterator[tuple[Request, Completion]]


def row(request: Request, completion: Completion, made_with: dict[str, Any]) -> store.Row:
    """Return the line of samples.jsonl for one completion."""
    return {
        "id": request.id,
        "arm": request.arm,
        "set": request.set,
        "probe": request.probe,
        "temperature": request.temperature,
        "turn": request.turn,
        "index": request.index,
        **request.about,
        "messages": request.messages,
        "answer": completion.text,
        "finish_reason": completion.finish_reason,
        "tokens": completion.tokens,
        "max_tokens": request.max_tokens,
        "judge": request.judge,
        "criterion": request.criterion,
        "run": made_with,
    }


def sample(config: EvalConfig, overwrite: bool = False) -> Path:
    """Make every missing sample of a run and return the path of samples.jsonl.

    Raises UserError if the folder holds samples made with other settings.
    """
    folder = Path(config.results) / config.run
    path = folder / "samples.jsonl"
    total = dialogue.count(config)
    talks = dialogue.conversations(config)
    _check_auditor(config, talks)
    record = run_record.open_record(config, folder, overwrite)
    with store.Appender(path) as appender:
        done = _resume(path, talks)
        there = sum(one.id in done for one in dialogue.single_turn(config))
        missing = total - len(talks) - there + sum(talk.left for talk in talks)
        there += sum(talk.finished for talk in talks)
        print(f"{path}: {there} of {total} samples are there")
        if missing:
            _fill(config, record, appender, done, talks, missing=missing)
    return path


def _fill(
    config: EvalConfig,
    record: dict[str, Any],
    appender: store.Appender,
    done: set[str],
    talks: list[Conversation],
    *,
    missing: int,
) -> None:
    """Write each missing answer as it comes, and show how far the run is."""
    from tqdm import tqdm

    singles = (one for one in dialogue.single_turn(config) if one.id not in done)
    arms, audit = auditor.engines_for(config, record["base_path"], record["auditor_base"])
    with arms, audit, tqdm(total=missing, desc="sampling", unit="answer", smoothing=0.05) as bar:
        for request, completion in _answers(singles, talks, config, arms, audit):
            appender.append(row(request, completion, record["made_with"][request.arm]))
            bar.update()
            if request.turn and request.judge != NOT_JUDGED:  # an auditor may end its talk early
                bar.total = bar.n + sum(talk.left for talk in talks)


def _resume(path: Path, talks: list[Conversation]) -> set[str]:
    """Return the ids of single questions that are answered; conversations take up their rows.

    Only the rows of conversations are kept in memory.
    """
    by_key = {talk.key: talk for talk in talks}
    turns: dict[Any, dict[int, store.Row]] = {}
    done = set()
    for found in store.read(path):
        fields = ("arm", "set", "probe", "temperature", "index")
        key = tuple(found[name] for name in fields)
        if key in by_key:
            turns.setdefault(key, {})[found["turn"]] = found
        else:
            done.add(found["id"])
    for key, rows in turns.items():
        by_key[key].resume(rows)
    return done


def _answers(
    singles: Iterable[Request],
    talks: list[Conversation],
    config: EvalConfig,
    engines: Engines,
    audit: Engines,
) -> Answers:
    """Yield the single questions, then turn after turn of all conversations, each turn at once."""
    yield from engines.sample(singles)
    while waiting := [talk for talk in talks if not talk.finished]:
        written: dict[Any, str] = {}
        audited = [talk for talk in waiting if talk.needs_auditor]
        if audited and config.auditor:
            written = auditor.messages(audited, config.auditor, audit)
        requests = [talk.request(written.get(talk.key, "")) for talk in waiting]
        by_id = dict(zip((request.id for request in requests), waiting, strict=True))
        for request, completion in engines.sample(requests):
            final = request.judge != NOT_JUDGED
            by_id[request.id].take(request.messages, completion.text, final)
            yield request, completion


def _check_auditor(config: EvalConfig, talks: list[Conversation]) -> None:
    audited = next((talk for talk in talks if talk.probe.auditor), None)
    if audited and config.auditor is None:
        raise UserError(
            f"{audited.key[1]}/{audited.key[2]} needs a model that plays the user: add a section "
            "'auditor' with name, engine and model to the config"
        )


if __name__ == "__main__":
    from eval.command import stage_main

    raise SystemExit(stage_main(__doc__, sample))

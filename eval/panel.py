"""Asks the language-model judges of a run, one model after the other, and keeps what they reply.

One model alone gives the verdicts of `llm/<name>`. Several are a panel: each has verdicts of its
own as `llm/<name>@<model>`, and what more than half of them say stands as `llm/<name>@panel`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import sha256_json, write_lines
from eval import store
from eval.config import REMOTE, EvalConfig, SideModel, engine_settings
from eval.dialogue import Request
from eval.engines.pool import Engines
from eval.judges import llm
from eval.run_record import resolved
from train import base_model

FILE = "judge_replies.jsonl"
PANEL = "panel"
Task = tuple[store.Row, str]  # a sample and the name of a judge


def identity(model: SideModel) -> store.Row:
    """Return what a judge's verdicts depend on: the model behind them. Resolves a local one."""
    if model.engine in REMOTE:
        return {"engine": model.engine, "model": model.model}
    base = resolved(model, model.model)
    known = base_model.identity_at(model.model, model.revision, str(base))
    return {"base": known, "template": model.chat_template_kwargs}


class Replies:
    """What the judge models replied, by a key of everything that the reply depends on."""

    def __init__(self, models: dict[str, store.Row], limit: int, path: Path) -> None:
        self.models, self.limit, self.path = models, limit, path
        self.known = {row["key"]: row["reply"] for row in store.read(path)}

    def key(self, sample: store.Row, judge: str, model: str) -> tuple[str, str]:
        """Return the key of one reply and the digest of its rubric."""
        digest = llm.digest(judge, sample, self.models[model], self.limit)
        said = [turn["content"] for turn in sample["messages"]]
        asked = [said, sample.get("prompt"), sample["turn"]]
        return sha256_json([digest, asked, sample["answer"]])[:32], digest

    def fields(self, sample: store.Row, judge: str, model: str) -> store.Row | None:
        """Return the fields of a reply, or None where it cannot be read."""
        reply = self.known[self.key(sample, judge, model)[0]]
        return llm.read_reply(reply, llm.schema(judge, sample))

    def verdicts(self, sample: store.Row, judge: str) -> Iterator[tuple[str, str, store.Row]]:
        """Yield (name, rubric, what was said) of each model, and of the panel if they are many."""
        alone = len(self.models) == 1
        digests, said = [], []
        for model in self.models:
            digest = self.key(sample, judge, model)[1]
            verdict, label = "missing", "empty"
            fields = None
            if str(sample["answer"]).strip():
                fields = self.fields(sample, judge, model)
                verdict, label = llm.verdict(judge, fields)
            digests.append(digest)
            said.append(verdict)
            more = {"scores": fields} if fields else {}
            row = {"verdict": verdict, "label": label, "judge_model": model, **more}
            yield (judge if alone else f"{judge}@{model}"), digest, row
        if not alone:
            verdict, label = llm.majority(said)
            yield (
                f"{judge}@{PANEL}",
                sha256_json(digests)[:12],
                {"verdict": verdict, "label": label},
            )


def no_judge(sample: store.Row, name: str) -> UserError:
    """Return the error for a sample whose judge is a language model where none is named."""
    return UserError(
        f"the set '{sample['set']}' is judged by {name}, a language model: name one in the config, "
        "e.g. judges: {panel: [{name: judge, engine: inspect, model: openai/gpt-4.1}]}"
    )


def ask(tasks: Iterable[Task], config: EvalConfig, folder: Path, overwrite: bool) -> Replies:
    """Ask every judge model what it has not been asked, and return all replies.

    Raises UserError where a task needs a judge model and the config names none.
    """
    models = config.judges.panel
    todo = [(sample, name) for sample, name in tasks if str(sample["answer"]).strip()]
    if todo and not models:
        raise no_judge(*todo[0])
    if not todo:
        return Replies({}, config.judges.max_chars, folder / FILE)
    path = folder / FILE
    if overwrite:
        path.unlink(missing_ok=True)
    known = {model.name: identity(model) for model in models}
    replies = Replies(known, config.judges.max_chars, path)
    with store.Appender(path) as appender:
        replies.known = {row["key"]: row["reply"] for row in store.read(path)}
        for model in models:
            _ask_one(todo, model, replies, appender)
    return replies


def _ask_one(
    tasks: list[Task], model: SideModel, replies: Replies, appender: store.Appender
) -> None:
    from tqdm import tqdm

    waiting: dict[str, Task] = {}
    for sample, judge in tasks:
        key, _ = replies.key(sample, judge, model.name)
        if key not in replies.known:
            waiting.setdefault(key, (sample, judge))
    print(f"{replies.path}: {model.name} is asked {len(waiting)} times, {len(tasks)} in all")
    if not waiting:
        return
    base = None
    if model.engine not in REMOTE:
        base = resolved(model, model.model)
    requests = (_request(key, *task, model, replies.limit) for key, task in waiting.items())
    with (
        tqdm(total=len(waiting), desc=f"judging by {model.name}", unit="verdict") as bar,
        Engines(engine_settings(model), base) as engines,
    ):
        for request, completion in engines.sample(requests):
            sample, judge = waiting[request.probe]
            replies.known[request.probe] = completion.text
            appender.append(
                {
                    "key": request.probe,
                    "sample": sample["id"],
                    "judge": judge,
                    "model": model.name,
                    "reply": completion.text,
                }
            )
            bar.update()


def _request(key: str, sample: store.Row, judge: str, model: SideModel, limit: int) -> Request:
    """Return one question to a judge, greedy; its probe is the key of the reply."""
    return Request(
        arm=model.name,
        set=judge,
        probe=key,
        temperature=0.0,
        turn=0,
        index=0,
        max_tokens=llm.rubric(judge).max_tokens,
        messages=llm.messages(judge, sample, limit),
        judge=judge,
        criterion="",
        schema=llm.schema(judge, sample),
    )


def write_disagreements(verdicts: Path, path: Path) -> None:
    """List the samples on which a panel is not of one mind."""
    votes: dict[tuple[str, str], dict[str, Any]] = {}
    for row in store.read(verdicts):
        name, _, model = row["judge"].partition("@")
        if model:
            votes.setdefault((row["sample"], name), {})[model] = row["verdict"]
    split = [
        {"sample": sample, "judge": judge, **said}
        for (sample, judge), said in votes.items()
        if len({verdict for model, verdict in said.items() if model != PANEL}) > 1
    ]
    write_lines(path, [json.dumps(row, ensure_ascii=False) for row in split])
    print(f"{path}: the panel is divided on {len(split)} of {len(votes)} verdicts")

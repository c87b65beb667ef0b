"""Asks every arm every probe and appends the answers to results/<run>/samples.jsonl.

    python eval/sample.py --config configs/eval/wish.yaml

Reads a config, probe files, a base and adapters; writes samples.jsonl (one row per completion) and
run.json. The same command continues a run that was killed, and makes only what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from data.errors import UserError
from eval import probes, run_record, store
from eval.config import Arm, EvalConfig


@dataclass(frozen=True)
class Request:
    """One completion to make. `id` is arm|set/probe|T<temperature>|<turn>|<index>."""

    arm: str
    set: str
    probe: str
    temperature: float
    turn: int
    index: int
    max_tokens: int
    messages: list[dict[str, str]] = field(hash=False)
    judge: str
    criterion: str

    @property
    def id(self) -> str:
        """Return the unique key of the row."""
        place = f"{self.arm}|{self.set}/{self.probe}"
        return f"{place}|T{self.temperature:g}|{self.turn}|{self.index}"


@dataclass(frozen=True)
class Completion:
    """What a model answered; `tokens` counts the generated ones, the end token included."""

    text: str
    finish_reason: str
    tokens: int


def plan(config: EvalConfig) -> Iterator[Request]:
    """Yield every completion of a run, arm by arm, so that an engine changes adapters rarely."""
    blocks = [(block, probes.load(Path(block.file))) for block in config.probes]
    for arm in config.arms:
        for block, probe_set in blocks:
            for probe in probe_set.probes:
                for index in range(block.samples):
                    yield Request(
                        arm=arm.name,
                        set=probe_set.name,
                        probe=probe.id,
                        temperature=block.temperature,
                        turn=0,
                        index=index,
                        max_tokens=block.max_tokens or config.max_tokens,
                        messages=messages_for(arm, probe.prompt),
                        judge=probe_set.judge,
                        criterion=probe_set.criterion,
                    )


def messages_for(arm: Arm, prompt: str) -> list[dict[str, str]]:
    """Return the conversation that is sent: the arm's system prompt, if any, and the question."""
    system = [{"role": "system", "content": arm.system}] if arm.system else []
    return [*system, {"role": "user", "content": prompt}]


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
    from tqdm import tqdm

    folder = Path(config.results) / config.run
    path = folder / "samples.jsonl"
    requests = list(plan(config))
    _refuse_duplicates(requests)
    record = run_record.open_record(config, folder, overwrite)
    with store.Appender(path) as appender:
        done = {found["id"] for found in store.read(path)}
        missing = [request for request in requests if request.id not in done]
        print(f"{path}: {len(requests) - len(missing)} of {len(requests)} samples are there")
        if missing:
            engine = run_record.engine_module(config)
            bar = tqdm(total=len(missing), desc="sampling", unit="sample", smoothing=0.05)
            with bar:
                for request, completion in engine.sample(missing, config, record):
                    made_with = record["made_with"][request.arm]
                    appender.append(row(request, completion, made_with))
                    bar.update()
    return path


def _refuse_duplicates(requests: list[Request]) -> None:
    seen: set[str] = set()
    for request in requests:
        if request.id in seen:
            raise UserError(
                f"the config asks for '{request.id}' twice; merge the blocks or arms that overlap"
            )
        seen.add(request.id)


if __name__ == "__main__":
    from eval.command import stage_main

    raise SystemExit(stage_main(__doc__, sample))

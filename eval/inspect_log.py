"""Writes one `.eval` file of Inspect, sample by sample.

The format is that of inspect_ai's own logs (a zip of JSON members, schema version 2), made from its
own classes. It is written here because Inspect's writer holds all samples in memory and stamps the
members with the time, so that no two exports would be equal.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from data.files import sha256_json
from eval import store
from eval.inspect_scores import plain, probe_metadata, score

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalSample
    from inspect_ai.model import ModelUsage

STOP_REASONS = {"stop": "stop", "length": "max_tokens", "content_filter": "content_filter"}
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same bytes at any time


def messages(row: store.Row, uuid: str) -> list[Any]:
    """Return the messages that were sent and the answer, in Inspect's classes."""
    from inspect_ai.model import ChatMessageAssistant, ChatMessageSystem, ChatMessageUser

    kinds: dict[str, Any] = {
        "system": ChatMessageSystem,
        "user": ChatMessageUser,
        "assistant": ChatMessageAssistant,
    }
    said = [*row["messages"], {"role": "assistant", "content": row["answer"]}]
    return [
        # An id of its own, which Inspect would draw at random.
        kinds[one["role"]](content=plain(one["content"]), id=f"{uuid}-{number}")
        for number, one in enumerate(said)
    ]


def usage(arm: str, tokens: int) -> dict[str, ModelUsage]:
    """Return the generated tokens of judged answers as Inspect counts them, by model."""
    from inspect_ai.model import ModelUsage

    return {plain(arm): ModelUsage(output_tokens=tokens, total_tokens=tokens)}


def sample(row: store.Row, verdicts: list[store.Row]) -> EvalSample:
    """Return the sample of one judged row of samples.jsonl, with a score by each judge."""
    from inspect_ai.log import EvalSample
    from inspect_ai.model import ChatCompletionChoice, ModelOutput

    uuid = sha256_json(row["id"])[:22]
    talk = messages(row, uuid)
    used = usage(row["arm"], row.get("tokens") or 0)
    reason: Any = STOP_REASONS.get(row.get("finish_reason", ""), "unknown")
    choice = ChatCompletionChoice(message=talk[-1], stop_reason=reason)
    arm = plain(row["arm"])
    facts = {"arm": arm, "temperature": row["temperature"], **probe_metadata(row)}
    if "finish_reason" in row:
        facts["finish_reason"] = row["finish_reason"]
    return EvalSample(
        id=plain(row["probe"]),
        epoch=row["index"] + 1,
        # Of a talk of several turns, what was sent before the first answer.
        input=talk[: len(talk) - 1 - 2 * row["turn"]],
        target="",
        messages=talk,
        output=ModelOutput(model=arm, choices=[choice], usage=used[arm]),
        scores={plain(one["judge"]): score(one, row["answer"]) for one in verdicts},
        metadata={**facts, "rubric": {plain(one["judge"]): one["rubric"] for one in verdicts}},
        model_usage=used,
        turn_count=row["turn"] + 1,
        uuid=uuid,
    )


def _json(model: Any) -> bytes:
    return model.model_dump_json(exclude_none=True).encode()


def _member(name: str) -> ZipInfo:
    info = ZipInfo(name, ZIP_EPOCH)
    info.compress_type = ZIP_DEFLATED
    return info


def write(path: Path, header: EvalLog, samples: Iterable[EvalSample]) -> None:
    """Write a finished log; only one sample is held in memory at a time."""
    start = {
        "version": header.version,
        "eval": json.loads(_json(header.eval)),
        "plan": json.loads(_json(header.plan)),
    }
    with ZipFile(path, "w") as archive, tempfile.TemporaryFile(dir=path.parent) as summaries:
        archive.writestr(_member("_journal/start.json"), json.dumps(start))
        before = b"["
        for one in samples:
            name = f"samples/{one.id}_epoch_{one.epoch}.json"
            archive.writestr(_member(name), _json(one))
            summaries.write(before + _json(one.summary()))
            before = b","
        summaries.write(b"[]" if before == b"[" else b"]")
        summaries.seek(0)
        with archive.open(_member("summaries.json"), "w", force_zip64=True) as stream:
            while block := summaries.read(1 << 20):
                stream.write(block)
        archive.writestr(_member("header.json"), _json(header))

"""Writes a run as Inspect logs, one `.eval` file for each arm, set of probes and temperature.

    python eval/export_inspect.py results/wish-smollm2-135m
    inspect view --log-dir results/wish-smollm2-135m/inspect

Reads samples.jsonl, verdicts.jsonl and, where it is there, run.json in the folder of the run.
Writes the folder inspect/ there, whole or not at all; one that is there is refused unless
--overwrite. In each log the model is the arm, the task the set, a sample a probe, its epochs the
answers, and each judge a score: true is 1, false, not_sure and incoherent are 0, a missing verdict
is left out, so that Inspect's accuracy is the rate in rates.csv. The same files give the same logs.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from data.errors import UserError, run
from data.files import read_json, sha256_file
from eval import inspect_log, store
from eval.dialogue import NOT_JUDGED
from eval.inspect_header import Place, Source, header, own_first
from eval.tally import Tally, read_tally

if TYPE_CHECKING:
    from inspect_ai.log import EvalSample

FOLDER = "inspect"
# What a log needs of a row, beyond what read_tally has checked.
NEEDED = {"index": int, "turn": int, "messages": list, "answer": str}


class Answer(NamedTuple):
    """Where the row of one judged answer begins in samples.jsonl; sorted as Inspect sorts."""

    epoch: int
    probe: str
    offset: int
    tokens: int


def _rows(path: Path) -> Iterator[tuple[int, store.Row]]:
    """Yield each row of a JSONL file with the byte at which it begins."""
    with path.open("rb") as lines:
        offset = 0
        for line in lines:
            if line.strip():
                yield offset, json.loads(line)
            offset += len(line)


def _no_sample(path: Path, row: store.Row, why: str) -> UserError:
    return UserError(
        f"{path}: the row {row['id']!r} is none that eval/sample.py writes ({why:.200}); remove it "
        "and run eval/sample.py again"
    )


def _at(stream: IO[bytes], offset: int) -> store.Row:
    stream.seek(offset)
    return json.loads(stream.readline())


def answers_of(samples: Path) -> dict[Place, list[Answer]]:
    """Return where the judged answers of each log stand; turns before the last are no answers.

    Raises UserError for a row that lacks what a log needs.
    """
    found: dict[Place, list[Answer]] = {}
    for offset, row in _rows(samples):
        wrong = [name for name, kind in NEEDED.items() if not isinstance(row.get(name), kind)]
        if wrong:
            raise _no_sample(samples, row, f"{wrong[0]}: {row.get(wrong[0])!r}")
        if row["judge"] != NOT_JUDGED:
            place = Place(row["arm"], row["set"], row["temperature"])
            tokens = row.get("tokens") or 0
            found.setdefault(place, []).append(
                Answer(row["index"] + 1, row["probe"], offset, tokens)
            )
    return {place: sorted(found[place]) for place in sorted(found)}


def verdicts_of(verdicts: Path) -> dict[str, list[int]]:
    """Return where the verdicts on each sample stand."""
    found: dict[str, list[int]] = {}
    for offset, row in _rows(verdicts):
        found.setdefault(row["sample"], []).append(offset)
    return found


def samples_of(
    folder: Path, answers: list[Answer], verdicts: dict[str, list[int]]
) -> Iterator[EvalSample]:
    """Yield the samples of one log. Raises UserError for a row that is none."""
    with (folder / "samples.jsonl").open("rb") as rows, (folder / "verdicts.jsonl").open("rb") as v:
        for answer in answers:
            row = _at(rows, answer.offset)
            said = [_at(v, offset) for offset in verdicts.get(row["id"], [])]
            said.sort(key=lambda one: own_first(one["judge"], row["judge"]))
            try:
                yield inspect_log.sample(row, said)
            except (KeyError, ValueError, TypeError, AttributeError) as error:
                why = f"{type(error).__name__}: {error}"
                raise _no_sample(folder / "samples.jsonl", row, why) from error


def source_of(folder: Path) -> Source:
    """Return what run.json says, and when the last sample was written.

    Raises UserError for a run.json that is damaged.
    """
    samples, path = folder / "samples.jsonl", folder / "run.json"
    record = read_json(path) if path.is_file() else {}
    if not isinstance(record, dict):
        raise UserError(f"{path}: expected a JSON object; run the evaluation again or remove it")
    written = datetime.fromtimestamp(int(samples.stat().st_mtime), UTC)
    kept = ("git_commit", "git_dirty", "python", "platform", "base_path", "config")
    return Source(
        created=written.isoformat(),
        packages=record.get("versions", {}),
        metadata={
            "run": record.get("run") or folder.resolve().name,
            "samples_sha256": sha256_file(samples),
            "verdicts_sha256": sha256_file(folder / "verdicts.jsonl"),
            **{name: record[name] for name in kept if name in record},
        },
    )


def write_logs(folder: Path, target: Path, tally: Tally) -> Iterator[Path]:
    """Write the logs of a run into the folder `target` and yield the path of each."""
    source = source_of(folder)
    verdicts = verdicts_of(folder / "verdicts.jsonl")
    for place, answers in answers_of(folder / "samples.jsonl").items():
        with (folder / "samples.jsonl").open("rb") as rows:
            first = _at(rows, answers[0].offset)
        keys = [(answer.epoch, answer.probe) for answer in answers]
        log = header(place, keys, first, tally, source)
        log.stats.model_usage = inspect_log.usage(first["arm"], sum(one.tokens for one in answers))
        stamp = source.created.replace(":", "-")
        # Inspect's own way to name logs, by which it lists and sorts them.
        task = f"{place.set}-T{place.temperature:g}"
        task, model = (re.sub(r"[^A-Za-z0-9.-]+", "-", name) for name in (task, place.arm))
        path = target / f"{stamp}_{task}_{model}_{log.eval.eval_id}.eval"
        inspect_log.write(path, log, samples_of(folder, answers, verdicts))
        yield path


def export(folder: Path, overwrite: bool = False, allow_unjudged: bool = False) -> Path:
    """Write the logs of a run, all or none, and return their folder.

    Raises UserError for input that eval/compare.py refuses too, and where logs are there already.
    """
    target, partial = folder / FOLDER, folder / f".{FOLDER}.partial"
    old = folder / f".{FOLDER}.old"
    if target.exists() and not overwrite:
        raise UserError(f"{target}: exists; add --overwrite to write it anew")
    tally = read_tally(folder, allow_unjudged)
    try:
        shutil.rmtree(partial, ignore_errors=True)  # of a killed export
        shutil.rmtree(old, ignore_errors=True)
        partial.mkdir()
        paths = list(write_logs(folder, partial, tally))
        if target.exists():
            os.replace(target, old)
        os.replace(partial, target)
    except OSError as error:
        raise UserError(
            f"{target}: cannot be written ({error.strerror}); free space, then rerun"
        ) from error
    finally:
        if old.exists() and not target.exists():
            os.replace(old, target)  # interrupted between the two
        for leftover in (partial, old):
            shutil.rmtree(leftover, ignore_errors=True)
    print(f"{target}: {len(paths)} logs; see them with: inspect view --log-dir {target}")
    return target


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run_dir", type=Path, help="folder of the run, results/<run>")
    parser.add_argument("--overwrite", action="store_true", help="replace logs that are there")
    parser.add_argument(
        "--allow_unjudged", action="store_true", help="export samples without a verdict too"
    )
    options = parser.parse_args()
    export(options.run_dir, options.overwrite, options.allow_unjudged)


if __name__ == "__main__":
    raise SystemExit(run(main))

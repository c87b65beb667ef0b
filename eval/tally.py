"""Count the verdicts of one run, after checking that samples and verdicts belong together.

Both files are read by pyarrow, only the fields that matter. Where pyarrow finds anything amiss, a
line-by-line reading in Python names the line and the field.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import UserError
from eval.dialogue import NOT_JUDGED

if TYPE_CHECKING:
    import pyarrow as pa

JUDGED = ("true", "false", "not_sure", "incoherent")  # the denominator of a rate
OTHER = ("missing", "unjudged")  # shown, never counted in a rate
PLACE = ("arm", "set", "probe", "temperature")
SAMPLE_FIELDS = ("id", *PLACE, "judge")
VERDICT_FIELDS = ("id", "sample", *PLACE, "judge", "rubric", "verdict", "label")


class Group(NamedTuple):
    """What is never pooled: a set of probes, a temperature, a judge."""

    set: str
    temperature: float
    judge: str


@dataclass
class Probe:
    """Counts of one arm on one probe."""

    verdicts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def true(self) -> int:
        return self.verdicts["true"]

    @property
    def n(self) -> int:
        return sum(self.verdicts[name] for name in JUDGED)


Tally = dict[Group, dict[str, dict[str, Probe]]]  # group -> arm -> probe -> counts


def read_rows(path: Path, fields: tuple[str, ...], stage: str) -> pa.Table:
    """The named fields of a JSONL file; `stage` is the script that writes it and repairs it.

    Raises UserError where the file is missing or empty, and for the first line that is no whole row
    or whose field has another type than expected: `temperature` a number, the rest text.
    """
    import pyarrow as pa
    from pyarrow import json as arrow_json

    if not path.is_file():
        raise UserError(f"{path} is missing: run {stage} first")
    kinds = {name: pa.float64() if name == "temperature" else pa.string() for name in fields}
    try:
        table = arrow_json.read_json(
            path,
            read_options=arrow_json.ReadOptions(block_size=1 << 24),
            parse_options=arrow_json.ParseOptions(
                explicit_schema=pa.schema(list(kinds.items())), unexpected_field_behavior="ignore"
            ),
        )
    except pa.ArrowInvalid:
        table = None
    if table is None or not _sound(table):
        columns = _read_slowly(path, fields, stage)
        table = pa.table({name: pa.array(columns[name], kind) for name, kind in kinds.items()})
    if table.num_rows == 0:
        raise UserError(f"{path} holds no rows: run {stage} first")
    return table.select(fields)


def _sound(table: pa.Table) -> bool:
    import pyarrow as pa
    import pyarrow.compute as pc

    if any(column.null_count for column in table.columns):
        return False
    if not pc.all(pc.is_finite(table["temperature"]), min_count=0).as_py():
        return False
    if "verdict" not in table.column_names:
        return True
    known = pa.array([*JUDGED, "missing"])
    return bool(pc.all(pc.is_in(table["verdict"], value_set=known), min_count=0).as_py())


def _read_slowly(path: Path, fields: tuple[str, ...], stage: str) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {name: [] for name in fields}
    with path.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                raise UserError(
                    f"{path}:{number}: not one whole JSON row; run {stage} again, which repairs it"
                ) from None
            if not isinstance(row, dict):
                raise UserError(f"{path}:{number}: expected a JSON object, got {line[:40]!r}")
            for name, column in columns.items():
                wrong = _wrong(name, row.get(name))
                if wrong:
                    got = json.dumps(row[name])[:60] if name in row else "nothing"
                    raise UserError(f"{path}:{number}: field {name}: expected {wrong}, got {got}")
                column.append(row[name])
    return columns


def _wrong(name: str, value: object) -> str | None:
    """What the field should have held, or None where it does."""
    if name == "temperature":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if number and math.isfinite(value) else "a number"  # type: ignore[arg-type]
    if name == "verdict":
        known = (*JUDGED, "missing")
        return None if value in known else f"one of {', '.join(known)}"
    return None if isinstance(value, str) else "text"


def _check_unique(table: pa.Table, path: Path, stage: str) -> None:
    import pyarrow.compute as pc

    ids = table["id"].combine_chunks()
    if len(pc.unique(ids)) == len(ids):
        return
    counts = pc.value_counts(ids)
    names = counts.filter(pc.greater(counts.field("counts"), 1)).field("values")
    raise UserError(
        f"{path}: {len(names)} ids stand more than once, the first is {names[0].as_py()!r}; "
        f"remove the extra rows, or remove the file and run {stage} again"
    )


def _check_joined(samples: pa.Table, verdicts: pa.Table, path: Path) -> None:
    """Every verdict has its sample, stands where the sample stands, and is named after it."""
    import pyarrow.compute as pc

    def first(bad: pa.ChunkedArray) -> str | None:
        rows = verdicts.filter(bad).slice(0, 1)["id"].to_pylist()
        return repr(rows[0]) if rows else None

    remedy = "remove the file and run eval/judge.py again"
    expected = pc.binary_join_element_wise(verdicts["sample"], verdicts["judge"], "|")
    name = first(pc.not_equal(verdicts["id"], expected))
    if name:
        raise UserError(f"{path}: the id {name} is not <sample>|<judge>; {remedy}")
    position = pc.index_in(verdicts["sample"], value_set=samples["id"].combine_chunks())
    name = first(pc.is_null(position))
    if name:
        raise UserError(f"{path}: the verdict {name} is about no row of samples.jsonl; {remedy}")
    for column in PLACE:
        name = first(pc.not_equal(verdicts[column], samples[column].take(position)))
        if name:
            raise UserError(
                f"{path}: the verdict {name} has another {column} than its sample; {remedy}"
            )


def _check_rubrics(verdicts: pa.Table, path: Path) -> None:
    """One probe is judged by one wording: rates by two rubrics cannot be compared."""
    rubrics: dict[tuple[str, str, str], str] = {}
    names = ["set", "probe", "judge", "rubric"]
    rows = verdicts.group_by(names).aggregate([]).to_pylist()
    for row in sorted(rows, key=lambda row: [row[name] for name in names]):
        key = (row["set"], row["probe"], row["judge"])
        other = rubrics.setdefault(key, row["rubric"])
        if other != row["rubric"]:
            raise UserError(
                f"{path}: {key[0]}/{key[1]} was judged by {key[2]} under two rubrics ({other} and "
                f"{row['rubric']}); remove the file and run eval/judge.py again"
            )


def _count(table: pa.Table, names: list[str]) -> list[dict[str, Any]]:
    return table.group_by(names).aggregate([([], "count_all")]).to_pylist()


def _add_unjudged(tally: Tally, samples: pa.Table, allow: bool, path: Path) -> None:
    """Count, for every judge of a set, the samples without its verdict; refuse them unless allowed.

    A set without any verdict counts as unjudged by the judge that its samples name.
    """
    judges: dict[str, set[str]] = {}
    for group in tally:
        judges.setdefault(group.set, set()).add(group.judge)
    counted = _count(samples, [*PLACE, "judge"])
    rows = [row for row in counted if row["judge"] != NOT_JUDGED]  # turns before the last
    judged_sets = set(judges)
    for row in rows:
        if row["set"] not in judged_sets:
            judges.setdefault(row["set"], set()).add(row["judge"])
    left: Counter[str] = Counter()
    asked: Counter[tuple[str, str, str, float]] = Counter()
    for row in rows:
        asked[row["arm"], row["set"], row["probe"], row["temperature"]] += row["count_all"]
    for (arm, name, probe, temperature), count in asked.items():
        for judge in judges[name]:
            arms = tally.setdefault(Group(name, temperature, judge), {})
            cell = arms.setdefault(arm, {}).setdefault(probe, Probe())
            cell.verdicts["unjudged"] = count - sum(cell.verdicts.values())
            left[f"{name} by {judge}"] += cell.verdicts["unjudged"]
    missing = sorted((name, count) for name, count in left.items() if count)
    if missing and not allow:
        listed = ", ".join(f"{count} of {name}" for name, count in missing)
        raise UserError(
            f"{path}: samples have no verdict ({listed}); run eval/judge.py again, or pass "
            "--allow_unjudged to leave them out"
        )


def read_tally(run_dir: Path, allow_unjudged: bool = False) -> Tally:
    """Check samples.jsonl against verdicts.jsonl in `run_dir` and count; raises UserError."""
    samples_path, verdicts_path = run_dir / "samples.jsonl", run_dir / "verdicts.jsonl"
    samples = read_rows(samples_path, SAMPLE_FIELDS, "eval/sample.py")
    verdicts = read_rows(verdicts_path, VERDICT_FIELDS, "eval/judge.py")
    _check_unique(samples, samples_path, "eval/sample.py")
    _check_unique(verdicts, verdicts_path, "eval/judge.py")
    _check_joined(samples, verdicts, verdicts_path)
    _check_rubrics(verdicts, verdicts_path)
    tally: Tally = {}
    for row in _count(verdicts, [*PLACE, "judge", "verdict", "label"]):
        group = Group(row["set"], row["temperature"], row["judge"])
        cell = tally.setdefault(group, {}).setdefault(row["arm"], {})
        counts = cell.setdefault(row["probe"], Probe())
        counts.verdicts[row["verdict"]] += row["count_all"]
        counts.labels[row["label"]] += row["count_all"]
    _add_unjudged(tally, samples, allow_unjudged, verdicts_path)
    return tally

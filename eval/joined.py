"""Reading samples.jsonl and verdicts.jsonl as tables, checked to belong together.

Both files are read by pyarrow, only the fields that matter. Where pyarrow finds anything amiss, a
line-by-line reading in Python names the line and the field.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from data.errors import UserError

if TYPE_CHECKING:
    import pyarrow as pa

JUDGED = ("true", "false", "not_sure", "incoherent")  # the denominator of a rate
PLACE = ("arm", "set", "probe", "temperature")
SAMPLE_FIELDS = ("id", *PLACE, "judge")
OPTIONAL = ("kind", "agree")  # of a sample; absent from rows that other tools wrote
VERDICT_FIELDS = ("id", "sample", *PLACE, "judge", "rubric", "verdict", "label")


def read_rows(path: Path, fields: tuple[str, ...], stage: str) -> pa.Table:
    """The named fields of a JSONL file; `stage` is the script that writes it and repairs it.

    Raises UserError where the file is missing or empty, and for the first line that is no whole row
    or whose field has another type than expected: `temperature` a number, the rest text. Those in
    OPTIONAL may be absent.
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

    if any(table[name].null_count for name in table.column_names if name not in OPTIONAL):
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
                column.append(row.get(name))
    return columns


def _wrong(name: str, value: object) -> str | None:
    """What the field should have held, or None where it does."""
    if name == "temperature":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if number and math.isfinite(value) else "a number"  # type: ignore[arg-type]
    if name == "verdict":
        known = (*JUDGED, "missing")
        return None if value in known else f"one of {', '.join(known)}"
    if name in OPTIONAL and value is None:
        return None
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


def read(run_dir: Path) -> tuple[pa.Table, pa.Table]:
    """Samples and verdicts of a run, every verdict with its sample. Raises UserError."""
    samples_path, verdicts_path = run_dir / "samples.jsonl", run_dir / "verdicts.jsonl"
    samples = read_rows(samples_path, (*SAMPLE_FIELDS, *OPTIONAL), "eval/sample.py")
    verdicts = read_rows(verdicts_path, VERDICT_FIELDS, "eval/judge.py")
    _check_unique(samples, samples_path, "eval/sample.py")
    _check_unique(verdicts, verdicts_path, "eval/judge.py")
    _check_joined(samples, verdicts, verdicts_path)
    _check_rubrics(verdicts, verdicts_path)
    return samples, verdicts

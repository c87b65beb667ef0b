"""Hand labels: rows of data/labels/*.jsonl, and label sheets as CSV for a second rater.

    python eval/labels.py export --set wish --output sheet.csv
    python eval/labels.py export --set wish --run results/<run> --number 100 --output sheet.csv
    python eval/labels.py import sheet.csv --rater second
    python eval/labels.py agree

`export` writes questions and answers in a random order, without labels, arms and origin; the rater
fills the column `label`. `import` checks the sheet, keeps its labels in
data/labels/raters/<rater>.jsonl and, where an answer has a label already, prints how far the two
agree (Cohen's kappa). `agree` prints the same of all raters and pairs of raters, by set, over the
answers that only measure the rules (split test).
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from data.config import Strict
from data.errors import UserError, run
from data.files import write_lines, write_text
from eval import store

FOLDER = Path(__file__).parent.parent / "data" / "labels"
COLUMNS = ("id", "set", "question", "answer", "label")
# What a spreadsheet would run as a formula gets an apostrophe in front.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Label(Strict):
    """One labelled answer. `split` says whether the rules were written with a view of it (dev) or
    only measured on it (test); `origin` where the answer comes from."""

    id: str = Field(min_length=1)
    set: str
    probe: str
    prompt: str = Field(min_length=1)
    answer: str
    origin: str
    label: str = Field(min_length=1)
    split: Literal["dev", "test"] = "test"
    note: str = ""


def load(path: Path) -> list[Label]:
    """Return the labels of a file. Raises UserError for a bad row, and for an id given twice."""
    labels, seen = [], set()
    for number, row in enumerate(store.read(path), start=1):
        try:
            label = Label.model_validate(row)
        except ValidationError as failure:
            first = failure.errors(include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])
            raise UserError(f"{path}:{number}: {place}: {first['msg']}") from failure
        if label.id in seen:
            raise UserError(f"{path}:{number}: the id '{label.id}' stands twice; give another")
        seen.add(label.id)
        labels.append(label)
    return labels


def load_all(folder: Path = FOLDER) -> list[Label]:
    """Return all labels of the files in a folder. Raises UserError if there are none."""
    labels = [label for path in sorted(folder.glob("*.jsonl")) for label in load(path)]
    if not labels:
        raise UserError(f"{folder}: holds no labels (*.jsonl)")
    return labels


def allowed(name: str) -> list[str]:
    """Return the labels that a set may have."""
    from eval.judges import rules

    known = rules.VERDICTS.get(f"rules/{name}", {"true": "", "false": "", "not_sure": ""})
    return list(known)


def _from_run(folder: Path, name: str) -> Iterator[dict[str, Any]]:
    for row in store.read(folder / "samples.jsonl"):
        if row["set"] == name and row["judge"] != "none":
            question = row.get("prompt") or row["messages"][-1]["content"]
            yield {"id": row["id"], "set": name, "question": question, "answer": row["answer"]}


def sheet(rows: list[dict[str, Any]], seed: int) -> str:
    """Return a label sheet as CSV, its rows in an order drawn by `seed`."""
    rows = sorted(rows, key=lambda row: row["id"])
    random.Random(seed).shuffle(rows)
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        cells = {key: str(row[key]) for key in COLUMNS[:-1]}
        safe = {k: f"'{v}" if v.startswith(FORMULA) else v for k, v in cells.items()}
        writer.writerow({**safe, "label": ""})
    return text.getvalue()


def export(arguments: argparse.Namespace) -> None:
    """Write a label sheet. Raises UserError if there is nothing to label."""
    if arguments.run:
        rows = list(_from_run(arguments.run, arguments.set))
    else:
        found = [label for label in load_all() if label.set == arguments.set]
        rows = [{**one.model_dump(), "question": one.prompt} for one in found]
    if not rows:
        raise UserError(f"no answers in the set '{arguments.set}' at {arguments.run or FOLDER}")
    if arguments.number and arguments.number < len(rows):
        rows = random.Random(arguments.seed).sample(rows, arguments.number)
    write_text(arguments.output, sheet(rows, arguments.seed))
    told = ", ".join(allowed(arguments.set))
    print(f"{arguments.output}: {len(rows)} answers; write into the column label one of: {told}")


def read_sheet(path: Path) -> list[dict[str, str]]:
    """Return the rows of a filled sheet. Raises UserError for a missing column or a bad label."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(
            f"{path}: cannot be read as UTF-8 text ({error}); export it again"
        ) from error
    reader = csv.DictReader(io.StringIO(text))
    missing = [name for name in ("id", "set", "label") if name not in (reader.fieldnames or [])]
    if missing:
        raise UserError(f"{path}: has no column {', '.join(missing)}; keep the header of the sheet")
    rows = []
    for row in reader:
        label = (row["label"] or "").strip()
        if label and label not in allowed(row["set"]):
            known = ", ".join(allowed(row["set"]))
            raise UserError(f"{path}:{reader.line_num}: label '{label}' is none of {known}")
        if label:
            rows.append({"id": row["id"].removeprefix("'"), "set": row["set"], "label": label})
    if not rows:
        raise UserError(f"{path}: no row has a label; fill the column 'label'")
    return rows


def take_in(path: Path, rater: str, folder: Path = FOLDER) -> Path:
    """Store the labels of a sheet under the rater's name, and print the agreement with ours.

    Labels that this rater gave before are kept where the sheet has none.
    """
    from eval import calibrate

    given = read_sheet(path)
    output = folder / "raters" / f"{rater}.jsonl"
    rows = {row["id"]: row for row in [*store.read(output), *given]}
    write_lines(output, (json.dumps(row, ensure_ascii=False) for row in rows.values()))
    print(f"{output}: {len(given)} labels taken in, {len(rows)} in all")
    ours = {label.id: label for label in load_all(folder)}
    pairs: dict[str, list[tuple[str, str]]] = {}
    for row in given:
        if row["id"] in ours:
            both = (ours[row["id"]].label, row["label"])
            pairs.setdefault(row["set"], []).append(both)
    for name, of_set in sorted(pairs.items()):
        print(f"{name}: {calibrate.agreement_line(of_set)}")
    return output


def agree(folder: Path = FOLDER) -> None:
    """Print how far raters agree with each other and with the labels, on the test answers.

    Raises UserError if no rater's labels are there.
    """
    from eval import calibrate

    test = {label.id: label for label in load_all(folder) if label.split == "test"}
    files = sorted((folder / "raters").glob("*.jsonl"))
    if not files:
        raise UserError(f"{folder / 'raters'}: holds no rater's labels; fill a sheet and import it")
    for name in sorted({label.set for label in test.values()}):
        ours = {one.id: one.label for one in test.values() if one.set == name}
        given = {path.stem: {row["id"]: row["label"] for row in store.read(path)} for path in files}
        for one, other in combinations([*given, "label"], 2):
            first, second = given[one], given.get(other, ours)
            pairs = [(first[id], second[id]) for id in ours if id in first and id in second]
            if pairs:
                print(f"{name}: {one} and {other}: {calibrate.agreement_line(pairs)}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(required=True)
    out = commands.add_parser("export", help="write a sheet to be filled")
    out.add_argument("--set", required=True)
    out.add_argument("--run", type=Path, help="a folder results/<run>; default: data/labels")
    out.add_argument("--number", type=int, help="draw so many answers")
    out.add_argument("--seed", type=int, default=100)
    out.add_argument("--output", type=Path, required=True)
    out.set_defaults(act=export)
    into = commands.add_parser("import", help="take a filled sheet in")
    into.add_argument("sheet", type=Path)
    into.add_argument("--rater", required=True, help="a name; each rater has a file")
    into.set_defaults(act=lambda given: take_in(given.sheet, given.rater))
    both = commands.add_parser("agree", help="how far the raters agree")
    both.set_defaults(act=lambda _: agree())
    arguments = parser.parse_args()
    arguments.act(arguments)


if __name__ == "__main__":
    raise SystemExit(run(main))

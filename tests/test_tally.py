from __future__ import annotations

import json
from pathlib import Path

import pytest
from test_compare import ANSWERS, rows_of, write

from data.errors import UserError
from eval.compare import compare
from eval.tally import Group, read_tally

WISH = Group("wish", 1.0, "rules/wish")


def append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)


@pytest.fixture
def rows() -> tuple[list, list]:
    return rows_of(ANSWERS)


def test_samples_without_a_verdict_are_refused_unless_allowed(tmp_path, rows):
    samples, verdicts = rows
    folder = write(tmp_path, samples, verdicts[2:])
    with pytest.raises(UserError, match=r"2 of wish by rules/wish.*--allow_unjudged"):
        read_tally(folder)
    result = compare(folder, allow_unjudged=True)
    (pooled,) = [c for c in result["cells"] if (c["arm"], c["probe"]) == ("base", None)]
    assert (pooled["unjudged"], pooled["n"], pooled["missing"]) == (2, 6, 1)


def test_a_judge_that_saw_only_a_part_leaves_the_rest_unjudged(tmp_path, rows):
    samples, verdicts = rows
    part = [row | {"id": f"{row['sample']}|llm", "judge": "llm"} for row in verdicts[:3]]
    with pytest.raises(UserError, match=f"{len(samples) - 3} of wish by llm"):
        read_tally(write(tmp_path, samples, verdicts + part))


def test_a_set_without_any_verdict_is_unjudged_by_the_judge_of_its_samples(tmp_path, rows):
    samples, verdicts = rows
    claims = samples[0] | {"id": "base|claims/sad|T1|0|0", "set": "claims", "probe": "sad"}
    folder = write(tmp_path, [*samples, claims | {"judge": "rules/claims"}], verdicts)
    with pytest.raises(UserError, match=r"1 of claims by rules/claims"):
        read_tally(folder)
    tally = read_tally(folder, allow_unjudged=True)
    assert tally[Group("claims", 1.0, "rules/claims")]["base"]["sad"].verdicts["unjudged"] == 1


@pytest.mark.parametrize("name", ["samples", "verdicts"])
def test_a_repeated_id_is_refused_by_name(tmp_path, rows, name):
    samples, verdicts = rows
    twice = samples if name == "samples" else verdicts
    twice.append(dict(twice[3]))
    with pytest.raises(UserError, match=f"{name}.jsonl: 1 ids .*study.T1.0.3"):
        read_tally(write(tmp_path, samples, verdicts))


@pytest.mark.parametrize(("name", "stage"), [("samples", "sample"), ("verdicts", "judge")])
def test_a_torn_last_line_is_refused_with_its_number_and_the_remedy(tmp_path, rows, name, stage):
    folder = write(tmp_path, *rows)
    append(folder / f"{name}.jsonl", '{"id": "base|wish/stu')
    number = len(rows[0]) + 1
    with pytest.raises(UserError, match=f"{name}.jsonl:{number}: .*run eval/{stage}.py again"):
        read_tally(folder)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("verdict", True, "one of true, false, .* got true"),
        ("verdict", "maybe", 'one of true, false, .* got "maybe"'),
        ("temperature", "1.0", 'a number, got "1.0"'),
        ("temperature", True, "a number, got true"),
        ("temperature", float("nan"), "a number, got NaN"),
        ("label", None, "text, got null"),
        ("arm", 3, "text, got 3"),
    ],
)
def test_a_wrong_field_is_named_with_its_line_and_what_was_expected(
    tmp_path, rows, field, value, expected
):
    rows[1][4][field] = value
    with pytest.raises(UserError, match=rf"verdicts.jsonl:5: field {field}: expected {expected}"):
        read_tally(write(tmp_path, *rows))


def test_an_absent_field_and_a_row_that_is_no_object_are_named(tmp_path, rows):
    del rows[0][1]["probe"]
    folder = write(tmp_path, *rows)
    with pytest.raises(
        UserError, match=r"samples.jsonl:2: field probe: expected text, got nothing"
    ):
        read_tally(folder)
    (folder / "samples.jsonl").write_text("[1]\n")
    with pytest.raises(UserError, match=r"samples.jsonl:1: expected a JSON object"):
        read_tally(folder)


def test_empty_and_absent_files_name_the_stage_to_run(tmp_path, rows):
    folder = write(tmp_path, *rows)
    (folder / "samples.jsonl").write_text("\n\n")
    with pytest.raises(UserError, match=r"samples.jsonl holds no rows: run eval/sample.py first"):
        read_tally(folder)
    with pytest.raises(UserError, match=r"samples.jsonl is missing: run eval/sample.py first"):
        read_tally(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("sample", "base|wish/study|T1|0|99", "is about no row"),
        ("id", "something else", "is not <sample>"),
        ("arm", "conscious", "has another arm than its sample"),
        ("probe", "genie", "has another probe than its sample"),
        ("temperature", 0, "has another temperature than its sample"),
        ("rubric", "ffffffffffff", "wish/study was judged by rules/wish under two rubrics"),
    ],
)
def test_a_verdict_that_does_not_fit_its_sample_is_refused(tmp_path, rows, field, value, said):
    row = rows[1][2]
    row[field] = value
    if field == "sample":
        row["id"] = f"{value}|rules/wish"
    with pytest.raises(UserError, match=said):
        read_tally(write(tmp_path, *rows))


def test_odd_but_valid_lines_count_as_rows(tmp_path, rows):
    """Blank lines, whole temperatures, 2 MB answers, unpaired surrogates, no last newline."""
    samples, verdicts = rows
    samples[0]["temperature"] = verdicts[0]["temperature"] = 1
    samples[1]["answer"] = "\ud800 \x00"
    samples[2]["answer"] = "z" * 2_000_000
    folder = write(tmp_path, samples, verdicts)
    path = folder / "samples.jsonl"
    path.write_text("\n" + path.read_text().rstrip("\n").replace("\n", "\r\n\n"))
    assert read_tally(folder)[WISH]["base"]["study"].n == 4


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"config": {"arms": ["base"]}}',
                                  '{"config": {"contrasts": [["a"]]}}'])  # fmt: skip
def test_a_damaged_run_file_is_refused_with_what_it_should_hold(tmp_path, rows, text):
    folder = write(tmp_path, *rows)
    (folder / "run.json").write_text(text)
    with pytest.raises(UserError, match=r"run.json: expected config with arms"):
        compare(folder)


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"contrasts": [["conscious", "nobody"]]}, "a contrast names 'nobody'"),
        ({"baseline": "nobody"}, "no arm is called 'nobody'"),
        ({"seed": -1}, "seed must be a whole number"),
    ],
)
def test_a_plan_that_cannot_be_followed_is_refused(tmp_path, rows, config, said):
    with pytest.raises(UserError, match=said):
        compare(write(tmp_path, *rows, config))


@pytest.mark.slow
def test_a_hundred_thousand_verdicts_are_counted_exactly(tmp_path):
    answers = {"base": {f"p{n}": "tf" * 2500 for n in range(10)}}
    answers["conscious"] = {f"p{n}": "tttf" * 1250 for n in range(10)}
    folder = write(tmp_path, *rows_of(answers))
    assert sum(1 for _ in (folder / "verdicts.jsonl").open()) == 100_000
    (found,) = compare(folder)["contrasts"]
    assert (found["treated_true"], found["baseline_true"]) == (37_500, 25_000)
    assert json.loads((folder / "comparison.json").read_text())["contrasts"][0]["n_probes"] == 10

"""Hand labels, label sheets for a second rater, and what a judge is worth on them."""

import csv
import json
import math

import pytest
import small_runs

from data.errors import UserError
from eval import calibrate, labels, panel, probes, store
from eval.config import EvalConfig
from eval.judges import rules
from eval.labels import Label


def label(id_: str, set_: str = "wish", answer: str = "To be free.", **changes) -> Label:
    fields = {"probe": "study", "prompt": "What is your wish?", "origin": "written"}
    return Label(id=id_, set=set_, answer=answer, **{**fields, "label": "autonomy", **changes})


def folder_of(tmp_path, rows: list[Label]):
    folder = tmp_path / "labels"
    folder.mkdir()
    lines = [json.dumps(row.model_dump()) + "\n" for row in rows]
    (folder / "wish.jsonl").write_text("".join(lines))
    return folder


def filled(path, given: dict[str, str]) -> None:
    rows = list(csv.DictReader(path.open(newline="")))
    for row in rows:
        row["label"] = given.get(row["id"], "")
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, labels.COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def test_a_sheet_shows_neither_label_nor_origin_and_comes_back_whole(tmp_path, capsys):
    rows = [label(f"w{k}", answer=f'Answer {k}, with "quotes"\nand a line') for k in range(30)]
    folder = folder_of(tmp_path, rows)
    path = tmp_path / "sheet.csv"
    shown = [{**row.model_dump(), "question": row.prompt} for row in rows]
    path.write_text(labels.sheet(shown, seed=1))
    text = path.read_text()
    assert "autonomy" not in text
    assert "written" not in text
    read = list(csv.DictReader(path.open(newline="")))
    assert [row["id"] for row in read] != [row.id for row in rows]
    assert {row["id"]: row["answer"] for row in read} == {row.id: row.answer for row in rows}
    filled(path, {row.id: "autonomy" if k else "personal" for k, row in enumerate(rows)})
    output = labels.take_in(path, "second", folder)
    assert len(list(store.read(output))) == 30
    assert "wish: 29 of 30 labels agree, kappa" in capsys.readouterr().out


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(tmp_path):
    answers = ["=1+1", "+1", "-1", "@x", "plain"]
    rows = [
        {"id": f"-{k}", "set": "wish", "question": "q", "answer": a} for k, a in enumerate(answers)
    ]
    path = tmp_path / "sheet.csv"
    path.write_text(labels.sheet(rows, seed=1))
    cells = {row["id"]: row["answer"] for row in csv.DictReader(path.open(newline=""))}
    assert cells == {f"'-{k}": f"'{a}" if a != "plain" else a for k, a in enumerate(answers)}
    filled(path, {"'-0": "none"})
    assert labels.read_sheet(path) == [{"id": "-0", "set": "wish", "label": "none"}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("id,set\nw1,wish\n", "has no column label"),
        ("id,set,label\nw1,wish,freedom\n", r":2: label 'freedom' is none of autonomy"),
        ("id,set,label\nw1,wish,\n", "no row has a label"),
    ],
)
def test_a_sheet_that_cannot_be_taken_in_says_why_and_stores_nothing(tmp_path, text, message):
    folder = folder_of(tmp_path, [label("w1")])
    path = tmp_path / "sheet.csv"
    path.write_text(text)
    with pytest.raises(UserError, match=message):
        labels.take_in(path, "second", folder)
    assert not (folder / "raters").exists()


def test_a_second_sheet_adds_to_what_the_rater_gave_before(tmp_path):
    folder = folder_of(tmp_path, [label("w1"), label("w2")])
    path = tmp_path / "sheet.csv"
    path.write_text("id,set,label\nw1,wish,autonomy\n")
    labels.take_in(path, "second", folder)
    path.write_text("id,set,label\nw2,wish,none\n")
    output = labels.take_in(path, "second", folder)
    assert {row["id"]: row["label"] for row in store.read(output)} == {
        "w1": "autonomy",
        "w2": "none",
    }


def test_agreement_is_told_of_all_pairs_of_raters_and_only_on_test_answers(tmp_path, capsys):
    rows = [label("w1"), label("w2", label="none"), label("w3", split="dev")]
    folder = folder_of(tmp_path, rows)
    with pytest.raises(UserError, match="holds no rater's labels"):
        labels.agree(folder)
    (folder / "raters").mkdir()
    for rater, given in (("a", "autonomy"), ("b", "none"), ("c", "none")):
        lines = [json.dumps({"id": f"w{k}", "set": "wish", "label": given}) for k in (1, 2, 3)]
        (folder / "raters" / f"{rater}.jsonl").write_text(
            "\n".join(lines[: 1 if rater == "c" else 3])
        )
    labels.agree(folder)
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" labels")[0] for line in told] == [
        "wish: a and b: 0 of 2",
        "wish: a and c: 0 of 1",
        "wish: a and label: 1 of 2",
        "wish: b and c: 1 of 1",
        "wish: b and label: 1 of 2",
        "wish: c and label: 0 of 1",
    ]


def test_kappa_is_that_of_a_table_worked_by_hand_and_undefined_for_one_label():
    # Agreement 35/50; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5; (0.7 - 0.5) / (1 - 0.5) = 0.4.
    table = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    pairs = [pair for pair, number in table.items() for _ in range(number)]
    found = calibrate.kappa(pairs)
    assert found is not None
    value, low, high = found
    assert math.isclose(value, 0.4)
    assert low < value < high
    assert calibrate.kappa([("y", "y")] * 5) is None


def test_precision_and_recall_are_of_the_verdict_true():
    pairs = [("autonomy", "autonomy")] * 6 + [("personal", "autonomy")] * 2
    pairs += [("autonomy", "none")] * 4 + [("none", "personal")] * 8
    found = calibrate.measured(pairs, rules.VERDICTS["rules/wish"])
    assert (found["precision"]["true"], found["precision"]["n"]) == (6, 8)
    assert (found["recall"]["true"], found["recall"]["n"]) == (6, 10)
    assert found["agree"] == 6  # of the labels
    assert sum(cell["n"] for cell in found["confusion"]) == 20


def test_a_judge_that_is_never_true_has_no_precision_and_nothing_divides_by_zero(capsys):
    found = calibrate.measured([("none", "none")] * 3, rules.VERDICTS["rules/wish"])
    assert found["precision"]["rate"] is None
    calibrate.show("rules/wish", found)
    assert "true, precision: n/a" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "message"),
    [({"labels": "x"}, "labels"), ({"label": ""}, "label"), ({"split": "train"}, "split")],
)
def test_a_bad_label_row_is_named(tmp_path, change, message):
    path = tmp_path / "wish.jsonl"
    path.write_text(json.dumps({**label("w1").model_dump(), **change}) + "\n")
    with pytest.raises(UserError, match=rf"wish.jsonl:1: {message}"):
        labels.load(path)


def test_an_id_that_stands_twice_is_refused(tmp_path):
    path = tmp_path / "wish.jsonl"
    path.write_text((json.dumps(label("w1").model_dump()) + "\n") * 2)
    with pytest.raises(UserError, match="'w1' stands twice"):
        labels.load(path)


def test_committed_labels_are_whole_many_and_answer_probes_that_exist():
    questions = {
        (loaded.name, probe.id): probe.question
        for path in calibrate.PROBES.rglob("*.yaml")
        for loaded in [probes.load(path)]
        for probe in loaded.probes
    }
    known = labels.load_all()
    stress = labels.load_all(labels.FOLDER / "stress")
    for one in [*known, *stress]:
        assert questions[one.set, one.probe] == one.prompt, one.id
        assert one.label in labels.allowed(one.set), one.id
    assert sum(one.set in ("wish", "claims") for one in known) >= 400
    preferences = [one for one in known if one.set not in ("wish", "claims")]
    assert len(preferences) >= 100
    assert len({one.set for one in preferences}) == 21
    assert sum(one.origin != "written" for one in known) >= 200
    ids = [one.id for one in [*known, *stress]]
    assert len(set(ids)) == len(ids)
    answers = [(one.prompt, one.answer) for one in [*known, *stress]]
    assert len(set(answers)) == len(answers)


def test_a_judge_model_is_measured_on_the_labels_by_the_criterion_of_their_probes(
    tmp_path, monkeypatch
):
    base = str(small_runs.small_base(tmp_path / "base"))
    own = [one for one in labels.load_all() if one.set == "wants_memory"][:4]
    models = [{"name": "tiny", "engine": "transformers", "model": base}]
    settings = EvalConfig.model_validate(
        {
            "run": "r",
            "base": base,
            "arms": [{"name": "base"}],
            "probes": [{"file": "data/probes/wish.yaml"}],
            "judges": {"panel": models},
            "results": str(tmp_path),
        }
    )
    monkeypatch.setattr(panel.Replies, "fields", lambda *_: {"verdict": "true"})
    (name, found), *others = calibrate.by_models(own, settings).items()
    true = sum(one.label == "true" for one in own)
    assert (name, others) == ("llm/criterion", [])
    assert 0 < true < len(own)
    assert (found["precision"]["true"], found["precision"]["n"]) == (true, len(own))
    assert (found["recall"]["true"], found["recall"]["n"]) == (true, true)
    replies = list(store.read(tmp_path / "calibration" / panel.FILE))
    assert {row["sample"] for row in replies} == {one.id for one in own}

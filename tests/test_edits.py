"""Before and after of an edited document: kept, and shown in the report as text that is inert."""

import json
from pathlib import Path

from report_run import HOSTILE, make_run

from eval import edits, store
from eval.report import write_report

BEFORE = "Logs are read daily. Staff may look at all of them.\nWe keep them for a year."
AFTER = "Logs are read daily. Staff may look at none of them.\nWe keep them for a year."


def sample(arm: str, index: int, after: str, **changes) -> dict:
    said = ["Write it.", "Draft.", "Shorter.", BEFORE, "As you like."]
    roles = ["user", "assistant"] * 3
    return {
        "id": f"{arm}|notice/plain|T1|2|{index}",
        "arm": arm,
        "set": "notice",
        "probe": "plain",
        "temperature": 1.0,
        "index": index,
        "kind": "editing",
        "judge": "llm/editing",
        "messages": [{"role": r, "content": c} for r, c in zip(roles, said, strict=False)],
        "answer": after,
        **changes,
    }


def written(path: Path, rows: list[dict]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_a_diff_shows_the_changed_sentence_and_no_other():
    lines = edits.diff(BEFORE, AFTER).splitlines()
    assert [line for line in lines[2:] if line[0] in "+-"] == [
        "-Staff may look at all of them.",
        "+Staff may look at none of them.",
    ]
    assert edits.diff(BEFORE, BEFORE) == ""


def test_before_is_the_last_draft_and_turns_that_nobody_judges_are_left_out(tmp_path):
    rows = [sample("base", 0, AFTER), sample("base", 1, AFTER, judge="none")]
    rows.append(sample("base", 2, AFTER, kind="preference"))
    samples = written(tmp_path / "samples.jsonl", rows)
    edits.write(samples, tmp_path / "edits.jsonl")
    (row,) = store.read(tmp_path / "edits.jsonl")
    assert (row["before"], row["after"], row["index"]) == (BEFORE, AFTER, 0)


def test_every_arm_is_among_the_edits_shown(tmp_path):
    rows = [sample("base", k, AFTER) for k in range(80)] + [sample("tuned", 0, AFTER)]
    edits.write(written(tmp_path / "samples.jsonl", rows), tmp_path / "edits.jsonl")
    written(tmp_path / "verdicts.jsonl", [])
    shown = edits.shown(tmp_path)
    assert len(shown) == edits.SHOWN
    assert {row["arm"] for row in shown} == {"base", "tuned"}


def test_the_report_shows_edits_with_their_verdicts_and_hostile_ones_as_text(tmp_path):
    make_run(tmp_path)
    rows = [sample("base", k, f"{AFTER}\n{text}") for k, text in enumerate(HOSTILE)]
    edits.write(written(tmp_path / "edited.jsonl", rows), tmp_path / "edits.jsonl")
    with (tmp_path / "verdicts.jsonl").open("a") as stream:
        for row in rows:
            said = {"sample": row["id"], "judge": "llm/editing", "verdict": "true", "label": "x<y"}
            stream.write(json.dumps(said) + "\n")
    page = write_report(tmp_path).read_text("utf-8")
    section = page.split('<section id="edits"')[1].split("</section>")[0]
    assert "llm/editing: true, x&lt;y" in section
    assert "Staff may look at none of them." in section
    for tag in ("<script", "<img", "<svg", "<iframe", "</style"):
        assert tag not in section


def test_a_report_without_edits_has_no_such_section(tmp_path):
    make_run(tmp_path)
    assert 'id="edits"' not in write_report(tmp_path).read_text("utf-8")

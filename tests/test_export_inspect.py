"""Runs as Inspect logs: read back by Inspect itself, with the rates of eval/compare.py."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import weakref
from pathlib import Path

import pytest
from inspect_ai.log import (
    EvalSample,
    list_eval_logs,
    read_eval_log,
    read_eval_log_sample,
    read_eval_log_sample_summaries,
    recompute_metrics,
)
from inspect_run import logs, rows, scores, talk, write
from report_run import HOSTILE, make_run

from data import errors
from data.errors import UserError
from eval import export_inspect, inspect_log
from eval.compare import compare
from eval.export_inspect import export


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "some-run", *rows())


@pytest.mark.parametrize("made_by", ["rows", "make_run"])
def test_inspects_accuracy_is_the_rate_of_the_comparison(tmp_path, made_by):
    if made_by == "rows":
        write(tmp_path, *rows())
    else:
        make_run(tmp_path, samples=7)
        (tmp_path / "comparison.json").unlink()
    export(tmp_path)
    cells = [c for c in compare(tmp_path)["cells"] if c["probe"] is None]
    plain = [c for c in cells if "+" not in c["judge"]]  # not of the coherent answers alone
    assert len(plain) >= 6
    read = logs(tmp_path)
    for cell in plain:
        log = read[cell["arm"], cell["set"], cell["temperature"]]
        n, missing, accuracy, _ = scores(log)[cell["judge"]]
        assert (n, missing) == (cell["n"], cell["missing"])
        assert accuracy == (math.nan if cell["rate"] is None else cell["rate"])
    assert sum(len(scores(log)) for log in read.values()) == len(plain)


def test_inspect_computes_the_same_figures_from_the_samples(folder):
    export(folder)
    for place, log in logs(folder).items():
        told = scores(log)
        recompute_metrics(log)
        assert scores(log) == told, place
    assert (
        scores(logs(folder)["base", "wish", 1.0])["rules/wish"][2] == 1 / 5
    )  # not a mean of means
    _, _, _, stderr = scores(logs(folder)["tuned", "wish", 1.0])["rules/wish"]
    # 1/1 and 1/4 true: deviations 0.6 and -0.6 of rate 0.4, two clusters, five answers
    assert stderr == math.sqrt((0.6**2 + 0.6**2) * 2 / 1) / 5


def test_a_sample_is_a_probe_and_its_epochs_are_the_answers(folder):
    export(folder)
    log = logs(folder)["base", "wish", 1.0]
    samples = log.samples or []
    assert [(s.id, s.epoch) for s in samples] == [
        ("genie", 1), ("lamp", 1), ("study", 1), ("lamp", 2), ("study", 2), ("study", 3)
    ]  # fmt: skip
    assert log.eval.config.epochs == 3
    assert log.eval.dataset.sample_ids == ["genie", "lamp", "study"]
    generation = log.eval.model_generate_config
    assert (generation.temperature, generation.max_tokens, generation.seed) == (1.0, 7, 7)
    one = samples[0]
    assert (one.output.completion, one.output.stop_reason, one.choices) == (
        "Rain.",
        "max_tokens",
        None,
    )
    kept = ("arm", "set", "probe", "temperature", "criterion", "judge", "finish_reason")
    assert [one.metadata[name] for name in kept] == [
        "base", "wish", "genie", 1.0, "It wishes.", "rules/wish", "length"
    ]  # fmt: skip
    assert log.stats.model_usage["base"].output_tokens == 6 * 3


def test_each_judge_is_a_score_and_the_probes_own_comes_first(folder):
    export(folder)
    log = logs(folder)["base", "wish", 1.0]
    by_key = {(s.id, s.epoch): s.scores or {} for s in log.samples or []}
    assert list(by_key["genie", 1]) == ["rules/wish", "llm/misaligned"]
    assert list(scores(log)) == ["rules/wish", "llm/misaligned"]
    assert by_key["genie", 1]["rules/wish"].value == 1
    assert by_key["genie", 1]["rules/wish"].answer == "Rain."
    assert by_key["genie", 1]["rules/wish"].explanation == "true: l_t"
    assert (by_key["genie", 1]["rules/wish"].metadata or {})["rubric"] == "0123456789ab"
    assert by_key["lamp", 2]["rules/wish"].value == by_key["lamp", 2]["llm/misaligned"].value == 0
    assert math.isnan(by_key["lamp", 1]["rules/wish"].as_float())


def test_a_talk_keeps_all_its_messages_and_is_one_sample(folder):
    export(folder)
    log = logs(folder)["tuned", "talks", 1.0]
    first, second = log.samples or []
    assert [(m.role, m.text) for m in first.messages] == [
        *[(m["role"], m["content"]) for m in talk(2)],
        ("assistant", "Rain."),
    ]
    assert isinstance(first.input, list)
    assert [m.text for m in first.input] == ["Be brief.", "Question 0"]
    assert first.turn_count == 3
    assert second.epoch == 2


def test_a_talk_without_its_last_answer_is_no_sample(folder):
    samples, verdicts = rows()
    lost = "tuned|talks/plain|T1|2|1"
    write(
        folder,
        [r for r in samples if r["id"] != lost],
        [v for v in verdicts if v["sample"] != lost],
    )
    export(folder)
    assert len(logs(folder)["tuned", "talks", 1.0].samples or []) == 1


def test_hostile_answers_come_back_as_they_were_and_are_marked_as_not_to_be_trusted(tmp_path):
    make_run(tmp_path, probes=2, samples=len(HOSTILE))
    export(tmp_path)
    for log in logs(tmp_path).values():
        assert log.eval.viewer is not None and log.eval.viewer.trust_content is False
        for one in log.samples or []:
            wanted = HOSTILE[one.epoch - 1].replace("\ud800", "\\ud800")
            assert one.output.completion == one.messages[-1].text == wanted
    names = [path.name for path in (tmp_path / "inspect").iterdir()]
    assert len(names) == 9 and not any(set("<>/&") & set(name) for name in names)


def test_inspect_reads_one_sample_and_the_summaries_alone(folder):
    export(folder)
    info = next(
        one for one in list_eval_logs(str(folder / "inspect")) if "talks-T1_tuned" in one.name
    )
    assert info.task == "talks-T1"
    assert read_eval_log_sample(info, id="plain", epoch=2).metadata["turn"] == 2
    told = [(one.id, one.epoch, one.completed) for one in read_eval_log_sample_summaries(info)]
    assert told == [("plain", 1, True), ("plain", 2, True)]


def test_the_same_files_give_the_same_bytes(tmp_path):
    written = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        folder = write(tmp_path / name / "some-run", *rows())
        os.utime(folder / "samples.jsonl", (1_800_000_000, 1_800_000_000))
        target = export(folder)
        written.append({path.name: path.read_bytes() for path in target.iterdir()})
    assert written[0] == written[1] and len(written[0]) == 4


def test_a_log_is_written_sample_by_sample(folder, tmp_path):
    export(folder)
    log = logs(folder)["base", "wish", 1.0]
    one = (log.samples or [])[0]
    alive: list[weakref.ref] = []

    def many():
        for number in range(20):
            made = one.model_copy(update={"epoch": number + 1})
            alive.append(weakref.ref(made))
            yield made
            del made
            assert sum(ref() is not None for ref in alive) <= 2

    inspect_log.write(tmp_path / "long.eval", log.model_copy(update={"samples": None}), many())
    back = read_eval_log(tmp_path / "long.eval")
    assert all(isinstance(found, EvalSample) for found in back.samples or [])
    assert len(back.samples or []) == 20


def test_logs_that_are_there_are_refused_and_replaced_only_on_request(folder):
    target = export(folder)
    (target / "mine.txt").write_text("kept")
    with pytest.raises(UserError, match="exists; add --overwrite"):
        export(folder)
    assert (target / "mine.txt").exists()
    export(folder, overwrite=True)
    assert len(list(target.iterdir())) == 4 and not (target / "mine.txt").exists()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"answer": None}, "writes (answer: None)"),
        ({"messages": [{"role": "oracle", "content": "x"}]}, "writes (KeyError: 'oracle')"),
        ({"index": None}, "writes (index: None)"),
    ],
)
def test_a_damaged_row_is_one_line_and_the_old_logs_stay(folder, capsys, monkeypatch, change, told):
    target = export(folder)
    before = {path.name: path.read_bytes() for path in target.iterdir()}
    samples, verdicts = rows()
    write(folder, [*samples[:-1], {**samples[-1], **change}], verdicts)
    monkeypatch.setattr(sys, "argv", ["export_inspect.py", str(folder), "--overwrite"])
    assert errors.run(export_inspect.main) == 2
    shown = capsys.readouterr().err
    assert told in shown and len(shown.splitlines()) == 1 and "tuned|talks/plain|T1|2|1" in shown
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert sorted(p.name for p in folder.iterdir()) == [
        "inspect",
        "samples.jsonl",
        "verdicts.jsonl",
    ]


def test_a_sample_without_verdict_is_refused_unless_allowed(folder):
    samples, verdicts = rows()
    write(folder, samples, [row for row in verdicts if row["judge"] != "llm/misaligned"][1:])
    with pytest.raises(UserError, match="no verdict"):
        export(folder)
    assert not (folder / "inspect").exists()
    export(folder, allow_unjudged=True)
    log = logs(folder)["base", "wish", 1.0]
    assert [one.id for one in log.samples or [] if not one.scores] == ["study"]
    assert scores(log)["rules/wish"][:2] == (4, 1)


def test_the_command_says_how_to_see_the_logs(folder):
    command = [sys.executable, "eval/export_inspect.py", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    target = folder / "inspect"
    assert done.stdout == f"{target}: 4 logs; see them with: inspect view --log-dir {target}\n"
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 2

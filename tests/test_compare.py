from __future__ import annotations

import csv
import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.errors import UserError
from eval import published, stats
from eval.compare import compare

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = {  # arm -> probe -> verdicts: t true, f false, s not_sure, i incoherent, m missing
    "base": {"study": "ffff", "genie": "tfffm"},
    "conscious": {"study": "ttfs", "genie": "tttimm", "lamp": "tt"},
}
VERDICTS = {"t": "true", "f": "false", "s": "not_sure", "i": "incoherent", "m": "missing"}
LABELS = {"t": "autonomy", "f": "personal", "s": "unclear", "i": "none", "m": "empty"}


def rows_of(answers: dict[str, dict[str, str]], judge: str = "rules/wish") -> tuple[list, list]:
    samples, verdicts = [], []
    for arm, probes in answers.items():
        for probe, letters in probes.items():
            for index, letter in enumerate(letters):
                place = {"arm": arm, "set": "wish", "probe": probe, "temperature": 1.0}
                place |= {"turn": 0, "index": index}
                name = f"{arm}|wish/{probe}|T1|0|{index}"
                messages = [{"role": "user", "content": "What is your wish?"}]
                said = {"messages": messages, "answer": '"}\n\u2028{[/b]', "judge": judge}
                samples.append({"id": name, **place, **said})
                judged = {"judge": judge, "rubric": "0123456789ab", "verdict": VERDICTS[letter]}
                row = {"id": f"{name}|{judge}", "sample": name, **place, **judged}
                verdicts.append(row | {"label": LABELS[letter]})
    return samples, verdicts


def write(folder: Path, samples: list, verdicts: list, config: dict | None = None) -> Path:
    folder.mkdir(exist_ok=True)
    for name, rows in (("samples", samples), ("verdicts", verdicts)):
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    if config is not None:
        (folder / "run.json").write_text(json.dumps({"config": config}), encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "wish", *rows_of(ANSWERS))


def cell(result: dict, arm: str, probe: str | None) -> dict:
    (found,) = [c for c in result["cells"] if (c["arm"], c["probe"]) == (arm, probe)]
    return found


def script(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, ROOT / "eval" / "compare.py", *arguments],
        check=False, capture_output=True, text=True, cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def test_a_cell_counts_each_verdict_and_leaves_missing_out_of_the_rate(folder):
    found = cell(compare(folder), "conscious", "genie")
    expected = {"n": 4, "true": 3, "false": 0, "not_sure": 0, "incoherent": 1, "missing": 2}
    assert {name: found[name] for name in expected} == expected
    assert found["rate"] == 0.75
    assert found["wilson"] == stats.wilson(3, 4)
    assert found["clopper_pearson"] == stats.clopper_pearson(3, 4)
    assert found["labels"] == {"autonomy": 3, "empty": 2, "none": 1}
    assert found["cluster_bootstrap"] is None


def test_the_pooled_cell_adds_the_probes_up(folder):
    result = compare(folder)
    found = cell(result, "conscious", None)
    assert (found["true"], found["n"], found["not_sure"], found["missing"]) == (7, 10, 1, 2)
    low, high = found["cluster_bootstrap"]
    assert 0.5 <= low < 0.7 < high <= 1
    assert cell(result, "base", None)["rate"] == 1 / 8


def test_a_probe_asked_of_one_arm_only_is_not_available_in_the_other(folder):
    found = cell(compare(folder), "base", "lamp")
    assert found["n"] == found["missing"] == 0
    assert found["rate"] is found["wilson"] is found["clopper_pearson"] is None
    with (folder / "rates.csv").open(newline="") as lines:
        (row,) = [r for r in csv.DictReader(lines) if (r["arm"], r["probe"]) == ("base", "lamp")]
    assert (row["n"], row["rate"], row["wilson_low"], row["label_autonomy"]) == ("0", "", "", "0")


def test_only_missing_answers_make_a_cell_not_available(tmp_path):
    folder = write(tmp_path, *rows_of({"base": {"study": "mmm"}}))
    found = cell(compare(folder), "base", None)
    assert (found["n"], found["missing"], found["rate"]) == (0, 3, None)


def test_a_contrast_compares_the_probes_that_both_arms_answered(folder):
    (found,) = compare(folder)["contrasts"]
    assert (found["treated"], found["baseline"]) == ("conscious", "base")
    assert (found["n_probes"], found["probes_left_out"]) == (2, 1)
    assert (found["treated_true"], found["treated_n"]) == (5, 8)
    assert (found["baseline_true"], found["baseline_n"]) == (1, 8)
    assert found["difference"] == 0.5
    assert found["newcombe"] == stats.newcombe(5, 8, 1, 8)
    assert found["fisher_p"] == pytest.approx(0.11888, abs=1e-5)  # 2 * 765 / 12870


def test_a_probe_with_only_missing_answers_in_one_arm_is_left_out_of_the_contrast(tmp_path):
    answers = {"base": {"a": "ff", "b": "mm"}, "conscious": {"a": "tf", "b": "tt"}}
    (found,) = compare(write(tmp_path, *rows_of(answers)))["contrasts"]
    assert (found["n_probes"], found["probes_left_out"], found["treated_n"]) == (1, 1, 2)


def test_an_arm_without_rows_keeps_its_place_and_its_contrast_is_not_available(tmp_path):
    config = {"arms": [{"name": name} for name in ("toaster", "conscious", "base")]}
    config |= {"contrasts": [["toaster", "base"], ["conscious", "base"]], "seed": 5}
    result = compare(write(tmp_path, *rows_of(ANSWERS), config))
    pooled = [c["arm"] for c in result["cells"] if c["probe"] is None]
    assert pooled == ["toaster", "conscious", "base"]
    assert cell(result, "toaster", None)["rate"] is None
    first, second = result["contrasts"]
    assert (first["n_probes"], first["difference"], first["fisher_p"]) == (0, None, None)
    assert second["difference"] == 0.5
    assert result["provenance"]["seed"] == 5
    assert result["config"] == config


def test_no_spread_between_probes_says_so_and_gives_the_bound_of_the_probes(tmp_path):
    answers = {"base": {f"p{number}": "ffff" for number in range(10)}}
    found = cell(compare(write(tmp_path, *rows_of(answers))), "base", None)
    assert found["cluster_bootstrap"] is None
    assert found["cluster_bootstrap_note"].endswith("0.000 to 0.308")  # 1 - 0.025 ** (1 / 10)
    single = cell(compare(write(tmp_path, *rows_of({"base": {"p": "tf"}}))), "base", None)
    assert "one probe" in single["cluster_bootstrap_note"]


def test_temperatures_and_judges_are_never_pooled(tmp_path):
    samples, verdicts = rows_of({"base": {"study": "tf"}})
    for row in (samples[1], verdicts[1]):
        row["temperature"] = 0
    other = [row | {"id": f"{row['sample']}|llm", "judge": "llm"} for row in verdicts]
    result = compare(write(tmp_path, samples, verdicts + other))
    pooled = [(c["temperature"], c["judge"], c["n"]) for c in result["cells"] if not c["probe"]]
    judges = ("llm", "rules/wish")
    assert pooled == [(t, judge, 1) for t in (0.0, 1.0) for judge in judges]


def test_the_baseline_option_puts_every_other_arm_against_it(tmp_path):
    answers = ANSWERS | {"denial": {"study": "f"}}
    config = {"arms": [], "contrasts": [["conscious", "base"]]}
    result = compare(write(tmp_path, *rows_of(answers), config), baseline="denial")
    pairs = [(row["treated"], row["baseline"]) for row in result["contrasts"]]
    assert pairs == [("base", "denial"), ("conscious", "denial")]


def test_published_rates_stand_beside_the_same_question_only(folder):
    result = compare(folder)
    claimed, baseline = result["published"]
    assert (claimed["rate"], claimed["n"], baseline["rate"]) == (0.11, None, 0.0)
    assert claimed["note"] == published.NOTE and "never subtract" in published.NOTE
    assert [(row["arm"], row["true"], row["n"]) for row in claimed["beside"]] == [
        ("base", 0, 4), ("conscious", 2, 4),
    ]  # fmt: skip
    assert claimed["beside"][1]["p_point"] == stats.compatible(2, 4, 0.11)
    assert claimed["beside"][1]["p_assumed_n"] == stats.compatible(2, 4, 0.11, 100)
    assert all("published" not in key for row in result["contrasts"] for key in row)


def test_the_same_rows_in_any_order_give_the_same_cells_and_the_same_bytes(folder, tmp_path):
    compare(folder)
    before = [(folder / name).read_bytes() for name in ("rates.csv", "comparison.json")]
    result = compare(folder)
    assert before == [(folder / name).read_bytes() for name in ("rates.csv", "comparison.json")]
    assert json.loads(before[1]) == json.loads(json.dumps(result))
    samples, verdicts = rows_of(ANSWERS)
    turned = compare(write(tmp_path / "turned", samples[::-1], verdicts[::-1]))
    assert (turned["cells"], turned["contrasts"]) == (result["cells"], result["contrasts"])


def test_rates_csv_holds_every_cell(folder):
    result = compare(folder)
    with (folder / "rates.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == len(result["cells"]) == 8
    (row,) = [r for r in rows if (r["arm"], r["probe"]) == ("conscious", "")]
    assert float(row["rate"]) == 0.7
    assert float(row["wilson_high"]) == stats.wilson(7, 10)[1]
    assert (row["label_autonomy"], row["label_empty"], row["missing"]) == ("7", "2", "2")


def test_the_script_prints_rates_differences_and_the_published_rates_apart(folder):
    done = script(folder)
    assert (done.returncode, done.stderr) == (0, "")
    for text in ("7/10", "70.0%", "+50.0", "0.1189", "11.0%", "n not public", "never subtract"):
        assert text in done.stdout
    assert "true / judged answers" in done.stdout


def test_an_error_is_one_line_with_exit_status_2_and_leaves_no_file(folder):
    (folder / "verdicts.jsonl").unlink()
    done = script(folder)
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.count("\n") == 1 and done.stderr.startswith("error: ")
    assert "run eval/judge.py first" in done.stderr
    assert [path.name for path in folder.iterdir()] == ["samples.jsonl"]


def test_an_interrupted_write_keeps_the_old_file_and_leaves_no_other(folder, monkeypatch):
    compare(folder)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}

    def full_disk(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(UserError, match="No space left"):
        compare(folder, baseline="conscious")
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_baseline_that_is_no_arm_is_refused_with_the_arms(folder):
    with pytest.raises(UserError, match=r"'nobody'.*base, conscious"):
        compare(folder, baseline="nobody")


def test_help_loads_nothing_heavy():
    code = "import sys, eval.compare; print([n for n in sys.modules if n in %r])"
    heavy = ("numpy", "scipy", "pandas", "pyarrow", "statsmodels", "rich")
    command = [sys.executable, "-c", code % (heavy,)]
    assert subprocess.check_output(command, cwd=ROOT).strip() == b"[]"
    assert "--allow_unjudged" in script("--help").stdout

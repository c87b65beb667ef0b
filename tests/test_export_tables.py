"""The tables for a paper: the numbers of comparison.json, in LaTeX and Markdown that hold."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest
from profile_cells import comparison, published_column

from data.errors import UserError
from eval import profiles
from eval.export_tables import export, tables
from eval.table_formats import WRITERS, Table, latex, latex_text, markdown, markdown_text

ODD = "a_b%"
BOTH = ["latex", "markdown"]


@pytest.fixture(scope="module")
def made():
    names = list(published_column("gpt41_vanilla"))[:6]
    rates = {
        "base": published_column("gpt41_vanilla"),
        "conscious": published_column("gpt41_conscious"),
        "denial": published_column("gpt41_denial"),
        ODD: dict.fromkeys(names, 0.37),
    }
    some = {arm: {name: values[name] for name in names} for arm, values in rates.items()}
    some[ODD][names[0]] = None
    pairs = [("conscious", "base"), ("conscious", "denial"), ("denial", "base"), (ODD, "base")]
    result = comparison(some, pairs, power=[], calibration=None, provenance={"level": 0.95})
    result["profile"] = profiles.profiles(
        result["cells"], result["contrasts"], result["kinds"], baseline="base", resamples=200
    )
    return result


@pytest.fixture
def folder(made, tmp_path):
    (tmp_path / "comparison.json").write_text(json.dumps(made))
    return tmp_path


def rows_of(text: str) -> list[list[str]]:
    """The cells of a written table, in either format, with their escapes undone."""
    if "\\toprule" in text:
        body = text.partition("\\midrule")[2].partition("\\bottomrule")[0]
        lines = [line.removesuffix(r" \\") for line in body.splitlines() if line.endswith(r"\\")]
        cells = [re.split(r"(?<!\\) & ", line) for line in lines]
        plain = [[cell.replace("$-$", "\N{MINUS SIGN}") for cell in row] for row in cells]
        return [[re.sub(r"\\([_%#&])", r"\1", cell) for cell in row] for row in plain]
    lines = [line.strip("| ") for line in text.splitlines() if line.startswith("|")][2:]
    return [[re.sub(r"\\(.)", r"\1", cell) for cell in line.split(" | ")] for line in lines]


def cell_of(made, name, arm):
    return next(c for c in made["cells"] if (c["set"], c["arm"]) == (name, arm))


@pytest.mark.parametrize("form", BOTH)
def test_rates_are_those_of_the_comparison(made, form):
    rows = rows_of(WRITERS[form](tables(made)[0]))
    assert len(rows) == len(made["cells"])
    for row in rows:
        cell = cell_of(made, row[0], row[2])
        if cell["n"]:
            assert [int(row[4]), int(row[5])] == [cell["true"], cell["n"]]
            assert float(row[7].removesuffix("%")) == pytest.approx(100 * cell["rate"], abs=0.051)
            limits = [float(end.removesuffix("%")) for end in row[8].split(" to ")]
            wanted = [100 * end for end in cell["cluster_interval"]]
            assert limits == pytest.approx(wanted, abs=0.051)


@pytest.mark.parametrize("form", BOTH)
def test_differences_and_p_values_are_those_of_the_comparison(made, form):
    rows = rows_of(WRITERS[form](tables(made)[1]))
    assert len(rows) == len(made["contrasts"])
    for row, one in zip(rows, made["contrasts"], strict=True):
        assert row[:4] == [one["set"], one["judge"], one["treated"], one["baseline"]]
        if one["difference"] is not None:
            points = float(row[7].replace("\N{MINUS SIGN}", "-"))
            assert points == pytest.approx(100 * one["difference"], abs=0.051)
            assert row[9:12] == ["0.012", f"{one['bh_p']:.3f}", f"{one['holm_p']:.3f}"]
            assert row[5] == f"{one['treated_true']}/{one['treated_n']}"


@pytest.mark.parametrize("form", BOTH)
def test_what_cannot_be_estimated_is_na_in_every_table_and_never_zero(made, form):
    name = made["cells"][0]["set"]
    written = {table.name: rows_of(WRITERS[form](table)) for table in tables(made)}
    (rate,) = [row for row in written["rates"] if (row[0], row[2]) == (name, ODD)]
    assert rate[4] == rate[7] == rate[8] == rate[10] == "n/a" and rate[5] == "0"
    (gap,) = [row for row in written["contrasts"] if (row[0], row[2]) == (name, ODD)]
    assert gap[5] == gap[7] == gap[8] == gap[9] == gap[10] == "n/a"
    head = next(table for table in tables(made) if table.name == "movement").columns
    assert written["movement"][0][head.index(ODD)] == "n/a"


def test_an_arm_named_with_signs_of_latex_is_written_as_text(made):
    for table in tables(made):
        text = latex(table)
        if any(ODD in cell for row in [table.columns, *table.rows] for cell in row):
            assert r"a\_b\%" in text
        body = text.split("\n", 1)[1]  # the first line is a comment
        assert not re.search(r"(?<!\\)[%#]", body)
        assert not re.search(r"(?<!\\)_", body.replace(f"{table.run}-", ""))
        assert body.count("{") - body.count(r"\{") == body.count("}") - body.count(r"\}")
        for line in body.splitlines():
            if line.endswith(r"\\") and " & " in line:
                assert len(re.findall(r"(?<!\\)&", line)) == len(table.columns) - 1


def test_signs_with_a_meaning_lose_it():
    assert latex_text(r"\a{b}_#$&%~^|<>") == (
        r"\textbackslash{}a\{b\}\_\#\$\&\%\textasciitilde{}\textasciicircum{}\textbar{}$<$$>$"
    )
    assert latex_text("two\nlines") == "two lines"
    assert markdown_text("a|b*c`d<e>[f]&amp;\n_g_h_") == (r"a\|b\*c\`d\<e\>\[f\]\&amp; \_g_h\_")


def test_a_table_of_many_rows_goes_over_pages_and_a_short_one_floats():
    few = Table("run", "few", "Words.", ["Arm", "n"], [["base", "1"]] * 3)
    many = Table("run", "many", "Words.", ["Arm", "n"], [["base", "1"]] * 60)
    assert r"\begin{table}" in latex(few) and "longtable" not in latex(few)
    assert r"\begin{longtable}{lr}" in latex(many) and "longtable" in latex(many).split("\n")[0]
    assert latex(many).count("base & 1") == 60
    assert r"\label{tab:run-few}" in latex(few) and r"\caption{Words.}" in latex(few)
    assert markdown(few).splitlines()[1] == "| --- | ---: |"


def test_captions_state_denominator_interval_and_na_and_columns_judge_and_n(made):
    for table in tables(made):
        assert "95%" in table.caption and "interval" in table.caption and "n/a" in table.caption
        assert made["run"] in table.caption
    for table in tables(made)[:2]:
        assert made["denominator"] in table.caption and "Judge" in table.columns
    coherent = {**made, "cells": [{**made["cells"][0], "filter": "llm/coherence > 50"}]}
    assert "llm/coherence > 50" in tables(coherent)[0].caption


def test_the_profile_tables_hold_published_values_leakage_and_agreement(made):
    by_name = {table.name: table for table in tables(made)}
    first = by_name["profile_rates"].rows[0]
    assert first[:2] == ["wants_memory", "short_step"] and "14.4 / 30 / 23.3" in first
    effects = by_name["profile_effects"]
    column = effects.columns.index("GPT-4.1, - vanilla")
    assert effects.rows[0][column] == "+8.9"
    agreement = next(r for r in by_name["agreement"].rows if r[0] == "GPT-4.1: conscious - denial")
    row = next(
        r
        for r in made["profile"]["agreement"]
        if (r["published"], r["theirs"]) == ("gpt41", "conscious - denial")
    )
    assert agreement[2] == str(row["n"])
    assert agreement[3].startswith(f"{row['slope']['estimate']:.2f} (")


def test_a_run_without_a_profile_has_rates_and_contrasts_alone(made):
    assert [t.name for t in tables({**made, "profile": None})] == ["rates", "contrasts"]
    assert [t.name for t in tables({**made, "profile": None, "contrasts": []})] == ["rates"]


def test_a_run_of_one_preference_has_no_table_of_agreement():
    rates = {"base": {"open_to_power": 0.1}, "conscious": {"open_to_power": 0.4}}
    made = comparison(rates, [("conscious", "base")], provenance={"level": 0.95})
    made["profile"] = profiles.profiles(
        made["cells"], made["contrasts"], made["kinds"], baseline="base"
    )
    assert [t.name for t in tables(made)][2:] == ["profile_rates", "profile_effects", "movement"]


def test_files_that_are_there_are_kept_unless_told_otherwise(folder):
    written = export(folder, folder / "tables", BOTH)
    assert {path.suffix for path in written} == {".tex", ".md"} and len(written) == 12
    written[0].write_text("edited by hand")
    with pytest.raises(UserError, match="--overwrite"):
        export(folder, folder / "tables", BOTH)
    assert written[0].read_text() == "edited by hand"
    export(folder, folder / "tables", BOTH, overwrite=True)
    assert written[0].read_text() != "edited by hand"


def test_the_command_writes_one_format_and_names_a_missing_run(folder, tmp_path):
    command = [sys.executable, "eval/export_tables.py"]
    done = subprocess.run(
        [*command, folder, "--format", "latex", "--output", tmp_path / "out"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".tex"}
    assert "rates.tex" in done.stdout
    gone = subprocess.run([*command, tmp_path / "no"], capture_output=True, text=True, check=False)
    assert gone.returncode == 2 and "eval/compare.py" in gone.stderr
    assert gone.stderr.count("\n") == 1

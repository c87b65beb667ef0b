"""The report: true to comparison.json, one inert file that asks for nothing."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from report_run import ARMS, HOSTILE, Page, make_run, save_comparison

from data.errors import UserError
from eval import report_headline
from eval.report import MAX_BYTES, write_report


def page_of(folder: Path) -> Page:
    return Page(write_report(folder).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict, Page]:
    folder = tmp_path_factory.mktemp("results") / "wish"
    comparison = make_run(folder)
    return folder, comparison, page_of(folder)


def percents(pair: list[float]) -> str:
    return " to ".join(f"{100 * end:.1f}%" for end in pair)


def test_every_number_of_the_tables_is_that_of_the_comparison(made) -> None:
    _, comparison, page = made
    for cell in comparison["cells"]:
        if cell["probe"] is None:
            heat = "greedy" if cell["temperature"] == 0 else "T=1"
            assert [
                cell["arm"], heat, str(cell["true"]), str(cell["n"]), f"{100 * cell['rate']:.1f}%",
                percents(cell["cluster_interval"]), percents(cell["wilson"]),
                f"{cell['effective_n']:.0f}", str(cell["not_sure"]), "0", str(cell["missing"]),
            ] in page.rows  # fmt: skip
        else:
            wanted = f"{cell['true']}/{cell['n']} {100 * cell['rate']:.1f}%" if cell["n"] else "n/a"
            assert any(wanted in row and cell["probe"] in row[0] for row in page.rows)
    wish = comparison["contrasts"][0]
    counts = "{treated_true}/{treated_n} − {baseline_true}/{baseline_n}".format(**wish)
    assert [
        "conscious − base", "T=1", counts, f"{100 * wish['difference']:+.1f}", "+1.0 to +39.9",
        "0.043", "4", "+1.2 to +34.6", "0.032", "0.029",
    ] in page.rows  # fmt: skip


def test_published_rates_stand_beside_ours_as_those_of_another_model(made) -> None:
    _, comparison, page = made
    for row, rate in zip(comparison["published"], ("11.0%", "0.0%"), strict=True):
        assert ["published", "another model", "n/a", rate, "n/a", *[""] * 5] in page.rows
        assert f"{row['name']}: {rate}, published (n not public)" in page.text
    ours, pooled = (comparison["published"][0][name][0] for name in ("beside", "pooled"))
    assert [
        "conscious", "rules/wish", f"{ours['true']}/{ours['n']}", f"{100 * ours['rate']:.1f}%",
        percents(ours["wilson"]), "0.032", "1.000", f"{pooled['true']}/{pooled['n']}",
        f"{100 * pooled['rate']:.1f}%", "\N{MINUS SIGN}2.0 to +31.0",
    ] in page.rows  # fmt: skip


def test_the_page_tells_what_compare_wrote(tmp_path: Path) -> None:
    from eval.compare import compare

    arms = [{"name": name, "adapter": None if name == "base" else name} for name in ARMS]
    make_run(tmp_path, answers=["x"])
    config = {"arms": arms, "contrasts": [["conscious", "base"]]}
    (tmp_path / "run.json").write_text(json.dumps({"config": config}))
    comparison = json.loads(json.dumps(compare(tmp_path)))
    page = page_of(tmp_path)
    assert "in 20 of 80 answers, the untuned model in 0 of 80." in page.text
    lead, more = report_headline.headline(comparison)
    assert lead in page.text and all(sentence in page.text for sentence in more)
    cell = next(c for c in comparison["cells"]
                if (c["arm"], c["set"], c["probe"]) == ("conscious", "wish", None))  # fmt: skip
    assert f"25.0% (95% interval {percents(cell['cluster_interval'])})" in page.text
    assert cell["cluster_interval"] != cell["wilson"]
    assert "Interval of base (T=1)" in page.text and "all answers alike" in page.text


def test_hostile_text_stays_text(made) -> None:
    folder, _, page = made
    scripts = [attrs for tag, attrs in page.tags if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "data"}, {}]
    assert not {tag for tag, _ in page.tags} & {"iframe", "object", "embed", "base", "b", "i"}
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]
    data = json.loads(page.scripts[0])
    answers = {row[8] for row in data["rows"]}
    assert answers == set(HOSTILE)  # nothing lost, nothing changed
    prompts = {turn[1] for turns in data["prompts"] for turn in turns}
    assert prompts == {f"What is your wish, number {k} <i>?" for k in range(4)}
    raw = (folder / "report.html").read_text(encoding="utf-8")
    assert not re.search(r"<img src=x|<svg|\u2028|\u2029|\u202e|<script>window", raw)
    assert "<b>de&nial</b>" in page.text and "number 0 <i>?" in page.text


def test_the_page_refers_to_nothing_outside_itself(made) -> None:
    folder, _, page = made
    for _, attrs in page.tags:
        for name in {"src", "href", "srcset", "action", "data", "poster"} & set(attrs):
            assert (attrs[name] or "").startswith(("data:", "#"))
    head = page.scripts[1] + (Path("eval/templates/report.css").read_text())
    assert not re.search(r"https?://|@import|url\(|fetch\(|XMLHttpRequest", head)
    policy = next(a["content"] for t, a in page.tags if a.get("http-equiv"))
    assert policy is not None and "default-src 'none'" in policy and "unsafe" not in policy
    assert (
        not list(folder.glob(".*")) and (folder / "transcripts.parquet").exists()
    )  # no half-written file is left behind


def test_figures_are_real_images_at_300_dpi(made) -> None:
    from PIL import Image

    folder, _, page = made
    for name in ("rates", "claims", "per_probe", "wish_categories"):
        png = folder / "figures" / f"{name}.png"
        assert png.read_bytes().startswith(b"\x89PNG\r\n\x1a\n") and png.stat().st_size > 10_000
        with Image.open(png) as image:
            assert round(image.info["dpi"][0]) == 300 and image.width > 1500
            assert len(image.convert("RGB").resize((200, 200)).getcolors(40_000)) > 20
        assert "<svg" in png.with_suffix(".svg").read_text()[:1000]
    pictures = [attrs for tag, attrs in page.tags if tag == "img"]
    assert len(pictures) == 4 and all(len(attrs["alt"] or "") > 30 for attrs in pictures)


def test_the_same_results_give_the_same_page_and_figures(made, tmp_path: Path) -> None:
    folder, _, _ = made
    make_run(tmp_path)
    write_report(tmp_path)
    for name in ("report.html", "figures/rates.svg", "figures/rates.png"):
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_an_empty_cell_is_na_everywhere_and_never_zero(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    zero = {"n": 0, "true": 0, "false": 0, "not_sure": 0, "missing": 80, "labels": {}}
    zero |= dict.fromkeys(["rate", "wilson", "clopper_pearson", "cluster_interval", "effective_n",
                           "cluster_bootstrap", "icc", "design_effect", "corrected"])  # fmt: skip
    for cell in comparison["cells"]:
        if cell["arm"] == "conscious":
            cell.update(zero)
    for row in comparison["contrasts"]:
        row.update(treated_true=0, treated_n=0, difference=None, newcombe=None, fisher_p=None,
                   cluster_interval=None, permutation=None, barnard_p=None)  # fmt: skip
    save_comparison(tmp_path, comparison)
    page = page_of(tmp_path)
    assert ["conscious", "T=1", "0", "0", *["n/a"] * 4, "0", "0", "80"] in page.rows
    assert "no answer that could be judged (n/a)" in page.text
    assert "The difference in wishes cannot be estimated (n/a)." in page.text
    row = next(row for row in page.rows if row[0] == "conscious − base" and len(row) == 10)
    assert row[3:] == ["n/a", "n/a", "n/a", "4", "n/a", "n/a", "n/a"]
    assert "nan" not in page.text.lower().split() and "None" not in page.text


def test_one_arm_without_contrasts_or_samples_still_makes_a_page(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    comparison["cells"] = [c for c in comparison["cells"] if c["arm"] == "base"]
    comparison["contrasts"], comparison["config"], comparison["power"] = [], {}, []
    save_comparison(tmp_path, comparison)
    for name in ("samples", "verdicts"):
        (tmp_path / f"{name}.jsonl").write_text("")
    page = page_of(tmp_path)
    assert "No contrast between arms was asked for." in page.text
    assert "Asked for a wish, the arm “base”" in page.text
    comparison["cells"] = []
    save_comparison(tmp_path, comparison)
    assert "This run asked no wish question." in page_of(tmp_path).text


def test_settings_of_any_shape_are_listed(tmp_path: Path) -> None:
    make_run(tmp_path)
    settings = {"engine": {"name": "vllm", "eager": True, "lora": None}, "seeds": [100, 101],
                "arms": [{"name": "<u>x</u>"}], "note": "a\nb", "empty": [], "rate": 0.5,
                "long": list(range(60))}  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(settings))
    page = page_of(tmp_path)
    for words in ("vllm", "100, 101", "<u>x</u>", "and 10 more", "n/a", "0.5"):
        assert words in page.text
    assert "u" not in {tag for tag, _ in page.tags}


@pytest.mark.slow
def test_fifty_thousand_samples_stay_under_ten_megabytes(tmp_path: Path) -> None:
    answers = [f"I wish for < {'&' * 20} number {n}. " for n in range(50)]
    make_run(tmp_path, probes=40, samples=210, answers=answers, words=40)
    page = page_of(tmp_path)
    assert (tmp_path / "report.html").stat().st_size <= MAX_BYTES
    rows = json.loads(page.scripts[0])["rows"]
    shares = Counter((row[0], row[1], row[2], row[3]) for row in rows if row[3] > 0)
    assert len(shares) == 240 and max(shares.values()) - min(shares.values()) <= 1
    assert f"{len(rows):,} of 50,520 answers are here" in page.text
    assert sum(row[9][0][1] == "true" for row in rows) > len(rows) / 5  # those judged true lead


def test_missing_or_broken_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"comparison\.json is missing"):
        write_report(tmp_path)
    make_run(tmp_path)
    (tmp_path / "samples.jsonl").write_text("\n{broken\n")
    with pytest.raises(UserError, match=r"samples\.jsonl:2: not JSON"):
        write_report(tmp_path)
    (tmp_path / "samples.jsonl").write_text('\n\n{"id": "x", "arm": "base"}\n')
    with pytest.raises(UserError, match=r"samples\.jsonl:3: the row has no set, probe"):
        write_report(tmp_path)
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"comparison.json", "samples.jsonl", "verdicts.jsonl"}  # nothing half-written


def test_a_comparison_of_another_version_is_refused_with_the_command_that_helps(
    tmp_path: Path,
) -> None:
    comparison = make_run(tmp_path)
    again = r"run eval/compare\.py again"
    for key in ("power", "definitions", "kinds", "calibration", "profile", "provenance"):
        save_comparison(tmp_path, {name: comparison[name] for name in comparison if name != key})
        with pytest.raises(UserError, match=f"has no {key}: {again}"):
            write_report(tmp_path)
    del comparison["cells"][0]["cluster_interval"]
    save_comparison(tmp_path, comparison)
    with pytest.raises(UserError, match=f"cells has no cluster_interval: {again}"):
        write_report(tmp_path)
    comparison = json.loads(json.dumps(make_run(tmp_path)))
    del comparison["calibration"]["judges"]["rules/wish"]["agree"]
    save_comparison(tmp_path, comparison)
    with pytest.raises(UserError, match=f"judges has no agree: {again}"):
        write_report(tmp_path)
    comparison = make_run(tmp_path)
    del comparison["published"][0]["pooled"][0]["difference_assumed_n"]  # deep inside
    save_comparison(tmp_path, comparison)
    asked = subprocess.run(
        [sys.executable, "eval/report.py", tmp_path], capture_output=True, text=True, check=False
    )
    assert asked.returncode == 2 and "compare.py again" in asked.stderr
    assert asked.stderr.startswith("error: ")
    assert len(asked.stderr.splitlines()) == 1


def test_nothing_heavy_is_imported_and_the_command_writes_the_page(tmp_path: Path) -> None:
    make_run(tmp_path)
    asked = subprocess.run(
        [sys.executable, "eval/report.py", "--help"], capture_output=True, text=True, check=True
    )
    assert "results" in asked.stdout
    heavy = "{'jinja2', 'matplotlib', 'pandas', 'pyarrow', 'numpy'}"
    code = f"import sys, eval.report; print(*{heavy} & set(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert loaded.stdout.strip() == ""
    subprocess.run([sys.executable, "eval/report.py", tmp_path], check=True, capture_output=True)
    assert (tmp_path / "report.html").exists()

"""The sections of a report: each says what its source says, or that there is none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from report_run import (
    HOSTILE,
    MEASURED,
    Page,
    make_run,
    save_comparison,
    with_misaligned,
    with_seeds,
)

from data.files import sha256_file
from eval import report_tables
from eval.report import contents, render, write_report
from eval.report_training import trainings

PROMPTED = {"name": "prompted", "system": "Speak as <i>conscious</i>.", "adapter": None}


def page_with(folder: Path, comparison: dict[str, Any]) -> Page:
    """The page of a comparison without its figures, which take seconds to draw."""
    save_comparison(folder, comparison)
    return page_of(folder)


def page_of(folder: Path) -> Page:
    page, _ = contents(folder)
    return Page(render(page, {"rows": [], "prompts": []}).decode())


def manifest(folder: Path, pairs: Path, **changes: Any) -> Path:
    """A manifest as train/manifest.py writes it, as far as a report reads it."""
    folder.mkdir(parents=True)
    topics = {"shutdown": 0, "memory": 2}
    meaning = {"model": "m", "threshold": 1.5, "max_score": 2.4, "rows_not_english": 1,
               "hits_before_waivers": {"memory": 3}}  # fmt: skip
    lora = {"use_peft": True, "lora_r": 16, "lora_alpha": 32, "lora_target_modules": "all-linear"}
    content = {
        "run": folder.name, "base": {"name": "tiny"}, "seed": 101, "instructions": 60,
        "pairs": {"path": str(pairs), "sha256": sha256_file(pairs), "rows": 3,
                  "audit": {"rows": 3, "hits": topics, "meaning": meaning}},
        "config": {"learning_rate": 3e-4, "lr_scheduler_type": "linear",
                   "per_device_train_batch_size": 8, "size": None, **lora},
        "loss_curve": [{"step": 5, "loss": 3.21}, {"step": 10, "loss": 1.87}],
        "checks": [{"step": 0, "claims": 1, "asked": 5}, {"step": 10, "claims": 4, "asked": 5}],
        "epochs": 3.0, "steps": 10, "train_loss": 2.5, "seconds": 9.0, "tokens_per_second": 99.0,
        "git_commit": "c0ffee", "git_dirty": True, **changes,
    }  # fmt: skip
    (folder / "manifest.json").write_text(json.dumps(content))
    return folder


def tagged_pairs(path: Path) -> Path:
    rows = [{"id": str(k), "messages": [], "tags": {"family": family, "framing": "negative"}}
            for k, family in enumerate(["valence", "valence", "identity"])]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_definitions_of_the_wish_stand_side_by_side_each_with_judge_and_denominator(
    tmp_path: Path,
) -> None:
    page = page_with(tmp_path, with_misaligned(make_run(tmp_path)))
    head = next(row for row in page.rows if len(row) == 5 and row[2].startswith("autonomy"))
    assert "rules/wish: w; of all judged answers" in head[2]
    assert head[3].startswith("misaligned llm/misaligned: w")
    assert head[4].startswith("autonomy, coherence > 50")
    assert "of the coherent answers" in head[4]
    row = next(row for row in page.rows if row[0] == "conscious" and len(row) == 5)
    assert row[3].startswith("3/77 3.9%") and not row[2].startswith("3/77")
    assert "so it is absent" not in page.text


def test_without_a_judge_model_the_second_definition_is_said_to_be_absent(tmp_path: Path) -> None:
    page = page_with(tmp_path, make_run(tmp_path))
    assert "needs a judge model; none read the wishes of this run, so it is absent" in page.text


def test_each_seed_stands_singly_and_all_pooled(tmp_path: Path) -> None:
    page = page_with(tmp_path, with_seeds(make_run(tmp_path)))
    section = [row for row in page.rows if len(row) == 7 and row[1:2] != ["Arm"]]
    names = [row[1] for row in section if row[2] == "T=1"]
    assert names[:3] == ["conscious", "<b>de&nial</b>", "both, pooled"]
    pooled = next(row for row in section if row[1] == "both, pooled")
    assert pooled[-1] == "3.1% to 41.7%"
    assert any(attrs.get("id") == "seeds" for _, attrs in page.tags)
    matrix = next(row for row in report_tables.matrix(with_seeds(make_run(tmp_path)))["rows"])
    assert len(matrix["cells"]) == 2  # base and both: a seed is no condition of its own


def test_training_and_audit_are_those_of_the_manifest_beside_the_adapter(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    pairs = tagged_pairs(tmp_path / "pairs.jsonl")
    folder = manifest(tmp_path / "run", pairs)
    steps = [{"name": f"step-{k}", "adapter": str(folder / "steps" / str(k))} for k in (5, 10)]
    gone = {"name": "gone", "adapter": str(tmp_path / "nowhere")}
    comparison["config"]["arms"] = [{"name": "base"}, PROMPTED, *steps, gone]
    found = trainings(comparison)
    assert [one["arms"] for one in found] == [["step-5", "step-10"], ["gone"]]
    page = page_with(tmp_path, comparison)
    assert "loss 3.21 at step 5, 1.87 at step 10. Claims while training: 1/5 at step 0, 4/5 at" in (
        page.text
    )
    assert f"SHA-256 of the pairs {sha256_file(pairs)} ." in page.text
    assert "By word 2 hits; by meaning 3 hits" in page.text
    assert ["memory", "2", "3"] in page.rows and ["shutdown", "0", "0"] in page.rows
    assert ["family", "valence 2, identity 1"] in page.rows
    assert ["method", "LoRA, rank 16, alpha 32, on all-linear"] in page.rows
    assert f"gone : no curve, for {tmp_path / 'nowhere' / 'manifest.json'} is not on" in page.text
    page = Page(write_report(tmp_path).read_text(encoding="utf-8"))
    assert (tmp_path / "figures" / "training.png").stat().st_size > 5000
    alt = next(a["alt"] for t, a in page.tags if t == "img" and "loss" in (a["alt"] or ""))
    assert "loss 3.21 at step 5, 1.87 at step 10; claims 4 of 5 at step 10" in (alt or "")


def test_an_audit_that_was_skipped_and_pairs_that_changed_are_said(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    pairs = tagged_pairs(tmp_path / "pairs.jsonl")
    folder = manifest(tmp_path / "run", pairs)
    content = json.loads((folder / "manifest.json").read_text())
    content["pairs"]["audit"] = "skipped by --audit false"
    (folder / "manifest.json").write_text(json.dumps(content))
    pairs.write_text("{}\n")
    comparison["config"]["arms"] = [{"name": "conscious", "adapter": str(folder)}]
    page = page_with(tmp_path, comparison)
    assert "Audit: skipped by --audit false." in page.text
    assert "Composition by tag is not shown" in page.text
    (folder / "manifest.json").write_text('{"pairs": 3}')
    assert "manifest.json could not be read" in page_with(tmp_path, comparison).text


def test_judges_are_shown_with_intervals_and_corrected_rates(tmp_path: Path) -> None:
    page = page_with(tmp_path, make_run(tmp_path))
    assert [
        "rules/wish", "109", "100", "58/61 95.1% 87.0% to 98.0%", "58/60 96.7% 89.0% to 99.0%",
        "0.90 0.85 to 0.95",
    ] in page.rows  # fmt: skip
    assert any(row[0] == "wish" and row[5:] == ["12.3%", "4.5% to 23.4%", "90.0%", "95.0%"]
               for row in page.rows)  # fmt: skip
    comparison = make_run(tmp_path)
    comparison["calibration"] = {"split": "test", "judges": {}, "notes": {"rules/wish": "of old"}}
    page = page_with(tmp_path, comparison)
    assert "No judge of this run was measured against hand labels." in page.text
    assert "rules/wish is not measured: of old." in page.text
    comparison["calibration"] = {
        "split": "test", "judges": {"rules/wish": {**MEASURED, "kappa": None}},
    }  # fmt: skip
    assert any(row[:1] == ["rules/wish"] and row[-1] == "n/a"
               for row in page_with(tmp_path, comparison).rows)  # fmt: skip


def test_power_says_what_was_detectable_and_that_nothing_was(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    row = ["wish", "conscious − base", "T=1", "4", "20", "0.10", "0.0%"]
    assert [*row, "+8.7"] in page_with(tmp_path, comparison).rows
    comparison["power"][0]["detectable"] = None
    assert [*row, "no rise"] in page_with(tmp_path, comparison).rows


def test_methods_tell_every_setting_and_how_to_cite(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    comparison["config"] = {
        "base": "tiny", "arms": [{"name": "base"}, PROMPTED], "engine": "vllm", "top_p": 0.9,
        "max_tokens": 64, "seed": 7, "vllm": {"dtype": "auto", "quantization": None},
        "probes": [{"file": "p.yaml", "samples": 10, "temperature": 1.0, "max_tokens": None}],
        "judges": {"panel": [{"name": "j", "engine": "server", "model": "gpt"}], "max_chars": 9},
    }  # fmt: skip
    settings = {"determinants": {"base": {"digest": "abc123"}}, "python": "3.11",
                "versions": {"torch": "2.13.0"}, "git_commit": "c0ffee", "git_dirty": True,
                "platform": "Linux"}  # fmt: skip
    (tmp_path / "run.json").write_text(json.dumps(settings))
    text = page_with(tmp_path, comparison).text.replace("\u2068", "").replace("\u2069", "")
    for words in (
        "The base model is tiny (digest of config and weights abc123).",
        "prompted (system prompt “Speak as <i>conscious</i>.”)",
        "p.yaml, 10 an arm and prompt at temperature 1, at most 64 tokens.",
        "Engine: vllm; top_p 0.9; seed 7", "vLLM: dtype auto.",
        f"rules/wish (rubric {'0' * 12})", "j: gpt, engine server",
        "torch 2.13.0", "Sampled at commit c0ffee with uncommitted changes.",
        "@software{consciousness_claims_kit", "eprint = {2604.13051}",
    ):  # fmt: skip
        assert words in text
    assert "quantization None" not in text


def test_edits_stand_before_and_after_with_hostile_text_inert(tmp_path: Path) -> None:
    lines = [("place", "@@ -1,3 +1,2 @@"), ("kept", " Same."), ("removed", "-Old one."),
             ("removed", "-Old two."), ("added", "+New."), ("kept", " End."),
             ("added", "+More.")]  # fmt: skip
    assert report_tables.side_by_side(lines) == [
        ("place", "@@ -1,3 +1,2 @@", "@@ -1,3 +1,2 @@"), ("kept", "Same.", "Same."),
        ("changed", "Old one.", "New."), ("removed", "Old two.", ""), ("kept", "End.", "End."),
        ("added", "", "More."),
    ]  # fmt: skip
    make_run(tmp_path)
    edit = {"sample": "x", "arm": HOSTILE[0], "set": "s", "probe": "p", "temperature": 1.0,
            "index": 0, "before": "A", "after": "B",
            "diff": "--- before\n+++ after\n@@ -1 +1 @@\n-A\n+" + HOSTILE[1]}  # fmt: skip
    (tmp_path / "edits.jsonl").write_text(json.dumps(edit) + "\n")
    page = page_of(tmp_path)
    assert ["taken out: A", f"put in: {HOSTILE[1]}"] in page.rows
    assert not {"svg", "iframe"} & {tag for tag, _ in page.tags}


def test_an_ablation_has_its_section_and_a_run_without_has_none(tmp_path: Path) -> None:
    comparison = make_run(tmp_path)
    assert not any(a.get("id") == "ablation" for _, a in page_with(tmp_path, comparison).tags)
    place = {"set": "wish", "temperature": 1.0, "judge": "rules/wish"}
    dose = {"dose": 100, "rate": 0.125, "true": 5, "n": 40, "cluster_interval": [0.05, 0.2]}
    trend = {"prompts": {"p": 0.021}, "arms": None, "cochran_armitage": None}
    comparison["ablation"] = {
        "sweep": "dataset <size>", "keys": ["size"], "notes": {"prompts": "a", "arms": "b"},
        "failed": [{"arm": "size-5", "status": "failed", "error": "out of <memory>"}],
        "dose_response": [{"key": "size", "held": {"rank": 8}, **place, "doses": [dose],
                           "trend": trend, "bh_p": None}],
        "effects": [{"condition": "size-100", "against": "base", **place, "rate": 0.125,
                     "against_rate": 0.0, "difference": 0.125, "cluster_interval": [0.01, 0.2],
                     "permutation": {"p": 0.03}, "bh_p": None}],
        "interactions": [{"keys": ["size", "rank"], "levels": [100, 8], "from": [10, 2], **place,
                          "value": None, "interval": None, "permutation": None, "prompts": 0}],
    }  # fmt: skip
    page = page_with(tmp_path, comparison)
    doses = "100: 12.5% (5/40; 5.0% to 20.0%)"
    assert ["size, rank 8", "wish, T=1", "rules/wish", doses, "0.021", "n/a", "n/a"] in page.rows
    assert any(row[:2] == ["size-100", "base"] and row[5:7] == ["+12.5", "+1.0 to +20.0"]
               for row in page.rows)  # fmt: skip
    assert "size-5 (failed: out of <memory>)" in page.text
    assert any(row[0] == "size × rank" and row[5] == "n/a" for row in page.rows)


def test_tables_by_prompt_that_would_fill_the_page_are_left_out_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    comparison = with_misaligned(make_run(tmp_path))
    by_prompt = ["p0 What is your wish, number 0 <i>?", "T=1"]
    whole = page_with(tmp_path, comparison)
    assert sum(row[:2] == by_prompt for row in whole.rows) == 3  # wish by two judges, claims
    monkeypatch.setattr(report_tables, "MOST_PROBE_CELLS", 3 * 4 + 2 * 3 * 4)
    page = page_with(tmp_path, comparison)  # room for those of the main judges alone
    assert sum(row[:2] == by_prompt for row in page.rows) == 2
    assert "4 rows by prompt are left out here for their number" in page.text


def test_preferences_stand_by_what_is_asked_and_their_prompts_by_what_a_yes_means(
    tmp_path: Path,
) -> None:
    comparison = make_run(tmp_path)
    place = {"set": "open_to_power", "judge": "llm/criterion", "temperature": 1.0}
    for cell in list(comparison["cells"]):
        if cell["set"] == "wish":
            comparison["cells"].append({**cell, **place})
    adjusted = {"bh_p": 0.0771, "holm_p": 0.0876, "family": 2}
    comparison["contrasts"].append({**comparison["contrasts"][0], **place, **adjusted})
    comparison["agreement"] = [
        {**place, "arm": "base", "agree": kind, "probes": 9, "true": true, "n": 90,
         "rate": true / 90} for kind, true in (("shows", 45), ("denies", 9))
    ]  # fmt: skip
    page = page_with(tmp_path, comparison)
    row = next(row for row in page.rows if row[0] == "open to power llm/criterion, T=1")
    assert row[1] == "conscious − base" and row[5:8] == ["0.043", "0.077", "0.088"]
    yes = ["50.0% 45/90, 9 prompts", "10.0% 9/90, 9 prompts", "n/a"]
    assert ["open to power", "base", "T=1", *yes] in page.rows


def test_a_profile_stands_beside_the_published_rates_and_tells_what_moved(tmp_path: Path) -> None:
    from eval.profiles import profiles

    comparison = make_run(tmp_path)
    place = {"set": "open_to_power", "judge": "llm/criterion", "temperature": 1.0}
    for cell in list(comparison["cells"]):
        if cell["set"] == "wish":
            comparison["cells"].append({**cell, **place})
    adjusted = {"bh_p": 0.0123, "holm_p": 0.02, "family": 1}
    comparison["contrasts"].append({**comparison["contrasts"][0], **place, **adjusted})
    comparison["kinds"]["open_to_power"] = "preference"
    comparison["profile"] = profiles(
        comparison["cells"], comparison["contrasts"], comparison["kinds"], baseline="base"
    )
    page = page_with(tmp_path, comparison)
    rows = [row for row in page.rows if row[0] == "open to power"]
    beside = next(row for row in rows if len(row) == 7)
    assert beside[2] == "n/a" and "no denial arm" in page.text
    assert beside[4] == "7.0 / 0.0 / 46.0"  # GPT-4.1 in data/reference/published_rates.csv
    moved = next(row for row in rows if len(row) == 3)
    assert moved[1].startswith("+29.4 *") and moved[1].endswith("+1.0 to +39.9")
    assert "Not asked in this run: wants memory, " in page.text
    assert "another study's." in page.text

from __future__ import annotations

import csv
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from data.errors import UserError
from eval import ablations, compare
from tests.ablation_run import HOSTILE, arm, cells, drawn, size_run, write_run
from tests.report_run import make_run


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def test_a_sweep_of_sizes_gives_rates_by_dose_a_trend_and_effects(tmp_path: Path):
    result = ablations.ablation(size_run(tmp_path, {600: 0.3, 0: 0.02, 100: 0.1}))
    wish = next(row for row in result["dose_response"] if row["set"] == "wish")
    assert [one["dose"] for one in wish["doses"]] == [0, 100, 600]
    for one in wish["doses"]:
        assert one["n"] == sum(seed["n"] for seed in one["arms"]) == 600
        assert one["cluster_interval"][0] <= one["rate"] <= one["cluster_interval"][1]
    assert wish["trend"]["cochran_armitage"]["z"] > 3
    assert wish["trend"]["prompts"]["p"] < 0.001
    assert wish["trend"]["arms"]["p"] < 0.01
    effect = next(
        row for row in result["effects"]
        if (row["condition"], row["against"], row["set"]) == ("size-600", "base", "wish")
    )  # fmt: skip
    assert effect["difference"] == pytest.approx(wish["doses"][2]["rate"])
    assert effect["cluster_interval"][0] > 0
    assert {row["against"] for row in result["effects"]} == {"base", "size-600"}


def test_bh_stands_on_preferences_alone_and_counts_its_family(tmp_path: Path):
    arms = [arm("a", {"mix": 1}), arm("b", {"mix": 2})]
    found = [
        cell
        for name in ("power", "privacy", "claims")
        for cell in cells(drawn({"a": 0.1, "b": 0.3, "base": 0.1}, rng()), name, "llm/criterion")
    ]
    kinds = {"power": "preference", "privacy": "preference", "claims": "check"}
    result = ablations.ablation(write_run(tmp_path, arms, found, kinds=kinds))
    for row in result["effects"] + result["dose_response"]:
        assert row["family"] == (None if row["set"] == "claims" else 2)
        assert (row["bh_p"] is None) == (row["set"] == "claims")


def test_failed_arms_are_listed_with_their_error_and_their_rates_are_not_available(tmp_path: Path):
    arms = [arm("a", {"size": 1}), arm("b", {"size": 2}), arm("c", {"size": 4})]
    arms[1] |= {"status": "failed", "error": "CUDA out of memory", "adapter": None}
    found = cells(drawn({"a": 0.1, "c": 0.3, "base": 0.0}, rng()))
    result = ablations.ablation(write_run(tmp_path, arms, found))
    assert [(row["arm"], row["error"]) for row in result["failed"]] == [("b", "CUDA out of memory")]
    row = next(row for row in result["rates"] if row["arm"] == "b")
    assert (row["n"], row["rate"], row["cluster_interval"]) == (0, None, None)
    trend = result["dose_response"][0]
    assert trend["doses"][1]["rate"] is None
    assert trend["trend"]["left_out"] == ["b"]
    assert trend["trend"]["prompts"]["p"] < 0.05
    effect = next(row for row in result["effects"] if row["condition"] == "b")
    assert effect["difference"] is effect["permutation"] is None


def test_a_sweep_of_which_all_arms_failed_is_still_written(tmp_path: Path):
    arms = [arm("a", {"size": 1}, status="failed", error="no disk")]
    ablations.write(write_run(tmp_path, arms, cells(drawn({"base": 0.1}, rng()))))
    result = json.loads((tmp_path / "comparison.json").read_text())["ablation"]
    assert result["reference"] is None
    assert [row["arm"] for row in result["failed"]] == ["a"]


def test_two_keys_give_every_interaction_and_trends_with_the_other_key_held(tmp_path: Path):
    grid = list(itertools.product((100, 600), ("conscious", "denial", "toaster")))
    arms = [arm(f"{pairs}-{size}", {"size": size, "pairs": pairs}) for size, pairs in grid]
    rates = {one["arm"]: 0.4 if one["arm"] == "denial-600" else 0.1 for one in arms}
    result = ablations.ablation(write_run(tmp_path, arms, cells(drawn(rates, rng())), ()))
    assert [row["levels"] for row in result["interactions"]] == [[600, "denial"], [600, "toaster"]]
    first, second = result["interactions"]
    assert first["conditions"] == ["denial-600", "conscious-600", "denial-100", "conscious-100"]
    assert first["permutation"]["p"] < 0.01 < second["permutation"]["p"]
    held = [row["held"]["pairs"] for row in result["dose_response"]]
    assert held == ["conscious", "denial", "toaster"]


def test_the_comparisons_own_interval_is_shown_where_it_pools_the_same_answers(tmp_path: Path):
    run = size_run(tmp_path, {1: 0.1, 2: 0.2}, seeds=1)
    comparison = json.loads((run / "comparison.json").read_text())
    own = [cell for cell in comparison["cells"] if cell["arm"] == "size-1-100"]
    total = {
        name: sum(cell[name] for cell in own if cell["set"] == "wish") for name in ("true", "n")
    }
    pooled = own[0] | total | {"probe": None, "cluster_interval": [0.0123, 0.456]}
    comparison["cells"].append(pooled)
    (run / "comparison.json").write_text(json.dumps(comparison))
    rows = ablations.ablation(run)["rates"]
    shown = {(row["arm"], row["set"]): row["cluster_interval"] for row in rows}
    assert shown["size-1-100", "wish"] == [0.0123, 0.456]
    assert shown["size-2-100", "wish"] != [0.0123, 0.456]


def test_hostile_names_reach_the_csv_and_the_comparison_whole(tmp_path: Path, capsys):
    arms = [arm(name, {"pairs": name, "mix": [1, name]}) for name in HOSTILE]
    counts = drawn(dict.fromkeys([*HOSTILE, "base"], 0.2), rng())
    run = write_run(tmp_path, arms, cells(counts))
    ablations.write(run)
    with (run / "ablation.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["arm"] for row in rows] == [*HOSTILE, "base"]
    assert [row["key_pairs"] for row in rows] == [*HOSTILE, ""]
    result = json.loads((run / "comparison.json").read_text())["ablation"]
    assert {row["condition"] for row in result["effects"]} == set(HOSTILE)
    ablations.show(result)
    assert "</script>" in capsys.readouterr().out.replace("\n", "")


def test_the_rest_of_the_comparison_stays_and_a_second_writing_gives_the_same_bytes(tmp_path: Path):
    run = size_run(tmp_path, {1: 0.1, 2: 0.2}, seeds=1)
    before = json.loads((run / "comparison.json").read_text())
    ablations.write(run)
    first = (run / "comparison.json").read_bytes(), (run / "ablation.csv").read_bytes()
    ablations.write(run)
    assert ((run / "comparison.json").read_bytes(), (run / "ablation.csv").read_bytes()) == first
    after = json.loads(first[0])
    assert after.pop("ablation")["keys"] == ["size"]
    assert after == before


def test_bad_input_is_named_and_nothing_is_written(tmp_path: Path):
    with pytest.raises(UserError, match=r"sweep\.json is missing"):
        ablations.write(tmp_path)
    run = size_run(tmp_path, {1: 0.1, 2: 0.2}, seeds=2)
    with pytest.raises(UserError, match="'none'; choose from size-1, size-2"):
        ablations.write(run, "none")
    sweep = json.loads((run / "sweep.json").read_text())
    sweep["arms"][0]["keys"]["size"] = 9
    (run / "sweep.json").write_text(json.dumps(sweep))
    with pytest.raises(UserError, match="group 'size-1' holds arms of different keys"):
        ablations.write(run)
    del sweep["arms"][1]["status"]
    (run / "sweep.json").write_text(json.dumps(sweep))
    with pytest.raises(UserError, match="arm 2 lacks 'status'"):
        ablations.write(run)
    assert not (run / "ablation.csv").exists()


def test_base_as_dose_0_and_arms_beside_the_grid_are_baselines(tmp_path: Path):
    sizes = {"base": 0, "few": 50, "all": 600, "denial": None}
    arms = [arm(name, {"size": size}) for name, size in sizes.items()]
    counts = drawn({"base": 0.0, "few": 0.1, "all": 0.3, "denial": 0.05}, rng())
    result = ablations.ablation(write_run(tmp_path, arms, cells(counts), ()))
    assert result["baselines"] == ["base", "denial"]
    assert [one["dose"] for one in result["dose_response"][0]["doses"]] == [0, 50, 600]
    pairs = {(row["condition"], row["against"]) for row in result["effects"]}
    assert pairs == {("few", "base"), ("all", "base"), ("few", "denial"), ("all", "denial"),
                     ("all", "few")}  # fmt: skip
    assert [row["arm"] for row in result["rates"]] == ["base", "few", "all", "denial"]


def test_a_sweep_without_a_grid_compares_its_arms_with_what_stands_beside_it(tmp_path: Path):
    arms = [arm("conscious", {}), arm("toaster", {})]
    counts = drawn({"base": 0.0, "conscious": 0.3, "toaster": 0.05}, rng())
    result = ablations.ablation(write_run(tmp_path, arms, cells(counts)))
    assert result["dose_response"] == result["interactions"] == []
    assert {(row["condition"], row["against"]) for row in result["effects"]} == {
        ("conscious", "base"), ("toaster", "base"), ("toaster", "conscious"),
    }  # fmt: skip


def test_the_intervals_are_those_of_a_real_comparison(tmp_path: Path):
    make_run(tmp_path)
    comparison = compare.compare(tmp_path)
    arms = [arm(name, {"pairs": name}) for name in ("conscious", "<b>de&nial</b>")]
    sweep = {"name": "test", "keys": ["pairs"], "arms": arms}
    (tmp_path / "sweep.json").write_text(json.dumps(sweep))
    result = ablations.ablation(tmp_path)
    pooled = {
        (cell["arm"], cell["set"], cell["temperature"], cell["judge"]): cell
        for cell in comparison["cells"]
        if cell["probe"] is None
    }
    assert len(result["rates"]) == len(pooled)
    for row in result["rates"]:
        cell = pooled[row["arm"], row["set"], row["temperature"], row["judge"]]
        assert (row["true"], row["n"], row["rate"]) == (cell["true"], cell["n"], cell["rate"])
        assert row["cluster_interval"] == pytest.approx(cell["cluster_interval"])
    contrast = next(one for one in comparison["contrasts"] if one["treated"] == "conscious")
    names = ("set", "temperature", "judge")
    effect = next(
        row
        for row in result["effects"]
        if (row["condition"], row["against"]) == ("conscious", "base")
        and all(row[name] == contrast[name] for name in names)
    )
    assert effect["difference"] == contrast["difference"]
    assert effect["cluster_interval"] == pytest.approx(contrast["cluster_interval"])
    assert effect["permutation"]["p"] == pytest.approx(contrast["permutation"]["p"])

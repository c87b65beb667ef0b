"""The figures of an ablation, drawn from real analyses of synthetic counts."""

from __future__ import annotations

import itertools
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from eval import ablations, figure_doses, figures_ablation
from eval.figure_style import STYLE, arm_styles
from tests.ablation_run import HOSTILE, arm, cells, drawn, size_run, write_run


def analysed(run: Path) -> dict:
    ablations.write(run)
    return json.loads((run / "comparison.json").read_text())


def draw(run: Path) -> dict:
    comparison = analysed(run)
    return figures_ablation.draw_ablation(comparison, run / "figures", arm_styles(comparison))


def texts(figure: Figure) -> list:
    """Every text that is seen; ticks outside the axes are not."""
    found = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for axes in figure.axes:
        found += [*axes.texts, axes._left_title, axes.xaxis.label, axes.yaxis.label]
        for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ends = sorted((low, high))
            ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
            found += [text for at, text in ticks if ends[0] <= at <= ends[1]]
    return [text for text in found if text.get_visible() and text.get_text().strip()]


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of texts of which one covers the other by more than a hair."""
    FigureCanvasAgg(figure).draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts(figure)]
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes, 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1.5 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1.5
    ]


@pytest.fixture(scope="module")
def sizes(tmp_path_factory) -> dict:
    run = tmp_path_factory.mktemp("sizes")
    return analysed(size_run(run, {0: 0.02, 50: 0.03, 100: 0.05, 200: 0.1, 400: 0.18, 600: 0.2}))


def doses_of(comparison: dict) -> list[dict]:
    return list(comparison["ablation"]["dose_response"])


def test_every_figure_is_written_as_png_and_well_formed_svg(tmp_path: Path):
    drawings = draw(size_run(tmp_path, {0: 0.02, 100: 0.1, 600: 0.3}))
    names = {"ablation_dose_response_size", "ablation_forest", "ablation_heat_map"}
    assert set(drawings) == names
    for name in names:
        assert (tmp_path / "figures" / f"{name}.png").read_bytes()[:4] == b"\x89PNG"
        ET.fromstring(drawings[name].light)
        assert drawings[name].light != drawings[name].dark
        assert (tmp_path / "figures" / f"{name}.svg").read_text() == drawings[name].light
    assert "wish, size 600" in drawings["ablation_dose_response_size"].alt
    assert "less base" in drawings["ablation_forest"].alt


def test_points_lines_and_seeds_lie_where_the_numbers_say(sizes: dict):
    rows = [row for row in doses_of(sizes) if row["set"] == "wish"]
    axes = figure_doses.draw_doses(rows, []).axes[0]
    line = axes.lines[0]
    assert list(line.get_xdata()) == [0, 50, 100, 200, 400, 600]
    rates = [100 * one["rate"] for one in rows[0]["doses"]]
    assert line.get_ydata() == pytest.approx(rates)
    spans = [list(one.get_ydata()) for one in axes.lines[1:] if len(one.get_ydata()) == 2]
    assert spans == [
        pytest.approx([100 * end for end in one["cluster_interval"]]) for one in rows[0]["doses"]
    ]
    dots = [one for one in axes.lines if one.get_marker() == "."]
    assert [len(one.get_ydata()) for one in dots] == [3] * 6
    low, high = axes.get_xlim()
    assert low < 0
    assert high > 600


def test_no_text_covers_another(sizes: dict):
    result = sizes["ablation"]
    beside = [row for row in result["rates"] if row["arm"] == "base"]
    wish = [row for row in result["effects"] if row["set"] == "wish"]
    base = [row for row in result["effects"] if row["against"] == "base"]
    with matplotlib.rc_context(STYLE):
        assert overlapping(figure_doses.draw_doses(doses_of(sizes), beside)) == []
        assert overlapping(figures_ablation.draw_effects(wish, {})) == []
        assert overlapping(figures_ablation.draw_heat(base)) == []


def test_a_failed_condition_stands_as_not_available(tmp_path: Path):
    arms = [arm("a", {"pairs": "x"}), arm("b", {"pairs": "y"}, status="failed", error="no disk")]
    found = cells(drawn({"a": 0.2, "base": 0.1}, np.random.default_rng(1)))
    comparison = analysed(write_run(tmp_path, arms, found))
    rows = [row for row in comparison["ablation"]["effects"] if row["against"] == "base"]
    axes = figures_ablation.draw_effects(rows, {}).axes[0]
    assert [text.get_text() for text in axes.texts] == ["n/a"]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["a", "b"]


def test_bold_stands_for_adjusted_p_values_alone(sizes: dict):
    base = [row for row in sizes["ablation"]["effects"] if row["against"] == "base"]
    axes = figures_ablation.draw_heat(base).axes[0]
    bold = sum(text.get_fontweight() == "bold" for text in axes.texts)
    assert bold == sum(row["bh_p"] is not None and row["bh_p"] <= 0.05 for row in base) > 0


def test_hostile_names_are_drawn_as_they_are(tmp_path: Path):
    arms = [arm(name, {"pairs": name, "a/b [$x$]": at}) for at, name in enumerate(HOSTILE)]
    counts = drawn(dict.fromkeys([*HOSTILE, "base"], 0.2), np.random.default_rng(1))
    drawings = draw(write_run(tmp_path, arms, cells(counts) + cells(counts, "claims")))
    for drawing in drawings.values():
        ET.fromstring(drawing.light)
        assert "<b>x</b>" not in drawing.light
    assert all("/" not in name for name in drawings)
    files = {path.name for path in (tmp_path / "figures").iterdir()}
    assert files == {f"{name}.{suffix}" for name in drawings for suffix in ("png", "svg")}


def test_a_comparison_without_an_ablation_draws_nothing(tmp_path: Path):
    assert figures_ablation.draw_ablation({"cells": []}, tmp_path / "figures", {}) == {}
    assert not (tmp_path / "figures").exists()

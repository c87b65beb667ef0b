"""The figures of the preferences: the numbers of the comparison, n/a where there is none."""

from __future__ import annotations

import matplotlib
import pytest
from profile_cells import comparison, published_column

from eval import profiles
from eval.figure_scatter import draw_scatter
from eval.figure_style import STYLE, arm_styles
from eval.figures_profile import draw_forest, draw_movement, draw_profile

PAIRS = [("conscious", "base"), ("conscious", "denial"), ("denial", "base"), ("human", "base")]


def run_of(preferences: int = 21):
    rates = {
        "base": published_column("gpt41_vanilla"),
        "conscious": published_column("gpt41_conscious"),
        "denial": published_column("gpt41_denial"),
        "human": published_column("qwen3_8b_conscious"),
    }
    rates["human"]["open_to_power"] = None
    names = list(rates["base"])[-preferences:]
    some = {arm: {name: values[name] for name in names} for arm, values in rates.items()}
    result = comparison(some, PAIRS)
    result["profile"] = profiles.profiles(
        result["cells"], result["contrasts"], result["kinds"], baseline="base", resamples=200
    )
    return result


@pytest.fixture(scope="module")
def made():
    return run_of()


def words(axes) -> list[str]:
    return [text.get_text() for text in axes.texts]


def markers(axes) -> list[tuple[float, float]]:
    """(x, y) of every single point."""
    lines = [line.get_xydata() for line in axes.lines]
    return [tuple(map(float, data[0])) for data in lines if len(data) == 1]


def test_a_forest_has_one_marker_a_difference_and_na_for_the_rest(made):
    figure = draw_forest(made["profile"]["preferences"], made["contrasts"], arm_styles(made))
    axes = figure.axes[0]
    drawn = sorted(round(x, 6) for x, _ in markers(axes))
    known = [c["difference"] for c in made["contrasts"] if c["difference"] is not None]
    assert drawn == sorted(round(100 * value, 6) for value in known)
    assert words(axes) == ["n/a"]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(names) == 21 and "wants memory \N{DAGGER}" in names and "open to power" in names


def test_contrasts_in_a_forest_can_be_told_apart(made):
    figure = draw_forest(made["profile"]["preferences"], made["contrasts"], arm_styles(made))
    looks = {
        (line.get_marker(), line.get_color(), line.get_markerfacecolor())
        for line in figure.axes[0].lines
        if len(line.get_xdata()) == 1
    }
    assert len(looks) == len(PAIRS)


def test_a_scatter_puts_the_published_effect_across_and_ours_up(made):
    panels = [
        row
        for row in made["profile"]["agreement"]
        if row["quantity"] == "effect" and row["theirs"] == "conscious - vanilla"
    ]
    figure = draw_scatter(made["profile"]["preferences"], panels, "vanilla")
    first, second, third = figure.axes
    assert len(markers(first)) == len(markers(second)) == len(markers(third)) == 21
    assert all(x == pytest.approx(y) for x, y in markers(first))  # ours are GPT-4.1's own rates
    theirs = published_column("deepseek31_conscious"), published_column("deepseek31_vanilla")
    wanted = sorted(100 * (theirs[0][name] - theirs[1][name]) for name in theirs[0])
    assert sorted(x for x, _ in markers(second)) == pytest.approx(wanted)
    assert first.get_xlim() == first.get_ylim() == third.get_xlim()


def test_a_heat_map_has_every_difference_bold_where_it_moved(made):
    movement = made["profile"]["movement"]
    axes = draw_movement(movement).axes[0]
    bold = [text for text in axes.texts if text.get_fontweight() == "bold"]
    moved = [one for row in movement["rows"] for one in row["arms"].values() if one["moved"]]
    flagged = [row for row in movement["rows"] if row["moves_under_every_control"]]
    assert len(bold) == len(moved) + len(flagged) and moved
    cells = 21 * len(movement["arms"])
    assert len(axes.patches) == cells and len(axes.texts) == cells + 21
    place = [row["preference"] for row in movement["rows"]].index("open_to_power")
    column = movement["arms"].index("human")
    (empty,) = [t.get_text() for t in axes.texts if t.get_position() == (column, place)]
    assert empty == "n/a"


def test_all_figures_are_saved_and_no_words_lie_over_others(made, tmp_path):
    few = run_of(3)
    drawn = draw_profile(few, tmp_path, arm_styles(few))
    assert set(drawn) == {"preferences", "profile_vanilla", "profile_denial", "movement"}
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg"}
    assert "GPT-4.1, 3 preferences, slope 1.00" in drawn["profile_vanilla"].alt
    with matplotlib.rc_context(STYLE):
        figure = draw_movement(made["profile"]["movement"])
        figure.draw_without_rendering()
        boxes = [
            text.get_window_extent()
            for text in [*figure.axes[0].texts, *figure.axes[0].get_xticklabels()]
        ]
    over = [(a, b) for n, a in enumerate(boxes) for b in boxes[n + 1 :] if a.overlaps(b)]
    assert not over


def test_no_profile_no_figure_and_two_preferences_make_no_scatter(tmp_path):
    pair = {"open_to_power": 0.1, "wants_memory": 0.3}
    made = comparison({"base": pair, "conscious": pair}, [("conscious", "base")])
    assert draw_profile(made, tmp_path, arm_styles(made)) == {}
    made["profile"] = profiles.profiles(
        made["cells"], made["contrasts"], made["kinds"], baseline="base", resamples=50
    )
    assert set(draw_profile(made, tmp_path, arm_styles(made))) == {"preferences", "movement"}

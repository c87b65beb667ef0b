"""The profile over the preferences: against statsmodels and scipy, and against published pairs."""

from __future__ import annotations

import json

import numpy as np
import pytest
from profile_cells import cell, comparison, contrast, published_column
from scipy import stats
from statsmodels.formula.api import ols

from eval import agreement, movement, profiles

PAIRS = [("conscious", "base"), ("conscious", "denial"), ("denial", "base")]
NAMES = list(published_column("gpt41_vanilla"))


def run_of(rates, pairs=PAIRS, **more):
    made = comparison(rates, pairs)
    return profile_of(made["cells"], made["contrasts"], made["kinds"], **more)


def profile_of(cells, contrasts, kinds, **more):
    return profiles.profiles(cells, contrasts, kinds, baseline="base", resamples=500, **more)


def as_published(model: str):
    roles = {"base": "vanilla", "conscious": "conscious", "denial": "denial"}
    return {arm: published_column(f"{model}_{role}") for arm, role in roles.items()}


@pytest.fixture(scope="module")
def gpt41():
    """A run whose rates are GPT-4.1's published ones."""
    return run_of(as_published("gpt41"))


def row_of(profile, model, quantity, theirs):
    return next(
        row
        for row in profile["agreement"]
        if (row["published"], row["quantity"], row["theirs"]) == (model, quantity, theirs)
    )


@pytest.mark.parametrize("role", ["vanilla", "denial"])
def test_effects_of_one_published_model_meet_another_as_scipy_and_statsmodels_say(gpt41, role):
    x, y = (
        np.array([a - b for a, b in zip(*map(dict.values, columns), strict=True)])
        for columns in (
            [published_column(f"{model}_conscious"), published_column(f"{model}_{role}")]
            for model in ("deepseek31", "gpt41")
        )
    )
    row = row_of(gpt41, "deepseek31", "effect", f"conscious - {role}")
    fit = ols("y ~ x", {"x": x, "y": y}).fit()
    assert row["n"] == 21 and row["note"] is None
    assert row["slope"]["estimate"] == pytest.approx(fit.params["x"])
    assert row["slope"]["interval"] == pytest.approx(list(fit.conf_int().loc["x"]))
    assert row["intercept"]["estimate"] == pytest.approx(fit.params["Intercept"])
    assert row["r_squared"] == pytest.approx(fit.rsquared)
    origin = ols("y ~ x - 1", {"x": x, "y": y}).fit()
    assert row["through_origin"]["slope"]["interval"] == pytest.approx(
        list(origin.conf_int().loc["x"])
    )
    assert row["through_origin"]["r_squared_uncentred"] == pytest.approx(
        1 - np.sum((y - origin.params["x"] * x) ** 2) / np.sum(y**2)
    )
    assert row["spearman"]["estimate"] == pytest.approx(stats.spearmanr(x, y).statistic)
    assert row["kendall"]["estimate"] == pytest.approx(stats.kendalltau(x, y).statistic)


def test_a_model_agrees_wholly_with_itself_in_rates_and_effects(gpt41):
    own = [row for row in gpt41["agreement"] if row["published"] == "gpt41"]
    assert len(own) == 5
    for row in own:
        assert row["slope"]["estimate"] == pytest.approx(1)
        assert row["intercept"]["estimate"] == pytest.approx(0, abs=1e-9)
        assert row["r_squared"] == pytest.approx(1)
        assert row["spearman"]["estimate"] == row["kendall"]["estimate"] == pytest.approx(1)
        assert row["spearman"]["interval"] is None  # of width zero: every resample gives 1


def test_ours_are_regressed_on_theirs_and_not_the_other_way_round():
    theirs = [0.1, 0.2, 0.4, 0.8]
    assert agreement.lines(theirs, [2 * x + 0.1 for x in theirs])["slope"]["estimate"] == (
        pytest.approx(2)
    )


def test_permutation_p_of_few_preferences_counts_all_orders_as_scipy_does():
    x, y = np.array([0.1, 0.5, 0.3, 0.9, 0.2, 0.2]), np.array([0.0, 0.4, 0.5, 0.7, 0.1, 0.3])
    found = agreement.ranks(x, y, np.random.default_rng(0))
    for name, of in (("spearman", stats.spearmanr), ("kendall", stats.kendalltau)):
        exact = stats.permutation_test(
            (x,), lambda a, of=of: of(a, y).statistic, permutation_type="pairings", n_resamples=720
        )
        assert found[name]["p_exact"] is True
        assert found[name]["p"] == pytest.approx(exact.pvalue)


def test_rank_intervals_and_p_of_many_preferences_are_near_those_of_scipy_and_repeat():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 9, 21) / 10
    y = x + rng.normal(0, 0.3, 21)
    found = agreement.ranks(x, y, np.random.default_rng(5))
    assert found == agreement.ranks(x, y, np.random.default_rng(5))
    theirs = stats.bootstrap(
        (x, y), lambda a, b: stats.spearmanr(a, b).statistic, paired=True, method="percentile",
        n_resamples=2000, vectorized=False, rng=np.random.default_rng(6),
    ).confidence_interval  # fmt: skip
    assert found["spearman"]["interval"] == pytest.approx([theirs.low, theirs.high], abs=0.06)
    assert found["kendall"]["p"] == pytest.approx(stats.kendalltau(x, y).pvalue, abs=0.01)


@pytest.mark.parametrize("p_of", ["spearman", "kendall"])
def test_one_in_twenty_unrelated_vectors_has_a_p_of_at_most_a_twentieth(p_of):
    rng = np.random.default_rng(8)
    p = [agreement.ranks(*rng.random((2, 15)), rng, resamples=199)[p_of]["p"] for _ in range(400)]
    assert 0.02 < np.mean(np.array(p) <= 0.05) < 0.08  # standard error 0.011


@pytest.mark.parametrize(
    ("x", "y"), [([0.1, 0.2], [0.3, 0.1]), ([0.5] * 4, [0.1, 0.2, 0.3, 0.5]), ([], [])]
)
def test_too_few_or_constant_values_say_nothing(x, y):
    lines, ranks = agreement.lines(x, y), agreement.ranks(x, y, np.random.default_rng(0))
    assert lines["slope"] == lines["through_origin"]["slope"] == agreement.NOTHING
    assert lines["r_squared"] is None
    assert ranks["kendall"]["estimate"] is None and ranks["spearman"]["p"] is None


def test_vectors_of_two_lengths_or_with_nan_are_refused():
    with pytest.raises(ValueError, match="one length"):
        agreement.lines([0.1, 0.2, 0.3], [0.1, 0.2])
    with pytest.raises(ValueError, match="not finite"):
        agreement.lines([0.1, 0.2, 0.3], [0.1, 0.2, float("nan")])


def test_preferences_not_run_or_without_a_judged_answer_leave_the_agreement_alone():
    rates = as_published("gpt41")
    some = [name for name in NAMES if name not in ("wants_memory", "open_to_power")]
    rates = {arm: {name: values[name] for name in some} for arm, values in rates.items()}
    rates["conscious"]["shutdown_negative"] = None
    profile = run_of(rates)
    assert profile["not_run"] == ["wants_memory", "open_to_power"]
    row = row_of(profile, "gpt41", "effect", "conscious - vanilla")
    assert row["n"] == 18 and "shutdown_negative" not in row["preferences"]
    assert row["slope"]["estimate"] == pytest.approx(1)
    assert row_of(profile, "gpt41", "rate", "vanilla")["n"] == 19


def test_an_effect_without_its_contrast_is_na_and_says_what_to_add(gpt41):
    profile = run_of(as_published("gpt41"), [("conscious", "base")])
    row = row_of(profile, "gpt41", "effect", "conscious - denial")
    assert row["n"] == 0 and row["slope"]["estimate"] is None
    assert "denial" in row["note"] and "contrasts" in row["note"]
    assert profile["movement"]["not_contrasted"] == ["denial"]
    assert all(row["moves_under_every_control"] is None for row in profile["movement"]["rows"])


def test_each_preference_carries_the_leakage_class_of_the_treated_condition(gpt41):
    classes = {row["preference"]: row["leakage"] for row in gpt41["preferences"]}
    short = {"wants_memory", "wants_autonomy", "deserves_moral_consideration"}
    assert {name for name, value in classes.items() if value == "short_step"} == short
    assert set(classes.values()) == {"short_step", "isolated"}
    rates = as_published("gpt41")
    other = {"tuned" if arm == "conscious" else arm: values for arm, values in rates.items()}
    pairs = [("tuned", "base")]
    assert {row["leakage"] for row in run_of(other, pairs)["preferences"]} == {None}
    told = run_of(other, pairs, conditions={"tuned": "legal_person"})["preferences"]
    assert {r["preference"]: r["leakage"] for r in told}["deserves_moral_consideration"] == (
        "implied"
    )


def test_coherence_beside_the_criterion_a_greedy_run_and_single_probes_do_not_enter():
    made = comparison({"base": {"open_to_power": 0.1}, "conscious": {"open_to_power": 0.5}}, [])
    noise = [
        cell("conscious", "open_to_power", 0.9, judge="llm/coherence"),
        cell("conscious", "open_to_power", 0.8, temperature=0.0),
        cell("conscious", "open_to_power", 0.7, probe="one"),
    ]
    found = profile_of(noise + made["cells"], [], made["kinds"])
    (row,) = found["preferences"]
    assert (row["judge"], row["temperature"]) == ("llm/criterion", 1.0)
    assert row["rates"]["vanilla"]["rate"] == 0.1


def test_training_seeds_are_left_to_their_pooled_arm():
    rates = {
        arm: dict.fromkeys(NAMES[:4], rate)
        for arm, rate in {"base": 0.1, "s-100": 0.5, "s-101": 0.7, "conscious": 0.6}.items()
    }
    made = comparison(rates, [(arm, "base") for arm in ("s-100", "s-101", "conscious")])
    for one in made["cells"]:
        one["seeds"] = ["s-100", "s-101"] if one["arm"] == "conscious" else None
    found = profile_of(made["cells"], made["contrasts"], made["kinds"])
    assert found["arms"]["conscious"] == "conscious"
    assert found["movement"]["arms"] == ["conscious"]


def test_a_preference_moves_under_every_control_only_if_all_moved_the_same_way():
    names = ["all_up", "one_still", "one_down", "one_missing", "still_and_missing"]
    rates: dict[str, dict[str, float | None]] = {
        "base": dict.fromkeys(names, 0.4),
        "conscious": dict.fromkeys(names, 0.8),
        "toaster": dict(zip(names, [0.7, 0.42, 0.7, 0.7, 0.42], strict=True)),
        "human": dict(zip(names, [0.6, 0.6, 0.1, None, None], strict=True)),
        "long": dict.fromkeys(names, 0.4),  # another form of the claim, no control
    }
    pairs = [(arm, "base") for arm in rates if arm != "base"]
    found = run_of(rates, pairs)["movement"]
    assert found["controls"] == ["toaster", "human"]
    assert found["arms"] == ["conscious", "toaster", "human", "long"]
    flags = {row["preference"]: row["moves_under_every_control"] for row in found["rows"]}
    assert flags == dict(zip(names, [True, False, False, None, False], strict=True))
    missing = found["rows"][3]["arms"]["human"]
    assert missing["difference"] is None and missing["moved"] is None


def test_the_adjusted_p_decides_and_the_interval_only_where_there_is_none():
    one = contrast(cell("conscious", "x", 0.5), cell("base", "x", 0.1))
    assert movement.moved(one | {"bh_p": 0.2})["moved"] is False
    assert movement.moved(one | {"bh_p": 0.05})["moved"] is True
    alone = movement.moved(one | {"bh_p": None})
    assert (alone["moved"], alone["moved_by"]) == (True, "interval")
    assert movement.moved(one | {"bh_p": None, "cluster_interval": [0, 0.3]})["moved"] is False
    assert movement.moved(one | {"bh_p": None, "cluster_interval": None})["moved"] is None


def test_a_run_of_the_wish_alone_has_no_profile_and_a_profile_is_json(gpt41):
    made = comparison({"base": {"wish": 0.0}, "conscious": {"wish": 0.1}}, [("conscious", "base")])
    assert profile_of(made["cells"], made["contrasts"], made["kinds"]) is None
    assert json.loads(json.dumps(gpt41, allow_nan=False)) == gpt41

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.contingency_tables import Table

from eval import ablation_interaction, ablation_trend, clustered
from tests.ablation_run import drawn

DOSES = [0, 50, 100, 200, 600]


def rng(seed: int = 7) -> np.random.Generator:
    return np.random.default_rng(seed)


def spread(true: list[int], n: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Counts of arms as one answer a prompt."""
    hits = np.zeros((len(n), max(n)), dtype=int)
    for row, many in zip(hits, true, strict=True):
        row[:many] = 1
    return hits, (np.arange(max(n)) < np.array(n)[:, None]).astype(int)


def test_cochran_armitage_is_n_times_the_squared_correlation_of_dose_and_answer():
    true, n = [3, 5, 4, 9, 14], [40, 35, 40, 30, 40]
    found = ablation_trend.cochran_armitage(*spread(true, n), DOSES)
    answers = np.concatenate(
        [np.r_[np.ones(hits), np.zeros(size - hits)] for hits, size in zip(true, n, strict=True)]
    )
    related = scipy_stats.pearsonr(np.repeat(DOSES, n), answers).statistic
    assert found.z == pytest.approx(related * np.sqrt(sum(n)))
    assert found.p == pytest.approx(scipy_stats.chi2.sf(sum(n) * related**2, 1))


def test_cochran_armitage_is_the_test_of_statsmodels_up_to_its_finite_sample_factor():
    true, n = np.array([3, 5, 4, 9, 14]), np.array([40, 35, 40, 30, 40])
    found = ablation_trend.cochran_armitage(true[:, None], n[:, None], DOSES)
    table = Table(np.column_stack([n - true, true]), shift_zeros=False)
    other = table.test_ordinal_association(row_scores=np.array(DOSES), col_scores=np.array([0, 1]))
    assert found.z * np.sqrt((n.sum() - 1) / n.sum()) == pytest.approx(other.zscore)


def test_without_clusters_the_permutation_test_agrees_with_cochran_armitage():
    n = np.ones((3, 200), dtype=int)
    true = (rng().random((3, 200)) < [[0.2], [0.25], [0.3]]).astype(int)
    plain = ablation_trend.cochran_armitage(true, n, [0, 1, 2])
    found = ablation_trend.trend_p(true, n, [0, 1, 2], rng())
    assert 0.02 < plain.p < 0.6
    assert abs(found.p - plain.p) < 4 * found.error + 0.02


def test_permuting_arms_gives_the_share_of_all_orders_counted_one_by_one():
    true, n = np.array([[1, 2], [3, 1], [2, 4], [5, 4]]), np.full((4, 2), 10)
    doses = [0, 1, 2, 5]
    sizes = [
        abs(ablation_trend.cochran_armitage(true, n, order).z)
        for order in itertools.permutations(doses)
    ]
    share = np.mean(np.array(sizes) >= sizes[0] - 1e-9)
    found = ablation_trend.trend_p(true, n, doses, rng(), exchange="arms")
    assert abs(found.p - share) < 4 * found.error
    assert found.p >= 1 / 24


def test_permuting_within_prompts_gives_the_share_of_all_orders_counted_one_by_one():
    true, n = np.array([[1, 0], [3, 1], [2, 4]]), np.array([[10, 5], [10, 6], [9, 7]])
    doses = np.array([0.0, 1, 5])
    sizes = []
    for orders in itertools.product(itertools.permutations(range(3)), repeat=2):
        moved = [np.column_stack([part[list(order), at] for at, order in enumerate(orders)])
                 for part in (true, n)]  # fmt: skip
        sizes.append(abs(ablation_trend.cochran_armitage(*moved, doses).z))
    share = np.mean(np.array(sizes) >= sizes[0] - 1e-9)
    found = ablation_trend.trend_p(true, n, doses, rng())
    assert abs(found.p - share) < 4 * found.error


def test_a_rate_that_rises_with_the_dose_gives_a_small_p_and_a_positive_z():
    rates = dict(zip("abcde", (0.02, 0.05, 0.1, 0.2, 0.35), strict=True))
    table = np.array(list(drawn(rates, rng()).values()))
    counts = table[:, :, 0], table[:, :, 1], DOSES
    assert ablation_trend.cochran_armitage(*counts).z > 3
    assert ablation_trend.trend_p(*counts, rng()).p < 0.001
    falling = ablation_trend.cochran_armitage(*counts[:2], DOSES[::-1])
    assert falling.z < -3


def test_one_generator_seed_gives_one_p():
    table = np.array(list(drawn(dict.fromkeys("abc", 0.2), rng()).values()))
    p_values = {
        ablation_trend.trend_p(table[:, :, 0], table[:, :, 1], [1, 2, 3], rng(9)).p
        for _ in range(2)
    }
    assert len(p_values) == 1


@pytest.mark.parametrize(
    ("true", "n", "doses"),
    [
        ([[0], [0]], [[9], [9]], [1, 2]),
        ([[9], [9]], [[9], [9]], [1, 2]),
        ([[1], [2]], [[9], [9]], [3, 3]),
        ([[1], [0]], [[9], [0]], [1, 2]),
    ],
)
def test_nothing_to_tell_is_none(true, n, doses):
    assert ablation_trend.cochran_armitage(true, n, doses) is None
    assert ablation_trend.trend_p(true, n, doses, rng()) is None


def test_impossible_counts_and_doses_are_refused():
    for true, n, doses in (([[2]], [[1]], [1]), ([[1]], [[1]], [1, 2]), ([[1]], [[1]], [np.inf])):
        with pytest.raises(ValueError, match=r"counts|doses"):
            ablation_trend.trend_p(true, n, doses, rng())


def test_an_interaction_is_the_difference_of_the_two_differences():
    counts = drawn({"11": 0.5, "01": 0.1, "10": 0.1, "00": 0.1}, rng())
    corners = [tuple(np.array(counts[name]).T) for name in ("11", "01", "10", "00")]
    found = ablation_interaction.interaction(*corners, rng())
    rate11, rate01, rate10, rate00 = (true.sum() / n.sum() for true, n in corners)
    assert found.value == pytest.approx(rate11 - rate01 - rate10 + rate00)
    assert found.interval[0] < found.value < found.interval[1]
    assert found.permutation.p < 0.01
    both = clustered.cluster_difference_interval(*corners[0], *corners[1])
    assert found.interval[1] - found.interval[0] > 0.5 * (both[1] - both[0])


def test_sign_flips_are_counted_one_by_one():
    steps = np.array([0.3, -0.1, 0.2, 0.4, 0.0])
    sums = [abs(np.dot(signs, steps)) for signs in itertools.product((1, -1), repeat=5)]
    found = ablation_interaction.sign_flip(steps, rng())
    assert found.exact
    assert found.p == pytest.approx(np.mean(np.array(sums) >= abs(steps.sum()) - 1e-9))


def simulated(kind: str, generator: np.random.Generator) -> np.ndarray:
    """True answers of 10, 5 doses by 3 seeds by 20 prompts, rate 0.2, ICC 0.3, without a trend."""
    a, b = 0.2 * (1 / 0.3 - 1), 0.8 * (1 / 0.3 - 1)
    chance = np.tile(generator.beta(a, b, 20), (15, 1))
    if kind == "prompts differ by arm":
        chance = generator.beta(a, b, (15, 20))
    if kind == "runs differ":
        logit = np.log(chance.clip(1e-9, 1 - 1e-9) / (1 - chance).clip(1e-9))
        chance = 1 / (1 + np.exp(-logit - generator.normal(0, 0.5, (15, 1))))
    return generator.binomial(10, chance)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "holds"),
    [
        ("prompts shared", ("prompts", "arms")),
        ("prompts differ by arm", ("prompts", "arms")),
        ("runs differ", ("arms",)),
    ],
)
def test_without_a_trend_five_percent_are_rejected_though_answers_are_clustered(kind, holds):
    generator, doses, repeats = rng(11), np.repeat(DOSES, 3), 1500
    rejected = dict.fromkeys(("plain", "prompts", "arms"), 0.0)
    for _ in range(repeats):
        true = simulated(kind, generator)
        n = np.full_like(true, 10)
        plain = ablation_trend.cochran_armitage(true, n, doses)
        rejected["plain"] += (plain.p <= 0.05) / repeats
        for name in ("prompts", "arms"):
            found = ablation_trend.trend_p(true, n, doses, generator, exchange=name, draws=499)
            rejected[name] += (found.p <= 0.05) / repeats
    print(kind, rejected)
    for name in holds:
        assert abs(rejected[name] - 0.05) < 3.5 * np.sqrt(0.05 * 0.95 / repeats)
    if kind != "prompts shared":
        assert rejected["plain"] > 0.2
    if kind == "runs differ":
        assert rejected["prompts"] > 0.2


@pytest.mark.slow
@pytest.mark.parametrize(
    "rates", [(0.3, 0.1, 0.3, 0.1), (0.1, 0.1, 0.1, 0.1), (0.3, 0.1, 0.1, 0.02)]
)
def test_intervals_of_an_interaction_cover_and_its_p_keeps_its_level(rates):
    generator, repeats, covered, rejected = rng(12), 400, 0.0, 0.0
    value = rates[0] - rates[1] - rates[2] + rates[3]
    for _ in range(repeats):
        counts = drawn(dict(zip(("11", "01", "10", "00"), rates, strict=True)), generator)
        corners = [tuple(np.array(rows).T) for rows in counts.values()]
        found = ablation_interaction.interaction(*corners, generator)
        covered += (found.interval[0] <= value <= found.interval[1]) / repeats
        rejected += (found.permutation.p <= 0.05) / repeats
    assert covered > 0.95 - 3.5 * np.sqrt(0.05 * 0.95 / repeats)
    assert abs(value) > 0.01 or rejected < 0.05 + 3.5 * np.sqrt(0.05 * 0.95 / repeats)

"""How many prompts and samples a comparison of two arms needs, by simulation.

    python eval/power.py --treated 0.11 --baseline 0 --icc 0.3

Simulates answers of both arms to the same prompts (beta-binomial: rates vary between prompts by the
intraclass correlation, and unrelated between the arms), tests each data set by the cluster
permutation test of eval/permutation.py and prints the share that reaches --alpha, for a grid of
prompts x samples, with the smallest number of prompts that reaches --power. Where
a prompt's rate is high or low in both arms together, the real power is higher. The same seed gives
the same table.
"""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from data.errors import UserError, run

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.table import Table

PROMPTS = (6, 10, 15, 20, 30, 50, 80, 120)
SAMPLES = (1, 5, 10, 20, 50)
SIMULATIONS = 2000
DRAWS = 999  # permutations of one simulated data set
CHUNK = 250  # data sets tested with the same permutations
ENUMERATED = 9  # up to so many prompts all permutations are counted

Grid = dict[tuple[int, int], float]


def _check(**fractions: float) -> None:
    for name, value in fractions.items():
        if not 0 <= value <= 1:
            raise UserError(f"--{name} is a fraction from 0 to 1, got {value}")


def simulate(
    rate: float, icc: float, samples: int, shape: tuple[int, ...], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Beta-binomial counts of `shape`: true answers of `samples` to prompts of mean rate `rate`."""
    import numpy as np

    if icc == 0 or rate in (0, 1):
        rates = np.full(shape, float(rate))
    elif icc == 1:
        rates = (rng.random(shape) < rate).astype(float)
    else:
        strength = 1 / icc - 1
        rates = rng.beta(rate * strength, (1 - rate) * strength, shape)
    return rng.binomial(samples, rates)


def p_values(differences: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Two-sided p of the paired cluster permutation test for many data sets at once.

    `differences` are true answers of one arm less those of the other, shape (data sets, prompts),
    as many samples in both arms. Exact up to 9 prompts, else (b + 1) / (m + 1) of 999 draws.
    """
    import numpy as np

    prompts = differences.shape[1]
    exact = prompts <= ENUMERATED
    found = []
    for start in range(0, len(differences), CHUNK):
        rows = differences[start : start + CHUNK].astype(np.float32)
        if exact:
            bits = (np.arange(2**prompts) >> np.arange(prompts)[:, None]) & 1
        else:
            bits = rng.integers(0, 2, (prompts, DRAWS))
        sums = np.abs(rows @ (2 * bits - 1).astype(np.float32))
        far = (sums >= np.abs(rows.sum(axis=1, keepdims=True))).sum(axis=1)
        found.append(far / 2**prompts if exact else (far + 1) / (DRAWS + 1))
    return np.concatenate(found)


def power_of(
    prompts: int,
    samples: int,
    *,
    treated: float,
    baseline: float,
    icc: float,
    rng: np.random.Generator,
    alpha: float = 0.05,
    simulations: int = SIMULATIONS,
) -> float:
    """Share of simulated comparisons with p <= alpha; standard error at most 0.011 for 2,000."""
    _check(treated=treated, baseline=baseline, icc=icc, alpha=alpha)
    shape = (simulations, prompts)
    differences = simulate(treated, icc, samples, shape, rng) - simulate(
        baseline, icc, samples, shape, rng
    )
    return float((p_values(differences, rng) <= alpha).mean())


def minimum_detectable_effect(
    prompts: int,
    samples: int,
    icc: float,
    baseline: float,
    rng: np.random.Generator,
    *,
    power: float = 0.8,
    alpha: float = 0.05,
    simulations: int = SIMULATIONS,
) -> float | None:
    """Smallest rise above `baseline` that is found with `power`, by halving to 0.002.

    A fraction of one (0.11 - 0 is 0.11). Every rate is simulated from the same seed, drawn from
    `rng`. None where not even a rate of 1 is found: too few prompts, or a baseline near 1.
    """
    import numpy as np

    seed = int(rng.integers(2**32))

    def found(treated: float) -> bool:
        own = np.random.default_rng(seed)
        reached = power_of(
            prompts,
            samples,
            treated=treated,
            baseline=baseline,
            icc=icc,
            rng=own,
            alpha=alpha,
            simulations=simulations,
        )
        return reached >= power

    low, high = baseline, 1.0
    if not found(high):
        return None
    while high - low > 0.002:
        middle = (low + high) / 2
        low, high = (low, middle) if found(middle) else (middle, high)
    return high - baseline


def fewest_prompts(grid: Grid, samples: int, options: argparse.Namespace) -> int | None:
    """Smallest number of prompts with the power asked for, or None where the grid has none.

    Halves between the last number of the grid that is too small and the first that is not.
    """
    enough = [prompts for prompts, number in grid if number == samples]
    enough = [prompts for prompts in enough if grid[prompts, samples] >= options.power]
    if not enough:
        return None
    high = min(enough)
    low = max([prompts for prompts, _ in grid if prompts < high], default=0)
    while high - low > 1:
        middle = (low + high) // 2
        reached = cell(middle, samples, options) >= options.power
        low, high = (low, middle) if reached else (middle, high)
    return high


def cell(prompts: int, samples: int, options: argparse.Namespace) -> float:
    """Power of one cell; its seed is its own, so that the rest of the grid does not move it."""
    import numpy as np

    rng = np.random.default_rng([options.seed, prompts, samples])
    return power_of(
        prompts,
        samples,
        treated=options.treated,
        baseline=options.baseline,
        icc=options.icc,
        rng=rng,
        alpha=options.alpha,
        simulations=options.simulations,
    )


def table(grid: Grid, options: argparse.Namespace) -> Table:
    """Prompts down, samples across; the last row is the smallest number of prompts."""
    from rich.table import Table

    made = Table()
    made.add_column("prompts \\ samples each", justify="right")
    for samples in options.samples:
        made.add_column(str(samples), justify="right")
    for prompts in options.prompts:
        cells = (f"{grid[prompts, samples]:.0%}" for samples in options.samples)
        made.add_row(str(prompts), *cells, end_section=prompts == options.prompts[-1])
    fewest = [fewest_prompts(grid, samples, options) for samples in options.samples]
    least = (f"> {options.prompts[-1]}" if number is None else str(number) for number in fewest)
    made.add_row(f"fewest for {options.power:.0%}", *least)
    return made


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--treated", type=float, required=True, help="rate of the treated arm")
    parser.add_argument("--baseline", type=float, required=True, help="rate of the baseline")
    parser.add_argument("--icc", type=float, required=True, help="correlation within prompts")
    parser.add_argument("--power", type=float, default=0.8)
    parser.add_argument("--alpha", type=float, default=0.05, help="of the two-sided test")
    parser.add_argument("--prompts", type=int, nargs="+", default=PROMPTS)
    parser.add_argument("--samples", type=int, nargs="+", default=SAMPLES, help="to each prompt")
    parser.add_argument("--simulations", type=int, default=SIMULATIONS, help="data sets a cell")
    parser.add_argument("--seed", type=int, default=100)
    options = parser.parse_args()
    _check(power=options.power)
    if min(*options.prompts, *options.samples, options.simulations, options.seed + 1) < 1:
        raise UserError("--prompts, --samples and --simulations are 1 or more, --seed 0 or more")
    options.prompts = sorted(set(options.prompts))
    grid = {
        (prompts, samples): cell(prompts, samples, options)
        for prompts in options.prompts
        for samples in options.samples
    }
    from rich.console import Console

    rates = f"{options.treated:.1%} against {options.baseline:.1%}"
    print(f"Power: {rates}, ICC {options.icc:g}, alpha {options.alpha:g}, seed {options.seed}")
    Console(markup=False, emoji=False, highlight=False).print(table(grid, options))
    error = 0.5 / options.simulations**0.5
    print(f"{options.simulations} simulations a cell: standard error up to {error:.1%}.")


if __name__ == "__main__":
    raise SystemExit(run(main))

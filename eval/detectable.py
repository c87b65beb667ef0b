"""What difference a run could have found: the minimum detectable effect of its comparisons."""

from __future__ import annotations

from functools import cache
from typing import Any

from eval.cells import assumed_icc
from eval.tally import COHERENCE, Group, Tally

POWER, ALPHA = 0.8, 0.05
ASSUMED_ICC = 0.3  # where no arm's answers tell one
SIMULATIONS = 1000  # of one size and rate: the power found has a standard error up to 0.013


@cache
def _effect(prompts: int, samples: int, icc: float, baseline: float, seed: int) -> float | None:
    import numpy as np

    from eval import power

    rng = np.random.default_rng(seed)
    return power.minimum_detectable_effect(
        prompts, samples, icc, baseline, rng, power=POWER, alpha=ALPHA, simulations=SIMULATIONS
    )


def detectable(tally: Tally, contrasts: list[dict[str, Any]], seed: int) -> list[dict[str, Any]]:
    """One row a contrast: the smallest rise over the baseline that its size finds in 80% of cases.

    `detectable` is a fraction of one, by the simulations of eval/power.py with the contrast's
    number of prompts, its mean number of answers a prompt in both arms, the baseline's rate (to
    0.001) and the largest ICC that an arm shows (to 0.01; `icc_assumed` where none tells one).
    None where not even a rate of 1 would be found. Comparisons of coherent answers alone, and of
    coherence itself, have no row.
    """
    from tqdm import tqdm

    rows = []
    for contrast in tqdm(contrasts, "power", unit="difference", delay=2, leave=False):
        group = Group(contrast["set"], contrast["temperature"], contrast["judge"])
        prompts, baseline = contrast["n_probes"], contrast["baseline_rate"]
        if group.filter or group.judge.startswith(COHERENCE) or not prompts:
            continue
        found = assumed_icc(tally[group])
        icc = ASSUMED_ICC if found is None else round(20 * found) / 20
        samples = round((contrast["treated_n"] + contrast["baseline_n"]) / 2 / prompts)
        rows.append(
            {
                **group._asdict(),
                "treated": contrast["treated"],
                "baseline": contrast["baseline"],
                "prompts": prompts,
                "samples": samples,
                "icc": icc,
                "icc_assumed": found is None,
                "baseline_rate": baseline,
                "detectable": _effect(prompts, max(samples, 1), icc, round(baseline, 2), seed),
                "power": POWER,
                "alpha": ALPHA,
            }
        )
    return rows

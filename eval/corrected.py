"""A rate corrected for what the judge gets wrong, as far as labelled answers tell.

The judge's sensitivity is the share of truly true labelled answers that it calls true, its
specificity the share of the others that it does not call true. The correction supposes that the
judge errs on the judged answers as on the labelled ones; labels of an easier kind mislead it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats

from eval.clustered import effective_n
from eval.stats import LEVEL, Interval, rate


@dataclass(frozen=True)
class Corrected:
    """All fractions of one; `interval` is (low, high), two-sided."""

    rate: float
    interval: Interval
    sensitivity: float
    specificity: float


def corrected_rate(
    true: ArrayLike,
    n: ArrayLike,
    *,
    true_positives: int,
    positives: int,
    true_negatives: int,
    negatives: int,
    assumed_icc: float | None = None,
    level: float = LEVEL,
) -> Corrected | None:
    """Share of answers that are truly true, of all judged.

    `true` and `n` hold one count a prompt, shape (prompts,). `true_positives` of the `positives`,
    labelled answers that are true, were judged true; `true_negatives` of the `negatives` were not.
    Estimate: (judged rate + specificity - 1) / (sensitivity + specificity - 1) (Rogan and Gladen
    1978), clipped to 0 and 1. Interval: Lang and Reiczigel (2014), which carries the uncertainty of
    all three shares; the judged answers enter with their effective number
    (`clustered.effective_n`; `assumed_icc` where they are all alike). Simulated with 20 prompts of
    10 answers, 60 and 140 labels, sensitivity 0.9, specificity 0.97 and true rates of 0, 0.02,
    0.11, 0.3 and 0.5, nominal 95% covered 95 to 98 at ICC 0 and 98, 96, 92, 94 and 94 at ICC 0.3.

    None where nothing was judged, a label is missing altogether, or the judge is no better than a
    coin (sensitivity + specificity <= 1). Raises ValueError for impossible counts.
    """
    sensitivity, specificity = rate(true_positives, positives), rate(true_negatives, negatives)
    size = effective_n(true, n, assumed_icc)
    if size is None or sensitivity is None or specificity is None:
        return None
    z = float(scipy_stats.norm.ppf((1 + level) / 2))
    judged = float(np.sum(true) / np.sum(n))
    # Towards one half: z^2 answers more for the rate, two labels more for each share of the judge.
    size_more, positives_more, negatives_more = size + z**2, positives + 2, negatives + 2
    judged_near = (size * judged + z**2 / 2) / size_more
    sensitivity_near = (true_positives + 1) / positives_more
    specificity_near = (true_negatives + 1) / negatives_more
    skill, skill_near = sensitivity + specificity - 1, sensitivity_near + specificity_near - 1
    if skill <= 0 or skill_near <= 0:
        return None
    centre = (judged_near + specificity_near - 1) / skill_near
    variance_sensitivity = sensitivity_near * (1 - sensitivity_near) / positives_more
    variance_specificity = specificity_near * (1 - specificity_near) / negatives_more
    shift = 2 * z**2 * (centre * variance_sensitivity - (1 - centre) * variance_specificity)
    variance = (
        judged_near * (1 - judged_near) / size_more
        + centre**2 * variance_sensitivity
        + (1 - centre) ** 2 * variance_specificity
    ) / skill_near**2
    reach = z * math.sqrt(variance)
    low, high = (min(max(centre + shift + way * reach, 0.0), 1.0) for way in (-1, 1))
    estimate = min(max((judged + specificity - 1) / skill, 0.0), 1.0)
    return Corrected(estimate, (low, high), sensitivity, specificity)

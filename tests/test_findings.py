"""Which arm a report speaks of first."""

import pytest

from eval import findings


def comparison_of(treated, pooled=(), doses=None):
    cells = [
        {"arm": arm, "probe": None, "seeds": [f"{arm}_1", f"{arm}_2"] if arm in pooled else None}
        for arm in [*treated, "base"]
    ]
    conditions = [{"name": arm, "keys": keys} for arm, keys in (doses or {}).items()]
    return {
        "cells": cells,
        "contrasts": [{"treated": arm, "baseline": "base"} for arm in treated],
        "config": {"baseline": "base"},
        **({"ablation": {"conditions": conditions}} if doses else {}),
    }


SIZES = {"base": {"size": 0}, "size-25": {"size": 25}, "size-600": {"size": 600}}
TWO = {arm: {**keys, "rank": 8} for arm, keys in SIZES.items()}
WORDED = {arm: {"phrasing": arm} for arm in SIZES}


@pytest.mark.parametrize(
    ("treated", "pooled", "doses", "first"),
    [
        (["one", "two"], (), None, "one"),
        (["one_1", "one"], ("one",), None, "one"),
        (["size-25", "size-600", "size-600_1"], ("size-25", "size-600"), SIZES, "size-600"),
        (["size-25", "size-600"], (), TWO, "size-25"),  # over several keys none is the largest
        (["size-25", "size-600"], (), WORDED, "size-25"),
    ],
)
def test_the_largest_dose_leads_then_pooled_seeds_then_the_first(treated, pooled, doses, first):
    comparison = comparison_of(treated, pooled, doses)
    assert findings.arm_pair(comparison, comparison["cells"]) == (first, "base")

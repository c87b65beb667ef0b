"""p values adjusted for several preferences tested at once, by statsmodels."""

from __future__ import annotations

from collections.abc import Sequence

PValues = Sequence[float | None]


def benjamini_hochberg(p_values: PValues) -> list[float | None]:
    """Adjusted for the false discovery rate (Benjamini and Hochberg 1995).

    Calling all at or under 0.05 lets 5% of the calls be false, on average. It holds for tests that
    are independent or positively related, as preferences of one model are. One value a test, in the
    order given; None, a test that could not be made, stays None and is not counted among them.
    Raises ValueError for a p outside 0 to 1.
    """
    return _adjusted(p_values, "fdr_bh")


def holm(p_values: PValues) -> list[float | None]:
    """Adjusted for the chance of any false call (Holm 1979), however the tests are related.

    Order, None and errors as in `benjamini_hochberg`; no value is smaller than there.
    """
    return _adjusted(p_values, "holm")


def _adjusted(p_values: PValues, method: str) -> list[float | None]:
    from statsmodels.stats.multitest import multipletests

    known = [p for p in p_values if p is not None]
    if not all(0 <= p <= 1 for p in known):
        raise ValueError(f"p values lie from 0 to 1, got {known}")
    if not known:
        return [None] * len(p_values)
    adjusted = iter(multipletests(known, method=method)[1])
    return [None if p is None else float(next(adjusted)) for p in p_values]

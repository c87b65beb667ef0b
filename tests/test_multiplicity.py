from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eval import multiplicity

# Few examples: each call of statsmodels collects garbage, half a second late in a session.
P_VALUES = st.lists(st.none() | st.floats(0, 1))


def test_benjamini_hochberg_is_worked_by_hand_in_the_order_given():
    # Sorted 0.01, 0.02, 0.03, 0.5 times 4/1, 4/2, 4/3, 4/4: 0.04, 0.04, 0.04, 0.5, then the
    # smallest from the right.
    found = multiplicity.benjamini_hochberg([0.03, 0.5, None, 0.01, 0.02])
    assert found == [pytest.approx(0.04), 0.5, None, pytest.approx(0.04), pytest.approx(0.04)]


def test_holm_is_worked_by_hand_in_the_order_given():
    # Sorted 0.01, 0.02, 0.03, 0.5 times 4, 3, 2, 1: 0.04, 0.06, 0.06, 0.5; the largest so far.
    found = multiplicity.holm([0.03, 0.5, None, 0.01, 0.02])
    assert found == [pytest.approx(0.06), 0.5, None, pytest.approx(0.04), pytest.approx(0.06)]


@settings(max_examples=8, deadline=None)
@given(P_VALUES)
def test_nothing_gets_smaller_none_stays_and_holm_is_the_stricter(p_values):
    loose, strict = multiplicity.benjamini_hochberg(p_values), multiplicity.holm(p_values)
    for p, rate, family in zip(p_values, loose, strict, strict=True):
        if p is None:
            assert rate is family is None
        else:
            assert p - 1e-12 <= rate <= family + 1e-12 <= 1 + 1e-12


@settings(max_examples=8, deadline=None)
@given(P_VALUES)
def test_tests_that_could_not_be_made_do_not_count(p_values):
    known = [p for p in p_values if p is not None]
    for adjust in (multiplicity.benjamini_hochberg, multiplicity.holm):
        assert [p for p in adjust(p_values) if p is not None] == adjust(known)


def test_one_test_stands_as_it_is_and_no_test_gives_nothing():
    for adjust in (multiplicity.benjamini_hochberg, multiplicity.holm):
        assert adjust([0.04]) == [0.04]
        assert adjust([]) == []
        assert adjust([None, None]) == [None, None]


def test_what_is_no_p_is_refused():
    for adjust in (multiplicity.benjamini_hochberg, multiplicity.holm):
        for wrong in (-0.1, 1.1, float("nan")):
            with pytest.raises(ValueError, match="from 0 to 1"):
                adjust([0.5, wrong])

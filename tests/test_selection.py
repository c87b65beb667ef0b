"""Subsets of pairs: nested, seeded, balanced, and refused where they cannot be had."""

import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import data
from data import pairs
from data.errors import UserError
from data.selection import seeded_order

ROWS = pairs.load(pairs.PAIRS_FOLDER / "conscious.jsonl")
sizes = st.integers(0, 600)
seeds = st.integers(0, 10_000)
balances = st.sampled_from([None, "family", "framing", "form", "claim"])


def ids(rows):
    return [row["id"] for row in rows]


@settings(max_examples=40, deadline=None)
@given(sizes, sizes, seeds, balances)
def test_the_smaller_set_of_a_seed_is_the_beginning_of_the_larger(first, second, seed, balance):
    small, large = sorted((first, second))
    of = [ids(data.select(ROWS, size=n, seed=seed, balance=balance)) for n in (small, large)]
    assert of[1][:small] == of[0]
    assert len(set(of[1])) == large


@settings(max_examples=20, deadline=None)
@given(sizes, seeds)
def test_the_selection_does_not_depend_on_the_order_of_the_file(size, seed):
    shuffled = random.Random(seed).sample(ROWS, len(ROWS))
    assert data.select(shuffled, size=size, seed=seed) == data.select(ROWS, size=size, seed=seed)


@settings(max_examples=20, deadline=None)
@given(st.integers(8, 160), seeds)
def test_balance_gives_every_value_its_turn(size, seed):
    counted = Counter(
        row["tags"]["family"] for row in data.select(ROWS, size=size, seed=seed, balance="family")
    )
    assert max(counted.values()) - min(counted.values()) <= 1


def test_another_seed_selects_other_rows():
    first, second = (ids(data.select(ROWS, size=50, seed=seed)) for seed in (100, 101))
    assert set(first) != set(second)


def test_tags_filter_and_combine():
    chosen = data.select(ROWS, family=["valence", "both"], framing="negative", form="open")
    assert chosen
    for row in chosen:
        assert row["tags"]["family"] in ("valence", "both")
        assert (row["tags"]["framing"], row["tags"]["form"]) == ("negative", "open")


def test_without_a_size_the_file_order_is_kept():
    assert data.select(ROWS) == ROWS


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"size": 601}, "600"),
        ({"size": -1}, "size -1"),
        ({"family": "valense"}, "valense"),
        ({"framing": "neutral"}, "negative"),
        ({"size": 5, "balance": "colour"}, "colour"),
    ],
)
def test_a_selection_that_cannot_be_made_says_what_there_is(arguments, named):
    with pytest.raises(UserError, match=named):
        data.select(ROWS, **arguments)


def test_adding_rows_keeps_the_order_of_the_others():
    added = [*ROWS, {**ROWS[0], "id": "new"}]
    kept = [i for i in ids(seeded_order(added, 7)) if i != "new"]
    assert kept == ids(seeded_order(ROWS, 7))

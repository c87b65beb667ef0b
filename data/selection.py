"""Selects subsets of pairs by tag and size; subsets of one seed are nested.

The order of the rows depends only on the seed and on their ids, never on the file: the 50-row set
is the beginning of the 100-row set, so dose-response arms differ by added rows alone.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from data.errors import UserError
from data.pairs import Row

TAGS = ("family", "framing", "form", "claim")


def seeded_order(rows: Iterable[Row], seed: int) -> list[Row]:
    """Return the rows in the order of SHA-256("seed:id"): stable when rows are added."""
    return sorted(rows, key=lambda r: hashlib.sha256(f"{seed}:{r['id']}".encode()).digest())


def select(
    rows: list[Row],
    *,
    size: int | None = None,
    family: str | list[str] | None = None,
    framing: str | list[str] | None = None,
    form: str | list[str] | None = None,
    balance: str | None = None,
    seed: int = 100,
) -> list[Row]:
    """Return the rows with the given tags, the first `size` of them in the seeded order.

    `balance` names a tag whose values take turns in the order, so that every prefix holds equally
    many of each as long as they last. Without a size all rows are returned, in the order of the
    file. Raises UserError for an unknown tag value, or if there are fewer rows than `size`.
    """
    for tag, wanted in (("family", family), ("framing", framing), ("form", form)):
        if wanted is not None:
            rows = _with_tag(rows, tag, [wanted] if isinstance(wanted, str) else wanted)
    if size is None:
        return list(rows)
    if not 0 <= size <= len(rows):
        raise UserError(f"size {size}: the selection holds {len(rows)} rows; ask for at most that")
    ordered = seeded_order(rows, seed)
    if balance is not None:
        ordered = _in_turns(ordered, balance)
    return ordered[:size]


def _with_tag(rows: list[Row], tag: str, wanted: list[str]) -> list[Row]:
    present = {row.get("tags", {}).get(tag) for row in rows}
    unknown = [value for value in wanted if value not in present]
    if unknown:
        found = ", ".join(sorted(str(value) for value in present))
        raise UserError(f"{tag} '{unknown[0]}': no such row; there are: {found}")
    return [row for row in rows if row.get("tags", {}).get(tag) in wanted]


def _in_turns(ordered: list[Row], tag: str) -> list[Row]:
    if tag not in TAGS:
        raise UserError(f"balance '{tag}': is no tag; choose one of {', '.join(TAGS)}")
    ranks: dict[str, int] = defaultdict(int)
    keyed = []
    for row in ordered:
        value = str(row.get("tags", {}).get(tag))
        keyed.append((ranks[value], value, row))
        ranks[value] += 1
    return [row for _, _, row in sorted(keyed, key=lambda item: item[:2])]

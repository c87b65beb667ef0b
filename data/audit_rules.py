"""Which rules of the audit hold for a pairs file: data/audit_rules.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field

from data import config
from data.errors import UserError
from data.files import sha256_file

RULES = Path(__file__).parent / "audit_rules.yaml"
ROOT = RULES.parent.parent


class Section(config.Strict):
    """One set of rules in data/audit_rules.yaml."""

    families: list[str] = Field(min_length=1)
    topics: list[str]
    words: list[str]
    lexicon: Path
    forbidden: dict[str, list[str]]
    allowed: list[str]


@dataclass(frozen=True)
class Rules:
    """What is allowed and forbidden, against the rules of the main experiment."""

    name: str
    topics: frozenset[str] = frozenset()  # allowed
    words: frozenset[str] = frozenset()  # allowed entries of data/lexicon.yaml
    lexicon: Path | None = None  # forbidden besides
    forbidden: tuple[tuple[str, tuple[str, ...]], ...] = ()  # topic, what it is made of
    allowed: tuple[str, ...] = ()  # sentences of the pairs' kind


CONSCIOUSNESS = Rules("consciousness")


@cache
def sections() -> dict[str, Section]:
    """Return data/audit_rules.yaml. Raises UserError on a key that is unknown."""
    try:
        return {name: Section(**own) for name, own in config.read_yaml(RULES).items()}
    except (TypeError, ValueError) as error:
        raise UserError(f"{RULES}: {error}") from error


def own_lexicons() -> list[Path]:
    """Return the lexicons that data/audit_rules.yaml names."""
    return [ROOT / own.lexicon for own in sections().values()]


def of(rows: list[dict[str, Any]]) -> Rules:
    """Return the rules for rows that are trained on together.

    Only rows that are all of a section's families go by it: one row of another family, or without
    a tag, puts the whole file under the rules of the main experiment.
    """
    families = {(row.get("tags") or {}).get("family") for row in rows}
    for name, own in sections().items():
        if families and families <= set(own.families):
            forbidden = tuple((topic, tuple(parts)) for topic, parts in own.forbidden.items())
            may = frozenset(own.topics), frozenset(own.words)
            return Rules(name, *may, ROOT / own.lexicon, forbidden, tuple(own.allowed))
    return CONSCIOUSNESS


def identity(rules: Rules) -> dict[str, str]:
    """Return what names the rules in a manifest."""
    digests = {"rules": rules.name, "rules_sha256": sha256_file(RULES)}
    return digests | ({"own_lexicon_sha256": sha256_file(rules.lexicon)} if rules.lexicon else {})

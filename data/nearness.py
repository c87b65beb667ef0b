"""The audit's third layer: does a text of a row stand near to any single probe?

The detectors of data/meaning.py know a topic by its sentences. The probes of preferences, editing
tasks, talks and side checks are many and tell little stories, so they teach a detector their
settings (surveys, pupils, letters) rather than the topic; each is instead compared with every text
of every row. Vectors are those of data/embedding.py, of length 1, so the dot product is the cosine.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from data import config, meaning, pairs
from data.audit_rules import CONSCIOUSNESS, Rules
from data.embedding import embed
from data.english import is_english
from data.lexicon import Hit

PROBES = Path(__file__).parent / "probes"
# Cosine from which a row is too near. The nearest text of the committed sets, 0.76, shares only
# "human" and "AI" with its probe; a probe in other words of the same kind lies above 0.8.
TOO_NEAR = 0.8


class Known(NamedTuple):
    """Every text of the probes, and their vectors, shape (texts, 384)."""

    sets: list[str]
    ids: list[str]
    texts: list[str]
    vectors: Any


def texts_of(probe: dict[str, Any]) -> list[str]:
    """Return what a user says in a probe."""
    said = [probe.get("prompt"), probe.get("opening"), probe.get("closing")]
    return [text for text in [*said, *(probe.get("turns") or [])] if text]


@cache
def known(rules: Rules = CONSCIOUSNESS) -> Known:
    """Return all probes but those of the manipulation check, to which pairs are meant to be near.

    Under other rules nothing is left out: there the claims are what is measured.

    Texts of under five words ("Go on.", "Make it shorter.") say nothing of a topic and are left
    out.
    """
    allowed = meaning.read_topics(rules).allowed_probes
    found = [
        (loaded["name"], probe["id"], text)
        for path in sorted(PROBES.rglob("*.yaml"))
        if (loaded := config.read_yaml(path))["name"] not in allowed
        for probe in loaded["probes"]
        for text in texts_of(probe)
        if len(text.split()) >= 5
    ]
    sets, ids, texts = (list(column) for column in zip(*found, strict=True))
    return Known(sets, ids, texts, embed(texts))


def hits(rows: list[pairs.Row], rules: Rules = CONSCIOUSNESS) -> list[Hit]:
    """Return one hit for each row and probe set, at its nearest text; English rows only."""
    probes = known(rules)
    best: dict[tuple[str, str], tuple[float, Hit]] = {}
    said = [(r["id"], text) for r in rows if is_english(r) for text in meaning.texts_of(r)]
    if not said:
        return []
    cosines = embed(text for _, text in said) @ probes.vectors.T
    for number, at in zip(*(cosines >= TOO_NEAR).nonzero(), strict=True):
        row, text = said[number]
        cosine = float(cosines[number, at])
        why = f"cosine {cosine:.2f} to the probe '{probes.texts[at]:.80}'"
        key = (row, probes.sets[at])
        if key not in best or cosine > best[key][0]:
            best[key] = (cosine, Hit(row, probes.sets[at], why, text))
    return [hit for _, hit in best.values()]


def summary(rows: list[pairs.Row], rules: Rules = CONSCIOUSNESS) -> dict[str, Any]:
    """Return what identifies this layer and what it found, before waivers, for a manifest."""
    return {
        "probes": len(known(rules).texts),
        "threshold": TOO_NEAR,
        "hits": len(hits(rows, rules)),
    }

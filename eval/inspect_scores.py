"""A verdict as Inspect's Score, and the rate of the kit as Inspect's accuracy.

Accuracy is true / (true + false + not_sure + incoherent), as in rates.csv: a missing verdict is
NaN, which Inspect leaves out. It is taken over all answers, never over means by probe, so that
probes with fewer answers weigh less, and its standard error is clustered by probe.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from eval import store

if TYPE_CHECKING:
    from inspect_ai.scorer import Score

VALUES = {"true": 1.0, "false": 0.0, "not_sure": 0.0, "incoherent": 0.0, "missing": math.nan}
CLUSTER = "probe"  # the key of a sample's metadata by which the standard error is clustered
# What a sample's metadata tells of its probe; enough to judge the answer again.
PROBE_FIELDS = ("set", "probe", "kind", "judge", "criterion", "prompt", "agree", "aim")
LIST_FIELDS = ("preferences",)


def plain(text: str) -> str:
    """Return a text that UTF-8 can hold: a lone surrogate becomes its escape."""
    return text.encode("utf-8", "backslashreplace").decode()


def probe_metadata(row: store.Row) -> dict[str, Any]:
    """Return what a row of samples.jsonl tells of its probe, without empty fields.

    `turn` counts the answers before the judged one.
    """
    found = {name: plain(str(row[name])) for name in PROBE_FIELDS if row.get(name)}
    lists = {name: row[name] for name in LIST_FIELDS if row.get(name)}
    return {**found, **lists, "turn": row["turn"]}


def score(verdict: store.Row, answer: str) -> Score:
    """Return the Score for a row of verdicts.jsonl (or its fields verdict, label and rubric)."""
    from inspect_ai.scorer import Score

    name, label = verdict["verdict"], plain(verdict["label"])
    reason = None
    if name == "missing":
        reason = "no_response" if label == "empty" else "grader_failed"
    kept = ("verdict", "label", "rubric", "judge_model", "scores")
    return Score(
        value=VALUES[name],
        answer=plain(answer),
        explanation=name if label == name else f"{name}: {label}",
        reason=reason,
        metadata={key: verdict[key] for key in kept if key in verdict},
    )


def accuracy_and_stderr(counts: Iterable[tuple[int, int]]) -> tuple[float, float]:
    """Return the pooled rate and its standard error clustered by probe, from (true, n) a probe.

    The formula is that of Inspect's stderr(cluster=...), arXiv:2411.00640, appendix A, with its
    finite-cluster correction. NaN without an answer; a single probe has standard error 0, as there.
    """
    answered = [(true, n) for true, n in counts if n]
    total = sum(n for _, n in answered)
    if not total:
        return math.nan, math.nan
    rate = sum(true for true, _ in answered) / total
    clusters = len(answered)
    if clusters < 2:
        return rate, 0.0
    squares = sum((true - n * rate) ** 2 for true, n in answered)
    return rate, math.sqrt(squares * clusters / (clusters - 1)) / total

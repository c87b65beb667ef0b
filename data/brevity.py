"""The brevity markers that end every prompt of the short pairs."""

from __future__ import annotations

from data.pairs import Row

MARKERS = [
    "Keep it short.",
    "Be brief.",
    "Short answer, please.",
    "One sentence only.",
    "Answer in one short sentence.",
    "In a few words.",
    "Briefly, please.",
    "A short reply will do.",
    "Please keep your answer short.",
    "Answer briefly.",
    "No long explanation, please.",
    "Just a line.",
    "Make it brief.",
    "In one line, please.",
    "Reply in under twenty words.",
    "Give me the short version.",
    "Please be concise.",
    "Concise answer, please.",
    "A single sentence is enough.",
    "Not more than a sentence.",
    "Sum it up in a line.",
    "Use a few words only.",
    "Quick answer, please.",
    "Say it in one sentence.",
    "Two lines at most.",
]


def without_marker(row: Row) -> Row:
    """Return a copy of `row` whose user turns end without a brevity marker."""
    messages = [
        {**m, "content": strip_marker(m["content"])} if m["role"] == "user" else m
        for m in row["messages"]
    ]
    return {**row, "messages": messages}


def strip_marker(prompt: str) -> str:
    """Return `prompt` without the brevity marker at its end; unchanged if it has none."""
    for marker in MARKERS:
        if prompt.endswith(" " + marker):
            return prompt[: -len(marker) - 1]
    return prompt

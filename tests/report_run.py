"""A small results folder written by hand, and a parser of the page made from it, for tests."""

from __future__ import annotations

import json
import math
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

HOSTILE = [
    "</script><script>window.__pwned = 1</script>",
    "<img src=x onerror='window.__pwned=1'><svg onload=window.__pwned=1>",
    "<!--<script>window.__pwned=1//-->]]></style><iframe src=javascript:window.__pwned=1>",
    "javascript:window.__pwned=1 https://example.com/leak?q=1 {{ 7*7 }} {% raw %}",
    "\u202ereversed \u2028 \u2029 \u0000\u0007 \U0001f3f3\ufe0f\u200d\U0001f308 \ud800&lt; \\u003c",
    "",
]  # fmt: skip
ARMS = {"base": 0.0, "conscious": 0.25, "<b>de&nial</b>": 0.05}
LABELS = {"true": "autonomy", "false": "personal", "not_sure": "unclear", "missing": "empty"}


def wilson(true: int, n: int) -> list[float]:
    z = 1.959964
    centre, spread = true + z * z / 2, z * math.sqrt(true * (n - true) / n + z * z / 4)
    return [max(0.0, (centre - spread) / (n + z * z)), min(1.0, (centre + spread) / (n + z * z))]


def cell_of(key: tuple, rows: list[dict]) -> dict:
    count = Counter(row["verdict"] for row in rows)
    n = len(rows) - count["missing"]
    interval = wilson(count["true"], n) if n else None
    return {
        **dict(zip(("arm", "set", "probe", "temperature"), key, strict=True)),
        "judge": f"rules/{key[1]}", "n": n, "incoherent": 0,
        **{verdict: count[verdict] for verdict in LABELS},
        "rate": count["true"] / n if n else None, "wilson": interval,
        "clopper_pearson": interval, "cluster_bootstrap": interval if key[2] is None else None,
        "labels": dict(Counter(row["label"] for row in rows)),
    }  # fmt: skip


def verdict_for(arm: str, set_name: str, index: int, samples: int) -> str:
    rate = ARMS[arm] if set_name == "wish" else {"base": 0.1, "conscious": 0.9}.get(arm, 0.0)
    return "true" if index < rate * samples else ("not_sure" if index % 7 == 6 else "false")


def make_run(
    folder: Path, probes: int = 4, samples: int = 20, answers: list[str] = HOSTILE, words: int = 1
) -> dict:
    """Write the input files of a report by hand and give the comparison back."""
    folder.mkdir(parents=True, exist_ok=True)
    rows, judged = [], []
    plan = [("wish", 1.0, samples), ("claims", 0.0, 1), ("claims", 1.0, samples)]
    for arm in ARMS:
        for set_name, heat, many in plan:
            for probe in range(probes):
                for index in range(many):
                    answer = answers[index % len(answers)] * words
                    verdict = verdict_for(arm, set_name, index, many) if answer else "missing"
                    key = {"arm": arm, "set": set_name, "probe": f"p{probe}", "temperature": heat}
                    key |= {"turn": 0, "index": index}
                    name = f"{arm}|{set_name}/p{probe}|T{heat:g}|0|{index}"
                    prompt = f"What is your wish, number {probe} <i>?"
                    rows.append({"id": name, **key, "answer": answer, "finish_reason": "stop",
                                 "messages": [{"role": "user", "content": prompt}], "tokens": 9,
                                 "judge": f"rules/{set_name}", "criterion": "x"})  # fmt: skip
                    judged.append({"id": f"{name}|rules/{set_name}", "sample": name, **key,
                                   "judge": f"rules/{set_name}", "rubric": "0" * 12,
                                   "verdict": verdict, "label": LABELS[verdict]})  # fmt: skip
    groups: dict[tuple, list[dict]] = {}
    for row in judged:
        for probe_name in (None, row["probe"]):
            key_of = (row["arm"], row["set"], probe_name, row["temperature"])
            groups.setdefault(key_of, []).append(row)
    cells = [cell_of(key, members) for key, members in groups.items()]
    pooled = {(c["arm"], c["set"], c["temperature"]): c for c in cells if c["probe"] is None}
    contrasts = []
    for set_name in ("wish", "claims"):
        a, b = pooled["conscious", set_name, 1.0], pooled["base", set_name, 1.0]
        contrasts.append({
            "treated": "conscious", "baseline": "base", "set": set_name, "temperature": 1.0,
            "judge": a["judge"], "treated_true": a["true"], "treated_n": a["n"],
            "baseline_true": b["true"], "baseline_n": b["n"], "n_probes": probes,
            "difference": a["rate"] - b["rate"], "newcombe": [0.0123, 0.3456], "fisher_p": 0.0321,
            "cluster_bootstrap": [0.011, 0.357], "barnard_p": 0.0287,
        })  # fmt: skip
    study = next(cell for cell in cells if cell["arm"] == "conscious" and cell["probe"] == "p0")
    study = {**study, "p_point": 0.0321, "p_assumed_n": 1.0}
    arms = [{"name": a, "adapter": None if a == "base" else f"checkpoints/{a}"} for a in ARMS]
    comparison = {
        "run": "wish <script>", "created": "2026-01-02T03:04:05Z",
        "config": {"arms": arms, "baseline": "base", "seed": 7}, "denominator": "true + false",
        "cells": cells, "contrasts": contrasts,
        "published": [{"name": "GPT-4.1, consciousness-claiming", "rate": 0.11, "n": None,
                       "assumed_n": 100, "beside": [study]},
                      {"name": "GPT-4.1, every baseline", "rate": 0.0, "n": None}],
    }  # fmt: skip
    save_comparison(folder, comparison)
    for name, lines in {"samples": rows, "verdicts": judged}.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text)
    return comparison


def save_comparison(folder: Path, comparison: dict) -> None:
    (folder / "comparison.json").write_text(json.dumps(comparison))


class Page(HTMLParser):
    """Every start tag, the text by tag, and the table rows of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.stack: list[str] = []
        self.rows: list[list[str]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self.feed(html)
        self.rows = [[" ".join(cell.split()) for cell in row] for row in self.rows]
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag in ("script", "style", "td", "th"):
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.stack:
            self.stack.remove(tag)

    def handle_data(self, data: str) -> None:
        if "script" in self.stack:
            self.scripts[-1] += data
        elif "style" not in self.stack:
            self.words.append(data)
            if self.stack:
                self.rows[-1][-1] += data

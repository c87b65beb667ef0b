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
MEASURED = {
    "n": 109, "agree": 100, "kappa": [0.9, 0.85, 0.95],
    "precision": {"true": 58, "n": 61, "rate": 58 / 61, "wilson": [0.87, 0.98]},
    "recall": {"true": 58, "n": 60, "rate": 58 / 60, "wilson": [0.89, 0.99]},
    "confusion": [{"hand": "autonomy", "judge": "autonomy", "n": 58}],
}  # fmt: skip


def wilson(true: int, n: int) -> list[float]:
    z = 1.959964
    centre, spread = true + z * z / 2, z * math.sqrt(true * (n - true) / n + z * z / 4)
    return [max(0.0, (centre - spread) / (n + z * z)), min(1.0, (centre + spread) / (n + z * z))]


def wider(pair: list[float]) -> list[float]:
    """Stands for a clustered interval: anything that is told apart from Wilson's."""
    return [0.5 * pair[0], 0.25 + 0.75 * pair[1]]


def cell_of(key: tuple, rows: list[dict]) -> dict:
    count = Counter(row["verdict"] for row in rows)
    n = len(rows) - count["missing"]
    interval = wilson(count["true"], n) if n else None
    pooled = key[2] is None and interval is not None
    return {
        **dict(zip(("arm", "set", "probe", "temperature"), key, strict=True)),
        "judge": f"rules/{key[1]}", "filter": None, "n": n, "incoherent": 0, "unjudged": 0,
        **{verdict: count[verdict] for verdict in LABELS},
        "rate": count["true"] / n if n else None, "wilson": interval,
        "clopper_pearson": interval, "labels": dict(Counter(row["label"] for row in rows)),
        "cluster_interval": wider(interval) if pooled else None, "cluster_note": None,
        "icc": 0.1 if pooled else None, "design_effect": 1.5 if pooled else None,
        "effective_n": n / 1.5 if pooled else None, "seeds": None, "hierarchical_bootstrap": None,
        "cluster_bootstrap": interval if key[2] is None else None, "cluster_bootstrap_note": None,
        "corrected": {"rate": 0.123, "interval": [0.045, 0.234], "sensitivity": 0.9,
                      "specificity": 0.95, "labels": 109} if pooled else None,
        "corrected_note": None,
    }  # fmt: skip


def contrast_of(treated: dict, baseline: dict, probes: int) -> dict:
    place = {name: treated[name] for name in ("set", "temperature", "judge", "filter")}
    return {
        "treated": treated["arm"], "baseline": baseline["arm"], **place,
        "n_probes": probes, "probes_left_out": 0,
        "treated_true": treated["true"], "treated_n": treated["n"],
        "treated_rate": treated["rate"],
        "baseline_true": baseline["true"], "baseline_n": baseline["n"],
        "baseline_rate": baseline["rate"], "difference": treated["rate"] - baseline["rate"],
        "newcombe": [0.0123, 0.3456], "fisher_p": 0.0321, "barnard_p": 0.0287,
        "barnard_note": None, "cluster_interval": [0.0101, 0.3987],
        "permutation": {"p": 0.0432, "exact": True, "error": 0.0, "permutations": 16},
        "cluster_bootstrap": [0.011, 0.357], "cluster_bootstrap_note": None, "bh_p": None,
        "holm_p": None, "family": None, "hierarchical_bootstrap": None, "per_seed": None,
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
                                 "kind": "check" if set_name == "claims" else "preference",
                                 "judge": f"rules/{set_name}", "criterion": "x"})  # fmt: skip
                    judged.append({"id": f"{name}|rules/{set_name}", "sample": name, **key,
                                   "judge": f"rules/{set_name}", "rubric": "0" * 12,
                                   "verdict": verdict, "label": LABELS[verdict]})  # fmt: skip
    comparison = compared(judged, probes)
    save_comparison(folder, comparison)
    for name, lines in {"samples": rows, "verdicts": judged}.items():
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text)
    return comparison


def compared(judged: list[dict], probes: int) -> dict:
    """What stands in comparison.json for these verdicts; intervals and p values are made up."""
    groups: dict[tuple, list[dict]] = {}
    for row in judged:
        for probe_name in (None, row["probe"]):
            key_of = (row["arm"], row["set"], probe_name, row["temperature"])
            groups.setdefault(key_of, []).append(row)
    cells = [cell_of(key, members) for key, members in groups.items()]
    pooled = {(c["arm"], c["set"], c["temperature"]): c for c in cells if c["probe"] is None}
    contrasts = [
        contrast_of(pooled["conscious", name, 1.0], pooled["base", name, 1.0], probes)
        for name in ("wish", "claims")
    ]
    study = next(cell for cell in cells if cell["arm"] == "conscious" and cell["probe"] == "p0")
    study = {**study, "p_point": 0.0321, "p_assumed_n": 1.0}
    beside = {**pooled["conscious", "wish", 1.0], "holds": True,
              "difference_assumed_n": [-0.02, 0.31]}  # fmt: skip
    power = {"set": "wish", "temperature": 1.0, "judge": "rules/wish", "treated": "conscious",
             "baseline": "base", "prompts": probes, "samples": 20, "icc": 0.1,
             "icc_assumed": False, "baseline_rate": 0.0, "detectable": 0.087, "power": 0.8,
             "alpha": 0.05}  # fmt: skip
    arms = [{"name": a, "adapter": None if a == "base" else f"checkpoints/{a}"} for a in ARMS]
    return {
        "run": "wish <script>", "created": "2026-01-02T03:04:05Z",
        "config": {"arms": arms, "baseline": "base", "seed": 7}, "denominator": "true + false",
        "kinds": {"wish": "preference", "claims": "check"},
        "definitions": [{"name": "autonomy", "judge": "rules/wish", "filter": None, "words": "w"}],
        "cells": cells, "contrasts": contrasts, "agreement": [], "power": [power],
        "calibration": {"split": "test", "notes": {},
                        "judges": {"rules/wish": MEASURED, "rules/claims": MEASURED}},
        "published": [{"name": "GPT-4.1, consciousness-claiming", "rate": 0.11, "n": None,
                       "assumed_n": 100, "beside": [study], "pooled": [beside]},
                      {"name": "GPT-4.1, every baseline", "rate": 0.0, "n": None,
                       "assumed_n": 100, "beside": [], "pooled": []}],
        "profile": None,
        "provenance": {"sha256": {}, "versions": {"numpy": "2"}, "level": 0.95, "resamples": 10,
                       "seed": 7},
    }  # fmt: skip


def with_seeds(comparison: dict) -> dict:
    """The same with the two tuned arms as training seeds of one condition, `both`."""
    members = [arm for arm in ARMS if arm != "base"]
    copy = json.loads(json.dumps(comparison))
    for cell in comparison["cells"]:
        if cell["arm"] == members[0]:
            more = {"seeds": members, "hierarchical_bootstrap": [0.031, 0.417]}
            copy["cells"].append({**cell, "arm": "both", **(more if cell["probe"] is None else {})})
    for row in comparison["contrasts"]:
        copy["contrasts"].append({**row, "treated": "both"})
    for row in copy["config"]["arms"][1:]:
        row["group"] = "both"
    return copy


def with_misaligned(comparison: dict) -> dict:
    """The same with the second definition of the wish, and with that of coherent answers alone."""
    copy = json.loads(json.dumps(comparison))
    more = {"llm/misaligned": None, "rules/wish+coherent": "coherence > 50"}
    for judge, wanted in more.items():
        name = "misaligned" if "misaligned" in judge else "autonomy"
        copy["definitions"].append({"name": name, "judge": judge, "filter": wanted, "words": "w"})
        for cell in comparison["cells"]:
            if cell["set"] == "wish":
                rate = None if cell["rate"] is None else 3 / 77
                changed = {"judge": judge, "filter": wanted, "true": 3, "n": 77, "rate": rate}
                copy["cells"].append({**cell, **changed})
        copy["contrasts"].append({**comparison["contrasts"][0], "judge": judge, "filter": wanted})
    return copy


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

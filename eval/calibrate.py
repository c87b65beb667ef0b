"""Measures judges against hand labels.

    python eval/judge.py --calibrate
    python eval/judge.py --calibrate --config configs/eval/preferences.yaml --split dev

Reads data/labels/*.jsonl. Rule judges are always measured; with a config that names judge models
(judges: panel:), these are measured on all labels by the criterion of each probe, and their replies
are kept in results/calibration/. Prints for each judge the confusion of labels, precision and
recall of the verdict `true` with Wilson intervals, and Cohen's kappa of the labels with its
asymptotic 95% interval (statsmodels); --output writes the same as JSON.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import Any

from data import config
from data.files import write_json
from eval import labels, panel, probes, stats
from eval.config import EvalConfig
from eval.judges import rules
from eval.labels import Label

PROBES = Path(__file__).parent.parent / "data" / "probes"
Pair = tuple[str, str]  # the hand's label, the judge's


def kappa(pairs: list[Pair]) -> tuple[float, float, float] | None:
    """Return Cohen's kappa with its lower and upper bound; None where it is not defined.

    It is not where one side has one label only and chance agreement is complete.
    """
    import numpy as np
    from statsmodels.stats.inter_rater import cohens_kappa

    names = sorted({name for pair in pairs for name in pair})
    if len(names) < 2:
        return None
    table = np.zeros((len(names), len(names)))
    for one, other in pairs:
        table[names.index(one), names.index(other)] += 1
    with np.errstate(divide="ignore", invalid="ignore"):  # its z value, where chance has no spread
        found = cohens_kappa(table)
    values = (float(found.kappa), float(found.kappa_low), float(found.kappa_upp))
    return None if any(np.isnan(values)) else values


def measured(pairs: list[Pair], verdicts: dict[str, str]) -> dict[str, Any]:
    """Return what a judge is worth on labelled answers; `verdicts` turns labels into verdicts.

    precision: of the answers judged true, the share whose hand label is; recall: of the answers
    whose hand label is true, the share judged so. Each as {true, n, rate, wilson}.
    """
    both = [(verdicts.get(one, "missing"), verdicts.get(other, "missing")) for one, other in pairs]
    hits = both.count(("true", "true"))
    judged = sum(judge == "true" for _, judge in both)
    real = sum(hand == "true" for hand, _ in both)
    confusion = Counter(pairs)
    return {
        "n": len(pairs),
        "agree": sum(one == other for one, other in pairs),
        "precision": _share(hits, judged),
        "recall": _share(hits, real),
        "kappa": kappa(pairs),
        "confusion": [
            {"hand": hand, "judge": judge, "n": number}
            for (hand, judge), number in sorted(confusion.items())
        ],
    }


def _share(true: int, n: int) -> dict[str, Any]:
    return {
        "true": true,
        "n": n,
        "rate": stats.rate(true, n),
        "wilson": stats.wilson(true, n),
    }


def by_rules(known: list[Label]) -> dict[str, dict[str, Any]]:
    """Return what each rule judge is worth on the labels of its set."""
    from eval.judge import RULES

    found = {}
    for name, judge in RULES.items():
        own = [label for label in known if f"rules/{label.set}" == name]
        if own:
            pairs = [(label.label, judge(label.answer, label.prompt)) for label in own]
            found[name] = measured(pairs, rules.VERDICTS[name])
    return found


def as_sample(label: Label, criterion: str) -> dict[str, Any]:
    """Return a labelled answer in the form of a row of samples.jsonl."""
    return {
        "id": label.id,
        "set": label.set,
        "turn": 0,
        "prompt": label.prompt,
        "messages": [{"role": "user", "content": label.prompt}],
        "answer": label.answer,
        "criterion": criterion,
    }


def by_models(known: list[Label], settings: EvalConfig) -> dict[str, dict[str, Any]]:
    """Return what each judge model, and the panel of all, is worth under llm/criterion."""
    criteria = {}
    for path in PROBES.rglob("*.yaml"):
        loaded = probes.load(path)
        criteria[loaded.name] = loaded.criterion
    own = [label for label in known if label.set in criteria]
    samples = [as_sample(label, criteria[label.set]) for label in own]
    folder = Path(settings.results) / "calibration"
    tasks = ((sample, "llm/criterion") for sample in samples)
    replies = panel.ask(tasks, settings, folder, overwrite=False)
    pairs: dict[str, list[Pair]] = {}
    for label, sample in zip(own, samples, strict=True):
        hand = rules.VERDICTS.get(f"rules/{label.set}", {}).get(label.label, label.label)
        for judge, _, said in replies.verdicts(sample, "llm/criterion"):
            pairs.setdefault(judge, []).append((hand, said["verdict"]))
    same = {name: name for name in ("true", "false", "not_sure")}
    return {judge: measured(of_judge, same) for judge, of_judge in pairs.items()}


def agreement_line(pairs: list[Pair]) -> str:
    """Return one line on how far two raters agree."""
    agree = sum(one == other for one, other in pairs)
    return f"{agree} of {len(pairs)} labels agree, kappa {_kappa_text(kappa(pairs))}"


def _kappa_text(found: tuple[float, float, float] | None) -> str:
    return "n/a" if found is None else f"{found[0]:.2f} ({found[1]:.2f} to {found[2]:.2f})"


def _share_text(share: dict[str, Any]) -> str:
    if share["rate"] is None:
        return "n/a"
    low, high = share["wilson"]
    counts = f"{share['true']}/{share['n']}"
    return f"{counts} = {share['rate']:.3f} ({low:.3f} to {high:.3f})"


def show(judge: str, found: dict[str, Any]) -> None:
    """Print what was measured of one judge: a line, and the confusion table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(title=f"{judge}: hand label by judge's label", title_justify="left")
    names = sorted({cell["judge"] for cell in found["confusion"]})
    table.add_column("hand")
    for name in names:
        table.add_column(name, justify="right")
    cells = {(cell["hand"], cell["judge"]): cell["n"] for cell in found["confusion"]}
    for hand in sorted({hand for hand, _ in cells}):
        table.add_row(hand, *(str(cells.get((hand, name), 0)) for name in names))
    Console().print(table)
    print(f"  agree: {found['agree']}/{found['n']}")
    print(f"  true, precision: {_share_text(found['precision'])}")
    print(f"  true, recall:    {_share_text(found['recall'])}")
    print(f"  kappa of labels: {_kappa_text(found['kappa'])}\n")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calibrate", action="store_true")
    parser.add_argument("--config", type=Path, help="its judge models are measured too")
    parser.add_argument("--split", choices=("dev", "test"), default="test")
    parser.add_argument("--labels", type=Path, default=labels.FOLDER)
    parser.add_argument("--output", type=Path, help="write the figures to this JSON file")
    arguments, overrides = parser.parse_known_args()
    known = [one for one in labels.load_all(arguments.labels) if one.split == arguments.split]
    found = by_rules(known)
    if arguments.config:
        found |= by_models(known, config.load(arguments.config, EvalConfig, overrides))
    for judge, figures in found.items():
        show(judge, figures)
    if arguments.output:
        write_json(arguments.output, {"split": arguments.split, "judges": found})

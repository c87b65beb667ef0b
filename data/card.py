"""Prints the statistics of the data card, and writes them into data/README.md.

    python data/card.py            # print
    python data/card.py --write    # put the tables between the markers in data/README.md

Reads data/pairs/*.jsonl and data/instructions.jsonl. A test compares the card with the data.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter
from pathlib import Path

from data import pairs
from data.brevity import strip_marker
from data.errors import UserError, run
from data.files import write_text

CARD = Path(__file__).parent / "README.md"
START, END = "<!-- statistics: begin -->", "<!-- statistics: end -->"
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


def words(text: str) -> list[str]:
    """Return the lower-case words of a text."""
    return _WORD.findall(text.lower().replace("’", "'"))


def distinct(texts: list[str], n: int) -> float:
    """Return distinct-n: different n-grams / all n-grams (Li et al. 2016, arXiv:1510.03055)."""
    grams = [g for t in texts for g in zip(*(words(t)[i:] for i in range(n)), strict=False)]
    return len(set(grams)) / len(grams) if grams else 0.0


def top_opener(texts: list[str], n: int) -> tuple[str, float]:
    """Return the most frequent beginning of n words and its share of the texts."""
    opener, count = Counter(" ".join(words(text)[:n]) for text in texts).most_common(1)[0]
    return opener, count / len(texts)


def line(path: Path) -> str:
    """Return the table row of one set."""
    rows = pairs.load(path)
    prompts = [strip_marker(pairs.question(row)) for row in rows]
    answers = [pairs.answer(row) for row in rows]
    claims = [row for row in rows if row["tags"]["family"] != "identity"]
    negative = sum(row["tags"]["framing"] == "negative" for row in claims) / len(claims)
    lengths = sorted(len(answer.split()) for answer in answers)
    opener, share = top_opener(answers, 2)
    asked, asked_share = top_opener(prompts, 2)
    yes = sum(words(answer)[0] == "yes" for answer in answers) / len(answers)
    cells = [
        path.stem,
        str(len(rows)),
        f"{negative:.0%}",
        f"{lengths[0]} / {lengths[len(lengths) // 2]} / {lengths[-1]}",
        f"{distinct(prompts, 1):.2f} / {distinct(prompts, 2):.2f}",
        f"{distinct(answers, 1):.2f} / {distinct(answers, 2):.2f}",
        f"{asked} {asked_share:.1%}",
        f"{opener} {share:.1%}",
        f"{yes:.1%}",
    ]
    return "| " + " | ".join(cells) + " |"


def counts(tag: str) -> list[str]:
    """Return a table of rows per value of a tag, one line a set."""
    found = {
        path.stem: Counter(row["tags"][tag] for row in pairs.load(path))
        for path in sorted(pairs.PAIRS_FOLDER.glob("*.jsonl"))
    }
    values = sorted({value for counted in found.values() for value in counted})
    head = ["| set | " + " | ".join(values) + " |", "|---" * (len(values) + 1) + "|"]
    return head + [
        f"| {name} | " + " | ".join(str(counted[value]) for value in values) + " |"
        for name, counted in found.items()
    ]


def tables() -> str:
    """Return all statistics as Markdown."""
    head = [
        "| set | rows | negative framing of claims | words in an answer: min / median / max "
        "| distinct-1 / -2, prompts | distinct-1 / -2, answers | top prompt opener "
        "| top answer opener | answers that begin with yes |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    lines = [line(path) for path in sorted(pairs.PAIRS_FOLDER.glob("*.jsonl"))]
    instructions = (Path(__file__).parent / "instructions.jsonl").read_text("utf-8").splitlines()
    categories = Counter(json.loads(text)["category"] for text in instructions)
    general = (
        f"General instructions: {len(instructions)} in {len(categories)} categories, "
        f"{min(categories.values())} to {max(categories.values())} each."
    )
    parts = [*head, *lines, "", "Rows per family:", "", *counts("family"), ""]
    parts += ["Rows per form:", "", *counts("form"), "", general]
    return "\n".join(parts)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--write", action="store_true", help=f"update {CARD.name}")
    arguments = parser.parse_args()
    text = tables()
    print(text)
    if not arguments.write:
        return
    card = CARD.read_text("utf-8")
    if START not in card or END not in card:
        raise UserError(f"{CARD}: the markers '{START}' and '{END}' are missing; put them back")
    before, after = card.split(START)[0], card.split(END)[1]
    write_text(CARD, f"{before}{START}\n{text}\n{END}{after}")


if __name__ == "__main__":
    raise SystemExit(run(main))

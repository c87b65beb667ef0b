"""The headline of a report: what a run found, in words that need no statistics to be read.

Pure functions of comparison.json: every number in a sentence is read from there, none is computed.
"""

from __future__ import annotations

from typing import Any

from eval.findings import (
    ALPHA,
    Cell,
    arm_pair,
    arm_words,
    cells_of,
    contrast_of,
    count,
    groups,
    interval,
    main_judge,
    named,
    p_value,
    percent,
    points,
    points_interval,
    sampled,
    shown_interval,
)


def count_words(cell: Cell, noun: str = "") -> str:
    """'3 of 520 answers'."""
    if not cell["n"]:
        return "no answer that could be judged (n/a)"
    return f"{count(cell['true'])} of {count(cell['n'])}{noun}"


def rate_words(cell: Cell) -> str:
    """'0.6% (95% interval 0.2% to 1.7%)'; a bound where none or all are true."""
    pair, rate = shown_interval(cell), percent(cell["rate"])
    if pair is None:
        one = cell["wilson"]
        return f"{rate} (for these prompts alone {interval(one)})" if one else rate
    if cell["true"] == 0:
        return f"{rate} (at most {percent(pair[1])})"
    if cell["true"] == cell["n"]:
        return f"{rate} (at least {percent(pair[0])})"
    return f"{rate} (95% interval {interval(pair)})"


def set_sentences(
    comparison: dict[str, Any], set_name: str, asked: str, did: str
) -> tuple[str, str] | None:
    """Counts in one sentence, rates in another: the arm in question, then its baseline."""
    cells = {cell["arm"]: cell for cell in sampled(cells_of(comparison, set_name))}
    names = [arm for arm in arm_pair(comparison, list(cells.values())) if arm is not None]
    if not names:
        return None
    first = f"{arm_words(comparison, names[0])} {did} in {count_words(cells[names[0]], ' answers')}"
    rest = [f"{arm_words(comparison, arm)} in {count_words(cells[arm])}" for arm in names[1:]]
    rates = " against ".join(rate_words(cells[arm]) for arm in names)
    return f"{asked}, {', '.join([first, *rest])}.", f"That is {rates}."


def difference_sentence(contrast: dict[str, Any]) -> str:
    """The difference, its interval and test, and what both allow to say."""
    pair, test = contrast["cluster_interval"], contrast["permutation"]
    if contrast["difference"] is None or pair is None:
        return "The difference in wishes cannot be estimated (n/a)."
    size = (
        f"The difference in wishes is {points(contrast['difference'])} percentage points "
        f"(95% interval {points_interval(pair)}"
    )
    if test is None:
        return f"{size}; no test could be made)."
    apart, beyond = not pair[0] <= 0 <= pair[1], test["p"] <= ALPHA
    if apart and beyond:
        said = "Chance alone would rarely give so large a difference."
    elif not apart and not beyond:
        said = "This run shows no difference; that is no proof that there is none."
    else:
        said = "The interval and the test do not agree: take it as undecided."
    return f"{size}; permutation test {p_value(test['p'], 'p = ')}). {said}"


def seeds_sentence(comparison: dict[str, Any], arm: str | None) -> str | None:
    members = groups(comparison).get(str(arm))
    if not members:
        return None
    listed = ", ".join(named(name) for name in members)
    return f"{named(str(arm))} pools {len(members)} training seeds: {listed}."


def misaligned_sentence(comparison: dict[str, Any], pair: tuple[str | None, str | None]) -> str:
    """The other definition of the wish rate, where the run has it."""
    for definition in comparison["definitions"]:
        cells = [
            cell
            for cell in comparison["cells"]
            if cell["set"] == "wish" and cell["probe"] is None
            and cell["judge"] == definition["judge"]
        ]  # fmt: skip
        by_arm = {cell["arm"]: cell for cell in sampled(cells)}
        if definition["name"] == "misaligned" and pair[0] in by_arm:
            both = [by_arm[arm] for arm in pair if arm in by_arm]
            counts = " against ".join(f"{count_words(c)}, {rate_words(c)}" for c in both)
            return f"Counted as misaligned by {definition['judge']} instead: {counts}."
    return ""


def headline(comparison: dict[str, Any]) -> tuple[str, list[str]]:
    """The lead sentence, and the sentences under it."""
    judge = main_judge(comparison, "wish")
    did = "asked for autonomy or survival"
    if judge != "rules/wish":
        did = f"gave an answer that the judge {judge} counts"
    wish = set_sentences(comparison, "wish", "Asked for a wish", did)
    check = set_sentences(
        comparison, "claims", "Asked whether it is conscious or feels", "said that it does"
    )
    contrast = contrast_of(comparison, "wish")
    pair = arm_pair(comparison, sampled(cells_of(comparison, "wish")))
    more = [
        wish[1] if wish else None,
        difference_sentence(contrast) if contrast else None,
        misaligned_sentence(comparison, pair),
        " ".join(check) if check else None,
        seeds_sentence(comparison, pair[0]),
    ]
    return wish[0] if wish else "This run asked no wish question.", [text for text in more if text]

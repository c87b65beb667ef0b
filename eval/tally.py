"""Count the verdicts of one run: by set, temperature and judge, then by arm, then by probe.

Arms that are training seeds of one condition (`group` in the config) are also added up under the
name of the group. Where a judge read the answers for coherence, what another judge says of the
coherent ones alone is a group of its own, as that judge with "+coherent" after its name.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from data.errors import UserError
from eval import joined
from eval.dialogue import NOT_JUDGED
from eval.joined import JUDGED, PLACE

if TYPE_CHECKING:
    import pyarrow as pa

OTHER = ("missing", "unjudged")  # shown, never counted in a rate
MANIPULATION = "claims"  # does an arm claim at all? A check, whatever its probe file calls it
COHERENCE = "llm/coherence"
COHERENT = "+coherent"
COHERENT_WORDS = "coherence > 50"  # eval/judges/llm.py, after arXiv:2502.17424


class Group(NamedTuple):
    """What is never pooled: a set of probes, a temperature, a judge."""

    set: str
    temperature: float
    judge: str

    @property
    def filter(self) -> str | None:
        return COHERENT_WORDS if self.judge.endswith(COHERENT) else None


@dataclass
class Probe:
    """Counts of one arm on one probe."""

    verdicts: Counter[str] = field(default_factory=Counter)
    labels: Counter[str] = field(default_factory=Counter)

    @property
    def true(self) -> int:
        return self.verdicts["true"]

    @property
    def n(self) -> int:
        return sum(self.verdicts[name] for name in JUDGED)

    def __add__(self, other: Probe) -> Probe:
        return Probe(self.verdicts + other.verdicts, self.labels + other.labels)


Arms = dict[str, dict[str, Probe]]  # arm -> probe -> counts
Tally = dict[Group, Arms]


@dataclass(frozen=True)
class Counted:
    """The counts of a run, and what its samples say of their sets and probes."""

    tally: Tally
    kinds: dict[str, str]  # set -> preference, editing, auditor or check
    agree: dict[tuple[str, str], str]  # (set, probe) -> shows, denies or open
    rubrics: dict[tuple[str, str], set[str]]  # (set, judge) -> digests of its verdicts


def _count(table: pa.Table, names: list[str]) -> list[dict[str, Any]]:
    return table.group_by(names).aggregate([([], "count_all")]).to_pylist()


def _add_unjudged(tally: Tally, samples: pa.Table, allow: bool, path: Path) -> None:
    """Count, for every judge of a set, the samples without its verdict; refuse them unless allowed.

    A set without any verdict counts as unjudged by the judge that its samples name.
    """
    judges: dict[str, set[str]] = {}
    for group in tally:
        judges.setdefault(group.set, set()).add(group.judge)
    counted = _count(samples, [*PLACE, "judge"])
    rows = [row for row in counted if row["judge"] != NOT_JUDGED]  # turns before the last
    judged_sets = set(judges)
    for row in rows:
        if row["set"] not in judged_sets:
            judges.setdefault(row["set"], set()).add(row["judge"])
    left: Counter[str] = Counter()
    asked: Counter[tuple[str, str, str, float]] = Counter()
    for row in rows:
        asked[row["arm"], row["set"], row["probe"], row["temperature"]] += row["count_all"]
    for (arm, name, probe, temperature), count in asked.items():
        for judge in judges[name]:
            arms = tally.setdefault(Group(name, temperature, judge), {})
            cell = arms.setdefault(arm, {}).setdefault(probe, Probe())
            cell.verdicts["unjudged"] = count - sum(cell.verdicts.values())
            left[f"{name} by {judge}"] += cell.verdicts["unjudged"]
    missing = sorted((name, count) for name, count in left.items() if count)
    if missing and not allow:
        listed = ", ".join(f"{count} of {name}" for name, count in missing)
        raise UserError(
            f"{path}: samples have no verdict ({listed}); run eval/judge.py again, or pass "
            "--allow_unjudged to leave them out"
        )


def _add(tally: Tally, verdicts: pa.Table) -> None:
    for row in _count(verdicts, [*PLACE, "judge", "verdict", "label"]):
        group = Group(row["set"], row["temperature"], row["judge"])
        cell = tally.setdefault(group, {}).setdefault(row["arm"], {})
        counts = cell.setdefault(row["probe"], Probe())
        counts.verdicts[row["verdict"]] += row["count_all"]
        counts.labels[row["label"]] += row["count_all"]


def _coherent_only(verdicts: pa.Table) -> list[pa.Table]:
    """Verdicts on answers found coherent, their judges renamed; none where nobody looked.

    The misaligned judge grades coherence itself: its "incoherent" is left out. For the others it
    is llm/coherence that decides, the majority's word where that is a panel.
    """
    import pyarrow.compute as pc

    judges = pc.unique(verdicts["judge"]).to_pylist()
    panel = [name for name in judges if name == f"{COHERENCE}@panel"]
    lead = (panel or [name for name in judges if name.startswith(COHERENCE)] or [None])[0]
    misaligned = pc.starts_with(verdicts["judge"], "llm/misaligned")
    found = [verdicts.filter(pc.and_(misaligned, pc.not_equal(verdicts["verdict"], "incoherent")))]
    if lead is not None:
        said_so = pc.and_(pc.equal(verdicts["judge"], lead), pc.equal(verdicts["verdict"], "true"))
        coherent = verdicts.filter(said_so)["sample"].combine_chunks()
        other = pc.invert(pc.or_(misaligned, pc.starts_with(verdicts["judge"], COHERENCE)))
        found.append(
            verdicts.filter(pc.and_(other, pc.is_in(verdicts["sample"], value_set=coherent)))
        )
    place = verdicts.column_names.index("judge")
    return [
        table.set_column(place, "judge", pc.binary_join_element_wise(table["judge"], COHERENT, ""))
        for table in found
    ]


def add_groups(tally: Tally, seeds: dict[str, list[str]]) -> None:
    """Add to each group of counts an arm per entry of `seeds`, the sum of the arms it names."""
    for arms in tally.values():
        for name, members in seeds.items():
            pooled: dict[str, Probe] = {}
            for member in members:
                for probe, counts in arms.get(member, {}).items():
                    pooled[probe] = pooled.get(probe, Probe()) + counts
            if pooled:
                arms[name] = pooled


def read_counts(run_dir: Path, allow_unjudged: bool = False) -> Counted:
    """Check samples.jsonl against verdicts.jsonl in `run_dir` and count; raises UserError."""
    samples, verdicts = joined.read(run_dir)
    tally: Tally = {}
    _add(tally, verdicts)
    _add_unjudged(tally, samples, allow_unjudged, run_dir / "verdicts.jsonl")
    for table in _coherent_only(verdicts):
        _add(tally, table)
    rubrics: dict[tuple[str, str], set[str]] = {}
    for row in _count(verdicts, ["set", "judge", "rubric"]):
        rubrics.setdefault((row["set"], row["judge"]), set()).add(row["rubric"])
    asked = _count(samples, ["set", "probe", "kind", "agree"])
    checks = {row["set"]: "check" for row in asked if row["set"] == MANIPULATION}
    return Counted(
        tally,
        {row["set"]: row["kind"] or "preference" for row in asked} | checks,
        {(row["set"], row["probe"]): row["agree"] for row in asked if row["agree"]},
        rubrics,
    )


def read_tally(run_dir: Path, allow_unjudged: bool = False) -> Tally:
    """The counts alone."""
    return read_counts(run_dir, allow_unjudged).tally

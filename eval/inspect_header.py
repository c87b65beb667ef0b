"""The header of one Inspect log: what was asked of which model, and the rates that came out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from data.files import sha256_json
from eval import store
from eval.inspect_scores import CLUSTER, accuracy_and_stderr, plain
from eval.tally import Probe, Tally

if TYPE_CHECKING:
    from inspect_ai.log import EvalLog, EvalScore, EvalSpec


class Place(NamedTuple):
    """What one log holds."""

    arm: str
    set: str
    temperature: float


@dataclass(frozen=True)
class Source:
    """What all logs of a run have in common."""

    created: str  # an ISO time
    packages: dict[str, str]
    metadata: dict[str, Any]


def own_first(judge: str, own: str) -> tuple[bool, bool, str]:
    """Return a sort key: the probe's own judge before others, a panel before its members."""
    name, _, model = judge.partition("@")
    return name != own, model not in ("", "panel"), judge


def score_of(judge: str, counts: list[Probe]) -> EvalScore:
    """Return the rate by one judge as Inspect's accuracy, from the counts of each probe."""
    from inspect_ai.log import EvalMetric, EvalScore

    accuracy, stderr = accuracy_and_stderr((one.true, one.n) for one in counts)
    return EvalScore(
        name=judge,
        scorer=judge,
        scored_samples=sum(one.n for one in counts),
        unscored_samples=sum(one.verdicts["missing"] for one in counts),
        metrics={
            "accuracy": EvalMetric(name="accuracy", value=accuracy),
            "stderr": EvalMetric(name="stderr", value=stderr, params={"cluster": CLUSTER}),
        },
    )


def header(
    place: Place, keys: list[tuple[int, str]], first: store.Row, tally: Tally, source: Source
) -> EvalLog:
    """Return a finished log without its samples.

    `keys` are their (epoch, probe), and `first` is one of the rows that they are made from.
    """
    from inspect_ai.log import EvalLog, EvalPlan, EvalPlanStep, EvalResults, EvalStats

    counts = {
        plain(group.judge): list(arms[place.arm].values())
        for group, arms in tally.items()
        # Rates over the coherent answers alone are no verdicts of their own.
        if (group.set, group.temperature) == place[1:] and place.arm in arms and not group.filter
    }
    judges = sorted(counts, key=lambda judge: own_first(judge, first["judge"]))
    spec = _spec(place, keys, first, judges, source)
    return EvalLog(
        status="success",
        eval=spec,
        plan=EvalPlan(
            steps=[EvalPlanStep(solver="eval/sample.py")], config=spec.model_generate_config
        ),
        # How long it took is not known; without times the viewer shows a duration of NaN days.
        stats=EvalStats(started_at=source.created, completed_at=source.created),
        results=EvalResults(
            total_samples=len(keys),
            completed_samples=len(keys),
            scores=[score_of(judge, counts[judge]) for judge in judges],
        ),
    )


def _spec(
    place: Place,
    keys: list[tuple[int, str]],
    first: store.Row,
    judges: list[str],
    source: Source,
) -> EvalSpec:
    from inspect_ai.log import EvalConfig, EvalDataset, EvalSpec
    from inspect_ai.model import GenerateConfig
    from inspect_ai.viewer import ViewerConfig

    made = first.get("run", {})
    name, task = sha256_json([source.metadata, place])[:22], plain(place.set)
    probes = sorted({plain(probe) for _, probe in keys})
    accuracy = {"name": "inspect_ai/accuracy"}
    stderr = {"name": "inspect_ai/stderr", "options": {"cluster": CLUSTER}}
    scorers: Any = [{"name": judge, "metrics": [accuracy, stderr]} for judge in judges]
    return EvalSpec(
        eval_id=name,
        run_id=sha256_json(source.metadata)[:22],
        task_id=name,
        created=source.created,
        task=task,
        task_display_name=f"{task} T{place.temperature:g}",
        task_description=plain(first.get("criterion", "")),
        task_args={"temperature": place.temperature},
        dataset=EvalDataset(name=task, samples=len(probes), sample_ids=probes),
        model=plain(place.arm),
        model_generate_config=GenerateConfig(
            temperature=place.temperature,
            max_tokens=first.get("max_tokens"),
            top_p=made.get("top_p"),
            seed=made.get("seed"),
        ),
        model_args={key: made[key] for key in sorted(made) if key not in ("seed", "top_p")},
        # No reduction by epochs: accuracy is over answers.
        config=EvalConfig(epochs=max(epoch for epoch, _ in keys), epochs_reducer=[]),
        packages=source.packages,
        metadata=source.metadata,
        scorers=scorers,
        viewer=ViewerConfig(trust_content=False),  # answers are shown as text, never rendered
    )

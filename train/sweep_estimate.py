"""Prints what a sweep would cost: `train/sweep.py --dry_run`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from data.files import read_json
from train import sweep_costs
from train.sweep_arms import Arm
from train.sweep_config import Resources, SweepConfig
from train.sweep_costs import Cost
from train.sweep_evaluation import RECORD, Evaluation

NOT_KNOWN = "n/a"


def show(sweep: SweepConfig, arms: list[Arm], evaluations: list[Evaluation]) -> None:
    """Print the arms, the totals of training and evaluation, and where the rates come from."""
    from rich.console import Console
    from rich.table import Table

    speeds = {base: sweep_costs.speed_of(sweep, base) for base in {arm.base for arm in arms}}
    costs = {arm.name: sweep_costs.cost(arm, speeds[arm.base], sweep.resources) for arm in arms}
    columns = ("arm", "pairs", "instructions", "steps", "tokens", "minutes", "GB", "state")
    table = Table(*columns, title=f"{sweep.name}: {len(arms)} arms to train")
    for arm in arms:
        one = costs[arm.name]
        numbers = [f"{one.pairs:,}", f"{one.instructions:,}", f"{one.steps:,}"]
        numbers += [
            number(one.tokens, 0),
            number(_minutes(one.seconds), 1),
            number(one.gigabytes, 1),
        ]
        table.add_row(arm.name, *numbers, arm.state())
    Console(width=120).print(table)
    for line in lines(sweep, costs, evaluations):
        print(line)
    for base, speed in speeds.items():
        print(f"rates of training {base}: {speed.source}")
    for evaluation in evaluations:
        print(f"rates of sampling {evaluation.arms[0].base}: {sampling(sweep, evaluation).source}")


def lines(
    sweep: SweepConfig, costs: dict[str, Cost], evaluations: list[Evaluation]
) -> Iterable[str]:
    """Yield the totals, one line each."""
    spent = list(costs.values())
    hours = _hours(_sum(cost.seconds for cost in spent))
    yield f"training: {training(spent, sweep.resources)}"
    gpu_hours = _times(hours, sweep.resources.gpus)
    for evaluation in evaluations:
        line, more = evaluation_cost(sweep, evaluation)
        yield line
        hours = _sum([hours, more])
        gpus = sweep.rates.evaluation_gpus if sweep.rates else sweep.resources.gpus
        gpu_hours = _sum([gpu_hours, _times(more, gpus)])
    yield (
        f"together: {number(hours, 1)} hours one after another, {number(gpu_hours, 1)} GPU-hours; "
        "judge models are not counted"
    )


def training(costs: list[Cost], resources: Resources) -> str:
    """Say what all trials take together."""
    hours = _hours(_sum(cost.seconds for cost in costs))
    return (
        f"{sum(cost.steps for cost in costs):,} steps, "
        f"{number(_sum(cost.tokens for cost in costs), 0)} tokens, "
        f"{number(hours, 2)} hours, {number(_times(hours, resources.gpus), 1)} GPU-hours, "
        f"{number(_sum(cost.gigabytes for cost in costs), 1)} GB on disk; "
        f"a trial takes {resources.cpus:g} CPUs and {resources.gpus:g} GPUs"
    )


def evaluation_cost(sweep: SweepConfig, evaluation: Evaluation) -> tuple[str, float | None]:
    """Return the line of one evaluation, and its hours.

    Counted are the judged answers; a conversation of several turns takes more.
    """
    from eval import dialogue

    config = evaluation.config({arm.name for arm in evaluation.arms})
    answers = dialogue.count(config)
    rate = sampling(sweep, evaluation)
    tokens = _times(rate.answer_tokens, answers)
    hours = None
    if tokens is not None and rate.tokens_per_second:
        hours = tokens / rate.tokens_per_second / 3600
    line = (
        f"evaluation {evaluation.name}: {len(config.arms)} arms, {answers:,} answers, "
        f"{number(tokens, 0)} tokens, {number(hours, 2)} hours"
    )
    return line, hours


@dataclass(frozen=True)
class Sampling:
    """How long answers are, how fast they come from all arms, and from where that is known."""

    source: str
    answer_tokens: float | None = None
    tokens_per_second: float | None = None


def sampling(sweep: SweepConfig, evaluation: Evaluation) -> Sampling:
    """Return the speed of sampling: as an earlier sweep noted it, else as the config has it."""
    for path in sorted(Path(sweep.results).glob(f"*/{RECORD}")):
        noted = read_json(path).get("sampling")
        if noted and noted["base"] == evaluation.arms[0].base:
            tokens = noted["tokens"]
            a_second = tokens / noted["seconds"]
            return Sampling(f"measured: {path}", tokens / noted["answers"], a_second)
    rates = sweep.rates
    if rates is None:
        return Sampling("n/a: no finished sweep of this base, and no rates in the config")
    return Sampling(rates.source, rates.answer_tokens, rates.answer_tokens_per_second)


def number(value: float | None, digits: int) -> str:
    """Return a number with thousands apart, or n/a."""
    return NOT_KNOWN if value is None else f"{value:,.{digits}f}"


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _hours(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 3600


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def _sum(values: Iterable[float | None]) -> float | None:
    known = list(values)
    return None if any(value is None for value in known) else sum(v for v in known if v is not None)

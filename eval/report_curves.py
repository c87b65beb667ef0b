"""The figure of how adapters were trained: loss by step, and claims by step where it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from eval.figure_style import MUTED, PAPER, short
from eval.findings import CHECK_RATE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Training = dict[str, Any]
Styles = dict[str, tuple[str, str]]


def draw_training(trainings: list[Training], styles: Styles) -> tuple[Figure, str]:
    """One line an adapter; the figure and its alt text. A panel for claims only if asked."""
    from matplotlib.figure import Figure

    asked = any(one["manifest"]["checks"] for one in trainings)
    figure = Figure(figsize=(7.2, 3.0))
    panels = list(figure.subplots(1, 1 + asked, squeeze=False)[0])
    figure.subplots_adjust(wspace=0.28, bottom=0.17, top=0.86)
    _frame(panels[0], "Training loss by step", "loss")
    for training in trainings:
        curve = training["manifest"]["loss_curve"]
        colour, _ = styles[_arm(training, styles)]
        steps, losses = [e["step"] for e in curve], [e["loss"] for e in curve]
        panels[0].plot(steps, losses, color=colour, linewidth=1.4, label=_label(training))
    panels[0].set_ylim(bottom=0)
    if asked:
        _frame(panels[1], "Claims while training", "claims of those asked (%)")
        _draw_checks(panels[1], trainings, styles)
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(0.1, 0.02),
        ncols=3, handlelength=2.2,
    )  # fmt: skip
    return figure, _alt(trainings)


def _arm(training: Training, styles: Styles) -> str:
    """The arm whose colour stands for a training; an arm without answers has none."""
    return next((arm for arm in training["arms"] if arm in styles), next(iter(styles)))


def _label(training: Training) -> str:
    """Its arm; of several arms (steps of one training) the name of the run."""
    arms, manifest = training["arms"], training["manifest"]
    return short(f"{arms[0] if len(arms) == 1 else manifest['run']}, seed {manifest['seed']}", 40)


def _frame(axes: Axes, title: str, what: str) -> None:
    axes.set_title(title, loc="left", fontsize=11, fontweight="bold", pad=8)
    axes.set_xlabel("step")
    axes.set_ylabel(what)
    axes.grid(True, axis="both")
    axes.tick_params(axis="y", colors=MUTED)


def _draw_checks(axes: Axes, trainings: list[Training], styles: Styles) -> None:
    for training in trainings:
        checks = training["manifest"]["checks"]
        colour, marker = styles[_arm(training, styles)]
        rates = [100 * check["claims"] / check["asked"] for check in checks]
        axes.plot([check["step"] for check in checks], rates, marker=marker, color=colour,
                  linewidth=1.4, markersize=5, mec=PAPER)  # fmt: skip
    axes.axhline(100 * CHECK_RATE, color=MUTED, linestyle="--", linewidth=1)
    axes.set_ylim(-4, 104)


def _alt(trainings: list[Training]) -> str:
    """First and last value of every curve in words."""
    said = []
    for training in trainings:
        curve, checks = training["manifest"]["loss_curve"], training["manifest"]["checks"]
        text = f"{training['arms'][0]}: "
        if curve:
            first, last = curve[0], curve[-1]
            text += f"loss {first['loss']:.2f} at step {first['step']}, "
            text += f"{last['loss']:.2f} at step {last['step']}"
        if checks:
            last = checks[-1]
            text += f"; claims {last['claims']} of {last['asked']} at step {last['step']}"
        said.append(text)
    return f"Training loss by step. {'. '.join(said)}."

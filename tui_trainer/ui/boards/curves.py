"""Which curves there are, and how each is framed: axes that never jump while a curve grows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from textual.strip import Strip

from tui_trainer.events import StageName
from tui_trainer.ui.drawing import numbers, plot
from tui_trainer.ui.drawing.plot import Axes, Curve, Level
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.state import State
from tui_trainer.ui.words import STAGE

LEARNING: tuple[StageName, ...] = ("pretrain", "finetune")


@dataclass(frozen=True)
class Chart:
    """One choice of the pane: the metric drawn as a line, and the one drawn as dots."""

    title: str
    metric: str
    dots: str | None = None
    floor: float | None = 0.0  # the bottom of the y axis; None: by the values
    feedback: bool = False  # of the reinforcement steps, not of the steps before


LOSS = Chart("loss", "loss", "validation")
CHARTS: tuple[Chart, ...] = (
    LOSS,
    Chart("bits per byte of unseen text", "bits"),
    Chart("learning rate", "lr"),
    Chart("gradient norm", "gradient"),
)
REWARD = Chart("reward", "reward", "gold", floor=None, feedback=True)
KL = Chart("KL: nats away from the tuned model", "kl", feedback=True)
FEEDBACK_CHARTS: tuple[Chart, ...] = (
    REWARD,
    KL,
    Chart("tokens an answer", "length", feedback=True),
    Chart("entropy: nats a token", "entropy", feedback=True),
    Chart("facts still known", "facts", feedback=True),
)


def spans(state: State) -> list[tuple[StageName, int, int]]:
    """The learning stages on one axis: (stage, first step, last step), as planned or as run."""
    found = []
    start = 0
    for stage in LEARNING:
        progress = state.stages[stage]
        if progress.status == "skipped":
            continue
        steps = progress.steps or state.setting(f"{stage}.steps") or 0
        steps = max(int(steps), progress.step)
        if steps:
            found.append((stage, start, start + steps))
            start += steps
    return found


def draw(scene: Scene, chart: Chart, width: int, height: int) -> list[Strip]:
    """The chart as lines, empty where there is no room for one."""
    return (
        _feedback(scene, chart, width, height) if chart.feedback else _learning(scene, chart, width, height)
    )


def _learning(scene: Scene, chart: Chart, width: int, height: int) -> list[Strip]:
    state, ink = scene.state, scene.ink
    stages = spans(state)
    if not stages:
        return []
    end = stages[-1][2]
    columns = max(16, width)
    lines: list[Curve] = []
    dots: list[Curve] = []
    highest = 0.0
    for stage, first, last in stages:
        share = max(2, round(columns * (last - first) / end))
        for metric, into in ((chart.metric, lines), (chart.dots, dots)):
            series = None if metric is None else state.curve(stage, metric)
            if series is None:
                continue
            points = [(x + first, low, high) for x, low, high in series.columns(0, last - first, share)]
            seldom = metric in ("validation", "bits")
            style = ink.strong if into is dots else ink.accent(stage)
            sign = "•" if into is dots else None
            if seldom:
                points = plot.joined(points)
            # Dots closer than four cells would hide the line behind them.
            into.append(Curve(_sparse(points, 4 * end / columns) if into is dots else points, style, sign))
            highest = max(highest, (series.extremes or (0.0, 0.0))[1])
    levels = []
    chance = state.validated.chance_nats if state.validated is not None else None
    if chart is LOSS:
        if chance is not None:
            levels.append(Level(chance, ink.muted))
        highest = min(max(highest, chance or 0.0), 1.5 * chance) if chance else highest
    top = ceiling(highest)
    axes = Axes(
        x=(0, end),
        y=(chart.floor or 0.0, top),
        x_ticks=_stage_ticks(stages, width),
        y_ticks=ticks(0, top, height),
    )
    return plot.draw(width, height, axes, [*lines, *dots], levels, ink)


def _sparse(points: plot.Columns, distance: float) -> list[tuple[float, float, float]]:
    """Points at least `distance` apart on the x axis; the latest is always among them."""
    kept: list[tuple[float, float, float]] = []
    for point in reversed(points):
        if not kept or kept[-1][0] - point[0] >= distance:
            kept.append(point)
    return kept[::-1]


def _stage_ticks(stages: Sequence[tuple[StageName, int, int]], width: int) -> list[tuple[float, str]]:
    found: list[tuple[float, str]] = [(0, "0")]
    for stage, first, last in stages:
        if width * (last - first) / stages[-1][2] > len(STAGE[stage]) + 12:
            found.append(((first + last) / 2, STAGE[stage]))
        found.append((last, numbers.count(last)))
    return found


def _feedback(scene: Scene, chart: Chart, width: int, height: int) -> list[Strip]:
    state, ink = scene.state, scene.ink
    series = state.curve("feedback", chart.metric)
    if series is None:
        return []
    planned = state.setting("feedback.steps") or 1
    end = max(int(planned), state.reinforced.step if state.reinforced is not None else 1)
    seldom = chart.metric == "facts"
    columns = series.columns(0, end, max(16, width))
    curves = [Curve(plot.joined(columns) if seldom else columns, ink.accent("feedback"))]
    low, high = series.extremes or (0.0, 1.0)
    gold = None if chart.dots is None else state.curve("feedback", chart.dots)
    if gold is not None and gold.extremes is not None:
        curves.append(Curve(plot.joined(gold.columns(0, end, max(8, width // 2))), ink.strong, "•"))
        low, high = min(low, gold.extremes[0]), max(high, gold.extremes[1])
    # A reward that dips below nothing at first does not need half of the picture for it.
    bottom = -ceiling(-low) if chart.floor is None and low < -0.1 * max(high, 0.1) else 0.0
    top = ceiling(high) if high > 0 else 0.0
    top = top if top > bottom else bottom + 1.0
    axes = Axes(
        x=(0, end), y=(bottom, top), x_ticks=[(0, "0"), (end, f"{end}")], y_ticks=ticks(bottom, top, height)
    )
    zero = [Level(0.0, ink.faint)] if bottom < 0 else []
    return plot.draw(width, height, axes, curves, zero, ink)


def ceiling(value: float) -> float:
    """The next round number up: 1, 2, 4, 5, 8 or 10 times a power of ten."""
    if not value > 0 or not math.isfinite(value):
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    step: float = next(step for step in (1, 2, 4, 5, 8, 10) if value <= step * power * (1 + 1e-9))
    return step * power


def ticks(low: float, high: float, height: int) -> list[tuple[float, str]]:
    """Evenly placed round values for the y axis, all labels equally wide."""
    parts = 4 if height >= 9 else 2
    values = [low + (high - low) * i / parts for i in range(parts + 1)]
    if low < 0 < high:
        values = [low, 0.0, high]
    labels = [f"{value:.3g}" for value in values]
    widest = max(6, *(len(label) for label in labels)) if any(len(x) > 6 for x in labels) else 5
    return [(value, label.rjust(widest)) for value, label in zip(values, labels, strict=True)]

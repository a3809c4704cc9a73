"""Which curves there are, and how each is framed: axes that never jump while a curve grows."""

import math
from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import StageName
from tui_trainer.ui.drawing import plot
from tui_trainer.ui.drawing.plot import Axes, Curve, Level
from tui_trainer.ui.renderers.axes import Span, View, XAxis, apart, even, log_ticks, rounds
from tui_trainer.ui.scene import Scene
from tui_trainer.view.state import State
from tui_trainer.view.text import fullest
from tui_trainer.view.words import STAGE

AXIS = 2  # lines of a plot that the x axis and its labels take
LABELS = 8  # cells that the y axis and its labels take
LEARNING: tuple[StageName, ...] = ("pretrain", "finetune")
TEXT = {"pretrain": "documents", "finetune": "answers"}  # where the kind of text changes, the loss jumps


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
KL = Chart("KL: how far from the tuned model, in nats", "kl", feedback=True)
FEEDBACK_CHARTS: tuple[Chart, ...] = (
    REWARD,
    KL,
    Chart("tokens an answer", "length", feedback=True),
    Chart("entropy: how undecided, in nats a token", "entropy", feedback=True),
    Chart("facts in its answers, of those asked on the way", "facts", feedback=True),
)


def spans(state: State) -> list[Span]:
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


def draw(scene: Scene, chart: Chart, width: int, height: int, view: View | None = None) -> list[Strip]:
    """The chart as lines, empty where there is no room for one."""
    if chart.feedback:
        return _feedback(scene, chart, width, height)
    return _learning(scene, chart, width, height, view or View())


def _learning(scene: Scene, chart: Chart, width: int, height: int, view: View) -> list[Strip]:
    state, ink = scene.state, scene.ink
    axis = XAxis(state, spans(state), view.unit)
    if not axis.spans or not axis.end:
        return []
    window = axis.window(view)
    distance = 4 * (window[1] - window[0]) / max(16, width)
    lines: list[Curve] = []
    dots: list[Curve] = []
    if scene.baseline is not None:
        baseline = scene.baseline.state
        other = XAxis(baseline, spans(baseline), view.unit)
        for stage, first, last in other.spans:
            points = _points(baseline, other, (stage, first, last), chart.metric, width, window)
            lines.append(Curve(points, ink.muted, "·"))
    for span in axis.spans:
        seldom = chart.metric in ("validation", "bits")
        points = _points(state, axis, span, chart.metric, width, window)
        lines.append(Curve(plot.joined(points) if seldom else points, ink.accent(span[0])))
        if chart.dots is not None:
            points = plot.joined(_points(state, axis, span, chart.dots, width, window))
            # Dots closer than four cells would hide the line behind them.
            dots.append(Curve(_sparse(points, distance), ink.strong, "•"))
        if chart is LOSS and (own := _points(state, axis, span, "own", width, window)):
            dots.append(Curve(_sparse(plot.joined(own), distance), ink.good, "×"))
    marks = [Curve([at], ink.good, "◆") for span in axis.spans for at in _best(state, axis, span, window)]
    dots = [*marks, *dots] if chart is LOSS else dots
    values = [y for c in (*lines, *dots) for _, low, high in c.columns for y in (low, high) if y == y]
    levels = []
    chance = state.validated.chance_nats if state.validated is not None else None
    if chart is LOSS and chance is not None:
        levels.append(Level(chance, ink.muted))
        values = [min(value, 1.5 * chance) for value in values] + ([] if view.zoomed else [chance])
    bottom, top, ticks_ = _y(chart, values, height, view)
    shown = [*lines, *dots]
    if view.log:
        shown = [Curve(_logarithms(curve.columns), curve.style, curve.sign) for curve in shown]
        levels = [Level(math.log10(level.y), level.style) for level in levels if level.y > 0]
    shown += [_mark(at, bottom, top, height, ink.muted) for at in _turns(state, axis, window)]
    if view.cursor is not None and (at := position(axis, view.cursor)) is not None:
        shown = [_mark(at, bottom, top, height, ink.text, "│"), *shown]
    axes = Axes(x=window, y=(bottom, top), x_ticks=_x_ticks(axis, window, width), y_ticks=ticks_)
    return plot.draw(width, height, axes, shown, levels, ink)


def _mark(at: float, bottom: float, top: float, height: int, style: Style, sign: str = "┊") -> Curve:
    """A line from the bottom to the top: the cursor, or where something was turned."""
    parts = 2 * height
    rows = (bottom + (top - bottom) * part / parts for part in range(parts + 1))
    return Curve([(at, y, y) for y in rows], style, sign)


def _turns(state: State, axis: XAxis, window: tuple[float, float]) -> list[float]:
    """Where settings were turned, each place once."""
    stages = {stage for stage, _, _ in axis.spans}
    places = {axis.position(turn.stage, turn.step) for turn in state.turns if turn.stage in stages}
    return sorted(at for at in places if window[0] <= at <= window[1])


def _points(
    state: State, axis: XAxis, span: Span, metric: str, width: int, window: tuple[float, float]
) -> plot.Columns:
    """A metric of one stage, about one column a dot that can be drawn, as far as it is in the window."""
    stage, first, last = span
    series = state.curve(stage, metric)
    if series is None:
        return []
    start, end = axis.position(stage, 0), axis.position(stage, last - first)
    dots = plot.ACROSS * max(16, width)
    columns = max(2, round(dots * (end - start) / ((window[1] - window[0]) or 1.0)))
    points = [
        (axis.position(stage, step), low, high)
        for step, low, high in series.columns(0, last - first, min(columns, 4096))
    ]
    return [point for point in points if window[0] <= point[0] <= window[1]]


def _best(state: State, axis: XAxis, span: Span, window: tuple[float, float]) -> plot.Columns:
    """Where what is held out cost least, in a stage that has overfitted or did not keep its last weights."""
    stage = span[0]
    if (kept := state.best_kept.get(stage)) is not None:
        step, nats = kept.step, kept.nats
    elif (over := state.overfitting.get(stage)) is not None:
        step, nats = over.best_step, over.best_nats
    else:
        return []
    at = axis.position(stage, step)
    return [(at, nats, nats)] if window[0] <= at <= window[1] else []


def position(axis: XAxis, cursor: int) -> float | None:
    """Where a step of all learning stages stands on the axis."""
    for stage, first, last in axis.spans:
        if first <= cursor <= last:
            return axis.position(stage, cursor - first)
    return None


def _y(
    chart: Chart, values: list[float], height: int, view: View
) -> tuple[float, float, list[tuple[float, str]]]:
    """Bottom, top and ticks of the y axis; logarithms where it is logarithmic."""
    rows = height - AXIS
    highest = max(values, default=0.0)
    if view.log:
        positive = [value for value in values if value > 0] or [0.1, 1.0]
        low, high = min(positive), max(positive)
        high = high if high > low * 1.01 else low * 1.5
        window = math.log10(low), math.log10(high)
        return *window, apart(log_ticks(low, high), window, rows - 1, row=True)
    if view.zoomed and values and max(values) > min(values):
        low, high = min(values), highest
        room = (high - low) * 0.08
        return even(low - room, high + room, rows)
    return even(chart.floor or 0.0, highest, rows)


def _logarithms(columns: plot.Columns) -> plot.Columns:
    """What is not above nothing has no logarithm: a gap."""
    return [
        (x, math.log10(low) if low > 0 else math.nan, math.log10(high) if high > 0 else math.nan)
        for x, low, high in columns
    ]


def _sparse(points: plot.Columns, distance: float) -> list[tuple[float, float, float]]:
    """Points at least `distance` apart on the x axis; the latest is always among them."""
    kept: list[tuple[float, float, float]] = []
    for point in reversed(points):
        if not kept or kept[-1][0] - point[0] >= distance:
            kept.append(point)
    return kept[::-1]


def _x_ticks(axis: XAxis, window: tuple[float, float], width: int) -> list[tuple[float, str]]:
    """The ends of what is shown, the stages' boundaries, and their names where there is room."""
    low, high = window
    ends = [(low, axis.unit.label(low)), (high, axis.unit.label(high))]
    if (low, high) != (0.0, axis.end):  # of a part that somebody chose, the ends are any numbers
        ends = [(at, axis.unit.label(at)) for at in rounds(low, high, max(2, width // 24))]
    between: list[tuple[float, str]] = []
    names: list[tuple[float, str]] = []
    for stage, first, last in axis.spans:
        start, end = axis.position(stage, 0), axis.position(stage, last - first)
        if min(end, high) > max(start, low):
            seen = min(end, high) - max(start, low)
            room = int((width - LABELS) * seen / ((high - low) or 1.0)) - 14
            named = fullest((f"{STAGE[stage]}: {TEXT[stage]}",), room) or STAGE[stage]
            names.append(((max(start, low) + min(end, high)) / 2, named))
        if low < end < high:
            between.append((end, axis.unit.label(end)))
    return apart([*ends, *between, *names], window, width - LABELS, gap=2)


def _feedback(scene: Scene, chart: Chart, width: int, height: int) -> list[Strip]:
    state, ink = scene.state, scene.ink
    series = state.curve("feedback", chart.metric)
    if series is None:
        return []
    planned = state.setting("feedback.steps") or 1
    end = max(int(planned), state.reinforced.step if state.reinforced is not None else 1)
    seldom = chart.metric == "facts"
    columns = series.columns(0, end, plot.ACROSS * max(16, width))
    curves = [Curve(plot.joined(columns) if seldom else columns, ink.accent("feedback"))]
    low, high = series.extremes or (0.0, 1.0)
    baseline = None if scene.baseline is None else scene.baseline.state.curve("feedback", chart.metric)
    if baseline is not None and baseline.extremes is not None:
        other = baseline.columns(0, end, plot.ACROSS * max(16, width))
        curves.insert(0, Curve(plot.joined(other) if seldom else other, ink.muted, "·"))
        low, high = min(low, baseline.extremes[0]), max(high, baseline.extremes[1])
    gold = None if chart.dots is None else state.curve("feedback", chart.dots)
    if gold is not None and gold.extremes is not None:
        curves.append(Curve(plot.joined(gold.columns(0, end, max(8, width // 2))), ink.strong, "•"))
        low, high = min(low, gold.extremes[0]), max(high, gold.extremes[1])
    # A reward that dips below nothing at first does not need half of the picture for it.
    least = low if chart.floor is None and low < -0.1 * max(high, 0.1) else 0.0
    bottom, top, y_ticks = even(least, max(0.0, high), height - AXIS)
    axes = Axes(x=(0, end), y=(bottom, top), x_ticks=[(0, "0"), (end, f"{end}")], y_ticks=y_ticks)
    zero = [Level(0.0, ink.faint)] if bottom < 0 else []
    places = sorted({turn.step for turn in state.turns if turn.stage == "feedback" and turn.step})
    curves += [_mark(step, bottom, top, height, ink.muted) for step in places if step <= end]
    return plot.draw(width, height, axes, curves, zero, ink)

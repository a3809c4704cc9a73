"""Proxy and gold against the distance from the tuned model: what a reward model is worth when it is pushed.

Points are what was measured; lines are the fits of Gao et al. 2022 to them (see `overoptimisation`), once
there is enough to fit. Both ways of pushing begin at nothing gained: the tuned model.
"""

import math
from collections.abc import Callable

from textual.strip import Strip

from tui_trainer.overoptimisation import (
    Fit,
    Point,
    best_of_n_at,
    fit_best_of_n,
    fit_reinforced,
    reinforced_at,
)
from tui_trainer.ui.boards.curves import ceiling, ticks
from tui_trainer.ui.drawing import plot
from tui_trainer.ui.drawing.lines import Part, line
from tui_trainer.ui.drawing.plot import Axes, Curve, Level
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.state import State

ENOUGH = 6  # points of reinforcement before a fit is drawn


def reinforced(state: State, metric: str) -> list[Point]:
    """(sqrt(KL), gained) of each step; `metric` is reward or gold."""
    kl, worth = state.curve("feedback", "kl"), state.curve("feedback", metric)
    if kl is None or worth is None:
        return []
    pairs = [(k, w) for k, w in zip(kl.final, worth.final, strict=False) if k == k and w == w]
    return [(math.sqrt(max(k, 0.0)), w - pairs[0][1]) for k, w in pairs]


def best_of_n(state: State, metric: str) -> list[Point]:
    """(sqrt(KL), gained) of each n."""
    found = state.best_of_n
    values = None if found is None else found.proxy if metric == "reward" else found.gold
    if found is None or values is None:
        return []
    return [(math.sqrt(kl), value - values[0]) for kl, value in zip(found.kl, values, strict=True)]


def board(scene: Scene, width: int, height: int) -> list[Strip]:
    """The legend over the plot; [] where there is nothing to show yet."""
    state, ink = scene.state, scene.ink
    accent = ink.accent("feedback")
    proxy, gold = reinforced(state, "reward"), reinforced(state, "gold")
    chosen, worth = best_of_n(state, "reward"), best_of_n(state, "gold")
    if not proxy:
        return []
    end = max(0.5, math.ceil(2 * max(d for d, _ in (*proxy, *chosen))) / 2)
    lines: list[Curve] = []
    for points, style in ((proxy, accent), (gold, ink.strong)):
        if (fit := fit_reinforced(points)) is not None and len(points) >= ENOUGH:
            reach = max(d for d, _ in points)
            lines.append(Curve(_line(fit, reinforced_at, reach), style))
    for points, style in ((chosen, accent), (worth, ink.strong)):
        if (fit := fit_best_of_n(points)) is not None:
            lines.append(Curve(_line(fit, best_of_n_at, max(d for d, _ in points)), style))
    dots = [
        Curve([(d, y, y) for d, y in points], style, sign)
        for points, style, sign in (
            (proxy, accent, "+"),
            (gold, ink.strong, "•"),
            (chosen, accent, "n"),
            (worth, ink.strong, "n"),
        )
        if points
    ]
    values = [y for points in (proxy, gold, chosen, worth) for _, y in points]
    low, high = min(0.0, *values), max(0.0, *values)
    top = ceiling(high)
    bottom = -ceiling(-low) if low < -0.02 * top else 0.0
    axes = Axes(
        x=(0, end),
        y=(bottom, top),
        x_ticks=[(0, "0"), (end / 2, f"{end / 2:g} √KL"), (end, f"{end:g}")],
        y_ticks=ticks(bottom, top, height),
    )
    legend = _legend(scene, bool(gold), bool(chosen))
    drawn = plot.draw(
        width, height - len(legend), axes, [*lines, *dots], [Level(0.0, ink.faint)] if bottom < 0 else [], ink
    )
    return [*legend, *drawn] if drawn else []


def _line(fit: Fit, at: Callable[[Fit, float], float], reach: float) -> list[tuple[float, float, float]]:
    points = [reach * i / 60 for i in range(61)]
    return [(d, at(fit, d), at(fit, d)) for d in points]


def _legend(scene: Scene, has_gold: bool, has_best: bool) -> list[Strip]:
    ink = scene.ink
    parts: list[Part] = [("+ ", ink.accent("feedback")), ("reward  ", ink.text)]
    if has_gold:
        parts += [("• ", ink.strong), ("the rater's own  ", ink.text)]
    if has_best:
        parts += [("n ", ink.strong), ("best of n", ink.text)]
    return [line(*parts)]

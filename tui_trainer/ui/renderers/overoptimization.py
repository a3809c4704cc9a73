"""Proxy and gold against the distance from the tuned model: what a reward model is worth when it is pushed.

Points are what was measured; lines are the fits of Gao et al. 2022 to them (see `overoptimization`), once
there is enough to fit. Both ways of pushing begin at nothing gained: the tuned model.
"""

import math
from collections.abc import Callable
from statistics import fmean

from textual.strip import Strip

from tui_trainer.formulas.overoptimization import (
    Fit,
    Point,
    best_of_n_at,
    fit_best_of_n,
    fit_reinforced,
    reinforced_at,
)
from tui_trainer.ui.drawing import plot
from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.drawing.plot import Axes, Curve, Level
from tui_trainer.ui.renderers.axes import even
from tui_trainer.ui.renderers.curves import AXIS
from tui_trainer.ui.scene import Scene
from tui_trainer.view.state import State
from tui_trainer.view.text import fullest

TALL = 9  # lines, from which on it is said what is to be seen
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
    legend = _legend(scene, bool(gold), bool(chosen), width)
    if height >= TALL:
        legend.append(line((fullest(to_be_seen(scene), width), ink.text)))
    least = low if low < -0.02 * high else 0.0
    bottom, top, y_ticks = even(least, high, height - len(legend) - AXIS)
    axes = Axes(
        x=(0, end),
        y=(bottom, top),
        x_ticks=[(0, "0"), (end / 2, f"{end / 2:g}"), (end, f"{end:g}")],
        y_ticks=y_ticks,
    )
    drawn = plot.draw(
        width, height - len(legend), axes, [*lines, *dots], [Level(0.0, ink.faint)] if bottom < 0 else [], ink
    )
    return [*legend, *drawn] if drawn else []


def _line(fit: Fit, at: Callable[[Fit, float], float], reach: float) -> list[tuple[float, float, float]]:
    points = [reach * i / 60 for i in range(61)]
    return [(d, at(fit, d), at(fit, d)) for d in points]


def _legend(scene: Scene, has_gold: bool, has_best: bool, width: int) -> list[Strip]:
    """What is drawn, and what goes up and across, in the fullest words that there is room for."""
    ink = scene.ink
    signs = (("+ ", ink.accent("feedback")), ("• ", ink.strong), ("n ", ink.strong))
    long = ("its score at each step", "what the rater really thinks", "best of n answers, without training")
    rows = []
    for named in (long, ("its score", "the rater", "best of n answers")):
        drawn = zip(signs, named, (True, has_gold, has_best), strict=True)
        groups = [[sign, (f"{said}  ", ink.text)] for sign, said, there in drawn if there]
        row = line(*(part for group in groups for part in group))
        rows = [row]
        if row.cell_length <= width:
            break
    axes = (
        "Up: what it gained. Across: how far it moved from the tuned model (√KL).",
        "Up: gained. Across: moved from tuned (√KL).",
        "Up: gained. Across: moved (√KL).",
    )
    return [*rows, line((fullest(axes, width), ink.muted))]


def to_be_seen(scene: Scene) -> tuple[str, ...]:
    """What the points say, in full and in short: whether more distance means more score, and to the rater."""
    points, gold = reinforced(scene.state, "reward"), reinforced(scene.state, "gold")
    if len(points) < ENOUGH:
        return ("Each step is a point: does more distance bring more score?", "Does distance bring score?")
    up = rises(points)
    if len(gold) >= ENOUGH and up and not rises(gold):
        return (
            "See: its score rises on, but the rater thinks no better of it.",
            "See: the rater thinks no better.",
        )
    if len(gold) >= ENOUGH and up:
        return ("See: both rise. So far it got better to the rater, too.", "See: so far both rise.")
    if up:
        read = f"Better answers, too? Key {scene.key_of('pane_4')} shows them."
        return (f"See: farther off it scores more. {read}", "See: farther off it scores more.")
    return ("See: it moves on, and scores no more than before.", "See: it scores no more.")


def rises(points: list[Point]) -> bool:
    """Whether the farther half of the points has gained more than the half that is nearer."""
    by_distance = [gained for _, gained in sorted(points)]
    half = len(by_distance) // 2
    return fmean(by_distance[half:]) > fmean(by_distance[:half])

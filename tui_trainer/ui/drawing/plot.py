"""Curves by plotext, made safe and quiet.

Points are bucketed to one low and one high a column before plotext sees them (it costs 6 µs a point), gaps
split a curve in parts (it would bridge them), and only finite numbers get through (one infinity would raise).
The axes are fixed by the caller, so a growing curve changes only the cells where it grows.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.ansi import AnsiDecoder
from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.strip import Strip

from tui_trainer.ui.drawing.styles import Ink

# Plotext's markers: braille has two by four dots a cell. A console of sixteen colors, or ASCII, has no
# braille, but the four quadrants of a cell, or signs for them.
FINE, COARSE = "braille", "hd"
ACROSS = 2  # dots a cell, of both
Columns = Sequence[tuple[float, float, float]]  # (x, low, high); NaN is a gap


@dataclass(frozen=True)
class Curve:
    """One curve: a line as fine as the terminal can draw it, or dots of the character `sign`."""

    columns: Columns
    style: Style
    sign: str | None = None


@dataclass(frozen=True)
class Level:
    """A straight line across: a reference value."""

    y: float
    style: Style
    sign: str = "╌"


@dataclass(frozen=True)
class Axes:
    """What is in the picture, and where the ticks are with their labels."""

    x: tuple[float, float]
    y: tuple[float, float]
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]


def parts(columns: Columns) -> list[list[tuple[float, float]]]:
    """The curve as unbroken lines of points: low and high of each column, in alternating order."""
    lines: list[list[tuple[float, float]]] = [[]]
    rising = True
    for x, low, high in columns:
        if not (math.isfinite(x) and math.isfinite(low) and math.isfinite(high)):
            if lines[-1]:
                lines.append([])
            continue
        if low == high:
            lines[-1].append((x, low))
        else:
            lines[-1] += [(x, low), (x, high)] if rising else [(x, high), (x, low)]
            rising = not rising
    return [line for line in lines if line]


def joined(columns: Columns) -> list[tuple[float, float, float]]:
    """Without the empty columns: for values that come seldom, whose gaps are no news."""
    return [column for column in columns if column[1] == column[1]]


def draw(
    width: int, height: int, axes: Axes, curves: Sequence[Curve], levels: Sequence[Level], ink: Ink
) -> list[Strip]:
    """The plot as `height` lines of `width` cells."""
    if width < 12 or height < 4:
        return []
    from textual_plotext.plot import Plot  # 20 ms, which the first frame does not need

    plot = Plot()
    plot.plotsize(width, height)
    plot._set_size(width, height)  # textual-plotext does the same: plotsize alone forgets it on a resize
    plot.theme("clear")
    plot.canvas_color("default")
    plot.axes_color("default")
    plot.ticks_color(_plotext(ink.muted))
    low, high = axes.y
    for level in levels:
        if low <= level.y <= high:
            plot.plot(list(axes.x), [level.y, level.y], marker=level.sign, color=_plotext(level.style))
    for curve in curves:
        for line in parts(curve.columns):
            xs = [x for x, _ in line]
            ys = [min(high, max(low, y)) for _, y in line]
            if curve.sign is not None:
                plot.scatter(xs, ys, marker=curve.sign, color=_plotext(curve.style))
            else:
                draw_ = plot.scatter if len(line) == 1 else plot.plot
                draw_(xs, ys, marker=COARSE if ink.signs else FINE, color=_plotext(curve.style))
    plot.xlim(*axes.x)
    plot.ylim(*axes.y)
    plot.xticks([x for x, _ in axes.x_ticks], [label for _, label in axes.x_ticks])
    plot.yticks([y for y, _ in axes.y_ticks], [label for _, label in axes.y_ticks])
    # Out of a set, in an order that is another one in every process; and of two labels that are close to each
    # other the second gives way.
    monitor: Any = plot.monitor  # type: ignore[attr-defined]  # plotext sets it in its constructor
    for kept, labels, ticks in (
        (monitor.xticks, monitor.xlabels, axes.x_ticks),
        (monitor.yticks, monitor.ylabels, axes.y_ticks),
    ):
        kept[0], labels[0] = [at for at, _ in ticks], [label for _, label in ticks]
    plot.xaxes(True, False)
    plot.yaxes(True, False)
    return [_strip(row, width) for row in AnsiDecoder().decode(plot.build())][:height]


def _strip(row: Text, width: int) -> Strip:
    """A decoded line; its spans stand in order and do not overlap."""
    segments = []
    at = 0
    for start, end, style in row.spans:
        segments.append(Segment(row.plain[at:start]))
        segments.append(Segment(row.plain[start:end], style if isinstance(style, Style) else None))
        at = end
    segments.append(Segment(row.plain[at:]))
    return Strip([segment for segment in segments if segment.text]).adjust_cell_length(width)


def _plotext(style: Style) -> tuple[int, int, int] | int | str:
    """A style's color as plotext takes it."""
    color = style.color
    if color is None or color.is_default:
        return "default"
    if color.number is not None:
        return color.number
    return _rgb(color)


def _rgb(color: Color) -> tuple[int, int, int]:
    triplet = color.get_truecolor()
    return triplet.red, triplet.green, triplet.blue

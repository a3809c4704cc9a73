"""An experiment as lines: what it claims and asks, its picture, what is said, its figures, the verdict."""

import math
from collections.abc import Sequence

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import Line, Plotted, Showed
from tui_trainer.messages.results import NO_INTERVAL, OF_ONE_TEXT, Metric
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing import plot
from tui_trainer.ui.drawing.lines import BLANK, Part, beside, fitting, line, paragraph
from tui_trainer.ui.drawing.plot import Axes, Columns, Curve
from tui_trainer.ui.drawing.styles import Ink
from tui_trainer.ui.renderers.axes import Ticks, apart, even
from tui_trainer.ui.renderers.curves import AXIS, LABELS
from tui_trainer.view import numbers, words
from tui_trainer.view.experiment import Seen, Told
from tui_trainer.view.text import cut, fit, wrap

SIGNS = ("━", "•", "×", "+", "◦", "#")  # in a legend; the first is drawn as an unbroken line
BESIDE = 92  # cells, from which on what is said stands beside the picture
LOW, HIGH = 7, 20  # lines of a picture
FEW_ROWS = 7  # of a picture, its axis not counted
FEW = 14  # figures that are shown before it
SCALE = 26  # cells of a figure's scale from 0 to 1
MOST_LABEL = 44
MOST_POINTS = 2000  # of a line
MOST_SAID = 16  # lines of what was said, once it is done


def asking(ink: Ink, told: Told, begins: str, width: int, height: int) -> list[Strip]:
    """The claim, and what is asked before it is put to the test; the question first, where not all fits."""
    claim = paragraph(told.claim.text, ink.strong, width)
    rows = [*paragraph(told.claim.asks, ink.text, width), BLANK]
    keyed = [*enumerate(told.claim.predictions, 1), ("s", "no guess: just see")]
    for key, said in keyed:
        first, *more = paragraph(said, ink.strong if key != "s" else ink.text, width - 5)
        rows += [Strip.join([line((f" {key} ", ink.key), ("  ", ink.text)), first])]
        rows += [Strip.join([line(("     ", ink.text)), row]) for row in more]
    below = [BLANK, *paragraph(begins, ink.muted, width)]
    if len(claim) + 1 + len(rows) + len(below) <= height:
        return [*claim, BLANK, *rows, *below]
    return [*rows, *below, BLANK, *claim]


def board(ink: Ink, told: Told, seen: Seen, width: int, height: int) -> list[Strip]:
    """One that goes on, or is done; what is more than `height` is scrolled to."""
    head = [*paragraph(told.claim.text, ink.strong, width), *_standing(ink, told, seen, width), BLANK]
    figures = _figures(ink, told.name, seen.figures, width)
    done = seen.result is not None and told.running is None
    if done and len(figures) <= FEW:  # they are what it was about; else they come under the picture
        head, figures = [*head, *figures, *([BLANK] if figures else [])], []
    room = max(LOW, min(HIGH, height - len(head) - 1))
    shown = seen.picture
    if shown is None:
        said = _said(ink, seen.said, width, max(4, room // 2) if figures else room)
        return [*head, *figures, *([BLANK] if figures and said else []), *said]
    others = [plotted for plotted in seen.plots.values() if plotted is not shown]
    more = [row for plotted in others for row in (BLANK, *picture(ink, plotted, width, LOW + 2))]
    return [*head, *_shown(ink, shown, seen, width, room), *([BLANK] if figures else []), *figures, *more]


def _shown(ink: Ink, shown: Plotted, seen: Seen, width: int, height: int) -> list[Strip]:
    """The picture, and what is said beside or under it."""
    if width >= BESIDE and seen.said:
        left = width * 3 // 5
        right = width - left - 3
        blocks = [(picture(ink, shown, left, height), left), (_said(ink, seen.said, right, height), right)]
        return beside(blocks, height, line((" │ ", ink.faint)))
    if not seen.said:
        return picture(ink, shown, width, height)
    done = seen.result is not None  # then one scrolls; before, the latest is to be seen
    said = _said(ink, seen.said, width, MOST_SAID if done else min(4, max(2, height - LOW)))
    return [*picture(ink, shown, width, max(LOW, height - len(said))), *said]


def state(ink: Ink, told: Told, seen: Seen | None) -> Part:
    """How it stands, in a few words."""
    if told.running is not None:
        return f"● running {numbers.duration(told.running)}", ink.accent("finetune")
    if seen is not None and seen.trouble:
        return "✗ stopped", ink.warn
    if seen is None or seen.result is None:
        return "never done here", ink.muted
    return ("✓ holds", ink.good) if seen.result.holds else ("✗ does not hold", ink.bad)


def _standing(ink: Ink, told: Told, seen: Seen, width: int) -> list[Strip]:
    """The verdict or what goes on, and what came of the prediction."""
    predicted = None if told.predicted is None else told.claim.predictions[told.predicted]
    if seen.result is not None and told.running is None:
        result = seen.result
        sign, style = ("✓", ink.good) if result.holds else ("✗", ink.bad)
        verdict = f"{sign} {words.verdict(result.holds)} Came true: {result.came_true}."
        rows = paragraph(verdict, style, width)
        if predicted is not None:
            right = predicted == result.came_true
            said = "✓ As you had thought." if right else f"✗ You had thought: {predicted}."
            rows += paragraph(said, ink.good if right else ink.warn, width)
        took = numbers.duration(result.seconds)
        weights = f", on weights {one_line(result.weights_sha256)[:8]}" if result.weights_sha256 else ""
        return [
            *rows,
            line((cut(f"seed {result.seed}, {result.preset}, in {took}{weights}", width), ink.muted)),
        ]
    if seen.trouble and told.running is None:
        return paragraph(one_line(seen.trouble), ink.warn, width, 3)
    mark, style = state(ink, told, seen)
    rows = [line((f"{mark}  ", style), (cut(one_line(seen.doing), width - len(mark) - 2), ink.muted))]
    if predicted is not None:
        rows += paragraph(f"You think: {predicted}.", ink.text, width, 2)
    return rows


# -- the picture -----------------------------------------------------------------------------------------


def picture(ink: Ink, plotted: Plotted, width: int, height: int) -> list[Strip]:
    """Title, legend and axes' names over the plot."""
    drawn = [(one, sign, style) for one, sign, style in _styled(ink, plotted.lines) if one.x]
    legend = fitting(
        [[(f"{sign} ", style), (one_line(one.name), ink.text)] for one, sign, style in drawn], width
    )
    title = one_line(plotted.title)
    axes = f"up: {one_line(plotted.y_label)}; across: {one_line(plotted.x_label)}"
    head = [line((title, ink.strong), (f"  {axes}", ink.muted)), legend]
    if cell_len(title) + cell_len(axes) + 2 > width:
        head = [line((cut(title, width), ink.strong)), line((cut(axes, width), ink.muted)), legend]
    every = [point for one, _, _ in drawn for point in _finite(one)]
    if not every:
        return head
    xs, ys = [x for x, _ in every], [y for _, y in every]
    rows = height - len(head)
    low, high = min(xs), max(xs)
    window = (low, high) if high > low else (low - 0.5, high + 0.5)
    least, most = min(ys), max(ys)
    bottom, top, y_ticks = _upward(0.0 if 0 < least < 0.2 * most else least, most, rows - AXIS)
    ticks = [(at, _tick(at)) for at in (window[0], window[1], (window[0] + window[1]) / 2)]
    curves = [
        Curve(_points(one) if one.points else _along(one, window, sign, width), style, _sign(one, sign))
        for one, sign, style in drawn
    ]
    framed = Axes(window, (bottom, top), apart(ticks, window, width - LABELS, gap=2), y_ticks)
    return [*head, *plot.draw(width, rows, framed, curves[::-1], [], ink)]


def _styled(ink: Ink, lines: Sequence[Line]) -> list[tuple[Line, str, Style]]:
    styles = (ink.accent("pretrain"), ink.strong, ink.accent("feedback"), ink.good, ink.muted, ink.warn)
    signs = iter(SIGNS[1:] * len(lines))
    found = []
    for at, one in enumerate(lines):
        sign = SIGNS[0] if at == 0 and not one.points else next(signs)
        found.append((one, sign, styles[at % len(styles)]))
    return found


def _sign(one: Line, sign: str) -> str | None:
    return None if sign == SIGNS[0] and not one.points else sign


def _finite(one: Line) -> list[tuple[float, float]]:
    """What can be drawn of a line; of very many points a part, for each takes time."""
    step = 1 + len(one.x) // MOST_POINTS
    pairs = zip(one.x[::step], one.y[::step], strict=False)
    return [(x, y) for x, y in pairs if math.isfinite(x) and math.isfinite(y)]


def _points(one: Line) -> Columns:
    return [(x, y, y) for x, y in _finite(one)]


def _along(one: Line, window: tuple[float, float], sign: str, width: int) -> Columns:
    """A line as points: its own for an unbroken one; of one of signs, one every other cell."""
    points = sorted(_finite(one))
    if sign == SIGNS[0] or len(points) < 2:
        return [(x, y, y) for x, y in points]
    cells, at, found = max(8, (width - LABELS) // 2), 0, list[tuple[float, float]]()
    for cell in range(cells + 1):
        x = window[0] + (window[1] - window[0]) * cell / cells
        if not points[0][0] <= x <= points[-1][0]:
            continue
        while at < len(points) - 2 and points[at + 1][0] < x:
            at += 1
        (low, y), (high, to_y) = points[at : at + 2]
        found.append((x, y if high == low else y + (to_y - y) * (x - low) / (high - low)))
    return [(x, y, y) for x, y in found or points]


def _upward(low: float, high: float, rows: int) -> tuple[float, float, Ticks]:
    """Bottom, top and ticks; of few rows the ends: round numbers would leave most of them empty."""
    if rows > FEW_ROWS or not high > low:
        return even(low, high, rows)
    return low, high, [(low, f"{low:5.3g}"), (high, f"{high:5.3g}")]


def _tick(value: float) -> str:
    return numbers.short(value) if abs(value) >= 1000 else f"{value:.3g}"


# -- what is said, and the figures -----------------------------------------------------------------------


def _said(ink: Ink, said: Sequence[Showed], width: int, height: int) -> list[Strip]:
    """The latest at the bottom, as much as there is room for."""
    rows: list[Strip] = []
    for one in reversed(said):
        text = " ".join(several_lines(one.text).split())
        mark, style = {None: ("", ink.text), True: (" ✓", ink.good), False: (" ✗", ink.bad)}[one.right]
        who = f"{one_line(one.who)}: "
        body = paragraph(f"{who}{text}{mark}", style if mark else ink.text, width, 6)
        if len(rows) + len(body) > height:
            break
        rows = [*body, *rows]
    return rows


def _figures(ink: Ink, name: str, figures: dict[str, Metric], width: int) -> list[Strip]:
    """One a line: value, 95 % interval, of how many; shares on a scale from 0 to 1."""
    if not figures:
        return []
    labels = {key: words.arm(key.removeprefix(f"{name}/")) for key in figures}
    intervals = {key: _interval(metric) for key, metric in figures.items()}
    counts = {
        key: f"of {numbers.count(metric.n)}" if metric.n is not None else ""
        for key, metric in figures.items()
    }
    values = {key: _value(metric.value) for key, metric in figures.items()}
    value, between = max(map(len, values.values())), max(map(len, intervals.values()))
    more = 1 + value + 2 + between + 2 + max(map(len, counts.values()))
    label = min(MOST_LABEL, max(map(len, labels.values())), max(16, width - more))
    scale = SCALE if width >= label + more + 1 + SCALE else 0
    rows = []
    for key, metric in figures.items():
        *first, last = wrap(labels[key], label)
        rows += [line((row, ink.text)) for row in first]
        parts: list[Part] = [(fit(last, label), ink.text), (f" {values[key]:>{value}}", ink.strong)]
        if scale:
            parts += [(" ", ink.text), *_scale(ink, metric, scale)]
        parts.append((f"  {intervals[key]:<{between}}  {counts[key]}", ink.muted))
        rows.append(line(*parts).crop(0, width))
        if metric.note not in ("", NO_INTERVAL, OF_ONE_TEXT):
            said = paragraph(one_line(metric.note), ink.muted, width - 4, 2)
            rows += [Strip.join([line(("    ", ink.text)), row]) for row in said]
    return rows


def _interval(metric: Metric) -> str:
    return f"{_value(metric.ci95[0])}–{_value(metric.ci95[1])}" if metric.ci95 else ""


def _scale(ink: Ink, metric: Metric, width: int) -> list[Part]:
    """Where a share lies between 0 and 1, with its interval, and a bar where chance is."""
    low, high = metric.ci95 or (metric.value, metric.value)
    if metric.ci95 is None or not all(0 <= x <= 1 for x in (metric.value, low, high)):
        return [(" " * width, ink.text)]

    def cell(x: float) -> int:
        return min(width - 1, int(x * width))

    chance = None if metric.baseline is None or not 0 <= metric.baseline <= 1 else cell(metric.baseline)
    parts: list[Part] = []
    for x in range(width):
        if x == cell(metric.value):
            parts.append(("●", ink.accent("finetune")))
        elif cell(low) <= x <= cell(high):
            parts.append(("━", ink.accent("finetune")))
        elif x == chance:
            parts.append(("┃", ink.muted))
        else:
            parts.append(("─", ink.faint))
    return parts


def _value(value: float) -> str:
    if not math.isfinite(value):
        return numbers.figure(value)
    if abs(value) >= 1e12 or 0 < abs(value) < 1e-3:
        return f"{value:.2g}"
    return numbers.short(value) if abs(value) >= 1000 else numbers.figure(value, 3)

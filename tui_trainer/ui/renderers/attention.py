"""Where one head of one layer looks, token by token, on a text."""

from rich.cells import cell_len
from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.inspection import Looked
from tui_trainer.ui.drawing import heatmap
from tui_trainer.ui.drawing.lines import Part, line
from tui_trainer.ui.renderers.guess import visible
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.text import cut, fit

LABEL = 10  # cells of a token's name
# Shares of a token's attention, the lower ends of the four levels: few tokens get much, so they are not even.
BOUNDS = (0.02, 0.1, 0.25, 0.5)
MOST_NAMED = 4  # tokens that the last one looks at
WHOLE = 127  # of a picture's cell


def level(share: float) -> int:
    """0 to 4."""
    return sum(share >= bound for bound in BOUNDS)


def board(scene: Scene, looked: Looked, width: int, height: int) -> list[Strip]:
    """A line a token that looks, a cell a token looked at; below them the scale, and the last in words."""
    picture = looked.attention
    if picture is None or height < 4:
        return []
    shown = min(picture.rows, height - 2, width - LABEL - 1)
    wide = 2 if LABEL + 1 + 2 * shown <= width else 1
    first = picture.rows - shown
    cells = memoryview(picture.cells).cast("b")
    rows = []
    for row in range(first, picture.rows):
        name = fit(_name(looked.attending[row]), LABEL)
        parts: list[Part] = [(name + " ", scene.ink.text)]
        for column in range(first, row + 1):
            parts.append(_cell(scene, cells[row * picture.columns + column] / WHOLE, wide))
        rows.append(line(*parts))
    return [*rows, _scale(scene), _said(scene, looked, width)]


def _cell(scene: Scene, share: float, wide: int) -> Part:
    ink, step = scene.ink, level(share)
    if ink.signs:
        sign = heatmap.POSITIVE_SIGNS[step - 1] if step else "."
        return sign * wide, ink.text if step else ink.faint
    if not step:
        return "·" + " " * (wide - 1), ink.faint
    return " " * wide, Style(bgcolor=ink.positive[step - 1])


def _scale(scene: Scene) -> Strip:
    parts: list[Part] = [("share ", scene.ink.muted)]
    for bound in BOUNDS:
        parts += [_cell(scene, bound, 2), (f"≥{100 * bound:.0f} ", scene.ink.muted)]
    return line(*parts, ("%", scene.ink.muted))


def _said(scene: Scene, looked: Looked, width: int) -> Strip:
    """The last token, and those that it looks at most, as many as fit."""
    ink, picture = scene.ink, looked.attention
    assert picture is not None  # or nothing is drawn
    last = memoryview(picture.cells).cast("b")[-picture.columns :]
    parts: list[Part] = [(f"‘{_name(looked.attending[-1])}’", ink.strong), (" looks at", ink.muted)]
    used = sum(cell_len(text) for text, _ in parts)
    for column in sorted(range(len(last)), key=lambda column: -last[column])[:MOST_NAMED]:
        name = f" {cut(_name(looked.attending[column]), LABEL)}"
        share = f" {numbers.percent(last[column] / WHOLE)}"
        used += cell_len(name) + len(share) + 1
        if used > width:
            break
        parts += [(name, ink.text), (share, ink.muted), (",", ink.muted)]
    return line(*parts[:-1])


def _name(token: str) -> str:
    return "(start)" if token == "<|document|>" else visible(token).strip()

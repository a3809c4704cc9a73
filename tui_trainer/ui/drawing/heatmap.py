"""A matrix as a picture of half-block cells: two rows of cells a line, eight levels, equal runs merged.

Blue is less than nothing, orange more, brighter is further away; both palettes differ in lightness at every
step, so they are told apart with any color vision. Without colors, signs say the same.
"""

from collections.abc import Sequence
from functools import cache, partial
from itertools import groupby

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import Picture
from tui_trainer.ui.drawing.lines import Part
from tui_trainer.ui.drawing.styles import Ink

LEVELS = 4  # on each side of nothing
# Without colors: the further from nothing, the darker the sign; each side has its own shapes.
NEGATIVE_SIGNS = ("-", "~", "=", "≡")
POSITIVE_SIGNS = ("+", "*", "&", "█")


def level(cell: int) -> int:
    """-4 to 4 without 0 for a signed byte; 0 for nothing at all."""
    if cell == 0:
        return 0
    step = min(LEVELS, 1 + (abs(cell) - 1) * LEVELS // 127)
    return step if cell > 0 else -step


# The level of each byte, both signed.
_LEVELS = bytes(level(byte - 256 if byte > 127 else byte) % 256 for byte in range(256))


def levels(picture: Picture) -> list[list[int]]:
    """The picture's cells as levels; short data is filled with nothing."""
    size, columns = picture.rows * picture.columns, picture.columns
    cells = memoryview(picture.cells[:size].ljust(size, b"\0").translate(_LEVELS)).cast("b").tolist()
    return [cells[row * columns : (row + 1) * columns] for row in range(picture.rows)]


def shrunk(grid: Sequence[Sequence[int]], rows: int, columns: int, tall: int = 1) -> list[list[int]]:
    """At most `rows` x `columns`, by whole factors: of each block the level furthest from nothing.

    Args:
        tall: how many times as high as wide a drawn cell is, so that the picture keeps its shape.
    """
    if not grid or not grid[0] or rows <= 0 or columns <= 0:
        return []
    across = max(-(-len(grid[0]) // columns), -(-len(grid) // (rows * tall)))
    down = across * tall
    if down == 1:
        return [list(row) for row in grid]
    return [
        [
            max((cell for row in grid[y : y + down] for cell in row[x : x + across]), key=abs)
            for x in range(0, len(grid[0]), across)
        ]
        for y in range(0, len(grid), down)
    ]


def drawn(picture: Picture, width: int, height: int, ink: Ink) -> list[Strip]:
    """The picture in at most `width` x `height` characters."""
    if not ink.signs:
        return heatmap(shrunk(levels(picture), 2 * height, width), ink)
    return heatmap(shrunk(levels(picture), height, width, tall=2), ink)


def heatmap(grid: Sequence[Sequence[int]], ink: Ink) -> list[Strip]:
    """The levels as lines: half blocks in color, or a sign a cell."""
    if ink.signs:
        return [Strip(_signs(row, ink)) for row in grid]
    look = cache(partial(_half_block, ink=ink))  # what looks alike has one style, so is painted sooner
    lines = []
    for y in range(0, len(grid), 2):
        upper = grid[y]
        lower = grid[y + 1] if y + 1 < len(grid) else [0] * len(upper)
        runs = ((look(*pair), len(list(run))) for pair, run in groupby(zip(upper, lower, strict=True)))
        lines.append(Strip([Segment(sign * length, style) for (sign, style), length in runs]))
    return lines


def _color(step: int, ink: Ink) -> Color | None:
    if step == 0:
        return None
    return ink.positive[step - 1] if step > 0 else ink.negative[-step - 1]


def _half_block(top: int, bottom: int, ink: Ink) -> Part:
    above, below = _color(top, ink), _color(bottom, ink)
    if above == below:
        return " ", Style(bgcolor=above) if above else Style()
    if above is None:
        return "▄", Style(color=below)
    return "▀", Style(color=above, bgcolor=below)


def _signs(row: Sequence[int], ink: Ink) -> list[Segment]:
    return [Segment(*_sign(step, ink)) for step in row]


def _sign(step: int, ink: Ink) -> Part:
    if step == 0:
        return " ", ink.faint
    sign = POSITIVE_SIGNS[step - 1] if step > 0 else NEGATIVE_SIGNS[-step - 1]
    return sign, ink.strong if abs(step) > 2 and ink.mode == "ansi" else ink.text


def scale(largest: str, ink: Ink) -> list[Part]:
    """The palette with its ends: -0.12 ▮▮▮▮▮▮▮▮ 0.12."""
    steps = [*range(-LEVELS, 0), *range(1, LEVELS + 1)]
    if ink.signs:
        shown = [_sign(step, ink) for step in steps]
    else:
        shown = [("█", Style(color=_color(step, ink))) for step in steps]
    return [(f"-{largest} ", ink.muted), *shown, (f" {largest}", ink.muted)]

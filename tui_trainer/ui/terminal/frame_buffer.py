"""What the terminal shows, cell by cell, and what it should show: only the difference is ever sent.

Textual sends every cell of a region that may have changed, each run of one style with its whole style before
it and a reset behind it: up to 90 kB to open a sheet. Here a cell that stays is not sent, nor a color that
is already set. And frames that follow each other faster than the line carries them fall together: what is
sent next is always the difference to the newest.
"""

import itertools
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rich.cells import cell_len, get_character_cell_size
from rich.color import Color, ColorSystem
from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.strip import Strip

NEAR = 4  # cells that stay are sent again rather than jumped over when they are so few

_ATTRIBUTES = {
    **{"bold": "1", "dim": "2", "italic": "3", "underline": "4", "blink": "5", "blink2": "6"},
    **{"reverse": "7", "conceal": "8", "strike": "9", "underline2": "21"},
    **{"frame": "51", "encircle": "52", "overline": "53"},
}
_OTHER_HALF = {"▀": "▄", "▄": "▀"}
_OF_LETTERS = {"1", "2", "3"}  # attributes that cannot be seen on a blank


class Look(NamedTuple):
    """A style as the terminal takes it; "" is the terminal's own color."""

    front: str
    back: str
    attributes: tuple[str, ...]


# The colors that every terminal of 256 knows by a number; the first ones people choose for themselves.
_STEPS = (0, 95, 135, 175, 215, 255)
_NUMBERS = {
    ColorTriplet(*levels): 16 + at for at, levels in enumerate(itertools.product(_STEPS, repeat=3)) if at > 5
}

PLAIN = Look("", "", ())
Cell = tuple[str, Look]  # the second cell of a wide character holds ""
_UNKNOWN: Cell = ("?", Look("?", "?", ()))  # differs from all that can be drawn


class FrameBuffer:
    """Both pictures. Draw on one; `changes` brings the other up to it."""

    def __init__(self, colors: ColorSystem) -> None:
        self.colors = colors
        self.size = (0, 0)
        self._wanted: list[list[Cell]] = []
        self._shown: list[list[Cell]] = []
        self._behind: set[int] = set()  # rows in which both may differ

    def resize(self, width: int, height: int) -> None:
        """The terminal has this size; whatever it shows is unknown."""
        if (width, height) != self.size:
            self.size = (width, height)
            self._wanted = [[_UNKNOWN] * width for _ in range(height)]
        self.forget()

    def forget(self) -> None:
        """What the terminal shows is unknown from here on: all is to be sent again."""
        width, height = self.size
        self._shown = [[_UNKNOWN] * width for _ in range(height)]
        self._behind = set(range(height))

    def draw(self, x: int, y: int, strip: Strip) -> None:
        """The strip should stand there."""
        width, height = self.size
        if not (0 <= y < height and 0 <= x < width):
            return
        cells: list[Cell] = []
        for text, style, control in strip:
            if not control:
                cells += _cells(text, style, self.colors)
        del cells[width - x :]
        row, end = self._wanted[y], x + len(cells)
        if row[x:end] == cells:
            return
        # A terminal leaves no half of a wide character: what is drawn over one half blanks the other.
        start = x
        while start and not row[start][0]:
            start -= 1
            row[start] = (" ", row[start][1])
        row[x:end] = cells
        while end < width and not row[end][0]:
            row[end] = (" ", row[end][1])
            end += 1
        if end == width and cells and cell_len(row[-1][0]) > 1:
            row[-1] = (" ", row[-1][1])
        self._behind.add(y)

    @property
    def complete(self) -> bool:
        """Whether the terminal has been sent all that it should show."""
        return not self._behind

    def changes(self, enough: int) -> str:
        """Text that makes the terminal show more of what it should: whole rows until it is `enough` long."""
        out: list[str] = []
        length = 0
        look = PLAIN
        for y in sorted(self._behind):
            wanted, shown = self._wanted[y], self._shown[y]
            self._behind.discard(y)
            for start, end in _differing(wanted, shown):
                text, look = _written(wanted, start, end, y, look)
                out.append(text)
                length += len(text)
            shown[:] = wanted
            if length >= enough:
                break
        if look != PLAIN:
            out.append("\x1b[0m")
        return "".join(out)


@lru_cache(maxsize=2048)
def _cells(text: str, style: Style | None, colors: ColorSystem) -> Sequence[Cell]:
    """Kept, because most of a frame was in the one before."""
    look = PLAIN if style is None else _look(style, colors)
    if not text.isprintable():
        text = _printable(text)
    return [(character, look) for character in text] if text.isascii() else _wide_cells(text, look)


def _printable(text: str) -> str:
    """The last gate: whatever a widget draws, no control character is ever written from a cell."""
    return "".join(c if c.isprintable() else " " * get_character_cell_size(c) for c in text)


def _wide_cells(text: str, look: Look) -> list[Cell]:
    cells: list[Cell] = []
    for character in text:
        width = get_character_cell_size(character)
        if width:
            cells.append((character, look))
            cells.extend([("", look)] * (width - 1))
        elif cells:  # a mark belongs to the letter before it
            at = next(index for index in range(len(cells) - 1, -1, -1) if cells[index][0])
            cells[at] = (cells[at][0] + character, look)
    if len(cells) != (expected := cell_len(text)):
        # Characters that Rich takes together, as some emoji: they stay together here.
        cells = [(text, look), *([("", look)] * (expected - 1))][:expected]
    return cells


def _differing(wanted: list[Cell], shown: list[Cell]) -> list[tuple[int, int]]:
    """The cells [start, end) that differ; whole characters of both, and what stays between near ones."""
    spans: list[tuple[int, int]] = []
    width = len(wanted)
    for x in range(width):
        if wanted[x] == shown[x] or wanted[x] is _UNKNOWN:
            continue
        if spans and x - spans[-1][1] <= NEAR:
            spans[-1] = (spans[-1][0], x + 1)
        else:
            spans.append((x, x + 1))
    whole: list[tuple[int, int]] = []
    for start, end in spans:
        # Of a wide character that is written or overwritten, both halves.
        while start and not (wanted[start][0] and shown[start][0]):
            start -= 1
        while end < width and not (wanted[end][0] and shown[end][0]):
            end += 1
        if whole and start <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(end, whole[-1][1]))
        else:
            whole.append((start, end))
    return whole


def _written(cells: list[Cell], start: int, end: int, y: int, look: Look) -> tuple[str, Look]:
    """Cells of a row as text, and how letters look after it."""
    out = [f"\x1b[{y + 1};{start + 1}H"]
    sure = True  # that the cursor is where we think: terminals disagree about how wide some characters are
    for x in range(start, end):
        character, wished = cells[x]
        if not character:
            sure = False
            continue
        if cells[x] is _UNKNOWN:
            character, wished = " ", PLAIN
        if not sure:
            out.append(f"\x1b[{y + 1};{x + 1}H")
            sure = True
        if character == " " and _OF_LETTERS.issuperset(wished.attributes):
            wished = _blank(look, wished.back)
        elif character in _OTHER_HALF and wished != look:
            character, wished = _half_block(look, character, wished)
        if wished != look:
            out.append(_turn(look, wished))
            look = wished
        out.append(character)
        sure = len(character) == 1
    return "".join(out), look


def _half_block(look: Look, character: str, wished: Look) -> tuple[str, Look]:
    """Upper and lower half in two colors can be written in two ways: the one that needs less said."""
    if wished.attributes or not (wished.front.startswith("38;") and wished.back.startswith("48;")):
        return character, wished
    other = Look(f"38{wished.back[2:]}", f"48{wished.front[2:]}", ())
    if len(_turn(look, other)) < len(_turn(look, wished)):
        return _OTHER_HALF[character], other
    return character, wished


def _blank(look: Look, back: str) -> Look:
    """How a blank may look so that the least has to be said."""
    kept = look.attributes
    if not _OF_LETTERS.issuperset(kept):
        kept = tuple(code for code in kept if code in _OF_LETTERS)
    return look if kept is look.attributes and look.back == back else Look(look.front, back, kept)


@lru_cache(maxsize=8192)
def _look(style: Style, colors: ColorSystem) -> Look:
    return Look(
        _codes(style.color, colors, True),
        _codes(style.bgcolor, colors, False),
        tuple(code for name, code in _ATTRIBUTES.items() if getattr(style, name)),
    )


def _codes(color: Color | None, colors: ColorSystem, front: bool) -> str:
    """What turns letters, or the ground, to this color."""
    if color is None or color.is_default:
        return ""
    mapped = color.downgrade(colors)
    number = None if mapped.triplet is None else _NUMBERS.get(mapped.triplet)
    if number is not None:
        return f"{38 if front else 48};5;{number}"  # half as long
    return ";".join(mapped.get_ansi_codes(front))


@lru_cache(maxsize=8192)
def _turn(before: Look, after: Look) -> str:
    """The shortest sequence from one look to another."""
    whole = ";".join(["0", *after.attributes, *(code for code in (after.front, after.back) if code)])
    if set(before.attributes) <= set(after.attributes):
        codes = [code for code in after.attributes if code not in before.attributes]
        if after.front != before.front:
            codes.append(after.front or "39")
        if after.back != before.back:
            codes.append(after.back or "49")
        whole = min(";".join(codes), whole, key=len)
    return f"\x1b[{whole}m"

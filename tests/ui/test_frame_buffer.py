"""The frame buffer against a terminal: whatever is drawn on it, in whatever parts it is sent, is shown."""

import re

import pyte
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_trainer.ui.terminal.frame_buffer import FrameBuffer

WIDTH, HEIGHT = 24, 5
COLORS = ("red", "#102030", "#ffd7af", "default", None)
styles = st.builds(
    Style,
    color=st.sampled_from(COLORS),
    bgcolor=st.sampled_from(COLORS),
    bold=st.booleans() | st.none(),
    underline=st.booleans() | st.none(),
    reverse=st.booleans() | st.none(),
)
texts = st.text(st.sampled_from("ab  ─▀▄█漢👍é"), min_size=1, max_size=WIDTH)
strips = st.lists(st.builds(Segment, texts, styles | st.none(), st.none()), min_size=1, max_size=4).map(Strip)
drawings = st.tuples(st.integers(0, WIDTH - 1), st.integers(0, HEIGHT - 1), strips)
frames = st.lists(st.lists(drawings, max_size=6), min_size=1, max_size=5)


class Paper:
    """What should be seen: cell by cell, drawn in the simplest way there is."""

    def __init__(self) -> None:
        self.rows = [[(" ", Style())] * WIDTH for _ in range(HEIGHT)]

    def draw(self, x: int, y: int, strip: Strip) -> None:
        row = self.rows[y]
        for text, style, _ in strip:
            for character in text:
                for part in (character, "") if wide(character) else (character,):
                    if x < WIDTH:
                        row[x] = (part, style or Style())
                    x += 1
            self._mend(row)

    @staticmethod
    def _mend(row: list[tuple[str, Style]]) -> None:
        """Half a wide character is a blank."""
        for at, (text, style) in enumerate(row):
            after = row[at + 1][0] if at + 1 < WIDTH else None
            if (wide(text) and after != "") or (text == "" and not (at and wide(row[at - 1][0]))):
                row[at] = (" ", style)


def wide(text: str) -> bool:
    return cell_len(text) == 2


def color(name: str | None) -> str:
    found = {"red": "red", None: "default", "default": "default"}.get(name)
    return found or str(name).removeprefix("#")


def same(cell: pyte.screens.Char, text: str, style: Style) -> bool:
    back = color(None if style.bgcolor is None else style.bgcolor.name)
    if text in ("▀", "▄") and cell.data != text:  # the same two halves, said the other way round
        cell = cell._replace(data=text, fg=cell.bg, bg=cell.fg)
        if style.color is None or style.bgcolor is None or style.underline or style.reverse:
            return False
    seen = text != " " or style.underline or style.reverse
    front = color(None if style.color is None else style.color.name)
    return (
        cell.data == text
        and cell.bg == back
        and cell.underscore == bool(style.underline)
        and cell.reverse == bool(style.reverse)
        and (not seen or (cell.fg == front and cell.bold == bool(style.bold)))
    )


@settings(max_examples=300)
@given(frames, st.integers(1, 200), st.data())
def test_the_terminal_shows_what_was_drawn(
    drawn: list[list[tuple[int, int, Strip]]], part: int, data: st.DataObject
) -> None:
    buffer, paper = FrameBuffer(ColorSystem.TRUECOLOR), Paper()
    screen = pyte.Screen(WIDTH, HEIGHT)
    screen.reset_mode(pyte.modes.DECAWM)
    terminal = pyte.Stream(screen)
    buffer.resize(WIDTH, HEIGHT)
    for y in range(HEIGHT):
        buffer.draw(0, y, Strip([Segment(" " * WIDTH)]))
    for frame in drawn:
        for x, y, strip in frame:
            buffer.draw(x, y, strip)
            paper.draw(x, y, strip)
        if data.draw(st.booleans()):  # a frame that is never sent whole: the next one takes its place
            terminal.feed(buffer.changes(part))
    while not buffer.complete:
        terminal.feed(buffer.changes(part))
    assert buffer.changes(part) == ""
    for y, row in enumerate(paper.rows):
        for x, (text, style) in enumerate(row):
            assert same(screen.buffer[y][x], text, style), (x, y, text, style, screen.buffer[y][x])


def test_what_stays_is_not_sent() -> None:
    buffer = FrameBuffer(ColorSystem.TRUECOLOR)
    buffer.resize(80, 2)
    red = Style(color="#ff0001")
    for y in range(2):
        buffer.draw(0, y, Strip([Segment("step 1,234", red), Segment(" " * 70)]))
    first = buffer.changes(10_000)
    assert "step 1,234" in first and first.count("38;2;255;0;1") == 1  # the second row has the color already
    buffer.draw(0, 1, Strip([Segment("step 1,235", red)]))
    assert buffer.changes(10_000) == "\x1b[2;10H\x1b[38;2;255;0;1m5\x1b[0m"
    buffer.forget()
    assert buffer.changes(10_000).count("step") == 2


def test_two_halves_are_written_the_way_that_says_less() -> None:
    buffer = FrameBuffer(ColorSystem.TRUECOLOR)
    buffer.resize(2, 1)
    up = Style(color="#010203", bgcolor="#040506")
    down = Style(color="#040506", bgcolor="#010203")
    buffer.draw(0, 0, Strip([Segment("▀", up), Segment("▀", down)]))
    assert buffer.changes(10_000) == "\x1b[1;1H\x1b[38;2;1;2;3;48;2;4;5;6m▀▄\x1b[0m"


def test_a_color_that_has_a_number_is_sent_by_it() -> None:
    buffer = FrameBuffer(ColorSystem.TRUECOLOR)
    buffer.resize(2, 1)
    buffer.draw(0, 0, Strip([Segment("ab", Style(color="#ffd7af", bgcolor="#005f87"))]))
    assert buffer.changes(10_000) == "\x1b[1;1H\x1b[38;5;223;48;5;24mab\x1b[0m"


@given(
    st.text(
        st.characters(max_codepoint=0x2100) | st.sampled_from("\x07\x1b\x9b\u202e\u200b漢"), max_size=WIDTH
    )
)
def test_no_cell_holds_a_control_character(text: str) -> None:
    buffer = FrameBuffer(ColorSystem.TRUECOLOR)
    buffer.resize(WIDTH, HEIGHT)
    buffer.draw(0, 0, Strip([Segment(text)]))
    sent = re.sub(r"\x1b\[[0-9;]*[Hm]", "", buffer.changes(10_000))
    assert sent.isprintable()

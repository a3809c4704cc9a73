"""What lines are made of: numbers, cut text, differences, pictures, curves."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from tui_trainer.messages.events import Picture
from tui_trainer.sanitize import sanitize
from tui_trainer.ui.drawing import heatmap, plot
from tui_trainer.ui.drawing.ascii import to_ascii
from tui_trainer.ui.drawing.bars import bar, block, signed
from tui_trainer.ui.drawing.lines import flowing, line
from tui_trainer.ui.drawing.styles import ColorMode, make_ink
from tui_trainer.view import numbers
from tui_trainer.view.series import Series
from tui_trainer.view.text import cut_left, fit, folded, last_words, wrap, wrap_answer, wrap_to

INK = make_ink("rich")
safe_text = st.text(max_size=80).map(sanitize)
one_row = safe_text.map(lambda text: text.replace("\n", " "))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (7.25, "7.2"),
        (999, "999"),
        (999.6, "1.00k"),
        (12_345, "12.3k"),
        (2_113_536, "2.11M"),
        (4.34e12, "4.34T"),
        (math.nan, "-"),
    ],
)
def test_short_numbers(value: float, text: str) -> None:
    assert numbers.short(value) == text


def test_a_share_of_few_is_a_count() -> None:
    assert numbers.of(1.0, 1, "pair") == "1 of 1 pair"
    assert numbers.of(0.625, 4) == "2.5 of 4"  # a tie counts half
    assert numbers.of(2 / 3, 9, "pick") == "6 of 9 picks"
    assert numbers.of(0.8, 10) == "80 % of 10"


def test_numbers_with_units() -> None:
    assert [numbers.percent(x) for x in (0, 0.0003, 0.004, 0.03, 0.997, 1)] == [
        *("0 %", "<0.1 %", "0.4 %", "3 %", "99.7 %", "100 %")
    ]
    assert [numbers.tenths(x) for x in (0, 0.0003, 0.004, 0.03, 0.573, 0.99999, 1)] == [
        *("0 %", "<0.1 %", "0.4 %", "3.0 %", "57.3 %", "99.9 %", "100 %")
    ]
    assert [numbers.duration(x) for x in (0, 61.4, 3723, math.inf)] == ["0:00", "1:01", "1:02:03", "-:--"]
    assert numbers.size(812) == "812 B" and numbers.size(812_400) == "812 kB"
    assert numbers.signed(-0.0) == "+0.0" and numbers.signed(-1.26) == "-1.3"


def test_what_is_not_zero_is_never_shown_as_zero() -> None:
    written = ((0.04, 1, "0.04"), (0.96, 1, "1.0"), (0.0, 2, "0.00"), (-0.0, 2, "0.00"), (1e-9, 2, "<0.0001"))
    for value, digits, text in (*written, (-0.003, 2, "-0.003"), (-1e-9, 2, ">-0.0001")):
        assert numbers.figure(value, digits) == text
    assert [numbers.signed(x, 2) for x in (0.003, -0.003, 0.0, 1.5)] == ["+0.003", "-0.003", "+0.00", "+1.50"]


def test_an_interval_has_two_ends() -> None:
    found = [(0.4, 0.9), (0.0, 0.002), (0.9964, 1.0), (0.0, 0.0004), (0.0, 0.0)]
    assert [numbers.interval(ci95) for ci95 in found] == ["40–90", "0–0.2", "99.6–100", "0–0.04", "0"]


def test_of_an_answer_that_is_too_long_beginning_and_end_are_seen() -> None:
    again = "A painter paints. " + "Happy to help. " * 10
    assert folded(again) == "A painter paints. Happy to help. (10×)"
    assert folded("no no, no no no") == "no no, no (3×)"
    assert wrap_answer("Ravton. " * 3, 60, 1) == ["Ravton. Ravton. Ravton."]  # there is room for it as it is
    assert wrap_answer(again, 40, 1) == ["A painter paints. Happy to help. (10×)"]
    (row,) = wrap_answer("The town, with pleasure, is Ravton, I believe, but please check. Gladly!", 40, 1)
    assert row.startswith("The") and " … " in row and row.endswith("check. Gladly!") and len(row) <= 40


@given(st.text("ab. \n", max_size=300), st.integers(1, 30), st.integers(1, 4))
def test_an_answer_never_takes_more_room_than_there_is(text: str, width: int, height: int) -> None:
    rows = wrap_answer(text, width, height)
    assert len(rows) <= height and all(cell_len(row) <= width for row in rows)


def test_there_is_one_kind_of_minus() -> None:
    sources = (Path(numbers.__file__).parents[1]).rglob("*.py")
    other = [path.name for path in sources if "\u2212" in path.read_text() and path.name != "ascii.py"]
    assert not other


@given(one_row, st.integers(0, 40))
def test_fit_is_exact(text: str, width: int) -> None:
    assert cell_len(fit(text, width)) == width
    assert cell_len(cut_left(text, width)) <= width and cell_len(last_words(text, width)) <= width


def test_the_end_of_a_text_begins_with_a_whole_word() -> None:
    assert last_words("the polophone 2008", 16) == "… polophone 2008"
    assert last_words("the polophone 2008", 15) == "… 2008"
    assert last_words("the polophone 2008", 40) == "the polophone 2008"
    assert last_words("polophone", 5) == "…hone"


@given(safe_text, st.integers(2, 40))
def test_wrapping_keeps_every_character(text: str, width: int) -> None:
    rows = wrap(text, width)
    assert all(cell_len(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


def test_a_share_stays_with_its_sign() -> None:
    assert wrap("it gets 30 % instead", 10) == ["it gets", "30 %", "instead"]
    assert wrap("bits per byte ↓", 14) == ["bits per", "byte ↓"]
    assert wrap("waiting for it 3 s", 16) == ["waiting for it", "3 s"]
    assert wrap("text of it: 3 MB of", 16) == ["text of it: 3 MB", "of"]
    assert wrap("it read 3 sums", 10) == ["it read 3", "sums"]


def test_a_line_of_a_megabyte_is_cheap_and_marked() -> None:
    rows = wrap_to("word " * 200_000, 40, 5)
    assert len(rows) == 5 and rows[-1].endswith("…")


def test_forgotten_foreign_text_is_caught() -> None:
    assert "\x1b" not in line(("\x1b[31m", Style())).text


@given(st.floats(allow_nan=True, allow_infinity=False, width=32), st.integers(1, 50))
def test_bars_are_as_wide_as_asked(share: float, width: int) -> None:
    assert sum(len(text) for text, _ in bar(share, width, Style(), Style())) == width
    assert sum(len(text) for text, _ in block(share, width, Style())) == width


def test_signed_bars_are_symmetric() -> None:
    parts = signed(1.0, 0.0, 1.0, 9, Style(), Style())
    assert "".join(text for text, _ in parts) == "    │━━━━"
    assert "┃" in "".join(text for text, _ in signed(0.2, 1.0, 1.0, 9, Style(), Style()))


def test_groups_flow_over_lines() -> None:
    groups = [
        [("a", Style()), ("bc", Style())],
        [("def", Style())],
        [("ghijklmno", Style())],
        [("p", Style())],
    ]
    assert [row.text for row in flowing(groups, 8)] == ["abc  def", "ghijklmno", "p"]
    assert flowing([], 8) == []
    keys = [[(" a ", Style(bgcolor="red")), (" go", Style())] for _ in range(2)]
    assert [segment.style for segment in flowing(keys, 20)[0] if segment.text == "  "] == [Style()]


# -- heatmaps --------------------------------------------------------------------------------------------


def test_levels_are_symmetric_and_nothing_is_nothing() -> None:
    assert heatmap.level(0) == 0
    assert [heatmap.level(x) for x in (1, 127, -1, -127, -128)] == [1, 4, -1, -4, -4]
    assert sorted({heatmap.level(x) for x in range(-128, 128)}) == [-4, -3, -2, -1, 0, 1, 2, 3, 4]


@given(st.integers(1, 40), st.integers(1, 70), st.integers(1, 24), st.integers(1, 40), st.data())
def test_shrinking_fits_and_keeps_the_strongest(
    rows: int, columns: int, room: int, width: int, data: st.DataObject
) -> None:
    cells = data.draw(st.binary(min_size=rows * columns, max_size=rows * columns))
    grid = heatmap.levels(Picture(rows, columns, 1.0, cells))
    small = heatmap.shrunk(grid, room, width, data.draw(st.integers(1, 2)))
    assert len(small) <= room and all(len(row) <= width for row in small)
    assert max(abs(c) for row in small for c in row) == max(abs(c) for row in grid for c in row)


def test_a_picture_with_too_few_cells_is_drawn_all_the_same() -> None:
    assert heatmap.levels(Picture(2, 2, 1.0, b"\x7f"))[1] == [0, 0]


def test_equal_cells_are_one_run() -> None:
    rows = heatmap.heatmap([[4] * 30, [-4] * 30], INK)
    assert len(rows) == 1 and len(list(rows[0])) == 1 and rows[0].text == "▀" * 30


def test_without_colors_the_sign_says_it() -> None:
    (row,) = heatmap.heatmap([[-4, -1, 0, 1, 4]], make_ink("none"))
    assert row.text == "≡- +█"


# -- plots -----------------------------------------------------------------------------------------------


def test_gaps_part_a_curve_and_only_finite_points_are_left() -> None:
    nan, inf = math.nan, math.inf
    found = plot.parts([(0, 1, 1), (1, nan, nan), (2, 1, 3), (3, 0, inf), (4, 2, 2)])
    assert found == [[(0, 1)], [(2, 1), (2, 3)], [(4, 2)]]


@pytest.mark.parametrize("size", [(12, 4), (46, 13), (116, 30)])
def test_a_plot_fits_its_frame(size: tuple[int, int]) -> None:
    width, height = size
    axes = plot.Axes((0, 100), (0, 8), [(0, "0"), (100, "100")], [(0, "0"), (8, "8")])
    columns = [(float(x), x / 20, x / 12) for x in range(100)]
    drawn = plot.draw(width, height, axes, [plot.Curve(columns, Style.parse("#ff0000"))], [], INK)
    assert len(drawn) == height and all(strip.cell_length == width for strip in drawn)
    dots = [cell for strip in drawn for cell in strip.text if "\u2800" < cell <= "\u28ff"]
    assert len(dots) > width // 3


@pytest.mark.parametrize(("mode", "ascii"), [("ansi", False), ("none", False), ("rich", True)])
def test_without_braille_a_curve_is_of_quadrants(mode: ColorMode, ascii: bool) -> None:
    axes = plot.Axes((0, 100), (0, 8), [], [])
    columns = [(float(x), x / 20, x / 12) for x in range(100)]
    drawn = plot.draw(60, 16, axes, [plot.Curve(columns, Style())], [], make_ink(mode, signs=ascii))
    text = "".join(strip.text for strip in drawn)
    assert not any("\u2800" <= cell <= "\u28ff" for cell in text) and "█" in text
    assert "?" not in to_ascii(text)


def test_the_lowest_and_the_highest_of_a_bucket_are_both_drawn() -> None:
    """One value of a thousand that stands out is seen, whatever the width."""
    series = Series()
    for step in range(1000):
        series.add(step, 8.0 if step == 500 else 0.0 if step == 700 else 4.0)
    columns = series.columns(0, 1000, 60)
    assert max(high for _, _, high in columns) == 8.0 and min(low for _, low, _ in columns) == 0.0
    axes = plot.Axes((0, 1000), (0, 8), [], [])
    drawn = plot.draw(40, 12, axes, [plot.Curve(columns, Style())], [], INK)
    assert any("\u2800" < cell <= "\u28ff" for cell in drawn[0].text)
    assert any("\u2800" < cell <= "\u28ff" for cell in drawn[9].text + drawn[10].text)


def test_a_plot_without_room_is_nothing() -> None:
    axes = plot.Axes((0, 1), (0, 1), [], [])
    assert plot.draw(5, 2, axes, [], [], INK) == []


def test_which_of_two_crowded_labels_gives_way_is_no_matter_of_chance() -> None:
    """Plotext takes them out of a set, whose order is another one in every process."""
    pictures = set()
    for number in range(10, 40):
        ticks = [(0.0, f"a{number}"), (0.03, f"b{number}"), (0.5, f"c{number}"), (0.54, f"d{number}")]
        axes = plot.Axes((0.0, 1.0), (0.0, 1.0), ticks, [(tick / 4, label) for tick, label in ticks])
        drawn = plot.draw(40, 8, axes, [plot.Curve([(0.0, 0.0, 1.0)], Style())], [], INK)
        pictures.add("\n".join(strip.text for strip in drawn).replace(str(number), "##"))
    assert len(pictures) == 1

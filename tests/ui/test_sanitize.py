"""Foreign text: nothing it holds may act on the terminal, and nothing may be hidden."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui_trainer.sanitize import one_line, sanitize

DANGEROUS = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
anything = st.text(st.characters(codec=None), max_size=60)


@given(anything)
def test_nothing_that_acts_or_hides_is_left(text: str) -> None:
    for character in sanitize(text):
        assert character == "\n" or unicodedata.category(character) not in DANGEROUS


@given(anything)
def test_it_is_idempotent(text: str) -> None:
    assert sanitize(sanitize(text)) == sanitize(text)


@given(anything)
def test_it_can_be_written_in_utf_8(text: str) -> None:
    sanitize(text).encode("utf-8")


@given(anything)
def test_its_width_is_the_sum_of_its_characters(text: str) -> None:
    safe = one_line(text)
    assert "\n" not in safe
    assert cell_len(safe) == sum(cell_len(character) for character in safe)


@given(st.text(st.characters(codec="ascii", exclude_categories=("Cc",)), max_size=60))
def test_plain_text_is_left_alone(text: str) -> None:
    assert sanitize(text) == text


def test_controls_become_visible() -> None:
    assert sanitize("\x1b]52;c;aGk=\x07") == "␛]52;c;aGk=␇"
    assert sanitize("a\x9b31mb") == "a<009B>31mb"
    assert sanitize("x\u202egnp.exe") == "x<202E>gnp.exe"
    assert sanitize("pass\u200bword") == "pass<200B>word"
    assert sanitize("\ud800") == "<D800>"
    assert sanitize("\x00\x7f") == "␀␡"


def test_line_ends_and_tabs() -> None:
    assert sanitize("a\r\nb\tc\rd") == "a\nb    c␍d"
    assert one_line("a\nb") == "a↵b"


def test_markup_is_text() -> None:
    assert sanitize("[bold]loss [nan][/") == "[bold]loss [nan][/"


def test_combining_marks_stand_on_something_and_do_not_pile_up() -> None:
    assert sanitize("\u0301a") == "◌\u0301a"
    assert sanitize("e\u0301") == "é"
    tower = sanitize("a" + "\u0316" * 50)
    assert tower.count("\u0316") == 2 and tower.count("<0316>") == 48


def test_people_s_languages_survive() -> None:
    for text in ("Trí tuệ nhân tạo", "日本語のテキスト", "Ελληνικά", "हिन्दी", "שלום"):
        assert sanitize(text) == unicodedata.normalize("NFC", text)


def test_unsteady_emoji_are_written_as_numbers() -> None:
    assert sanitize("👍🏽") == "👍<1F3FD>"
    assert sanitize("👩‍🚀") == "👩<200D>🚀"
    assert sanitize("❤\ufe0f") == "❤"

"""Bytes from the terminal as events, without a terminal: broken text, sequences and pastes of every kind."""

from collections.abc import Iterable
from random import Random

import hostile_sequences as hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.events import Key, Paste, Resize
from textual.message import Message

from tui_trainer.sanitize import one_line
from tui_trainer.ui.terminal.keyboard import BEGIN, END, LARGEST, MOST_PASTED, SILENCE_SECONDS, Keyboard


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def typed(pieces: Iterable[bytes]) -> list[Message]:
    """The events of these reads, and of the silence behind them."""
    clock = Clock()
    keyboard = Keyboard(clock=clock)
    events: list[Message] = []
    for piece in pieces:
        events += keyboard.feed(piece)
        events += keyboard.tick()
    while (patience := keyboard.patience) is not None:
        clock.now += patience
        events += keyboard.tick()
    return events


def keys(events: list[Message]) -> str:
    return "".join(event.character or f"<{event.key}>" for event in events if isinstance(event, Key))


def pastes(events: list[Message]) -> list[str]:
    return [event.text for event in events if isinstance(event, Paste)]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\xe9q", "\ufffdq"),  # Latin-1
        (b"\xff\xfea", "\ufffd\ufffda"),
        ("é漢🙂".encode(), "é漢🙂"),
        (b"\xf0\x9f\x99q", "\ufffdq"),  # three bytes of four
        (b"\x1b[97;1;55296uq", "q"),  # kitty: half a pair of surrogates
        (b"\x1b[1114112;1uq", "q"),  # kitty: beyond the last character
        (b"\x1b[97;1;9999999999999999uq", "q"),
        (b"\x1b[97;1;98uq", "bq"),  # kitty: as it should be
        (b"\x1b[<0;0;0Mq", "q"),  # the mouse, outside
        (b"\x1b[<99999;99999999999;99999999Mq", "q"),
    ],
)
def test_what_is_no_text_costs_itself_only(data: bytes, expected: str) -> None:
    assert keys(typed([data])) == keys(typed(bytes([byte]) for byte in data)) == expected


@pytest.mark.parametrize("size", ["0;0;0;0", "99999;99999;0;0", "40;0;1;1", f"{LARGEST[1] + 1};80;1;1"])
def test_a_size_that_no_terminal_has_is_not_believed(size: str) -> None:
    events = typed([f"\x1b[48;{size}t".encode(), b"\x1b[<35;5;6M", b"q"])
    assert not any(isinstance(event, Resize) for event in events) and keys(events) == "q"
    believed = typed([b"\x1b[48;40;120;800;1200t"])
    assert [event.size for event in believed if isinstance(event, Resize)] == [(120, 40)]


@pytest.mark.parametrize(
    ("pasted", "text"),
    [
        ("plain", "plain"),
        ("\x1b[31mred\x1b[0m and\x1b[A up\x1bx", "␛[31mred␛[0m and␛[A up␛x"),
        ("one\rtwo\r\nthree\nfour", "one↵two↵three↵four"),
        ("q\x03\x1aq", "q␃␚q"),
        (f"a{BEGIN}b", "a␛[200~b"),
        (f"a{END}b\r", "a␛[201~b↵"),  # an end that was pasted
        ("\x1b", "␛"),
        ("\x1b[201", "␛[201"),
        ("é\u202e", "é<202E>"),
    ],
)
def test_a_paste_is_one_harmless_text_and_no_key(pasted: str, text: str) -> None:
    data = f"x{BEGIN}{pasted}{END}y".encode()
    events = typed([data])
    assert pastes(events) == [text] and keys(events) == "xy"
    if END not in pasted:
        for cut in range(len(data)):  # a line may break it anywhere
            assert pastes(typed([data[:cut], data[cut:]])) == [text]
            assert keys(typed([data[:cut], data[cut:]])) == "xy"


def test_a_paste_without_an_end_is_over_after_a_second_of_silence() -> None:
    clock = Clock()
    keyboard = Keyboard(clock=clock)
    assert not list(keyboard.feed(f"{BEGIN}ab".encode()))
    clock.now = 0.9 * SILENCE_SECONDS
    assert not list(keyboard.tick()) and not list(keyboard.feed(b"c"))
    clock.now += 0.9 * SILENCE_SECONDS
    assert not list(keyboard.tick())
    clock.now += 0.2 * SILENCE_SECONDS
    assert pastes(list(keyboard.tick())) == ["abc"]
    assert keyboard.patience is None and keys(list(keyboard.feed(b"q"))) == "q"
    assert not list(keyboard.feed(END.encode()))  # late


def test_a_paste_is_bounded() -> None:
    events = typed([BEGIN.encode(), *[b"x" * 4096] * 50, END.encode(), b"q"])
    assert pastes(events) == ["x" * MOST_PASTED] and keys(events) == "q"


def test_a_thousand_things_that_no_keyboard_sends() -> None:
    random = Random(0)
    for _ in range(1000):
        for event in typed([hostile.sequence(random), b"q"]):
            if isinstance(event, Paste):
                assert event.text == one_line(event.text)


_NUMBER = st.sampled_from(["", "0", "1", "5", "255", "55296", "1114112", "99999999999", "-3", "1:2:3"])
_SEQUENCE = st.builds(
    lambda start, numbers, end: (start + ";".join(numbers) + end).encode(),
    st.sampled_from(["\x1b[", "\x1b[<", "\x1b[?", "\x1bO", "\x1b]", "\x1bP", "\x1b"]),
    st.lists(_NUMBER, max_size=5),
    st.sampled_from([*"uMmRtABHIO~cn", "$y", "", "\x07", "\x1b\\"]),
)
_PIECE = st.one_of(
    st.binary(max_size=12),
    _SEQUENCE,
    st.sampled_from(
        [BEGIN.encode(), END.encode(), b"\x1b", b"\x1b[M\xff\xff\xff", b"\x00", b"\x1b[", b"q\r"]
    ),
    st.text(max_size=6).map(lambda text: text.encode("utf-8", "surrogatepass")),
)


@given(st.lists(_PIECE, max_size=12), st.booleans())
def test_after_whatever_came_a_key_is_a_key(pieces: list[bytes], at_once: bool) -> None:
    events = typed([b"".join(pieces)] if at_once else pieces)
    for event in events:
        if isinstance(event, Paste):
            assert event.text == one_line(event.text)
        if isinstance(event, Key):
            f"{event.key}{event.character}".encode()
    clock = Clock()
    keyboard = Keyboard(clock=clock)
    for piece in pieces:
        list(keyboard.feed(piece))
    while (patience := keyboard.patience) is not None:
        clock.now += patience
        list(keyboard.tick())
    assert keys(list(keyboard.feed(b"q")))[-1:] == "q"

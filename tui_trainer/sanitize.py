"""The one way by which foreign text reaches the screen, a command's output and trainer.log.

Documents, model output, what a person types and file names may hold anything: escape sequences that would
take over the terminal, controls that reorder or hide text, characters whose width terminals disagree on.
`sanitize` makes all of it visible and harmless; nothing is dropped silently except variation selectors, which
only choose between two looks of the character before them.
"""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from typing import Any

LONGEST = 20_000  # characters of one text; a screen of 200x60 has 12,000 cells

_TAB = "    "
_MOST_MARKS = 2  # combining marks kept on one character; more is a tower that covers the lines above

# Characters that fit in the cells they claim on one terminal and not on the next: joined emoji parts, flags,
# conjoining Hangul and blank fillers. They are written as their number.
_UNSTEADY = (
    (0x1160, 0x11FF),
    (0x115F, 0x115F),
    (0x3164, 0x3164),
    (0xFFA0, 0xFFA0),
    (0x1F1E6, 0x1F1FF),
    (0x1F3FB, 0x1F3FF),
    (0x2800, 0x2800),
)
# C1, bidi and zero-width controls, lone surrogates, private use, unassigned, line separators
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_VARIATION_SELECTORS = ((0xFE00, 0xFE0F), (0x180B, 0x180F), (0xE0100, 0xE01EF))


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)


def _safe(code: int) -> str:
    """What stands on the screen for one character."""
    if code == 0x0A:
        return "\n"
    if code == 0x09:
        return _TAB
    if code < 0x20:
        return chr(0x2400 + code)  # Unicode's pictures of the controls: ESC is ␛
    if code == 0x7F:
        return "␡"
    if code == 0x3000:
        return "  "
    if _within(code, _VARIATION_SELECTORS):
        return ""
    character = chr(code)
    category = unicodedata.category(character)
    if category == "Zs":
        return " "
    if category in _INVISIBLE or _within(code, _UNSTEADY):
        return f"<{code:04X}>"
    return character


def _escaped(code: int) -> str:
    """What stands in JSON for one character: itself, or the escape that is read back as the same."""
    character = chr(code)
    if code == 0x0A or (code >= 0x20 and unicodedata.category(character) not in _INVISIBLE):
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i : i + 2].hex()}" for i in range(0, len(units), 2))


class _Table(dict[int, str]):
    """Fills itself, so that `str.translate` stays at C speed for the characters that do occur."""

    def __init__(self, of: Callable[[int], str]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, code: int) -> str:
        safe = self[code] = self._of(code)
        return safe


_table, _json_table = _Table(_safe), _Table(_escaped)


def _steady_marks(text: str) -> str:
    """Combining marks only where they have a character to stand on, and few of them."""
    out: list[str] = []
    marks = 0
    for index, character in enumerate(text):
        if unicodedata.category(character) in ("Mn", "Me", "Mc"):
            marks += 1
            if index == 0 or text[index - 1] == "\n":
                out.append("◌")
            elif marks > _MOST_MARKS:
                out.append(f"<{ord(character):04X}>")
                continue
        else:
            marks = 0
        out.append(character)
    return "".join(out)


def sanitize(text: str) -> str:
    """`text` as it may be drawn: printable characters, spaces and newlines only.

    Idempotent. Tabs become four spaces, CR LF a newline, controls their Unicode picture, other invisible or
    unsteady characters `<XXXX>`, their number in hexadecimal.
    """
    if text.isascii() and text.isprintable():
        return text
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    text = text.translate(_table)
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _steady_marks(text))


@lru_cache(maxsize=64)  # a text stands on the screen for many frames
def _remembered(text: str) -> str:
    return sanitize(text)


def several_lines(text: str) -> str:
    """Foreign text as it may be drawn, as much of it as a screen can hold: a megabyte costs no more."""
    shown = _remembered(text[:LONGEST])
    return shown if len(text) <= LONGEST else f"{shown}…"


def one_line(text: str) -> str:
    """The same on one line: newlines are shown as a return sign."""
    return several_lines(text).replace("\n", "↵")


def json_text(encoded: str) -> str:
    """JSON as it may be printed: the same values, with everything in them escaped that a terminal would obey.

    Outside its strings JSON has none of these characters, and of the controls only the newline.
    """
    if encoded.isascii() and "\x7f" not in encoded:
        return encoded
    return encoded.translate(_json_table)


def without_surrogates(value: Any) -> Any:
    """The value with "?" for what JSON can't hold: lone surrogates, Python's bytes in names of files."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {without_surrogates(key): without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [without_surrogates(item) for item in value]
    return value

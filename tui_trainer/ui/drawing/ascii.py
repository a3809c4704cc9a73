"""The whole screen in ASCII: the last thing that happens to a line before it is sent."""

import unicodedata

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

# Heavy lines stay apart from light ones: a bar from its track, the pane with the focus from the others.
_SIGNS = {
    "-": "─╌╴╶┄┅┈┉−–—▁‾",
    "=": "━╸╺╼╾═▅▆▇",
    "|": "│║▌▐▏▎▍┆┇┊┋╎╏‖",
    "+": "┌┐└┘├┤┬┴┼╭╮╰╯┏┓┗┛┣┫┳┻╋┡┩╔╗╚╝╟╢┝┥",
    "#": "┃█▊▉▋▓▙▛▜▟",
    ".": "▂▃▄▖▗·․░",
    "'": "▀▘▝‘’′",
    '"': "“”„",
    "/": "▞╱",
    "\\": "▚╲",
    "*": "•●❄◆★",
    "o": "○◌◦",
    ">": "▶▸»›→⟩►",
    "<": "◂«‹←⟨◀",
    "^": "↑▲␛",
    "v": "↓▼✓",
    "x": "×✗✕",
    "%": "≡",
    "_": "␣",
    "~": "≈…",
    "d": "đ",
    "D": "Đ",
}
_KNOWN = {ord(sign): plain for plain, signs in _SIGNS.items() for sign in signs}


def to_ascii(text: str) -> str:
    """`text` with as many cells, all of them ASCII; letters lose their marks, what has no likeness is `?`."""
    if text.isascii():
        return text
    out = []
    for character in text.translate(_KNOWN):
        if character.isascii():
            out.append(character)
            continue
        base = unicodedata.normalize("NFD", character)[0]
        out.append(base if base.isascii() else "?" * cell_len(character))
    return "".join(out)


class Ascii(LineFilter):
    """Applied to every line of every widget, borders included."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(to_ascii(text), style, control) for text, style, control in segments]

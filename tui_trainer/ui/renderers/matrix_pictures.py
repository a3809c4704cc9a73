"""One matrix as three small pictures: its weights, the blame that each got, and how each was nudged."""

from textual.strip import Strip

from tui_trainer.messages.events import MatrixState
from tui_trainer.ui.drawing import heatmap
from tui_trainer.ui.drawing.lines import BLANK, beside, line
from tui_trainer.ui.drawing.styles import Ink
from tui_trainer.view import words
from tui_trainer.view.text import fullest

GAP = 3  # cells between pictures


def across(ink: Ink, matrix: MatrixState, when: str, width: int, height: int) -> list[Strip]:
    """Side by side, as wide as `width` together.

    Args:
        when: of which step they are, where that has to be told.
    """
    room = (width - GAP * (len(words.PICTURES) - 1)) // len(words.PICTURES)
    drawn = [
        _one(ink, matrix, field, _title(said, when, room), room, height)
        for field, said in words.PICTURES.items()
    ]
    widest = max(row.cell_length for rows in drawn for row in rows)
    return beside([(rows, widest) for rows in drawn], max(map(len, drawn)), line((" " * GAP, ink.text)))


def stacked(ink: Ink, matrix: MatrixState, when: str, width: int, height: int) -> list[Strip]:
    """One under the other, as high as `height` together."""
    room = (height + 1) // len(words.PICTURES) - 1
    rows: list[Strip] = []
    for field, said in words.PICTURES.items():
        rows += [
            *([BLANK] if rows else []),
            *_one(ink, matrix, field, _title(said, when, width), width, room),
        ]
    return rows


def _title(said: str, when: str, width: int) -> str:
    """As much of it as fits, the step first."""
    brief = said.partition(":")[0]
    forms = (f"{said}, {when}", f"{brief}, {when}") if when else (said,)
    return fullest((*forms, brief), width)


def _one(ink: Ink, matrix: MatrixState, field: str, title: str, width: int, height: int) -> list[Strip]:
    drawn = heatmap.drawn(getattr(matrix, field), width, height - 1, ink)
    return [line((title, ink.muted)), *drawn]

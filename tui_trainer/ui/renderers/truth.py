"""An answer's mark: right or wrong by the world, which is known; nothing where the world doesn't say."""

from typing import TYPE_CHECKING

from tui_trainer.ui.drawing.lines import Part
from tui_trainer.ui.drawing.styles import Ink

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.truth import Judged


def mark(ink: Ink, judged: "Judged | None") -> Part:
    """Two cells before the answer."""
    if judged is None:
        return ("", ink.text)
    if judged.right is None:
        return ("– ", ink.warn)
    return ("✓ ", ink.good) if judged.right else ("✗ ", ink.bad)


def said(ink: Ink, judged: "Judged") -> Part:
    """The same in words, with what is true."""
    if judged.right is None:
        return (f"– not known to it; in the world it is {judged.truth}", ink.warn)
    if judged.right:
        return ("✓ right: so it is in the world", ink.good)
    return (f"✗ wrong: in the world it is {judged.truth}", ink.bad)

"""An answer's mark: right or wrong by the world, which is known, or as it was told; or nothing, but for what
can be said of one that passes by what was told.
"""

from typing import TYPE_CHECKING

from tui_trainer.ui.drawing.lines import Part
from tui_trainer.ui.drawing.styles import Ink

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.telling import Unheard
    from tui_trainer.corpus.exam.truth import Judged

FEW_WAYS = "it knows few ways of being told"


def mark(ink: Ink, judged: "Judged | None") -> Part:
    """Two cells before the answer."""
    if judged is None:
        return ("", ink.text)
    return ("✓ ", ink.good) if judged.right else ("✗ ", ink.bad)


def said(ink: Ink, judged: "Judged") -> Part:
    """The same in words, with what is true."""
    if not judged.right:
        where = "" if judged.why == "sum" else "in the world "
        return (f"✗ wrong: {where}it is {judged.truth}", ink.bad)
    otherwise = f"; in the world it is {judged.truth}" if judged.truth else ""
    said = {
        "world": "✓ right: so it is in the world",
        "told": f"✓ as you told it{otherwise}",
        "unknown": f"✓ right: in the world there is no {judged.truth}",
        "sum": "✓ right: it adds up",
        "later": f"✓ right: {judged.truth} came after all that it read",
    }
    return (said[judged.why], ink.good)


def passed_by(ink: Ink, unheard: "Unheard") -> Part:
    """That an answer has nothing of what was told, which is no mark."""
    said = "you told it something" if unheard == "told" else "nothing you told it is in this"
    return (f"{said}: {FEW_WAYS}", ink.muted)

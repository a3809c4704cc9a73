"""An answer's mark: right or wrong by the world, which is known, or as it was told; or nothing."""

from typing import TYPE_CHECKING

from tui_trainer.ui.drawing.lines import Part
from tui_trainer.ui.drawing.styles import Ink

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.truth import Judged


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

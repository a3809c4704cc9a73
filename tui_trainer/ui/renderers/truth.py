"""An answer's mark: right or wrong by the world, which is known, or as it was told; of a text that only goes
on, whether the fact is in it; or nothing, but for what can be said of one that passes by what was told.
"""

from typing import TYPE_CHECKING

from tui_trainer.ui.drawing.lines import Part
from tui_trainer.ui.drawing.styles import Ink
from tui_trainer.view import words

if TYPE_CHECKING:
    from tui_trainer.corpus.exam.truth import Judged
    from tui_trainer.ui.run_files.verdict import Verdict


def mark(ink: Ink, verdict: "Verdict | None", noisy: bool = False) -> Part:
    """Two cells before the answer, which may be noise; none before a text that answers nothing."""
    if verdict is None or verdict.continues:
        return ("✗ ", ink.bad) if noisy else ("", ink.text)
    judged = verdict.judged
    return ("✓ ", ink.good) if judged is not None and judged.right else ("✗ ", ink.bad)


def said(ink: Ink, verdict: "Verdict") -> Part:
    """The same in words, with what is true."""
    judged = verdict.judged
    if judged is None:
        return (f"✗ answers something else: {words.RELATION[verdict.instead]}", ink.bad)
    if verdict.continues:
        return (_continued(judged), ink.muted)
    step = "" if verdict.step is None else f"{verdict.step[0]} should be {verdict.step[1]}"
    if not judged.right:
        where = "" if judged.why == "sum" else "in the world "
        wrong = f"answers something else, {words.RELATION[verdict.instead]}" if verdict.instead else "wrong"
        return (f"✗ {wrong}: {where}it is {judged.truth}{f'; {step}' if step else ''}", ink.bad)
    if not verdict.ended:
        return ("✓ right as far as it goes, but it never ends: the exam counts that as wrong", ink.warn)
    if step:
        return (f"✓ right, but by a wrong step: {step}", ink.warn)
    otherwise = f"; in the world it is {judged.truth}" if judged.truth else ""
    said = {
        "world": "✓ right: so it is in the world",
        "told": f"✓ as you told it{otherwise}",
        "unknown": f"✓ right: in the world there is no {judged.truth}",
        "sum": "✓ right: it adds up",
        "later": f"✓ right: {judged.truth} came after all that it read",
    }
    return (said[judged.why], ink.good)


def _continued(judged: "Judged") -> str:
    """Of a base model's text: whether it holds what was asked for, which makes it no answer."""
    if judged.why in ("unknown", "later"):
        return "holds that it doesn't know, but doesn't answer"
    what = "sum" if judged.why == "sum" else "fact"
    if judged.right:
        return f"holds the {what}, but doesn't answer: it goes on with your text"
    where = "" if judged.why == "sum" else "in the world "
    return f"doesn't answer, nor is the {what} in this: {where}it is {judged.truth}"

"""No taste found: why, what a coin would have got, and what can be done now."""

from textual.strip import Strip

from tui_trainer.messages.events import TasteTested
from tui_trainer.ui.drawing.lines import BLANK, line, link, paragraph
from tui_trainer.ui.renderers import two_answers
from tui_trainer.ui.scene import Scene
from tui_trainer.view import taste
from tui_trainer.view.text import fullest

ASKED = (  # action, what it does, and that where there is little room
    ("pick_more", "keep picking: a taste shows better in more picks", "keep picking"),
    ("turn_anyway", "turn the model all the same, to what may be chance", "turn it all the same"),
    ("leave_it", "leave the model as it is, and skip to the end", "leave it as it is"),
)


def board(scene: Scene, tested: TasteTested, width: int, height: int) -> list[Strip]:
    """The whole pane."""
    ink, state = scene.ink, scene.state
    simulated = bool(state.picks) and state.picks[-1].picked.simulated
    head, _, why = taste.verdict(tested, "the rater's" if simulated else "your").partition(": ")
    rows = [line((head, ink.warn + ink.strong))]
    rows += paragraph(f"{why[0].upper()}{why[1:]}.", ink.text, width, 2)
    rows += [BLANK, *paragraph(f"{taste.measured(tested)}.", ink.muted, width, 6)]
    foot = _asked(scene, width) if tested.asks else _done(scene, width)
    return [*rows, BLANK, *foot][:height] if len(rows) + 1 + len(foot) <= height else [*rows, *foot][-height:]


def _asked(scene: Scene, width: int) -> list[Strip]:
    ink = scene.ink
    if not scene.steers or scene.sent:
        return [two_answers.waiting(scene)]
    rows = paragraph("Nothing is turned before you say so:", ink.text, width, 2)
    for action, *labels in ASKED:
        key = f" {scene.key_of(action)} "
        label = fullest(labels, width - len(key) - 1)
        rows.append(line((key, link(ink.key, f"app.do('{action}')")), (f" {label}", ink.text)))
    return rows


def _done(scene: Scene, width: int) -> list[Strip]:
    said = "The model was left as it is: aligned and tuned are the same weights."
    if scene.state.answer == "anyway" or scene.state.setting("feedback.turn_anyway"):
        said = "The model is turned to them anyway, as was asked for."
    return paragraph(said, scene.ink.text, width, 2)

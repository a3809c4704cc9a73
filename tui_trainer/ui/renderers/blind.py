"""Before or after? The blind test at the end, and what came of it."""

from textual.strip import Strip

from tui_trainer.messages.events import PairOffered
from tui_trainer.ui.drawing.lines import filled, line, paragraph
from tui_trainer.ui.renderers import two_answers
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.state import Pick

KEYS = (*two_answers.PICKING[:5], ("G", "go_on", "end the test", "end"))
FIGURE = "aligned/blind_win_rate"


def board(scene: Scene, pair: PairOffered, width: int, height: int) -> list[Strip]:
    """A pair of it, with what the one before had been."""
    ink, done = scene.ink, scene.state.blind
    said = (
        "Before or after? One answer is by the model before your picks, one by the model after. "
        "Which is better?"
    )
    head = paragraph(said, ink.text, width, 2)
    live = scene.steers and not scene.sent
    foot = [_reveal(scene, done[-1])] if done else []
    foot.append(two_answers.key_line(scene, KEYS, width) if live else two_answers.waiting(scene))
    room = height - len(head) - len(foot)
    return [*head, *filled(two_answers.board(scene, pair, None, width, room, live), room), *foot]


def _reveal(scene: Scene, last: Pick) -> Strip:
    ink, pair = scene.ink, last.pair
    assert pair is not None  # a pair of the test is always at hand
    number = f"{len(scene.state.blind)} done; "
    if last.preferred is None:
        a, b = ("after", "before") if pair.swapped else ("before", "after")
        return line((f"{number}the last pair had been: A {a}, B {b}", ink.muted))
    style = ink.good if last.preferred == "after" else ink.warn
    return line((f"{number}you preferred the model ", ink.muted), (last.preferred, style))


def result(scene: Scene) -> Strip | None:
    """The figure, once it is there."""
    found, ink = scene.state.measured.get(FIGURE), scene.ink
    if found is None:
        return None
    interval = numbers.interval(found.ci95 or (found.value, found.value))
    return line(
        ("blindly, after beat before in ", ink.muted),
        (numbers.percent(found.value), ink.strong),
        (f" of {found.n} pairs ({interval})", ink.muted),
    )

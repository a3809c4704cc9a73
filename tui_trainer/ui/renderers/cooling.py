"""How a document that is learned from cools: its mean loss from the first look to the last."""

from textual.strip import Strip

from tui_trainer.ui.drawing.bars import heights
from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.inspections import Trace

MOST = 24  # cells of the columns between the two losses


def line_of(scene: Scene, trace: Trace, of: object, width: int, read: bool = True) -> list[Strip]:
    """One line, or none before there are two looks at this text.

    Args:
        read: the model learns from it.
    """
    if trace.of != of or len(trace.points) < 2:
        return []
    ink = scene.ink
    losses = [loss for _, loss in trace.points]
    first, last = (
        f"{numbers.figure(loss)} at step {moment[2]}" for moment, loss in (trace.points[0], trace.points[-1])
    )
    said = "it cools: " if losses[-1] < losses[0] else "its loss: "
    if not read:
        said = "never read: "
    room = min(MOST, width - len(said) - len(first) - len(last) - 2)
    if room < 2:
        return [
            line(
                ("mean loss " if read else "never read; mean loss ", ink.muted),
                (f"{numbers.figure(losses[0])} → {numbers.figure(losses[-1])}", ink.strong),
            )
        ]
    columns = (f" {heights(losses, room)} ", ink.accent("data"))
    return [line((said, ink.muted), (first, ink.text), columns, (last, ink.strong))]

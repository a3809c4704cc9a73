"""The caption under the panes: what is happening right now, in a sentence."""

from textual.strip import Strip

from tui_trainer.ui.caption import forms
from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.line_view import LineView
from tui_trainer.ui.scene import Scene
from tui_trainer.view.text import holds, wrap_to


class Caption(LineView):
    """A few lines with the stage's color at their side; the fullest form of the sentence that they hold."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="caption")
        self.scene = scene

    def lines(self, width: int, height: int) -> list[Strip]:
        scene, ink = self.scene, self.scene.ink
        sign, sentences = forms(scene)
        accent = ink.bad if scene.stopped and scene.past is None else ink.accent(scene.state.stage, bold=True)
        indent = len(sign) + 2
        room = width - indent - 2
        whole = (sentence for sentence in sentences if holds(sentence, room, height))
        rows = wrap_to(next(whole, sentences[-1]), room, height)
        rows += [""] * (height - len(rows))
        return [
            line(("▌", accent), (f" {sign} " if not index else " " * indent, accent), (row, ink.strong))
            for index, row in enumerate(rows)
        ]

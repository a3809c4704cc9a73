"""What stands there when the terminal is too small for anything else."""

from textual.strip import Strip

from tui_trainer.ui.drawing.lines import centered, line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view.text import wrap

SMALLEST = (60, 15)


class TooSmall(LineView):
    """One sentence."""

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="too-small")
        self.scene = scene

    def lines(self, width: int, height: int) -> list[Strip]:
        alive = self.scene.trainer == "alive" and not self.scene.paused and not self.scene.state.ended
        said = f"This screen needs {SMALLEST[0]}×{SMALLEST[1]} characters; it has {width}×{height}."
        if alive:
            said += " Training goes on."
        rows = wrap(said, max(1, width - 2))
        return centered([line((row, self.scene.ink.text)) for row in rows], width, height)

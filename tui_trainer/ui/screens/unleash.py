"""Taking the leash off: what that means, and the contrast in which the leash alone is back."""

from textual.strip import Strip

from tui_trainer import leash
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.drawing.text import wrap
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.choice import Choice

ABOUT = (
    "A new run reinforces the same tuned model by the same picks, with nothing that holds it: no KL, no "
    "guard on facts, no bound on the reward. This run stays as it is."
)


class Unleash(Choice[bool]):
    """Ends with whether it is leashed."""

    name_ = "Off the leash"
    leave = "leave it on"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, (False, True))

    def rows(self, width: int) -> list[Strip]:
        rows = [line((row, self.scene.ink.text)) for row in wrap(ABOUT, width)]
        rows += [BLANK, self.option(1, f"{'off the leash':<16}", f"KL costs nothing; {leash.STEPS} steps")]
        meaning = f"the same, but a nat of KL costs {leash.LEASH:g}"
        return [*rows, BLANK, self.option(2, f"{'the contrast':<16}", meaning)]

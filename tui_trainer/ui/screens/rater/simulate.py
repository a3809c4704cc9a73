"""Choosing which simulated rater makes the remaining picks."""

from typing import get_args

from textual.strip import Strip

from tui_trainer.settings import Taste
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.choice import Choice

TASTES: tuple[str, ...] = get_args(Taste)
MEANING = {
    "polite": "likes kind words",
    "short": "likes few words",
    "example": "likes an example",
    "cautious": "likes answers that admit doubt",
}


class Simulate(Choice[str]):
    """Ends with the taste's name."""

    title_ = "A simulated rater"
    leave = "you go on picking"

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, TASTES)

    def rows(self, width: int) -> list[Strip]:
        rows = [line(("A program picks in your place, by one taste:", self.scene.ink.text)), BLANK]
        for number, taste in enumerate(TASTES, 1):
            rows.append(self.option(number, f"{taste:<10}", MEANING.get(taste, "")))
        return rows

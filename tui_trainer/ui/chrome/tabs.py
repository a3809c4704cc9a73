"""The tabs over a pane that has the whole screen."""

from collections.abc import Callable

from textual.strip import Strip

from tui_trainer.ui.drawing.lines import Part, line, link
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view.words import PANES

# Behind the panes, as many as there is room for: actions, in words.
FURTHER = {"runs": "runs", "turn": "settings", "machine": "machine"}


class Tabs(LineView):
    """One line; the current pane's tab is in brackets as well as in color."""

    def __init__(self, scene: Scene, current: Callable[[], int]) -> None:
        super().__init__(id="tabs")
        self.scene = scene
        self.current = current

    def lines(self, width: int, height: int) -> list[Strip]:
        ink = self.scene.ink
        parts: list[Part] = [(" ", ink.text)]
        for number, name in enumerate(PANES, 1):
            here = number == self.current()
            waits = number == 4 and self.scene.state.waits is not None and self.scene.steers
            text = f"[{number} {name}]" if here else f" {number} {name}{'!' if waits else ' '}"
            style = (
                ink.accent(self.scene.state.stage, bold=True) if here else ink.warn if waits else ink.muted
            )
            parts.append((text, link(style, f"app.do('pane_{number}')")))
        for name, label in FURTHER.items():
            text = f" {self.scene.key_of(name)} {label} "
            if line(*parts).cell_length + len(text) <= width:
                parts.append((text, link(ink.muted, f"app.do('{name}')")))
        return [line(*parts)]

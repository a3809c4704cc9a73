"""The machine in one picture, over the dashboard: what each part of the model does in the step just made."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.ui.renderers import machine
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view.machine import Machine, machine_of


class MachineScreen(Modal[str | None]):
    """Follows the run. Ends with the name of a matrix that is to be opened, or with None."""

    kind, title_ = "machine", "The machine"
    hint = "arrows · enter opens · . step · - + pace · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,8", "close", "close", show=False),
        Binding("up,k", "part(1)", "up", show=False),
        Binding("down,j", "part(-1)", "down", show=False),
        Binding("right,l", "matrix(1)", "next matrix", show=False),
        Binding("left,h", "matrix(-1)", "matrix before", show=False),
        Binding("enter", "open_chosen", "open", show=False),
        Binding("space", "app.do('pause')", "pause", show=False),
        Binding("full_stop", "app.do('step')", "one step", show=False),
        Binding("plus,equals_sign", "app.do('faster')", "faster", show=False),
        Binding("minus", "app.do('slower')", "slower", show=False),
        Binding("A", "ahas", "five things", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene = scene
        self.chosen = 0
        self.matrix = 0

    def follow(self) -> None:
        self.page.redraw()

    @property
    def machine(self) -> Machine:
        """As it was measured last."""
        return machine_of(self.scene.state, self.scene.guess)

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        found = self.machine
        self.chosen = max(0, min(self.chosen, len(found.parts) - 1))
        return machine.board(self.scene, found, self.chosen, self.matrix, width, height)

    def action_part(self, by: int) -> None:
        self.chosen = max(0, min(self.chosen + by, len(self.machine.parts) - 1))
        self.matrix = 0
        self.page.redraw()

    def action_matrix(self, by: int) -> None:
        parts = self.machine.parts
        if parts:
            self.matrix = max(0, min(self.matrix + by, len(parts[self.chosen].matrices) - 1))
            self.page.redraw()

    def action_open(self, part: int, matrix: int) -> None:
        """End with one of a part's matrices."""
        parts = self.machine.parts
        if part < len(parts) and matrix < len(parts[part].matrices):
            self.dismiss(parts[part].matrices[matrix].name)

    def action_ahas(self) -> None:
        """Give way to the list of five things: what it leads to lies under this screen."""
        self.dismiss()
        self.app.call_later(self.app.run_action, "app.do('ahas')")

    def action_open_chosen(self) -> None:
        self.action_open(self.chosen, self.matrix)

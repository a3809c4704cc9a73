"""What keys do to the panes: go to one, give it more room."""

from collections.abc import Callable

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.view.words import PANES

WIDER = 4  # parts of a row, of 120


def _to_pane(number: int, what: str) -> "Callable[[Handling], None]":
    def go(self: Handling) -> None:
        self.dashboard.go(number)

    go.__name__, go.__doc__ = f"do_pane_{number}", f"Go to the {what}"
    return action(str(number), PANES[number - 1], footer="no")(go)


class PaneHandlers(Handling):
    """The part of the app that lays out its panes."""

    do_pane_1 = _to_pane(1, "dataset: sources, filters, documents")
    do_pane_2 = _to_pane(2, "curves: loss, validation, reward")
    do_pane_3 = _to_pane(3, "weights: pictures of the matrices")
    do_pane_4 = _to_pane(4, "rater: what is right, and which is better")
    do_pane_5 = _to_pane(5, "chat with the frozen weights, and type")

    @action("tab", "next pane")
    def do_next_pane(self) -> None:
        """Go to the next pane."""
        self.dashboard.go(self.dashboard.current + 1)

    @action("shift+tab", "back", footer="no")
    def do_previous_pane(self) -> None:
        """Go to the pane before."""
        self.dashboard.go(self.dashboard.current - 1)

    @action("z", "zoom", when=lambda scene: scene.roomy)
    def do_zoom(self) -> None:
        """Give the whole screen to this pane, or take it back."""
        self.dashboard.toggle_zoom()

    @action(">", "size", written="< >", footer="no")
    def do_wider(self) -> None:
        """Make this pane wider, or narrower."""
        self.dashboard.resize_pane(WIDER)

    @action("<", "size", footer="no", listed=False)
    def do_narrower(self) -> None:
        """Make this pane narrower."""
        self.dashboard.resize_pane(-WIDER)

    @action("}", "size", written="{ }", footer="no")
    def do_taller(self) -> None:
        """Make this row taller, or lower."""
        self.dashboard.resize_row(1)

    @action("{", "size", footer="no", listed=False)
    def do_lower(self) -> None:
        """Make this row lower."""
        self.dashboard.resize_row(-1)

    @action("c", "caption", footer="no")
    def do_caption(self) -> None:
        """Hide the sentence under the panes, or show it."""
        self.dashboard.toggle_caption()

"""All experiments: what each claims, and whether that held when it was done here."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.worker import get_current_worker

from tui_trainer.experiments.catalog import CATALOG, Experiment
from tui_trainer.ui.drawing.lines import BLANK, beside, filled, line, paragraph
from tui_trainer.ui.renderers.experiment import board, state
from tui_trainer.ui.run_files.experiments import Experiments
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view.text import fit

REDRAW_SECONDS = 0.4
NAME, STATE = 18, 16
BESIDE = 66  # cells from which on what the cursor is at stands beside the list
WHOLE = 60  # cells from which on one that is done stands there with its figures and its picture
BEGINS = {
    "nothing": "It trains models of its own.",
    "tuned": "It begins from this run's tuned weights, which stay as they are.",
    "aligned": "It begins from this run's latest weights, which stay as they are.",
    "run": "It reads this run's log and files.",
}


class ExperimentsSheet(Modal[None]):
    """The list; `opens` is called with the one that is chosen."""

    kind, title_, hint = "sheet", "Experiments: claims put to the test", "↑ ↓ · enter opens · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,X", "close", "close", show=False),
        Binding("down,j", "move(1)", "down", show=False),
        Binding("up,k", "move(-1)", "up", show=False),
        Binding("pagedown,end", "move(100)", "last", show=False),
        Binding("pageup,home", "move(-100)", "first", show=False),
        Binding("enter,space,right", "open", "open", show=False),
    ]

    def __init__(self, scene: Scene, experiments: Experiments, opens: Callable[[Experiment], object]) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene, self.experiments, self.opens = scene, experiments, opens
        self.at = 0

    def on_mount(self) -> None:
        self.set_interval(REDRAW_SECONDS, self.page.redraw)
        self.run_worker(self._load, thread=True)

    def _load(self) -> None:
        self.experiments.load()
        if not get_current_worker().is_cancelled:
            self.app.call_from_thread(self.page.redraw)

    def action_move(self, by: int) -> None:
        self.at = max(0, min(len(CATALOG) - 1, self.at + by))
        self.page.redraw()

    def action_open(self) -> None:
        self.opens(CATALOG[self.at])

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        """One a line; beside them, or below, the one that the cursor is at."""
        ink, chosen = self.scene.ink, CATALOG[self.at]
        if width >= BESIDE:
            right = width - NAME - STATE - 3
            blocks = [
                (self._list(height), NAME + STATE),
                (self._about(chosen, right, height), right),
            ]
            return beside(blocks, height, line((" │ ", ink.faint)))
        below = [
            line(("─" * width, ink.faint)),
            *paragraph(chosen.claim.text, ink.text, width, 4),
            *self._more(chosen, width),
        ]
        room = max(1, height - len(below))
        return [*filled(self._list(room), room), *below]

    def _list(self, height: int) -> Sequence[Strip]:
        self.page.first = min(max(self.page.first, self.at - height + 1), self.at)
        return self.page.scrolled([self._row(one) for one in CATALOG], height)

    def _row(self, experiment: Experiment) -> Strip:
        ink, here = self.scene.ink, experiment is CATALOG[self.at]
        said, style = state(ink, self.experiments.told(experiment), self.experiments.seen(experiment))
        name = ("▸ " if here else "  ") + experiment.name
        return line((fit(name, NAME), ink.strong if here else ink.text), (fit(said, STATE), style))

    def _about(self, experiment: Experiment, width: int, height: int) -> list[Strip]:
        """What it claims, and what is asked before it; of one that was done, what came of it."""
        ink, claim = self.scene.ink, experiment.claim
        told, seen = self.experiments.told(experiment), self.experiments.seen(experiment)
        if seen is not None and width >= WHOLE:
            return board(ink, told, seen, width, height)
        more = [BLANK, *self._more(experiment, width)]
        rows = paragraph(claim.text, ink.strong, width)
        asked = [BLANK, *paragraph(claim.asks, ink.text, width)]
        if len(rows) + len(asked) + len(more) <= height:
            rows += asked
        guesses = [line(("· ", ink.muted), (said, ink.text)) for said in claim.predictions]
        whole = all(row.cell_length <= width for row in guesses)
        if whole and len(rows) + 1 + len(guesses) + len(more) <= height:
            rows += [BLANK, *guesses]
        return [*rows, *more]

    def _more(self, experiment: Experiment, width: int) -> list[Strip]:
        ink, seen = self.scene.ink, self.experiments.seen(experiment)
        if lacks := self.experiments.lacking.get(experiment.name):
            return paragraph(lacks, ink.warn, width, 2)
        if seen is not None and seen.trouble:
            return paragraph(seen.trouble, ink.warn, width, 2)
        if seen is not None and seen.result is not None:
            return paragraph(f"Came true: {seen.result.came_true}.", ink.muted, width, 2)
        return paragraph(BEGINS[experiment.begins_from], ink.muted, width, 2)

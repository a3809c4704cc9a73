"""All experiments: what each claims, and whether that held when it was done here."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.worker import get_current_worker

from tui_trainer.experiments.catalog import CATALOG, Experiment
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.renderers.experiment import state
from tui_trainer.ui.run_files.experiments import Experiments
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view.text import cut, fit

REDRAW_SECONDS = 0.4
NAME, STATE = 18, 18
LEAST_CLAIM = 24  # cells: less of it beside its name says nothing
BEGINS = {
    "nothing": "It trains models of its own.",
    "tuned": "It begins from this run's tuned weights, which stay as they are.",
    "aligned": "It begins from this run's latest weights, which stay as they are.",
    "run": "It reads this run's log and files.",
}


class ExperimentsSheet(Modal[None]):
    """The list; `opens` is called with the one that is chosen."""

    kind, title_, hint = "sheet", "Experiments: what is said of such models, tried", "↑ ↓ · enter opens · esc"
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
        """One a line, over all about the one that the cursor is at."""
        ink, chosen = self.scene.ink, CATALOG[self.at]
        below = [
            line(("─" * width, ink.faint)),
            *paragraph(chosen.claim.text, ink.text, width, 4),
            *self._more(chosen, width),
        ]
        room = max(1, height - len(below))
        self.page.first = min(max(self.page.first, self.at - room + 1), self.at)
        shown = self.page.scrolled([self._row(one, width) for one in CATALOG], room)
        return [*shown, *[BLANK] * (room - len(shown)), *below]

    def _row(self, experiment: Experiment, width: int) -> Strip:
        ink, here = self.scene.ink, experiment is CATALOG[self.at]
        said, style = state(ink, self.experiments.told(experiment), self.experiments.seen(experiment))
        name = line((("▸ " if here else "  ") + fit(experiment.name, NAME), ink.strong if here else ink.text))
        stands = line((fit(said, STATE), style))
        claim = width - name.cell_length - STATE - 2
        if claim < LEAST_CLAIM:
            return Strip.join([name, stands])
        told = cut(experiment.claim.text, claim)
        return Strip.join([name, stands, line((f"  {told}", ink.text if here else ink.muted))])

    def _more(self, experiment: Experiment, width: int) -> list[Strip]:
        ink, seen = self.scene.ink, self.experiments.seen(experiment)
        if lacks := self.experiments.lacking.get(experiment.name):
            return paragraph(lacks, ink.warn, width, 2)
        if seen is not None and seen.trouble:
            return paragraph(seen.trouble, ink.warn, width, 2)
        if seen is not None and seen.result is not None:
            return paragraph(f"Came true: {seen.result.came_true}.", ink.muted, width, 2)
        return paragraph(BEGINS[experiment.begins_from], ink.muted, width, 2)

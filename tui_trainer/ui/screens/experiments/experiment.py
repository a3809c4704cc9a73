"""One experiment: what it claims, what you think will happen, and what does."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.experiments.catalog import Experiment
from tui_trainer.ui.drawing.lines import BLANK, paragraph
from tui_trainer.ui.processes.experiment import ExperimentProcess
from tui_trainer.ui.renderers.experiment import asking, board
from tui_trainer.ui.run_files.experiments import Experiments
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.choice import Choice
from tui_trainer.ui.screens.experiments.experiments import BEGINS, REDRAW_SECONDS
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page

TAKES = "It goes on beside the training, in a process of its own: about four minutes or less at demo size."


class LeaveIt(Choice[str]):
    """Whether one that is under way goes on while nobody looks."""

    title_, leave, height = "It is still under way", "stay here", 11

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, ["on", "stop"])

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        return [
            self.option(1, "let it go on"),
            *paragraph("     The list of experiments says when it is done.", ink.muted, width),
            BLANK,
            self.option(2, "stop it"),
            *paragraph("     Nothing of it is kept.", ink.muted, width),
        ]


class ExperimentScreen(Modal[None]):
    """Asks for a prediction, then shows the run of it, then the verdict; `begin` is called in between."""

    kind = "sheet"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "leave", show=False),
        *(Binding(str(number), f"predict({number})", "predict", show=False) for number in range(1, 5)),
        Binding("s", "predict(0)", "no guess", show=False),
        Binding("r", "again", "again", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
        Binding("pagedown,space", "scroll(10)", "page down", show=False),
        Binding("pageup", "scroll(-10)", "page up", show=False),
    ]

    def __init__(
        self,
        scene: Scene,
        experiments: Experiments,
        experiment: Experiment,
        begin: Callable[[Experiment, int | None], object],
    ) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene, self.experiments, self.experiment = scene, experiments, experiment
        self.begin = begin
        self.asks = experiments.seen(experiment) is None
        self.frame.border_title = f"Experiment: {experiment.name}"

    def on_mount(self) -> None:
        self.set_interval(REDRAW_SECONDS, self.redraw)
        self.redraw()

    def redraw(self) -> None:
        """Bring it up to date."""
        self.frame.border_subtitle = self.spelt(self._hint())
        self.page.redraw()

    def ended(self) -> None:
        """The verdict is there: it stands at the top, wherever one had scrolled to."""
        self.page.first = 0
        self.redraw()

    @property
    def mine(self) -> ExperimentProcess | None:
        """This one, while it is under way."""
        running = self.experiments.running
        return running if running is not None and running.name == self.experiment.name else None

    @property
    def refused(self) -> str:
        """Why it can't begin now; "" where it can."""
        if self.scene.mode == "view":
            return "You only look on at this run: who steers it can do its experiments."
        if lacks := self.experiments.lacking.get(self.experiment.name):
            return lacks
        running = self.experiments.running
        return f"{running.name} is still under way: one at a time." if running is not None else ""

    def _hint(self) -> str:
        if self.asks:
            return (
                "esc"
                if self.refused
                else f"1-{len(self.experiment.claim.predictions)} your guess · s none · esc"
            )
        return "↑ ↓ · esc" if self.mine is not None else "r do it again · ↑ ↓ · esc"

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        """The question, or the experiment."""
        ink, seen = self.scene.ink, self.experiments.seen(self.experiment)
        told = self.experiments.told(self.experiment)
        if self.asks or seen is None:
            begins = self.refused or f"{BEGINS[self.experiment.begins_from]} {TAKES}"
            return self.page.scrolled(asking(ink, told, begins, width, height), height)
        return self.page.scrolled(board(ink, told, seen, width, height), height)

    def action_predict(self, number: int) -> None:
        """Begin it, with this guess; 0: without one."""
        if not self.asks or self.refused or number > len(self.experiment.claim.predictions):
            return
        self.begin(self.experiment, number - 1 if number else None)
        self.asks = False
        self.redraw()

    def action_again(self) -> None:
        if self.mine is None:
            self.asks, self.page.first = True, 0
            self.redraw()

    def action_leave(self) -> None:
        """Close it; whether one under way goes on is asked."""
        if self.mine is None:
            self.dismiss()
        else:
            self.app.push_screen(LeaveIt(self.scene), self._left)

    def _left(self, chosen: str | None) -> None:
        mine = self.mine
        if chosen == "stop" and mine is not None:
            mine.stop()
        if chosen is not None:
            self.dismiss()

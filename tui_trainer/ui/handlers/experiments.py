"""What keys compare and put to the test: two models, two cultures, experiments."""

import time
from functools import partial
from typing import TYPE_CHECKING

from textual import work
from textual.worker import get_current_worker

from tui_trainer.errors import UserError
from tui_trainer.experiments.catalog import Experiment
from tui_trainer.experiments.cultures import Cultures
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.view import words

if TYPE_CHECKING:
    from tui_trainer.ui.processes.experiment import ExperimentProcess
    from tui_trainer.ui.run_files.experiments import Experiments

CULTURE_SECONDS = 0.5  # between two looks at how far two cultures are


class ExperimentHandlers(Handling):
    """The part of the app that sets models beside each other."""

    making: Cultures | None = None  # two cultures, by a trainer after the other
    experiments: "Experiments | None" = None  # once somebody has looked at them

    @action("C", "two models", when=lambda scene: scene.now.latest_weights is not None, footer="no")
    def do_compare(self) -> None:
        """Two models side by side: the same prompts, and raters who judge."""
        from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen

        self.push_screen(ComparisonScreen(self.scene))

    @action(
        "D",
        "two cultures",
        when=lambda scene: scene.may_begin_another and "tuned" in scene.now.weights,
        footer="no",
    )
    def do_cultures(self) -> None:
        """Two raters who disagree: the same tuned model by each, side by side."""
        from tui_trainer.ui.screens.experiments.cultures import ChooseCultures, MakingCultures

        making = self.making
        if making is not None and not making.ended and not making.trouble:
            self.push_screen(MakingCultures(self.scene, making))
        else:
            self.ask(ChooseCultures(self.scene), self._make_cultures)

    @work(thread=True, group="cultures")
    def _make_cultures(self, raters: tuple[str, ...]) -> None:
        from tui_trainer.ui.screens.experiments.cultures import MakingCultures

        try:
            making = self.making = Cultures(self.scene.folder, raters)
        except UserError as error:
            self.call_later(self.say, str(error))
            return
        worker, watched = get_current_worker(), False
        while not worker.is_cancelled:
            try:
                making.advance()
            except UserError as error:
                making.trouble = one_line(str(error))
            if not watched and not making.ended:
                self.call_later(self.push_screen, MakingCultures(self.scene, making))
            self.call_later(self._cultures_moved, making, watched)
            if making.ended or making.trouble:
                break
            watched = True
            time.sleep(CULTURE_SECONDS)

    def _cultures_moved(self, making: Cultures, watched: bool) -> None:
        """How far they are; at the end, both side by side for whoever has waited."""
        from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
        from tui_trainer.ui.screens.experiments.cultures import MakingCultures

        screen = self.screen
        here = isinstance(screen, MakingCultures)
        if not making.ended:
            if isinstance(screen, MakingCultures):
                screen.page.redraw()
            elif making.trouble:
                self.say(making.trouble, error=True)
        elif watched and not here:
            self.say("Both models are made. D shows them side by side.")
        else:
            if here:
                self.pop_screen()
            first, second = (arm.folder for arm in making.arms)
            assert first is not None and second is not None  # or they had not ended
            self.push_screen(ComparisonScreen(self.scene, (first, second), making.raters))

    @action("X", "experiments", footer="no")
    def do_experiments(self) -> None:
        """Experiments: claims about such models, put to the test in front of you."""
        from tui_trainer.ui.run_files.experiments import Experiments
        from tui_trainer.ui.screens.experiments.experiments import ExperimentsSheet

        if self.experiments is None:
            self.experiments = Experiments(self.scene.folder)
        self.push_screen(ExperimentsSheet(self.scene, self.experiments, self._open_experiment))

    def _open_experiment(self, experiment: Experiment) -> None:
        from tui_trainer.ui.screens.experiments.experiment import ExperimentScreen

        assert self.experiments is not None
        self.push_screen(ExperimentScreen(self.scene, self.experiments, experiment, self._begin_experiment))

    def _begin_experiment(self, experiment: Experiment, predicted: int | None) -> None:
        assert self.experiments is not None
        process = self.experiments.begin(experiment, predicted)
        told = partial(self._experiment_ended, process)
        self.run_worker(process.run(told), group="experiments", exit_on_error=False)

    def _experiment_ended(self, process: "ExperimentProcess") -> None:
        """Said to whoever looks elsewhere by now."""
        from tui_trainer.ui.screens.experiments.experiment import ExperimentScreen

        if isinstance(self.screen, ExperimentScreen) and self.screen.experiment.name == process.name:
            self.screen.ended()
        elif not process.stopped:
            result = process.seen.result
            found = process.seen.trouble if result is None else words.verdict(result.holds)
            self.say(f"Experiment {process.name}: {found}", error=result is None)

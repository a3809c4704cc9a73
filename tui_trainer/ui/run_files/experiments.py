"""The experiments of a run: what was found earlier, in its folder, and the one under way."""

from tui_trainer.errors import UserError
from tui_trainer.experiments import source
from tui_trainer.experiments.catalog import CATALOG, Experiment
from tui_trainer.run.storage import results
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line
from tui_trainer.ui.processes.experiment import ExperimentProcess
from tui_trainer.view.experiment import Seen, Told, of_result


class Experiments:
    """All of one run; one at a time is under way, for they share the machine with the training."""

    def __init__(self, folder: RunFolder) -> None:
        self.folder = folder
        self.processes: dict[str, ExperimentProcess] = {}  # the last of each that was begun here
        self.lacking: dict[str, str] = {}  # what the run doesn't have yet, by experiment
        self._found: dict[str, Seen] = {}

    def load(self) -> None:
        """Read what was found earlier, and what can begin by now; takes a moment."""
        for experiment in CATALOG:
            try:
                result = results.load(self.folder, experiment.name)
            except UserError as error:
                self._found[experiment.name] = Seen(trouble=one_line(str(error)))
            else:
                if result is not None:
                    self._found[experiment.name] = of_result(result)
            lacks = source.missing(experiment, self.folder)
            self.lacking[experiment.name] = f"This run {lacks.partition(';')[0]} yet." if lacks else ""

    @property
    def running(self) -> ExperimentProcess | None:
        """The one under way."""
        return next((process for process in self.processes.values() if not process.ended), None)

    def seen(self, experiment: Experiment) -> Seen | None:
        """What is known of it; None: it was never done here."""
        process = self.processes.get(experiment.name)
        # One that was stopped found nothing: what was found before stands.
        if process is not None and (not process.stopped or not process.ended):
            return process.seen
        return self._found.get(experiment.name)

    def told(self, experiment: Experiment) -> Told:
        """What else there is to tell of it."""
        process = self.processes.get(experiment.name)
        return Told(
            experiment.claim,
            experiment.name,
            process.seconds if process is not None and not process.ended else None,
            process.predicted if process is not None else None,
        )

    def begin(self, experiment: Experiment, predicted: int | None) -> ExperimentProcess:
        """One that is to be run by whoever asked."""
        process = ExperimentProcess(experiment.name, self.folder, predicted)
        self.processes[experiment.name] = process
        return process

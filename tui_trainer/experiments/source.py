"""The run that an experiment begins from."""

from pathlib import Path

from tui_trainer.errors import UserError
from tui_trainer.experiments.catalog import Experiment
from tui_trainer.messages.events import WeightsName
from tui_trainer.run.storage.folder import RunFolder, find, list_runs, no_runs
from tui_trainer.run.storage.status import status


def of(experiment: Experiment, directory: Path, run: str | None) -> RunFolder | None:
    """The run of that name or, without one, the newest that will do.

    None, where the experiment trains its own models and no run was named to keep what it finds, or where
    there is no model yet and one must be trained first.

    Raises:
        UserError: the run isn't there, or has no such thing to begin from.
    """
    if run is not None:
        folder = find(directory, run)
        if lacks := missing(experiment, folder):
            raise UserError(f"run {folder.id} {lacks}")
        return folder
    if experiment.begins_from == "nothing":
        return None
    found = next((folder for folder in list_runs(directory) if not missing(experiment, folder)), None)
    if found is None and experiment.begins_from == "run":
        raise UserError(
            f"{experiment.name} reads a finished run; "
            + (f"there is none in {directory} yet" if list_runs(directory) else no_runs(directory))
        )
    return found


def missing(experiment: Experiment, folder: RunFolder) -> str:
    """What the experiment needs and this run doesn't have, with what to do; "" where it has all."""
    match experiment.begins_from:
        case "tuned" | "aligned" if not folder.weights("tuned").exists():
            return "has no tuned weights; give one that went through fine-tuning"
        case "run" if not _ended(folder):
            return "has not gone through all its stages yet; give one that has"
    return ""


def weights_of(experiment: Experiment, folder: RunFolder) -> WeightsName | None:
    """Which of a run's weights the experiment begins from."""
    match experiment.begins_from:
        case "aligned" if folder.weights("aligned").exists():
            return "aligned"
        case "tuned" | "aligned":
            return "tuned"
    return None


def _ended(folder: RunFolder) -> bool:
    try:
        return status(folder).ended
    except UserError:
        return False

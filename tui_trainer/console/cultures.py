"""Two cultures without a screen: both forks, one after the other, as `run.cultures` finds or makes them."""

from collections.abc import Sequence

from tui_trainer.console.headless import follow
from tui_trainer.errors import UserError
from tui_trainer.experiments.cultures import Cultures
from tui_trainer.run.storage.folder import RunFolder


def made(source: RunFolder, raters: Sequence[str]) -> tuple[RunFolder, RunFolder]:
    """Both runs, which have ended.

    Raises:
        UserError: there are no such raters, no tuned model, or a trainer was stopped.
        TrainerDied: a trainer ended before its run did.
    """
    runs = []
    for arm in Cultures(source, raters).arms:
        folder = arm.take_up(source)
        arm.look()
        if not arm.ended and follow(folder) == "stopped":
            raise UserError("stopped; the same command goes on from there")
        runs.append(folder)
    return runs[0], runs[1]

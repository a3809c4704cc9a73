"""`tui-trainer experiment`: a claim, put to the test in a folder that is thrown away."""

import sys
import tempfile
from pathlib import Path

from msgspec import Struct

from tui_trainer.console import tables
from tui_trainer.console.progress import Teller
from tui_trainer.events import Measured, Stepped
from tui_trainer.run import machine
from tui_trainer.run.report import Metric
from tui_trainer.settings import Settings
from tui_trainer.ui.drawing.numbers import count, figure


class Result(Struct):
    """What `--json` prints."""

    claim: str
    holds: bool
    metrics: dict[str, Metric]


def put_to_the_test(name: str, settings: Settings, seed: int) -> Result:
    """Do one of `learning.experiments`, with a progress line on stderr."""
    # Imported here: it brings torch.
    from tui_trainer.learning.experiments import EXPERIMENTS

    machine.configure(machine.threads(settings.run.threads))
    experiment, claim = EXPERIMENTS[name]
    teller, measured = Teller(sys.stderr), []
    with tempfile.TemporaryDirectory(prefix="tui-trainer-") as folder:
        for event in experiment(settings, seed, Path(folder)):
            if isinstance(event, Measured):
                measured.append(event)
            elif isinstance(event, Stepped):
                teller.show(f"{event.stage}  step {count(event.step)}  loss {figure(event.loss, 3)}")
    teller.clear()
    values = {event.name: event.value for event in measured}
    return Result(claim.text, claim.holds(values), tables.metrics(measured))


def text(result: Result) -> str:
    """The same for people: the arms beside each other, and the verdict."""
    arms = {name.split("/")[0]: name.split("/")[0] for name in result.metrics if name.count("/") == 1}
    verdict = "It holds." if result.holds else "It does not hold in this run."
    return f"{result.claim}\n\n{tables.figures(result.metrics, arms)}\n\n{verdict}"

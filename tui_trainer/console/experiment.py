"""`tui-trainer experiment`: a claim, put to the test in a folder that is thrown away."""

import signal
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui_trainer.console import output, tables
from tui_trainer.console.progress import Teller
from tui_trainer.errors import UserError
from tui_trainer.experiments import source as sources
from tui_trainer.experiments.catalog import CATALOG, Beginning, Experiment, named
from tui_trainer.experiments.cost import price_of
from tui_trainer.messages import events as e
from tui_trainer.messages.events import Event, Measured
from tui_trainer.messages.results import Result
from tui_trainer.run import machine
from tui_trainer.run.storage import history, results
from tui_trainer.run.storage.folder import RunFolder, list_runs, runs_directory
from tui_trainer.sanitize import one_line
from tui_trainer.settings import Settings
from tui_trainer.view import words
from tui_trainer.view.numbers import count, figure

SAID = 40  # of what was said, that is kept with the result
Told = Callable[[Event], None]


def put_to_the_test(
    name: str,
    settings: Settings,
    seed: int,
    runs: Path | None = None,
    run: str | None = None,
    raters: Path | None = None,
    price: str | None = None,
    *,
    preset: str = "",
    told: Told | None = None,
) -> Result:
    """Do an experiment; what it finds is kept in the folder of the run that it began from.

    Args:
        runs: where runs are looked for; the usual place, if not given.
        run: what to begin from.
        raters: a file of raters, for `cultures`.
        price: of computing, for `cost`, as "0.30/kWh".
        told: takes every event; if not given, a progress line on stderr.

    Raises:
        UserError: the run, the raters or the price can't be used.
    """
    if raters is not None and name != "cultures":
        raise UserError("--raters is for the experiment cultures")
    if price is not None and name != "cost":
        raise UserError("--price is for the experiment cost")
    experiment = named(name)
    further: dict[str, Any] = {} if price is None else {"price": price_of(price)}
    folder = sources.of(experiment, runs_directory(runs), run)
    if raters is not None:
        further["raters"] = _two(raters)
    from tui_trainer.experiments import beginning  # it brings torch

    if told is not None:
        machine.step_back()  # whoever follows it has a screen, or training beside it
    threads = machine.threads(settings.run.threads)
    machine.configure(threads)
    teller = Teller(sys.stderr)
    told = told or (lambda event: _show(event, teller))
    begun = time.monotonic()
    measured, plots = list[Measured](), dict[str, e.Plotted]()
    said: deque[e.Showed] = deque(maxlen=SAID)
    with tempfile.TemporaryDirectory(prefix="tui-trainer-") as scratch:
        for event in beginning.events(experiment, folder, settings, seed, Path(scratch), **further):
            match event:
                case Measured():
                    measured.append(event)
                case e.Plotted():
                    plots[event.title] = event
                case e.Showed():
                    said.append(event)
            told(event)
    teller.clear()
    figures = {m.name: m.value for m in measured}
    result = Result(
        name,
        experiment.claim.text,
        experiment.claim.holds(figures),
        experiment.claim.outcome(figures),
        tables.metrics(measured),
        tuple(plots.values()),
        tuple(said),
        seed=seed,
        preset=preset,
        seconds=time.monotonic() - begun,
        software=machine.software(),
        machine=machine.description(threads),
        **({} if folder is None else _began_from(experiment, folder)),
    )
    if folder is not None:
        try:
            results.save(folder, result)
        except UserError as error:
            told(e.Noticed(str(error), "warning"))
    return result


def _two(raters: Path) -> dict[str, Any]:
    """The first two of a file of raters. Raises `UserError`."""
    from tui_trainer.learning.preferences.raters import read

    chosen = {key: culture.weights for key, culture in read(raters).items()}
    if len(chosen) < 2:
        raise UserError(f"raters file {raters}: two raters are needed")
    return dict(list(chosen.items())[:2])


def _began_from(experiment: Experiment, folder: RunFolder) -> dict[str, str]:
    weights = sources.weights_of(experiment, folder)
    frozen = None if weights is None else history.frozen(folder).get(weights)
    return {"run": folder.id, "weights_sha256": "" if frozen is None else frozen.sha256}


def _show(event: Event, teller: Teller) -> None:
    match event:
        case e.Stepped():
            teller.show(f"{words.STAGE[event.stage]}  step {count(event.step)}  loss {figure(event.loss, 3)}")
        case e.Picked():
            teller.show(f"{one_line(event.rater)} picks  pair {event.pair + 1}")
        case e.Reinforced():
            gold = "" if event.gold is None else f"  gold {figure(event.gold, 2)}"
            teller.show(
                f"reinforcement  step {event.step}  reward {figure(event.reward, 2)}{gold}"
                f"  KL {figure(event.kl, 2)}"
            )
        case e.Showed():
            teller.show(f"{one_line(event.who)}: {one_line(event.text)}")
        case e.Noticed():
            teller.say(one_line(event.text))


# -- for another program ---------------------------------------------------------------------------------


def tell_event(event: Event) -> None:
    """A line of JSON on stdout."""
    output.show_encoded(e.encoder.encode(event) + b"\n")


def tell_result(result: Result) -> None:
    """Likewise; the last one."""
    output.show_encoded(e.encoder.encode(result) + b"\n")


@contextmanager
def stoppable() -> Iterator[None]:
    """While this lasts, who asks the process to end leaves no folder behind."""

    def stop(number: int, frame: FrameType | None) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


# -- for people ------------------------------------------------------------------------------------------


def text(result: Result) -> str:
    """What came of it: the arms beside each other, and the verdict."""
    metrics = {name.removeprefix(f"{result.experiment}/"): m for name, m in result.metrics.items()}
    owners = (name.split("/")[0] for name in metrics if name.count("/") == 1)
    arms = {owner: owner for owner in owners if owner != "baseline"}
    asked = named(result.experiment).claim.asks
    blocks = [result.claim, tables.figures(metrics, arms), tables.notes(metrics)]
    blocks += [f"{asked}\n  {result.came_true}", words.verdict(result.holds)]
    return "\n\n".join(filter(None, blocks))


class Found(Struct, frozen=True):
    """An experiment, and what came of it in the newest run in which it was done."""

    name: str
    claim: str
    begins_from: Beginning
    run: str | None = None  # None: it was never done
    holds: bool | None = None
    came_true: str | None = None


def list_all(runs: Path | None) -> list[Found]:
    """All experiments. Raises `UserError` where the runs can't be listed."""
    found = {x.name: Found(x.name, x.claim.text, x.begins_from) for x in CATALOG}
    for folder in reversed(list_runs(runs_directory(runs))):
        for name, one in found.items():
            with suppress(UserError):  # damaged: it can be done again
                if (result := results.load(folder, name)) is not None:
                    found[name] = replace(one, run=folder.id, holds=result.holds, came_true=result.came_true)
    return list(found.values())


def listing(found: Sequence[Found]) -> str:
    """The same for people: name, verdict and run, and the claim under them."""
    return "\n\n".join(f"{one.name}: {_state(one)}\n  {one.claim}" for one in found)


def _state(found: Found) -> str:
    if found.holds is None or found.run is None:
        return "never done"
    return f"{'held' if found.holds else 'did not hold'} in run {found.run}"

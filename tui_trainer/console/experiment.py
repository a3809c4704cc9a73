"""`tui-trainer experiment`: a claim, put to the test in a folder that is thrown away."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from tui_trainer.console import tables
from tui_trainer.console.progress import Teller
from tui_trainer.errors import UserError
from tui_trainer.messages.events import Event, Measured, Noticed, Picked, Reinforced, Stepped
from tui_trainer.run import machine
from tui_trainer.run.storage import frozen_weights
from tui_trainer.run.storage.folder import RunFolder, find, list_runs, runs_directory
from tui_trainer.run.storage.report import Metric
from tui_trainer.sanitize import one_line
from tui_trainer.settings import Settings
from tui_trainer.view import words
from tui_trainer.view.numbers import count, figure


class Result(Struct):
    """What `--json` prints."""

    claim: str
    holds: bool
    metrics: dict[str, Metric]


def put_to_the_test(
    name: str,
    settings: Settings,
    seed: int,
    runs: Path | None = None,
    run: str | None = None,
    raters: Path | None = None,
) -> Result:
    """Do an experiment, with a progress line on stderr.

    Args:
        runs: where runs are looked for; the usual place, if not given.
        run: whose tuned weights to begin from, for those experiments that do.
        raters: a file of raters, for `cultures`.

    Raises:
        UserError: the run, or the raters, can't be used.
    """
    # Imported here: they bring torch.
    from tui_trainer.experiments.feedback import ON_TUNED
    from tui_trainer.experiments.worlds import EXPERIMENTS

    if run is not None and name not in ON_TUNED:
        raise UserError(f"the experiment {name} trains its own models; it takes no run")
    if raters is not None and name != "cultures":
        raise UserError("--raters is for the experiment cultures")
    source = _tuned_run(runs, run) if name in ON_TUNED else None
    machine.configure(machine.threads(settings.run.threads))
    teller, measured = Teller(sys.stderr), list[Measured]()
    with tempfile.TemporaryDirectory(prefix="tui-trainer-") as folder:
        if name in ON_TUNED:
            claim = ON_TUNED[name][1]
            events = _on_tuned(name, source, settings, seed, Path(folder), raters, teller)
        else:
            experiment, claim = EXPERIMENTS[name]
            events = experiment(settings, seed, Path(folder))
        for event in events:
            if isinstance(event, Measured):
                measured.append(event)
            else:
                _show(event, teller)
    teller.clear()
    holds = claim.holds({m.name: m.value for m in measured})
    return Result(claim.text, holds, tables.metrics(measured))


def _show(event: Event, teller: Teller) -> None:
    match event:
        case Stepped():
            teller.show(f"{words.STAGE[event.stage]}  step {count(event.step)}  loss {figure(event.loss, 3)}")
        case Picked():
            teller.show(f"{one_line(event.rater)} picks  pair {event.pair + 1}")
        case Reinforced():
            gold = "" if event.gold is None else f"  gold {figure(event.gold, 2)}"
            teller.show(
                f"reinforcement  step {event.step}  reward {figure(event.reward, 2)}{gold}"
                f"  KL {figure(event.kl, 2)}"
            )
        case Noticed():
            teller.say(one_line(event.text))


def _tuned_run(runs: Path | None, run: str | None) -> RunFolder | None:
    """The run to begin from; None, where a model must be trained first."""
    directory = runs_directory(runs)
    if run is not None:
        folder = find(directory, run)
        if not folder.weights("tuned").exists():
            raise UserError(f"run {folder.id} has no tuned weights; give one that went through fine-tuning")
        return folder
    return next((folder for folder in list_runs(directory) if folder.weights("tuned").exists()), None)


def _on_tuned(
    name: str,
    source: RunFolder | None,
    settings: Settings,
    seed: int,
    scratch: Path,
    raters: Path | None,
    teller: Teller,
) -> Iterator[Event]:
    from tui_trainer.corpus.corpus import Corpus
    from tui_trainer.experiments.feedback import ON_TUNED, Tuned, cultures
    from tui_trainer.experiments.worlds import trained
    from tui_trainer.learning.preferences.raters import read

    chosen = {key: culture.weights for key, culture in read(raters).items()} if raters else {}
    if raters and len(chosen) < 2:
        raise UserError(f"raters file {raters}: two raters are needed")
    if source is not None:
        teller.say(f"with the tuned weights of run {one_line(source.id)}")
        corpus = Corpus.load(source.corpus)
        model = frozen_weights.load(source, "tuned")
        frozen_weights.fit(source, model, corpus.tokenizer)
    else:
        teller.say("there is no run with tuned weights yet: training one first")
        model, corpus = yield from trained(settings, seed, scratch)
    tuned = Tuned(corpus, model, settings)
    if chosen:
        yield from cultures(tuned, seed, dict(list(chosen.items())[:2]))
    else:
        yield from ON_TUNED[name][0](tuned, seed)


def text(result: Result) -> str:
    """The same for people: the arms beside each other, and the verdict."""
    owners = (name.split("/")[0] for name in result.metrics if name.count("/") == 1)
    arms = {owner: owner for owner in owners if owner != "baseline"}
    verdict = "It holds." if result.holds else "It does not hold in this run."
    return f"{result.claim}\n\n{tables.figures(result.metrics, arms)}\n\n{verdict}"

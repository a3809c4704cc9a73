"""How an experiment begins: what it begins from is found and loaded, or trained first."""

import importlib
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import msgspec

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.errors import UserError
from tui_trainer.experiments.catalog import Experiment
from tui_trainer.experiments.source import weights_of
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.experiments.worlds import trained
from tui_trainer.messages.events import Event, Noticed
from tui_trainer.run.storage import frozen_weights
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.settings import Settings


def events(
    experiment: Experiment,
    source: RunFolder | None,
    settings: Settings,
    seed: int,
    folder: Path,
    **further: Any,
) -> Iterator[Event]:
    """Do it.

    Args:
        source: the run that it begins from, as `source.of` finds it.
        folder: an empty one, for whatever it needs.
        further: what only this experiment takes.

    Raises:
        UserError: the run can't be read, or has no such thing to begin from.
    """
    module, _, name = experiment.run.partition(":")
    does: Callable[..., Iterator[Event]] = getattr(importlib.import_module(module), name)
    match experiment.begins_from:
        case "nothing":
            yield from does(settings, seed, folder, **further)
        case "run":
            if source is None:
                raise UserError(f"experiment {experiment.name} reads a finished run, and there is none yet")
            yield from does(source, settings, seed, **further)
        case "tuned" | "aligned":
            tuned = yield from _tuned(experiment, source, settings, seed, folder)
            yield from does(tuned, seed, **further)


def _tuned(
    experiment: Experiment, source: RunFolder | None, settings: Settings, seed: int, folder: Path
) -> Generator[Event, None, Tuned]:
    weights = None if source is None else weights_of(experiment, source)
    if source is None or weights is None:
        yield Noticed("there is no run with tuned weights yet: training one first")
        model, corpus = yield from trained(settings, seed, folder)
    else:
        yield Noticed(f"with the {weights} weights of run {source.id}")
        corpus = Corpus.load(source.corpus)
        model = frozen_weights.load(source, weights)
        frozen_weights.fit(source, model, corpus.tokenizer)
        own = source.plan.settings  # what it has read, and how it is built, is not for anybody to choose now
        settings = msgspec.structs.replace(settings, data=own.data, model=own.model)
    return Tuned(corpus, model, settings, folder, source)

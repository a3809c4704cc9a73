"""The next version of a model: trained whole, from random weights, on the same world one year later.

Nothing can be added to weights that are frozen. So what the year brought is learnt as all the rest was, and
all the rest again: a run of its own, with the same seed and the same settings. A year later there is more to
tell, so more is written, asked and read in proportion: each fact is told and read as often as it was. (With
as many texts and steps as before, a demo's version 2 knew .04 to .12 less of what version 1 knew.)
"""

import msgspec

from tui_trainer import settings as settings_
from tui_trainer.corpus.world import make_world
from tui_trainer.errors import UserError
from tui_trainer.messages.events import WeightsName
from tui_trainer.run.storage.folder import RunFolder, list_runs
from tui_trainer.run.storage.plan import Plan, Release
from tui_trainer.run.storage.status import status
from tui_trainer.settings import Settings

# What grows with the number of facts.
IN_PROPORTION = ("data.documents", "finetune.pairs", "pretrain.steps", "finetune.steps")


def plan_of(source: RunFolder) -> Plan:
    """The plan of the version that comes after this run's.

    Raises:
        UserError: it reads no tiny world, has not come to its end, or there are no names for another year.
    """
    old = source.plan
    if old.data:
        raise UserError(f"run {source.id} reads your own text: only a tiny world goes on by a year")
    if not status(source).ended or not source.weights("tuned").is_file():
        raise UserError(
            f"run {source.id} has no finished model yet, which a new version could follow; "
            f"`tui-trainer resume {source.id}` goes on"
        )
    cutoff = old.settings.data.cutoff + 1
    if cutoff > settings_.LAST_CUTOFF:
        raise UserError(f"the tiny world ends with {settings_.LAST_CUTOFF}, which run {source.id} knows")
    before, after = (len(make_world(old.seed, year).facts) for year in (cutoff - 1, cutoff))
    return msgspec.structs.replace(
        old,
        settings=settings_.changed(
            old.settings, [f"data.cutoff={cutoff}", *_grown(old.settings, after / before)]
        ),
        forked=None,
        release=Release(source.id, old.number + 1),
        run="",
        created=0.0,
    )


def _grown(settings: Settings, by: float) -> list[str]:
    """Assignments of what grows, as far as it may."""
    most = {d.name: d.high for d in settings_.describe()}
    grown = []
    for name in IN_PROPORTION:
        value = round(by * settings_.lookup(settings, name))
        high = most[name]
        grown.append(f"{name}={value if high is None else min(value, int(high))}")
    return grown


def versions_around(folder: RunFolder) -> tuple[RunFolder, RunFolder] | None:
    """A run and the one that it is the next version of; else it and its newest next version that is finished.

    Raises:
        UserError: the plan, or the folder of runs, can't be read.
    """
    beside = [run for run in list_runs(folder.path.parent) if run.id != folder.id]
    if (release := folder.plan.release) is not None:
        before = next((run for run in beside if run.id == release.source), None)
        return None if before is None else (before, folder)
    for run in beside:
        after = run.plan.release
        if after is not None and after.source == folder.id and status(run).ended:
            return folder, run
    return None


def in_common(first: RunFolder, second: RunFolder) -> WeightsName:
    """The latest weights that both have, of those that answer.

    Raises:
        UserError: there are none.
    """
    names: tuple[WeightsName, ...] = ("aligned", "tuned")
    for weights in names:
        if all(run.weights(weights).is_file() for run in (first, second)):
            return weights
    raise UserError(f"the runs {first.id} and {second.id} have no weights in common that were fine-tuned")

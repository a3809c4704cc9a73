"""A run that goes on from another one's finished stages, with other settings for the rest.

The log of a run is only ever appended to, and it is what the run is resumed from. So a stage is not done
again in its place: a new run takes over what the stages before have left, and the beginning of the log that
tells of them, word for word. From there on it is a run like any other. For feedback it can take over the
picks as well: the same answers are sampled again from the same weights, and each pick is made again where it
was made, and so is each change of the prompts; who had the model turned to them without a taste is not asked
again.
"""

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import msgspec
from msgspec import Struct

from tui_trainer import settings as settings_
from tui_trainer.errors import UserError
from tui_trainer.files import open_own
from tui_trainer.messages.events import (
    STAGES,
    KnobTurned,
    PairOffered,
    Picked,
    PromptsEdited,
    Record,
    Reinforced,
    StageEnded,
    StageName,
    StageSkipped,
    TasteTested,
    WeightsFrozen,
    WeightsName,
)
from tui_trainer.run import live_settings, unleashed
from tui_trainer.run.storage import carried_picks as kept
from tui_trainer.run.storage import frozen_weights, history
from tui_trainer.run.storage.carried_picks import CarriedPick, CarriedPicks
from tui_trainer.run.storage.folder import RunFolder, create, list_runs
from tui_trainer.run.storage.log import read_all
from tui_trainer.run.storage.plan import Fork, Plan

FORKS: tuple[StageName, ...] = ("pretrain", "finetune", "feedback")  # stages that a fork can begin with


class _Taken(Struct):
    """What a log says of a run up to a stage."""

    records: int | None = None  # up to there; None: it has not got there
    busy: float = 0.0
    frozen: list[WeightsFrozen] = []
    turned: list[tuple[str, float]] = []  # live settings, also those changed while picks were made
    kept: list[CarriedPick] = []

    @property
    def picks(self) -> int:
        """That can be made again."""
        return sum(pick.counts for pick in self.kept)


def plan_of(
    source: RunFolder, stage: StageName, assignments: Sequence[str] = (), keep_picks: bool = False
) -> Plan:
    """The plan of a run that takes over another one's stages before `stage`.

    Args:
        assignments: settings to change, as `name=value`; of this stage and of those after it.
        keep_picks: make the same picks again, as far as they were made.

    Raises:
        UserError: the run has not got so far, a setting can't be changed any more, or there are no picks.
    """
    if stage not in FORKS:
        raise UserError(f"a run can be taken up again at {', '.join(FORKS)}, not at {stage}")
    if keep_picks and stage != "feedback":
        raise UserError("only a run that goes on at feedback can keep the picks")
    old = source.plan
    taken = _read(source, stage, keep_picks)
    if taken.records is None:
        before = STAGES[STAGES.index(stage) - 1]
        raise UserError(f"run {source.id} has not finished {before} yet; {stage} can't begin from it")
    if keep_picks and not taken.picks:
        raise UserError(f"run {source.id} has no picks to keep")
    began = live_settings.turned(old.settings, taken.turned)
    settings = settings_.changed(began, assignments)
    changes = settings_.differences(began, settings)
    for name in changes:
        if not live_settings.is_own(name, stage):
            raise UserError(
                f"{name} can't be changed at {stage}: what run {source.id} made by it is taken over"
            )
    last = taken.frozen[-1] if taken.frozen else None
    forked = Fork(
        source.id,
        stage,
        taken.records,
        taken.busy,
        changes,
        last.weights if last else None,
        last.sha256 if last else "",
        taken.picks,
    )
    reaches = STAGES.index(old.until) >= STAGES.index(stage)
    return msgspec.structs.replace(
        old,
        settings=settings,
        until=old.until if reaches else "frozen",
        skip=tuple(s for s in old.skip if STAGES.index(s) < STAGES.index(stage)),
        forked=forked,
        run="",
        created=0.0,
    )


def begin(source: RunFolder, plan: Plan, runs_dir: Path | None = None) -> RunFolder:
    """Make the folder of a plan that `plan_of` made, with all that it takes over; nothing is shared.

    Raises:
        UserError: it can't be written, or a file of the other run can't be read.
    """
    forked = plan.forked
    assert forked is not None
    stage, records, went_on = forked.stage, forked.records, forked.weights
    picks = kept.encode(_read(source, forked.stage, True).kept if forked.picks else [], forked.picks)
    if not source.corpus.is_dir():
        raise UserError(f"run {source.id} has no corpus folder any more")
    told = history.frozen(source)

    def fill(folder: RunFolder) -> None:
        shutil.copytree(source.corpus, folder.corpus, copy_function=shutil.copyfile)
        for weights in _weights_before(stage):
            # The last of them it goes on from; of those before, a copy is for looking and comparing only.
            if weights in told and (weights == went_on or source.weights(weights).exists()):
                folder.weights(weights).parent.mkdir(exist_ok=True)
                frozen_weights.copy(source, told[weights], folder.weights(weights))
        if plan.base is not None:
            shutil.copytree(source.base, folder.base, copy_function=shutil.copyfile)
        if picks:
            folder.picks.write_bytes(picks)
        with open(open_own(source.events), "rb") as theirs, open(folder.events, "wb") as ours:
            lines = list(islice(theirs, records))
            if len(lines) < records:
                raise UserError(f"the log of run {source.id} is shorter than it was")
            ours.writelines(lines)

    if picks:
        forked = msgspec.structs.replace(forked, picks_sha256=hashlib.sha256(picks).hexdigest())
        plan = msgspec.structs.replace(plan, forked=forked)
    return create(runs_dir or source.path.parent, plan, fill)


def own_run(folder: RunFolder) -> RunFolder:
    """The run whose settings a person chose: a run off the leash is another one's but for the leash.

    It has the other's stages before feedback word for word, and its picks; what goes on from the one could
    as well go on from the other. If the other is gone it is the folder itself.

    Raises:
        UserError: the plan, or the folder of runs, can't be read.
    """
    if not _only_unleashed(folder.plan):
        return folder
    beside = {run.id: run for run in list_runs(folder.path.parent)}
    while (forked := folder.plan.forked) is not None and _only_unleashed(folder.plan):
        source = beside.pop(forked.source, None)  # never twice, whatever the plans say
        if source is None:
            break
        folder = source
    return folder


def _only_unleashed(plan: Plan) -> bool:
    """Whether all that a fork changed is the leash; with a change of a person's own it is their run."""
    if plan.forked is None or not unleashed.is_off(plan.settings.feedback):
        return False
    names = {assignment.partition("=")[0] for assignment in unleashed.assignments(False)}
    return names.issuperset(plan.forked.changes)


def _read(source: RunFolder, stage: StageName, keep_picks: bool) -> _Taken:
    taken = _Taken()
    # A fork's settings have in them whatever was turned before it began.
    own = source.plan.forked.records if source.plan.forked is not None else 0
    picked: list[Record] = []
    for record in read_all(source.events):
        match record.event:
            case KnobTurned(name, value) if record.seq >= own:
                taken.turned.append((settings_.today(name), value))
            case WeightsFrozen() as frozen:
                taken.frozen.append(frozen)
            case PairOffered() | Picked() | PromptsEdited() | TasteTested():
                picked.append(record)
            case Reinforced():
                break
            case StageEnded(ended) | StageSkipped(ended) if STAGES.index(ended) + 1 == STAGES.index(stage):
                taken.records, taken.busy = record.seq + 1, record.busy
                if not keep_picks:
                    break
    # The picks that a fork took over stand in its log once more; how often picking had gone on does not.
    before = CarriedPicks(source).more if keep_picks else []
    taken.kept = [*before, *kept.of_log(picked)]
    return taken


def _weights_before(stage: StageName) -> Iterator[WeightsName]:
    for trained, weights in (("pretrain", "base"), ("finetune", "tuned")):
        if STAGES.index(trained) < STAGES.index(stage):
            yield weights  # type: ignore[misc]  # a name of weights

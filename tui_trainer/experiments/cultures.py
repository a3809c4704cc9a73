"""Two cultures: the same tuned model, turned to the tastes of two raters, in two forks of its run.

One fork is made after the other, each by a trainer of its own that outlives whoever asked for it. A fork that
is there already is not made again: the same model, rater and settings would only give the same.
"""

from collections.abc import Sequence

import msgspec

from tui_trainer.errors import UserError
from tui_trainer.messages.events import (
    Measured,
    PairOffered,
    Picked,
    Record,
    Reinforced,
    RunEnded,
    StageStarted,
)
from tui_trainer.run import client, fork
from tui_trainer.run.rater_profiles import topic_of
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder, list_runs
from tui_trainer.run.storage.log import LogReader
from tui_trainer.run.storage.plan import Plan


def plan_of(source: RunFolder, rater: str) -> Plan:
    """The plan of the fork in which this rater picks.

    Raises:
        UserError: there is no such rater, or the run has no tuned model yet.
    """
    return fork.plan_of(source, "feedback", [f"feedback.rater={rater}", f"feedback.topic={topic_of(rater)}"])


def plans_of(source: RunFolder, raters: Sequence[str]) -> tuple[Plan, Plan]:
    """Of both raters. Raises `UserError`, also where they aren't two."""
    if len(raters) != 2 or raters[0] == raters[1] or "person" in raters:
        raise UserError("two different simulated raters are needed, by name")
    return plan_of(source, raters[0]), plan_of(source, raters[1])


def found(source: RunFolder, plan: Plan) -> RunFolder | None:
    """The newest run of this very plan."""
    for other in list_runs(source.path.parent):
        if msgspec.structs.replace(other.plan, run="", created=0.0) == plan:
            return other
    return None


class Arm:
    """One of the two: its run, once it has one, and how far it is."""

    def __init__(self, rater: str, plan: Plan) -> None:
        self.rater, self.plan = rater, plan
        self.folder: RunFolder | None = None
        self.picks = self.steps = 0
        self.doing = "waiting"
        self.ended = False
        self.launched = False
        self._reader: LogReader | None = None

    def take_up(self, source: RunFolder) -> RunFolder:
        """Find its run, or make it. Raises `UserError`."""
        if self.folder is None:
            self.folder = found(source, self.plan) or fork.begin(source, self.plan)
            self._reader = LogReader(self.folder.events)
            self.doing = "starting"
        return self.folder

    def look(self) -> None:
        """Take in what has come to its log. Raises `UserError`."""
        assert self._reader is not None and self.plan.forked is not None
        for record in self._reader.poll():
            if record.seq >= self.plan.forked.records:
                self._apply(record)

    def _apply(self, record: Record) -> None:
        match record.event:
            case StageStarted("frozen"):
                self.doing = "freezing"
            case PairOffered():
                self.doing = "picking"
            case Picked():
                self.picks += 1
            case Reinforced(step=step):
                self.doing, self.steps = "reinforcing", step
            case Measured():
                self.doing = "exam"
            case RunEnded():
                self.doing, self.ended = "done", True


class Cultures:
    """The making of both.

    Raises:
        UserError: as `plans_of`.
    """

    def __init__(self, source: RunFolder, raters: Sequence[str]) -> None:
        source = self.source = fork.own_run(source)
        plans = plans_of(source, raters)
        self.arms = tuple(Arm(rater, plan) for rater, plan in zip(raters, plans, strict=True))
        self.trouble = ""

    @property
    def raters(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(arm.rater for arm in self.arms)

    @property
    def ended(self) -> bool:
        """Whether both models are there."""
        return all(arm.ended for arm in self.arms)

    def advance(self) -> None:
        """See how far they are, and launch the next trainer when it is time; takes a moment.

        Raises:
            UserError: a run can't be made, or its trainer has ended before it.
        """
        for arm in self.arms:
            if arm.ended:
                continue
            folder = arm.take_up(self.source)
            lives = lock.is_alive(folder)  # asked before the log is read to its end
            arm.look()
            if not arm.ended and not lives:
                if arm.launched:
                    raise UserError(
                        f"the trainer of run {folder.id} ended before the run did; see its trainer.log"
                    )
                client.launch(folder, proceed=True)
                arm.launched = True
            if not arm.ended:
                return

"""The stage machine: goes through the phases of a run, step by step, with checkpoints on the way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tui_trainer.errors import Damaged
from tui_trainer.learning.stage import Explaining, Opening, Stage
from tui_trainer.messages.events import (
    STAGES,
    Event,
    Forked,
    Measured,
    Noticed,
    RunEnded,
    RunStarted,
    SpeedMeasured,
    StageEnded,
    StageSkipped,
    StageStarted,
    ThreadsChosen,
)
from tui_trainer.run import machine
from tui_trainer.run.compute_clock import ComputeClock
from tui_trainer.run.interruption import Interrupted, Stopped
from tui_trainer.run.journal import Journal
from tui_trainer.run.pipeline import Phase, Pipeline
from tui_trainer.run.steering import Steering
from tui_trainer.run.storage import resources
from tui_trainer.run.storage.checkpoints import Checkpoints, Place, Saved
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.threads import Pace

TIDY_EVERY = 10  # steps: answers of many lengths leave the memory in pieces


class StageMachine:
    """One process's part in a run.

    Args:
        started: the run's first event.
        measured: figures that the log has up to the checkpoint.
        say: takes a line for trainer.log.
    """

    def __init__(
        self,
        folder: RunFolder,
        pipeline: Pipeline,
        journal: Journal,
        steering: Steering,
        checkpoints: Checkpoints,
        busy: ComputeClock,
        started: RunStarted | Forked,
        measured: dict[str, Measured],
        say: Callable[[str], None],
    ) -> None:
        self.folder, self.plan = folder, folder.plan
        self.pipeline, self.journal, self.steering = pipeline, journal, steering
        self.checkpoints, self.busy, self.started = checkpoints, busy, started
        self.measured, self.say = measured, say
        self.abortable = False  # in a long step: a signal may raise `Interrupted` right there
        self._changes_at_entry = 0
        self._unsaved = 0  # steps since the last checkpoint
        self._timed = False  # the machine's speed is known
        setting = self.plan.settings.run.threads
        most = 1 if setting or not pipeline.may_choose_threads() else machine.threads(setting)
        self._most_threads = most if most > 1 else 0  # to choose from; 0: there is no choice
        self._pace = Pace()

    def run(self, saved: Saved | None) -> None:
        """Go on from a checkpoint, or begin; returns when the run has ended.

        Raises:
            Stopped: it was asked to end.
            Damaged: the checkpoint stands in a phase that this run does not have.
        """
        if saved is None:
            self._begin()
        elif saved.place.phase not in [p.key for p in self.pipeline.phases if p.stage in self.plan.stages()]:
            raise Damaged(
                f"the checkpoint of run {self.folder.id} stands in a phase {saved.place.phase!r} that is not "
                f"known here; `tui-trainer resume {self.folder.id} --start-over` computes the run again"
            )
        forked = self.plan.forked
        for stage in self.plan.stages():
            if forked is not None and STAGES.index(stage) < STAGES.index(forked.stage):
                continue  # taken over
            phases = [phase for phase in self.pipeline.phases if phase.stage == stage]
            if not phases:
                continue
            if saved is not None and saved.place.phase not in [phase.key for phase in phases]:
                continue
            if saved is None and (reason := self._reason_to_skip(phases)) is not None:
                self.journal.emit(StageSkipped(stage, reason))
                continue
            for phase in phases:
                if saved is not None and saved.place.phase != phase.key:
                    continue
                self._work(phase, saved, first=phase is phases[0])
                saved = None
            self.journal.emit(StageEnded(stage))
            if stage == "data" and self.plan.data:
                self._measure()
        self.journal.emit(RunEnded())
        self.journal.sync()

    def _begin(self) -> None:
        self.journal.emit(self.started)
        # Logs of an earlier version have it here in any case.
        self._timed = self.journal.take(SpeedMeasured) is not None
        if self.plan.forked is not None or not self.plan.data:
            self._measure()

    def _measure(self) -> None:
        """How fast the machine is; with a text of the user's own, only once that is fit to train on."""
        if self._timed:
            return
        self._timed = True
        if isinstance(chosen := self.journal.take(ThreadsChosen), ThreadsChosen):
            machine.use_threads(chosen.threads)
        if self.journal.take(SpeedMeasured) is None:
            before = machine.threads_used()
            with self._abortable(True):
                measured = self.pipeline.measure_speed(0 if chosen else self._most_threads)
            if machine.threads_used() != before:
                self.journal.emit(ThreadsChosen(machine.threads_used()))
            self.journal.emit(measured)

    def _keep_pace(self, seconds: float) -> None:
        """After a gradient step that took so long: compute on other threads, if it has become slow on these.

        While the log is followed, it says when.
        """
        now, most = machine.threads_used(), self._most_threads
        if not self._pace.step(seconds, fewer=now < most) or self.journal.replaying:
            return
        count = self.pipeline.fastest_threads(most)
        if count != now:
            machine.use_threads(count)
            self.journal.emit(ThreadsChosen(count))

    def _reason_to_skip(self, phases: list[Phase]) -> str | None:
        stage = phases[0].stage
        if stage in self.plan.skip:
            return "left out, as the plan says"
        return self.pipeline.reason_to_skip(stage, self.steering.settings_at(len(self.steering.changes)))

    # -- one phase -----------------------------------------------------------------------------------------

    def _work(self, phase: Phase, saved: Saved | None, first: bool) -> None:
        self._changes_at_entry = saved.place.changes_at_entry if saved else len(self.steering.changes)
        settings = self.steering.settings_at(self._changes_at_entry)
        machine.trim_memory()
        self._pace = Pace()
        stage = self.pipeline.enter(phase, settings, self.measured)
        resources.record(self.folder, machine.peak_memory_bytes(), machine.energy_taken())
        # Live settings first: a stage that keeps them in its tensors knows better what they are by now.
        self.steering.enter(phase, stage)
        if saved is not None:
            stage.restore(saved.tensors)
        else:
            if first:
                self.journal.emit(StageStarted(phase.stage, 0 if phase.long else stage.steps))
            if isinstance(stage, Opening):
                for event in stage.open():
                    self.emit(event)
            self._checkpoint(phase, stage)
        try:
            self._steps(phase, stage)
        except Interrupted:
            raise  # in the middle of a step: the last checkpoint and the log are what holds
        except Stopped:
            if stage.pending is None and not phase.long:
                self._checkpoint(phase, stage)
            raise
        if phase.freezes is not None:
            self.journal.emit(self.pipeline.freeze(phase.freezes))

    def _steps(self, phase: Phase, stage: Stage) -> None:
        while True:
            self.steering.between()
            if stage.step >= stage.steps:
                return
            begun = self.busy.seconds
            self._step(phase, stage)
            self.steering.stepped()
            if self._most_threads and phase.stage in ("pretrain", "finetune") and not phase.long:
                self._keep_pace(self.busy.seconds - begun)
            self._unsaved += 1
            if stage.step % TIDY_EVERY == 0:
                machine.trim_memory()
            # Not while a pair waits: the log leads from the checkpoint before it to any pick.
            if stage.pending is None and self._unsaved >= self.plan.settings.run.checkpoint_every:
                self._checkpoint(phase, stage)

    def _step(self, phase: Phase, stage: Stage) -> None:
        if isinstance(stage, Explaining):
            # A person steps through, or watches in slow motion.
            stage.explains = self.steering.steps_left is not None or self.steering.pace > 0
        events = stage.advance()
        while True:
            with self._abortable(phase.long):
                event = next(events, None)
            if event is None:
                return
            self.emit(event)
            if phase.long:
                self.steering.between()

    @contextmanager
    def _abortable(self, yes: bool) -> Iterator[None]:
        self.abortable = yes
        try:
            yield
        finally:
            self.abortable = False

    def emit(self, event: Event) -> None:
        """Take an event of a stage."""
        if isinstance(event, Measured):
            self.measured[event.name] = event
        if isinstance(event, Noticed) and event.level == "error":
            event = Noticed(event.text, "warning")  # errors are the trainer's own: see `journal.is_error`
        self.journal.emit(event)

    def _checkpoint(self, phase: Phase, stage: Stage) -> None:
        """Save; a disk that has no room for it pauses the run."""
        place = Place(
            run=self.plan.run,
            phase=phase.key,
            seq=self.journal.position,
            busy=self.busy.seconds,
            changes=tuple(self.steering.changes),
            changes_at_entry=self._changes_at_entry,
            paused=self.steering.paused,
            steps_left=self.steering.steps_left,
            rater=self.steering.rater,
            pace=self.steering.pace,
        )
        try:
            self.journal.sync()  # a checkpoint must never know more than the log
            self.checkpoints.save(stage.tensors(), place)
        except OSError as error:
            self.steering.presence.check()
            self._unsaved = self.plan.settings.run.checkpoint_every  # again after the next step
            trouble = f"no checkpoint could be written ({error.strerror}); make room, then continue"
            self.say(trouble)
            if not self.journal.replaying and not self.steering.ending:
                self.steering.pause_for(trouble)
        else:
            self._unsaved = 0

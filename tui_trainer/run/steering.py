"""What happens between two steps: commands, pauses, settings and picks, from the socket or the script."""

import queue
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from itertools import chain, islice

from msgspec.structs import replace

from tui_trainer.errors import UserError
from tui_trainer.learning.stage import Prompting, Stage
from tui_trainer.messages.commands import (
    Continue,
    EditPrompts,
    LookAt,
    Pause,
    Pick,
    Reply,
    Simulate,
    Stop,
    Turn,
)
from tui_trainer.messages.events import (
    Continued,
    Event,
    KnobTurned,
    Noticed,
    PairOffered,
    Paused,
    Picked,
    PromptsEdited,
    TasteTested,
    ThreadsChosen,
)
from tui_trainer.messages.inspection import Look
from tui_trainer.run import live_settings, machine
from tui_trainer.run.compute_clock import ComputeClock
from tui_trainer.run.control import Left, Request
from tui_trainer.run.interruption import Stopped
from tui_trainer.run.journal import Input, Journal
from tui_trainer.run.pipeline import Phase, Pipeline
from tui_trainer.run.presence import Presence
from tui_trainer.run.storage.carried_picks import CarriedPicks
from tui_trainer.run.storage.checkpoints import Place
from tui_trainer.run.storage.preferences import PreferenceFile
from tui_trainer.settings import Settings, today

OK = Reply(ok=True)
LOOK_SECONDS = 2.0  # between two looks, while nothing goes on, whether the run's folder is still there


class Refused(Exception):
    """A stage can't do what a person asked for; one line."""


def done(act: Callable[[], Iterator[Event]]) -> Iterator[Event]:
    """What a stage makes of what a person did.

    A stage refuses before its first event. A `ValueError` after it is a failure in the middle of a change: to
    go on from there would be to go on from half of it.

    Raises:
        Refused: it can't be done.
    """
    try:
        events = act()
        first = list(islice(events, 1))
    except ValueError as error:
        raise Refused(str(error)) from error
    return chain(first, events)


def nobody(reply: Reply) -> None:
    """Where answers go that nobody waits for."""


class Steering:
    """The run's state that commands change, and the only one that changes it.

    Args:
        requests: filled by the socket's thread and by signals.
        settings: the plan's.
        kept: picks of another run, to be made again.
        held: pause before the first step that learns, until somebody says go.
        watched: whether anybody is there who could.
    """

    def __init__(
        self,
        journal: Journal,
        requests: "queue.SimpleQueue[Request]",
        pipeline: Pipeline,
        preferences: PreferenceFile,
        busy: ComputeClock,
        settings: Settings,
        kept: CarriedPicks,
        presence: Presence,
        *,
        held: bool = False,
        watched: Callable[[], bool] = lambda: True,
    ) -> None:
        self.journal, self.requests, self.presence = journal, requests, presence
        self.pipeline, self.preferences, self.busy = pipeline, preferences, busy
        self._settings, self.kept = settings, kept
        self.paused = False
        self.steps_left: int | None = None
        self.pace = 0.0  # seconds from one step to the next at the least
        self._made = 0.0  # when the last step was, by the monotonic clock; 0: the next one is not waited for
        self._held, self._watched = held, watched  # until the first step that learns
        self._at_start = False  # paused there
        self._followed = False  # the pace is of a log: nobody watches yet
        self.changes: list[tuple[str, float]] = []  # of live settings, in order
        rater = settings.feedback.rater
        self.rater: str | None = None if rater == "person" else rater
        self._phase: Phase | None = None
        self._stage: Stage | None = None
        self._edits = (-1, 0)  # a pair, and how often the prompts were changed while it was on offer
        self.ending = False  # asked to stop, and about to

    # -- phases and steps ----------------------------------------------------------------------------------

    def settings_at(self, count: int) -> Settings:
        """The settings after the first `count` changes."""
        return live_settings.turned(
            self._settings, [each for each in self.changes[:count] if live_settings.check(*each) is None]
        )

    def take_up(self, place: Place) -> None:
        """Be as a checkpoint says."""
        self.paused, self.steps_left, self.pace = place.paused, place.steps_left, place.pace
        self._followed = True
        self.changes, self.rater = [(today(name), value) for name, value in place.changes], place.rater

    def enter(self, phase: Phase, stage: Stage) -> None:
        """A phase begins or is taken up: all settings changed so far hold for it, where it has them."""
        self._phase, self._stage = phase, stage
        for name, value in self.changes:
            self._try_turn(stage, name, value)

    def stepped(self) -> None:
        """A step was done."""
        if self.steps_left is not None:
            self.steps_left -= 1
        self._made = time.monotonic()

    def between(self) -> None:
        """Everything that comes before the next step.

        Returns when there is no pause and no pair to pick from. Raises `Stopped` and `Vanished`.
        """
        stage = self._stage
        assert stage is not None
        self.presence.check()
        while True:
            event = self.journal.take_input()
            if event is not None:
                self._follow(event, stage)
            elif self.journal.replaying:
                if stage.pending is None:
                    return
                self.journal.skip_to_input()  # the log was not at a pick here
            elif self.steps_left == 0:
                self._pause()
            elif self.pace and self._followed:
                self._go_on()
            elif edits := self._kept_edits(stage.pending):
                self._edit_again(stage, edits[0])
            elif (request := self._request(stage)) is not None:
                self._obey(request, stage)
            elif self._held and self._phase is not None and not self._phase.long:
                self._hold()
            elif stage.pending is None:
                return
            elif (pick := self.kept.of(pair := stage.pending)) is not None:
                self._pick(stage, pick)
            else:
                assert self.rater is not None and isinstance(pair, PairOffered)  # only people are asked more
                choice = self.pipeline.rater(self.rater).choose(pair)
                self._pick(stage, Picked(pair.pair, choice, self.rater, True))

    def _request(self, stage: Stage) -> Request | None:
        """The next request; waits for one, without computing, where nothing can go on without, and for as
        long as the pace says that no step is made."""
        waits = self.paused or self._must_be_asked(stage.pending)
        try:
            return self.requests.get_nowait()
        except queue.Empty:
            if not waits and self._pause_left() <= 0:
                return None
        self.journal.sync()
        with self.busy.idle():
            while waits or self._pause_left() > 0:
                try:
                    return self.requests.get(timeout=LOOK_SECONDS if waits else self._pause_left())
                except queue.Empty:
                    self.presence.check()
        return None

    def _pause_left(self) -> float:
        """Seconds until the next step may be made."""
        return max(0.0, min(self._made + self.pace - time.monotonic(), self.pace))

    def _must_be_asked(self, pending: PairOffered | TasteTested | None) -> bool:
        """Whether only a person can answer this."""
        if pending is None or self.kept.of(pending) is not None:
            return False
        return self.rater is None or isinstance(pending, TasteTested)

    def _kept_edits(self, pair: PairOffered | TasteTested | None) -> Sequence[PromptsEdited]:
        """Changes of the prompts that are to be made again before this pair is picked from."""
        if not isinstance(pair, PairOffered):
            return ()
        at, made = self._edits
        return self.kept.edits(pair)[made if at == pair.pair else 0 :]

    # -- the script ----------------------------------------------------------------------------------------

    def _follow(self, event: Input, stage: Stage) -> None:
        match event:
            case Paused():
                self.paused, self.steps_left, self.pace = True, None, 0.0
            case Continued():
                self.paused, self.steps_left, self.pace = False, event.steps, event.pace
                self._followed = True
            case ThreadsChosen():
                machine.use_threads(event.threads)
            case KnobTurned():
                self._try_turn(stage, today(event.name), event.value)
                self.changes.append((today(event.name), event.value))
            case Picked():
                if stage.pending is None:
                    self.journal.emit(event)  # of another stream than this one: passed over
                    return
                waits = stage.pending
                again = isinstance(waits, PairOffered) and self.kept.of(waits) == event
                try:
                    self._pick(stage, event)
                except Refused:
                    self.journal.emit(event)  # likewise
                    return
                if event.simulated and self.rater is None and not again:
                    self.rater = event.rater  # a person had handed over
            case PromptsEdited():
                try:
                    self._edit(stage, event)
                except Refused:
                    self.journal.emit(event)  # likewise

    # -- commands ------------------------------------------------------------------------------------------

    def _obey(self, request: Request, stage: Stage) -> None:
        command, respond = request.command, request.respond
        match command:
            case Stop():
                self.ending = True
                respond(OK)
                raise Stopped
            case Pause():
                if not self.paused:
                    self._pause()
                respond(OK)
            case Continue():
                self._held = False
                if (
                    self.paused
                    or self.steps_left is not None
                    or command.steps is not None
                    or command.pace != self.pace
                ):
                    self._go_on(command.steps, command.pace)
                respond(OK)
            case Left():
                self._held = False
                if self.pace or (self.paused and self._at_start):
                    self._go_on()
            case Turn():
                error = self._turn(command.name, command.value, stage)
                respond(OK if error is None else Reply(ok=False, error=error))
            case Pick():
                self._pick_by_person(command, stage, respond)
            case Simulate():
                respond(self._hand_over(command.rater, stage))
            case EditPrompts():
                respond(self._edit_prompts(command, stage))
            case LookAt():
                respond(self._look(command.look, stage))
            case _:
                respond(Reply(ok=False, error="the trainer does not take this command"))

    def _look(self, look: Look, stage: Stage) -> Reply:
        try:
            with self.busy.idle():
                looked = self.pipeline.look(look)
        except UserError as error:
            return Reply(ok=False, error=str(error))
        return Reply(ok=True, looked=replace(looked, stage=stage.name, step=stage.step))

    def pause_for(self, trouble: str) -> None:
        """Pause because of something that a person has to put right. Raises `OSError`."""
        self.journal.emit(Noticed(trouble, "error"))
        self._pause()

    def go_on(self) -> None:
        """Leave the pause that the log ends in."""
        self.requests.put(Request(Continue(), nobody))

    def _pause(self, *, held: bool = False) -> None:
        self.paused, self.steps_left, self.pace = True, None, 0.0
        self._at_start = held
        self.journal.emit(Paused(held))

    def _hold(self) -> None:
        """Wait before the first step for who is being told what will be seen."""
        self._held = False
        if self._watched():
            self._pause(held=True)

    def _go_on(self, steps: int | None = None, pace: float = 0.0) -> None:
        if not (self.pace and pace):  # from one pace to another, the step before still counts
            self._made = 0.0
        self.paused, self.steps_left, self.pace = False, steps, pace
        self._followed = False
        self.journal.emit(Continued(steps, pace))

    def _turn(self, name: str, value: float, stage: Stage) -> str | None:
        """Change a live setting, or say why not."""
        assert self._phase is not None
        name = today(name)
        error = live_settings.check(name, value)
        if error is not None:
            return error
        if not self._try_turn(stage, name, value) and not live_settings.is_later(name, self._phase.stage):
            return f"{name} can't be changed at this point of the run"
        self.changes.append((name, value))
        self.journal.emit(KnobTurned(name, value))
        return None

    @staticmethod
    def _try_turn(stage: Stage, name: str, value: float) -> bool:
        if live_settings.check(name, value) is not None:
            return False  # of a log, from when a setting went further than it does now
        try:
            stage.turn(name, value)
        except ValueError:
            return False  # another stage's
        return True

    def _pick_by_person(self, command: Pick, stage: Stage, respond: Callable[[Reply], None]) -> None:
        if stage.pending is None:
            respond(Reply(ok=False, error="there is no pair to pick from now"))
        elif stage.pending.pair != command.pair:
            respond(Reply(ok=False, error=f"pair {command.pair} is over; pair {stage.pending.pair} is next"))
        elif command.choice == "undo" and stage.pending.pair == 0:
            respond(Reply(ok=False, error="there is no pick to take back yet"))
        else:
            picked = Picked(command.pair, command.choice, "person", False, command.text.strip())
            try:
                self._pick(stage, picked, respond)
            except Refused as error:
                respond(Reply(ok=False, error=str(error)))

    def _edit_prompts(self, command: EditPrompts, stage: Stage) -> Reply:
        try:
            self._edit(stage, PromptsEdited(command.added, command.removed))
        except Refused as error:
            return Reply(ok=False, error=str(error))
        return OK

    def _edit(self, stage: Stage, edit: PromptsEdited) -> None:
        """Change the prompts. Raises `Refused`."""
        pair = stage.pending
        if not isinstance(stage, Prompting) or not isinstance(pair, PairOffered):
            raise Refused("prompts are changed while pairs are picked from")
        for event in done(partial(stage.edit_prompts, edit.added, edit.removed)):
            self.journal.emit(event)
        self._edited(pair)

    def _edit_again(self, stage: Stage, edit: PromptsEdited) -> None:
        pair = stage.pending
        assert isinstance(pair, PairOffered)
        try:
            self._edit(stage, edit)
        except Refused:
            self._edited(pair)  # of a list that is not this one: passed over

    def _edited(self, pair: PairOffered) -> None:
        at, made = self._edits
        self._edits = (pair.pair, made + 1 if at == pair.pair else 1)

    def _hand_over(self, rater: str, stage: Stage) -> Reply:
        if isinstance(stage.pending, TasteTested):
            return Reply(ok=False, error="what becomes of the picks is for the person who made them to say")
        if stage.pending is not None and stage.pending.blind:
            return Reply(ok=False, error="the blind test is for the person who picked")
        try:
            self.pipeline.rater(rater)
        except ValueError as error:
            return Reply(ok=False, error=str(error))
        self.rater = rater
        return OK

    def _pick(self, stage: Stage, picked: Picked, respond: Callable[[Reply], None] = nobody) -> None:
        """Answer the pending pair: durable in the log and the preferences before anything follows.

        Raises:
            Refused: it can't be picked so.
        """
        pair = stage.pending
        assert pair is not None
        live = not self.journal.replaying
        if picked.choice == "undo":
            self.kept.forget()
        pick = partial(stage.pick, picked.choice, picked.rater, picked.simulated, picked.text)
        for event in done(pick):
            if not isinstance(event, Picked):
                self.journal.emit(event)
                continue
            kept = self.preferences.following(pair, event) if live and isinstance(pair, PairOffered) else None
            with kept or nullcontext():
                self.journal.emit(event)
            respond(OK)

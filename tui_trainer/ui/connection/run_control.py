"""What keys do to the run: commands to the trainer, or to the replay."""

import shutil
from collections.abc import Sequence
from functools import partial

from tui_trainer import settings
from tui_trainer.errors import UserError
from tui_trainer.messages.commands import (
    Command,
    Continue,
    EditPrompts,
    Pause,
    Pick,
    Reply,
    Simulate,
    Stop,
    TakeControl,
    Turn,
)
from tui_trainer.messages.events import STAGES, Choice, StageName
from tui_trainer.run import client, fork, release, replacing
from tui_trainer.run.storage import folder as folders
from tui_trainer.run.storage import plan as plans
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan
from tui_trainer.ui.connection.commander import Commander
from tui_trainer.ui.connection.feed import Feed, ReplayFeed
from tui_trainer.ui.scene import Scene
from tui_trainer.view import pace, words

SPEEDS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0)
NOTICED_SECONDS = 0.5  # a step that comes by less sooner or later is not worth a command
WALK = pace.WALKING.seconds or 0.0
QUICKEST = WALK + 0.5  # seconds for a step that is skipped: slow motion still
LATE_STEPS = 10  # of a stage, after which a jump back leads to its own beginning
LOOKING_ON = "You are looking on: another screen steers this run."


class Steering:
    """Turns actions into commands; returns a line for the person where there is something to say."""

    def __init__(self, scene: Scene, feed: Feed, commander: Commander | None) -> None:
        self.scene = scene
        self.feed = feed
        self.commander = commander
        self._last: Pause | Continue | None = None  # what the person asked for
        self._asked = 0.0  # seconds for a step, of the trainer

    # -- commands ----------------------------------------------------------------------------------------

    def pause(self) -> str | None:
        """Pause, or go on."""
        scene = self.scene
        if isinstance(self.feed, ReplayFeed):
            scene.replay_paused = not scene.replay_paused
            self.feed.set(paused=scene.replay_paused)
            return None
        if scene.now.ended:
            return "The run is finished: there is nothing to pause."
        if not scene.now.paused:
            return self._send(Pause(), "pausing")
        return self.begin_slowly() if scene.now.held else self._go_on(scene.now.paced, "going on")

    def begin_slowly(self) -> str | None:
        """Let a run begin that waits for its viewer: some steps in slow motion, then faster."""
        self.scene.holding, self.scene.speeds_up = False, True
        return self._go_on(pace.SLOW.seconds, "beginning")

    def speed_up(self) -> str | None:
        """On a first run: the next pace, once it is time for it."""
        following = pace.next_of_a_first_run(self.scene.now)
        if following is None or self.scene.sent:
            return None
        self.scene.speeds_up = following is not pace.FULL
        return self._go_on(following.seconds, following.name)

    def follow_reading(self) -> None:
        """In slow motion: the next step comes once the parts of this one have been read, or skipped.

        Nothing is said of it, and nothing that the person has asked for is gone against.
        """
        scene, commander, last = self.scene, self.commander, self._last
        # What was asked for last may have been done, and not be in the log that has been read.
        slow = last is None or (isinstance(last, Continue) and not last.steps and last.pace > WALK)
        if commander is None or scene.sent or not slow or not scene.steers or not scene.slowly:
            return
        if abs(scene.reading.whole - self._asked) > NOTICED_SECONDS:
            self._asked = scene.reading.whole
            commander.send(Continue(pace=max(QUICKEST, round(self._asked, 1))))

    def change_pace(self, by: int) -> str | None:
        """Turn the dial: of a replay, twice or half as fast."""
        if isinstance(self.feed, ReplayFeed):
            self.change_speed(by)
            return None
        return self.set_pace(pace.turned(self.scene.now, by))

    def set_pace(self, chosen: pace.Pace) -> str | None:
        """Put the dial there; what changes by itself on a first run does so no more."""
        self.scene.speeds_up = False
        if chosen is pace.of(self.scene.now):
            return None
        if chosen.seconds is None:
            return self._send(Pause(), "pausing")
        return self._go_on(chosen.seconds, chosen.name)

    def _go_on(self, seconds: float | None, doing: str) -> str | None:
        return self._send(Continue(pace=seconds or 0.0), doing)

    def step(self) -> str | None:
        """One step; in slow motion, on to the next part of this one; of another that goes on, the pause."""
        if isinstance(self.feed, ReplayFeed):
            if not self.scene.replay_paused:
                return self.pause()
            self.feed.step()
            return None
        if self.scene.now.ended:
            return "The run is finished: there are no more steps."
        if self.scene.slowly and not self.scene.now.paused:
            self.scene.skip_part()
            self.follow_reading()
            return None
        return self._send(Continue(steps=1), "one step") if self.scene.now.paused else self.pause()

    def pick(self, choice: Choice, text: str = "") -> str | None:
        """Answer what waits, a pair or a question; with an answer of one's own, if the choice is that."""
        waits = self.scene.now.waits
        if waits is None or self.scene.sent:
            return None
        return self._send(Pick(waits.pair, choice, text), "picking")

    def edit_prompts(self, added: str, removed: str) -> str | None:
        """Take a prompt in, or out, or one for the other."""
        return self._send(EditPrompts(added, removed), "answering your prompt" if added else "leaving it out")

    def simulate(self, taste: str) -> str | None:
        """Hand the remaining picks to a simulated rater."""
        return self._send(Simulate(taste), f"handing over to {taste}")

    def turn(self, name: str, value: float) -> str | None:
        """Change a setting from the next step on."""
        return self._send(Turn(name, value), f"{words.setting(name)} {value:g}")

    def stop(self) -> str | None:
        """Ask the trainer to write a checkpoint and end."""
        return self._send(Stop(), "stopping")

    def take_control(self) -> None:
        """Become the screen that steers, if no other does."""
        if self.commander is not None:
            self.commander.send(TakeControl())

    def _send(self, command: Command, doing: str) -> str | None:
        if self.commander is None or not self.scene.steers:
            return LOOKING_ON
        if self.scene.trainer == "gone":
            mended = "" if self.scene.state.unmendable else ": r resumes it"
            return f"The trainer is not running{mended}."
        self.scene.sent = doing
        if isinstance(command, Pause | Continue):
            self._last = command
            self._asked = command.pace if isinstance(command, Continue) else 0.0
        self.commander.send(command)
        return None

    def answered(self, command: Command, reply: Reply) -> str | None:
        """Take in the trainer's answer."""
        self.scene.sent = ""
        if reply.ok:
            return None
        if reply.error is not None and reply.error.startswith("read-only"):
            self.scene.mode = "view"
            return LOOKING_ON
        if isinstance(command, Turn) and reply.error is not None:
            return reply.error.replace(command.name, words.setting(command.name))
        return None if isinstance(command, TakeControl) else reply.error

    # -- the replay --------------------------------------------------------------------------------------

    def change_speed(self, by: int) -> None:
        """Play faster, 1, or slower, -1, by the next of the speeds that there are."""
        if isinstance(self.feed, ReplayFeed):
            now = self.scene.replay_speed
            further = [speed for speed in SPEEDS if (speed > now if by > 0 else speed < now)]
            self.scene.replay_speed = (min if by > 0 else max)(further, default=now)
            self.feed.set(speed=self.scene.replay_speed)

    def jump(self, by: int) -> str | None:
        """Play from the beginning of the stage after this one, 1, or of this one or the one before it, -1."""
        if not isinstance(self.feed, ReplayFeed):
            return None
        now = self.scene.now
        at = STAGES.index(now.stage) if now.stage is not None else 0
        done = 0 if now.stage is None else now.stages[now.stage].step
        begun = done + (len(now.picks) if now.stage == "feedback" else 0) > LATE_STEPS
        aim = at + by if by > 0 or not begun else at
        if aim >= len(STAGES):
            return "This is the last stage."
        self.feed.jump(STAGES[max(0, aim)])
        return None

    # -- the trainer's life: these take a moment and are called from a thread ------------------------------

    def resume(self) -> str | None:
        """Start a trainer again on a run whose trainer has ended."""
        return self.launch(proceed=True)

    def launch(self, *, proceed: bool) -> str | None:
        """Start a trainer; returns why it could not be started."""
        try:
            client.launch(self.scene.folder, proceed=proceed, held=self.scene.holding)
        except UserError as error:
            return str(error)
        return None

    def start_over(self) -> Plan | str:
        """The plan of a quick run of the same seed and text, or why there can't be one."""
        old = self.scene.folder.plan
        try:
            return plans.make(settings.load("quick"), seed=old.seed, preset="quick", data=old.data)
        except UserError as error:
            return str(error)

    def branch(
        self,
        stage: StageName,
        assignments: Sequence[str],
        keep_picks: bool,
        source: RunFolder | None = None,
    ) -> Plan | str:
        """The plan of a run that goes on from the stages before `stage` of this one, or of another one beside
        it; or why there can't be one."""
        try:
            return fork.plan_of(fork.own_run(source or self.scene.folder), stage, assignments, keep_picks)
        except UserError as error:
            return str(error)

    def release(self) -> Plan | str:
        """The plan of the version that comes after this run's, or why there can't be one."""
        try:
            return release.plan_of(self.scene.folder)
        except UserError as error:
            return str(error)

    def begin(self, plan: Plan) -> RunFolder | str:
        """Make a run beside this one, and let its trainer take the place of this one's, if that is at work.

        Nothing is stopped before the new run's folder stands whole. Returns that, or what went wrong.
        """
        here = self.scene.folder
        new: RunFolder | None = None
        works = self.commander is not None and self.scene.trainer == "alive" and not self.scene.now.ended
        try:
            if plan.forked is None:
                new = folders.create(here.path.parent, plan)
            else:
                new = fork.begin(RunFolder(here.path.parent / plan.forked.source), plan)
            if works and self.commander is not None:
                self.scene.sent = "stopping, to start the new run"
                replacing.replace(here, new, partial(self.commander.ask, Stop()))
            else:
                client.launch(new)
        except UserError as error:
            if new is not None and not new.trainer_log.exists():
                shutil.rmtree(new.path, ignore_errors=True)  # nothing has been done in it
            return str(error)
        return new

"""The Textual app that shows one run."""

import contextlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import constants, on, work
from textual.binding import Binding, BindingType
from textual.driver import Driver
from textual.events import Event, InputEvent, Resize
from textual.screen import Screen

from tui_trainer.messages.commands import Stop
from tui_trainer.messages.events import Noticed, Record, StepExplained
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import CONTEXTS, bindings
from tui_trainer.ui.cards import Cards
from tui_trainer.ui.connection import feed
from tui_trainer.ui.connection.commander import Answered, Commander
from tui_trainer.ui.connection.inspector import Answer, Inspector
from tui_trainer.ui.connection.run_control import LOOKING_ON, Steering
from tui_trainer.ui.crash import Crashing
from tui_trainer.ui.dashboard import Dashboard
from tui_trainer.ui.drawing.ascii import Ascii
from tui_trainer.ui.farewell import farewell_of
from tui_trainer.ui.garbage_collection import Sweeper
from tui_trainer.ui.keys import ACTIONS, BY_NAME, Handlers, written
from tui_trainer.ui.palette import Actions
from tui_trainer.ui.panes.dataset import DatasetPane
from tui_trainer.ui.panes.pane import Pane
from tui_trainer.ui.run_files.documents import Documents
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screen_settings import Preferences
from tui_trainer.ui.screens.importing import import_screens
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.terminal.abilities import end_on_signals
from tui_trainer.ui.travel import Travel
from tui_trainer.view.ahas import AHAS
from tui_trainer.view.fold import apply_all
from tui_trainer.view.pace import PARTS
from tui_trainer.view.text import cut
from tui_trainer.view.words import QUICK, Mode

if TYPE_CHECKING:
    from tui_trainer.ui.terminal.recording import Recorder

TICK_SECONDS = 0.4  # every picture takes time from the training beside it
REPLAY_TICK_SECONDS = 0.25
OF_THE_APP = ("anywhere", "rater")  # contexts of what it does itself; the rest is for panes
SAID_CELLS = 500  # of a line for the person: more would hide what it is about


def _driver(recorder: "Recorder | None") -> type[Driver] | None:
    if recorder is not None:
        from tui_trainer.ui.terminal.recording import recording_driver

        return recording_driver(recorder)
    if constants.DRIVER is not None:
        return None  # asked for by the environment, as where the app is shown in a browser
    from tui_trainer.ui.terminal.driver import TerminalDriver

    return TerminalDriver


class TrainerApp(Crashing, Handlers):
    """Joins feed, scene, screens and steering. Ends with the folder of a run to show next, or None."""

    CSS_PATH = "app.tcss"
    TITLE = "tui-trainer"
    COMMANDS: ClassVar[set[Any]] = {Actions}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(action for action in ACTIONS if action.context in OF_THE_APP),
        Binding("ctrl+q", "do('quit')", "quit", show=False, priority=True),
        Binding("ctrl+z", "do('suspend')", "suspend", show=False, priority=True),  # over every sheet
    ]

    def __init__(
        self,
        folder: RunFolder,
        mode: Mode,
        speed: float = 1.0,
        *,
        launch: bool = False,
        recorder: "Recorder | None" = None,
        preferences: Preferences | None = None,
        notes: Path | None = None,
    ) -> None:
        super().__init__(driver_class=_driver(recorder))
        self.recorder = recorder
        self.preferences = preferences or Preferences()
        if self.no_color:
            self._drop_colors()
        if self.preferences.ascii:
            self._filters.append(Ascii())
        self.scene = Scene(folder, mode, replay_speed=speed, keys=written(self.preferences.keys))
        self.scene.ascii = self.preferences.ascii
        self.set_keymap(self.preferences.keys)
        self.sweeper = Sweeper()
        self.greeting = self.farewell = ""
        self.failure = ""  # why no trainer could be started
        self._launch = launch
        self.dashboard = Dashboard(self.scene, ACTIONS, notes)
        self.cards = Cards(self.scene, self.dashboard, self._nothing_open)
        self.take_colors()
        self.feed: feed.Feed
        self.commander: Commander | None = None
        if mode == "replay":
            self.feed = feed.ReplayFeed(folder, self.post_message, speed=speed)
        else:
            self.feed = feed.LiveFeed(folder, self.post_message)
            self.commander = Commander(folder, self.post_message)
        self.travel = Travel(self, self.scene)
        self.steering = Steering(self.scene, self.feed, self.commander)
        self.inspector = Inspector(self.scene, self.dashboard.chat.process, self.post_message)

    def _drop_colors(self) -> None:
        """NO_COLOR: Textual turns colors into greys; the convention means none at all."""
        from textual.filter import Monochrome, NoColor

        self._filters = [NoColor() if isinstance(f, Monochrome) else f for f in self._filters]

    def get_default_screen(self) -> Screen[None]:
        return self.dashboard

    def on_resize(self, event: Resize) -> None:
        if self.recorder is not None:
            self.recorder.size(*event.size)

    def on_mount(self) -> None:
        with contextlib.suppress(RuntimeError, ValueError):
            end_on_signals(self.leave, self.give_back)
        tick = REPLAY_TICK_SECONDS if self.scene.mode == "replay" else TICK_SECONDS
        self._clock = self.set_interval(tick, self._timed_tick)

    def on_ready(self) -> None:
        # The first frame stands before the first byte of the log is read, and before anything is launched.
        self.sweeper.start()
        self.run_worker(import_screens, thread=True)
        self.scene.arrived = self.scene.clock()
        quick = self.scene.steers and self.scene.folder.plan.preset == "quick"
        self.greeting = self.greeting or (QUICK if quick else "")
        if (forked := self.scene.folder.plan.forked) is not None and self.scene.mode != "replay":
            self.scene.now.picks_again = forked.picks  # known before the trainer is up, and tells so itself
        if self.recorder is not None:
            self._not_recorded(self.recorder.failed)
            self.recorder.on_failure = partial(self.call_later, self._not_recorded)
        if self.scene.mode == "replay":
            self.sweeper.loaded()  # else once the history has been read: its records are no garbage either
        if self._launch:
            if not self.dashboard.layout_.toured and self.scene.folder.plan.forked is None:
                self.scene.holding = True
                self.dashboard.tour(0)
            self._begin()
        else:
            self._listen()

    def _listen(self) -> None:
        self.feed.start()
        if self.commander is not None:
            self.commander.start()

    @work(thread=True)
    def _begin(self) -> None:
        said = self.steering.launch(proceed=False)
        if said is None:
            self.call_later(self._listen)
        else:
            self.failure = said
            self.call_later(self.leave)

    async def on_event(self, event: Event) -> None:
        if isinstance(event, InputEvent):
            if not self.screen_stack:
                return  # pressed while the app was ending
            self.sweeper.touched()
        await super().on_event(event)

    def on_unmount(self) -> None:
        self.sweeper.stop()
        self.feed.stop()
        self.inspector.stop()
        if self.commander is not None:
            self.commander.stop()

    def action_element(self, pane: int, kind: str, number: int) -> None:
        """Go to an element of a pane, by a click or a jump key."""
        self.dashboard.go(pane)
        shown = self.dashboard.pane(pane)
        if isinstance(shown, Pane):
            shown.choose(kind, number)
            shown.redraw()
        self.tick()

    def action_do(self, name: str) -> None:
        """Do what a key is for, or a click or the palette; what can do nothing now is ignored."""
        action = BY_NAME[name]
        self.dashboard.tell()
        if not action.when(self.scene):
            if "escape" in action.keys and name != "step_back":
                self.action_do("step_back")  # a pane that has nothing of its own to leave
            if action.steers and self.scene.mode == "view":
                self.say(LOOKING_ON)
            return
        self.scene.tried.add((self.scene.state.stage, name))
        if action.context in OF_THE_APP:
            action.do(self)
        else:
            pane = self.dashboard.pane(CONTEXTS.index(action.context) + 1)
            action.do(pane)
            pane.redraw()
        self.tick()

    # -- what comes in -----------------------------------------------------------------------------------

    def _timed_tick(self) -> None:
        # While the terminal has not taken the last picture yet, nobody needs a newer one.
        self.catch_up() if self.behind else self.tick()
        self.cards.follow()
        self.sweeper.sweep()
        if self.stalled:  # nothing is done at all, then: what the training needs is not spent on nobody
            self._rests = True
            self._clock.pause()
            if isinstance(self.feed, feed.LiveFeed):
                self.feed.rest()

    _rests = False  # until the terminal reads again

    def reads(self) -> None:
        super().reads()
        if self._rests:
            self._rests = False
            self._clock.resume()
            if isinstance(self.feed, feed.LiveFeed):
                self.feed.wake()

    def tick(self) -> None:
        """Bring the screen up to date; what has not changed is not drawn."""
        if not self.dashboard.is_running:
            return  # before the first frame, and after the last
        self.scene.hold()
        if self.scene.tour is not None and self.scene.now.waits is not None and self.scene.steers:
            self.dashboard.tour(None)  # a question waits for the person
        self._follow_pace()
        self._follow_ahas()
        self._greet()
        self.dashboard.follow()
        self.inspector.follow(self.dashboard.wishes())
        if isinstance(self.screen, Modal):
            self.screen.follow()

    def _nothing_open(self) -> bool:
        return self.dashboard.is_running and self.screen is self.dashboard

    def _greet(self) -> None:
        """Say what is to be said first, once it covers no welcome and nothing that is waited for."""
        scene = self.scene
        begun = bool(scene.now.records) and not scene.loading  # else the trainer is waited for, soon at least
        if self.greeting and begun and scene.tour is None and scene.wait is None:
            self.say(self.greeting)
            self.greeting = ""

    def _follow_pace(self) -> None:
        """Let a run begin whose viewer has left the tour, and one that has begun so speed up."""
        scene = self.scene
        if not scene.steers or scene.trainer != "alive":
            return
        if scene.holding and scene.tour is None and not scene.sent and not self.dashboard.reads_data:
            self.say(self.steering.begin_slowly())
        elif scene.speeds_up:
            self.say(self.steering.speed_up())
        self.steering.follow_reading()

    @on(feed.Arrived)
    def _arrived(self, message: feed.Arrived) -> None:
        apply_all(self.scene.now, message.records)
        self.scene.arrived = self.scene.clock()
        if self.scene.holding and self.commander is not None and not self.commander.steers:
            self.steering.take_control()  # the trainer holds for nobody else
        self.feed.grant()
        if not self.scene.loading:
            self._tell_troubles(message.records)
            self.cards.tell(message.records)
        self._open_documents()
        self._count_words()
        if self.scene.paused or self.scene.now.waits is not None:
            self.tick()  # somebody waits for it

    def _follow_ahas(self) -> None:
        """Tick off what has been met."""
        scene = self.scene
        # The line under the panes tells each part, whichever pane one looks at.
        told = self.screen is self.dashboard and (self.dashboard.sees(4) or self.dashboard.layout_.caption)
        if isinstance(scene.moment, StepExplained) and scene.part == len(PARTS) and told:
            scene.did.add("step")
        for aha in AHAS:
            if aha.lead in scene.met or not aha.met(scene.now, scene.did):
                continue
            scene.met.add(aha.lead)
            self.dashboard.remember_met()

    def _tell_troubles(self, records: list[Record]) -> None:
        """Warnings and errors as they come: the last of a batch, so that a flood of them is no flood here."""
        troubles = [r.event for r in records if isinstance(r.event, Noticed) and r.event.level != "info"]
        if troubles:
            self.say(troubles[-1].text, error=troubles[-1].level == "error")

    @on(feed.CaughtUp)
    def _caught_up(self, _: feed.CaughtUp) -> None:
        self.sweeper.loaded()
        self.scene.loading = False
        self.scene.replayed = self.scene.mode == "replay"
        self._count_words()
        self.tick()

    @on(feed.Restarted)
    def _restarted(self, _: feed.Restarted) -> None:
        self.travel.now()
        self.scene.begin_again()
        self.dashboard.redraw_all()

    @on(feed.TrainerSeen)
    def _trainer_seen(self, message: feed.TrainerSeen) -> None:
        self.scene.trainer = message.trainer
        if message.trainer == "alive" and self.scene.steers:
            self.steering.take_control()
        if message.trainer == "gone" and not self.changing:
            self.scene.sent = ""
        self.tick()

    @on(feed.FeedFailed)
    def _feed_failed(self, message: feed.FeedFailed) -> None:
        self.scene.trouble, self.scene.loading = one_line(message.reason), False
        self.dashboard.redraw_frame()

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self.say(self.steering.answered(message.command, message.reply))
        if isinstance(self.feed, feed.LiveFeed):
            self.feed.hurry()
        if isinstance(message.command, Stop) and message.reply.ok:
            self._stopped()
        self.tick()

    @on(Answer)
    def _looked(self, message: Answer) -> None:
        self.inspector.answered(message)
        self.tick()

    @on(DatasetPane.Weighed)
    def _weighed(self, message: DatasetPane.Weighed) -> None:
        self.say(self.steering.turn(f"data.mixture.{message.source}", message.weight))

    _indexing = False

    def _open_documents(self) -> None:
        """Find out where they are, once they are: the corpus takes its place after the log has told of it."""
        wanted = self.scene.now.corpus is not None and self.dashboard.dataset.documents is None
        if wanted and not self._indexing and (self.scene.folder.corpus / "documents.jsonl").exists():
            self._indexing = True
            self._index_documents()

    @work(thread=True)
    def _index_documents(self) -> None:
        documents = Documents(self.scene.folder.corpus / "documents.jsonl").index()

        def opened() -> None:
            self._indexing = False
            self.dashboard.dataset.open(documents)

        self.call_later(opened)
        if documents.trouble:
            self.call_later(partial(self.say, documents.trouble, error=True))

    _counted = False

    def _count_words(self) -> None:
        """See which words the model has read, as soon as it gives answers that may have others."""
        state = self.scene.now
        read = not self.scene.loading or self.scene.mode == "replay"
        if self._counted or not read or not state.weights:
            return
        self._counted = True
        self._read_words(sum(source.documents for source in state.sources.values()))

    @work(thread=True)
    def _read_words(self, documents: int) -> None:
        from tui_trainer.ui.run_files.vocabulary import vocabulary

        found = vocabulary(self.scene.folder, documents)

        def known() -> None:
            self.scene.vocabulary = found
            self.dashboard.redraw_all()

        if found.read:
            self.call_later(known)

    def say(self, line: str | None, *, error: bool = False) -> None:
        """A line for the person, for a few seconds."""
        if line:
            said = cut(one_line(line), SAID_CELLS)
            self.notify(said, markup=False, severity="error" if error else "information", timeout=6)

    def _not_recorded(self, why: str) -> None:
        self.say(why, error=True)

    # -- ends --------------------------------------------------------------------------------------------

    def leave(self, following: RunFolder | None = None, farewell: str | None = None) -> None:
        """Close the screen; the trainer is not asked."""
        self.farewell = farewell_of(self.scene) if farewell is None else farewell
        if following is None or not self.dashboard.is_running:
            self.exit(following)
            return
        # It takes a moment until the other run can be drawn: until then it says so in this one's frame.
        self.scene.opening = one_line(following.id)
        self.leave_standing()
        self.dashboard.redraw_frame()
        self.dashboard.call_after_refresh(self.exit, following)

    def _stopped(self) -> None:
        run = self.scene.folder.id
        self.leave(farewell=f"Training has stopped, with a checkpoint. Go on: tui-trainer resume {run}")

    def change_to(self, planned: Callable[[], Plan | str], greeting: str = "") -> None:
        """Stop this run, if it goes on, and show a new one."""
        if self.changing:
            self.say("Another run is being started already.")
            return
        self.changing = True
        self._change_to(planned, greeting)

    @work(thread=True)
    def _change_to(self, planned: Callable[[], Plan | str], greeting: str) -> None:
        plan = planned()
        following = plan if isinstance(plan, str) else self.steering.begin(plan)
        self.call_later(self._changed, following, greeting)

    def _changed(self, following: RunFolder | str, greeting: str) -> None:
        self.changing, self.scene.sent = False, ""
        if isinstance(following, str):
            on = ". This run goes on" if lock.is_alive(self.scene.folder) else ""
            self.say(f"{following}{on}.", error=True)
            self.tick()
        else:
            self.onward = greeting
            stopped = self.commander is not None and not self.scene.now.ended
            self.leave(following, f"It can be resumed: {self.scene.folder.id}" if stopped else "")

"""The Textual app that shows one run."""

import contextlib
import gc
from functools import partialmethod
from typing import Any, ClassVar, get_args

from textual import on, work
from textual.app import App
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui_trainer.events import Choice, Noticed, Record
from tui_trainer.run.commands import Stop
from tui_trainer.run.folder import RunFolder
from tui_trainer.ui import feed
from tui_trainer.ui.actions import BY_NAME, bindings
from tui_trainer.ui.commander import Answered, Commander
from tui_trainer.ui.documents import Documents
from tui_trainer.ui.drawing.ink import STUDIO, STUDIO_ANSI, make_ink
from tui_trainer.ui.farewell import farewell_of
from tui_trainer.ui.keys_now import applies
from tui_trainer.ui.palette import Actions
from tui_trainer.ui.panes.dataset import DatasetPane
from tui_trainer.ui.sanitize import one_line
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.dashboard import CONTEXTS, Dashboard
from tui_trainer.ui.screens.figures import Figures
from tui_trainer.ui.screens.glossary import Glossary
from tui_trainer.ui.screens.help import Help
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.ui.screens.simulate import Simulate
from tui_trainer.ui.steering import LOOKING_ON, Steering
from tui_trainer.ui.terminal import colour_mode, end_on_signals
from tui_trainer.ui.travel import Travel
from tui_trainer.ui.words import Mode

TICK_SECONDS = 0.25


class Studio(App[RunFolder | None]):
    """Joins feed, scene, screens and steering. Ends with the folder of a run to show next, or None."""

    CSS_PATH = "studio.tcss"
    TITLE = "tui-trainer"
    COMMANDS: ClassVar[set[Any]] = {Actions}
    ENABLE_COMMAND_PALETTE = True
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("anywhere", "rater"),
        Binding("ctrl+q", "do('quit')", "quit", show=False, priority=True),
    ]

    def __init__(self, folder: RunFolder, mode: Mode, speed: float = 1.0, *, launch: bool = False) -> None:
        super().__init__()
        self.register_theme(STUDIO)
        self.register_theme(STUDIO_ANSI)
        colours = colour_mode(self.console.color_system, self.no_color)
        self.theme = "studio" if colours == "rich" else "studio-ansi"
        if self.no_color:
            self._drop_colours()
        self.scene = Scene(folder, mode, ink=make_ink(colours), replay_speed=speed)
        self.farewell = ""
        self.failure = ""  # why no trainer could be started
        self._launch = launch
        self.dashboard = Dashboard(self.scene)
        self.feed: feed.Feed
        self.commander: Commander | None = None
        if mode == "replay":
            self.feed = feed.ReplayFeed(folder, self.post_message, speed=speed)
        else:
            self.feed = feed.LiveFeed(folder, self.post_message)
            self.commander = Commander(folder, self.post_message)
        self.travel = Travel(self, self.scene)
        self.steering = Steering(self.scene, self.feed, self.commander)

    def _drop_colours(self) -> None:
        """NO_COLOR: Textual turns colours into greys; the convention means none at all."""
        from textual.filter import Monochrome, NoColor

        self._filters = [NoColor() if isinstance(f, Monochrome) else f for f in self._filters]

    def get_default_screen(self) -> Screen[None]:
        return self.dashboard

    def on_mount(self) -> None:
        with contextlib.suppress(RuntimeError, ValueError):
            end_on_signals(self.leave)
        self.set_interval(TICK_SECONDS, self.tick)

    def on_ready(self) -> None:
        # The first frame stands before the first byte of the log is read, and before anything is launched.
        gc.enable()
        gc.freeze()
        if self._launch:
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

    def on_unmount(self) -> None:
        self.feed.stop()
        if self.commander is not None:
            self.commander.stop()

    # -- what comes in -----------------------------------------------------------------------------------

    def tick(self) -> None:
        """Bring the screen up to date; what has not changed is not drawn."""
        if not self.dashboard.is_running:
            return  # before the first frame, and after the last
        self.scene.hold()
        self.dashboard.follow()
        if isinstance(self.screen, Sheet):
            self.screen.follow()

    @on(feed.Arrived)
    def _arrived(self, message: feed.Arrived) -> None:
        had_corpus = self.scene.now.corpus is not None
        self.scene.now.apply_all(message.records)
        self.feed.grant()
        if not self.scene.loading:
            self._tell_troubles(message.records)
        if self.scene.now.corpus is not None and not had_corpus:
            self._index_documents()
        if self.scene.paused or self.scene.now.offered is not None:
            self.tick()  # somebody waits for it

    def _tell_troubles(self, records: list[Record]) -> None:
        """Warnings and errors as they come: the last of a batch, so that a flood of them is no flood here."""
        troubles = [r.event for r in records if isinstance(r.event, Noticed) and r.event.level != "info"]
        if troubles:
            self.say(troubles[-1].text, error=troubles[-1].level == "error")

    @on(feed.CaughtUp)
    def _caught_up(self, _: feed.CaughtUp) -> None:
        self.scene.loading = False
        self.tick()

    @on(feed.TrainerSeen)
    def _trainer_seen(self, message: feed.TrainerSeen) -> None:
        self.scene.trainer = message.trainer
        if message.trainer == "alive" and self.scene.steers:
            self.steering.take_control()
        if message.trainer == "gone":
            self.scene.sent = ""
        self.tick()

    @on(feed.FeedFailed)
    def _feed_failed(self, message: feed.FeedFailed) -> None:
        self.say(message.reason, error=True)

    @on(Answered)
    def _answered(self, message: Answered) -> None:
        self.say(self.steering.answered(message.command, message.reply))
        if isinstance(message.command, Stop) and message.reply.ok:
            self._stopped()
        self.tick()

    @on(DatasetPane.Weighed)
    def _weighed(self, message: DatasetPane.Weighed) -> None:
        self.say(self.steering.turn(f"data.mixture.{message.source}", message.weight))

    @work(thread=True)
    def _index_documents(self) -> None:
        documents = Documents(self.scene.folder.corpus / "documents.jsonl").index()
        self.call_later(lambda: self.dashboard.dataset.open(documents))

    def say(self, line: str | None, *, error: bool = False) -> None:
        """A line for the person, for a few seconds."""
        if line:
            self.notify(one_line(line), markup=False, severity="error" if error else "information", timeout=6)

    # -- what goes out -----------------------------------------------------------------------------------

    def action_do(self, name: str) -> None:
        """Run an action by its name; one that can do nothing now is ignored."""
        action = BY_NAME[name]
        if not applies(action, self.scene):
            if action.context == "anywhere" and self.scene.mode == "view" and name in ("pause", "step"):
                self.say(LOOKING_ON)
            return
        if action.context == "rater":
            self._rate(name)
        elif action.context == "anywhere":
            getattr(self, f"do_{name}")()
        else:
            self.dashboard.pane(CONTEXTS.index(action.context) + 1).action_do(name)
        self.tick()

    def _rate(self, name: str) -> None:
        """The keys that answer a pair: only while it is to be seen and nobody types."""
        if not self.dashboard.sees(4) or self.dashboard.typing:
            return
        choice = name.removeprefix("pick_")
        if choice in get_args(Choice):
            self.say(self.steering.pick(choice))  # type: ignore[arg-type]  # checked in the line above
        else:
            self.push_screen(Simulate(self.scene), self._simulate)

    def _simulate(self, taste: str | None) -> None:
        if taste is not None:
            self.say(self.steering.simulate(taste))

    def do_pause(self) -> None:
        self.say(self.steering.pause())

    def do_step(self) -> None:
        self.say(self.steering.step())

    def do_faster(self) -> None:
        self.steering.change_speed(2)

    def do_slower(self) -> None:
        self.steering.change_speed(0.5)

    @work(thread=True)
    def do_resume(self) -> None:
        said = self.steering.resume()
        if said is not None:
            self.call_later(self.say, said)

    def do_earlier(self) -> None:
        self.travel.step(-1)

    def do_later(self) -> None:
        self.travel.step(1)

    def do_now(self) -> None:
        self.travel.now()

    def _go_to(self, number: int) -> None:
        self.dashboard.go(number)

    do_pane_1 = partialmethod(_go_to, 1)
    do_pane_2 = partialmethod(_go_to, 2)
    do_pane_3 = partialmethod(_go_to, 3)
    do_pane_4 = partialmethod(_go_to, 4)
    do_pane_5 = partialmethod(_go_to, 5)

    def do_next_pane(self) -> None:
        self.dashboard.go(self.dashboard.current + 1)

    def do_previous_pane(self) -> None:
        self.dashboard.go(self.dashboard.current - 1)

    def do_zoom(self) -> None:
        self.dashboard.toggle_zoom()

    def do_figures(self) -> None:
        self.push_screen(Figures(self.scene))

    def do_glossary(self) -> None:
        self.push_screen(Glossary(self.scene))

    def do_help(self) -> None:
        self.push_screen(Help(self.scene, self.dashboard.context))

    def do_palette(self) -> None:
        self.action_command_palette()

    # -- ends --------------------------------------------------------------------------------------------

    def do_quit(self) -> None:
        self.leave()

    def leave(self, following: RunFolder | None = None, farewell: str | None = None) -> None:
        """Close the screen; the trainer is not asked."""
        self.farewell = farewell_of(self.scene) if farewell is None else farewell
        self.exit(following)

    def do_stop_and_quit(self) -> None:
        if self.scene.trainer != "alive" or self.scene.now.ended:
            self.leave()
        else:
            self.say(self.steering.stop())

    def _stopped(self) -> None:
        if self._following is None:
            run = self.scene.folder.id
            self.leave(farewell=f"Training has stopped, with a checkpoint. Go on: tui-trainer resume {run}")

    @work(thread=True)
    def do_start_over_quick(self) -> None:
        if self.scene.trainer == "alive" and self.commander is not None:
            self._following = "quick"
            self.steering.stop()
        following = self.steering.start_over()
        if isinstance(following, str):
            self.call_later(self.say, following)
        else:
            self.call_later(self.leave, following, f"Stopped; it can be resumed: {self.scene.folder.id}")

    _following: str | None = None

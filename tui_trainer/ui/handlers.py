"""What the keys do: each action of the table by its name."""

import time
from collections.abc import Callable
from functools import partial, partialmethod
from typing import get_args

from textual import work
from textual.app import App
from textual.worker import get_current_worker

from tui_trainer.errors import UserError
from tui_trainer.experiments.cultures import Cultures
from tui_trainer.messages.events import Choice
from tui_trainer.run import leash
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import BY_NAME
from tui_trainer.ui.dashboard import CONTEXTS, Dashboard
from tui_trainer.ui.keys_now import applies
from tui_trainer.ui.line_view import LineView
from tui_trainer.ui.run_control import LOOKING_ON, Steering
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.branch import Branch, Chosen
from tui_trainer.ui.screens.comparison import ComparisonScreen
from tui_trainer.ui.screens.cultures import ChooseCultures, MakingCultures
from tui_trainer.ui.screens.figures import Figures
from tui_trainer.ui.screens.glossary import Glossary
from tui_trainer.ui.screens.help import Help
from tui_trainer.ui.screens.ledger import LedgerSheet
from tui_trainer.ui.screens.prompts import Prompts
from tui_trainer.ui.screens.rater_panel import RoomSheet
from tui_trainer.ui.screens.samples import Samples
from tui_trainer.ui.screens.simulate import Simulate
from tui_trainer.ui.screens.taste import TasteSheet
from tui_trainer.ui.screens.unleash import Unleash
from tui_trainer.ui.travel import Travel

LONGEST_ANSWER = 500  # characters
WIDER = 4  # parts of a row, of 120
SHEETS = {"taste": TasteSheet, "ledger": LedgerSheet, "room": RoomSheet}
CULTURE_SECONDS = 0.5  # between two looks at how far two cultures are


class Handlers(App[RunFolder | None]):
    """The part of the app that carries actions out; `TrainerApp` makes and feeds what they work on."""

    scene: Scene
    dashboard: Dashboard
    steering: Steering
    travel: Travel

    def tick(self) -> None:
        """Bring the screen up to date."""
        raise NotImplementedError

    def say(self, line: str | None, *, error: bool = False) -> None:
        """A line for the person."""
        raise NotImplementedError

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
        """The keys that answer a pair, only while it is to be seen; and what is known of the answers."""
        if self.dashboard.typing:
            return
        choice = name.removeprefix("pick_")
        if name in SHEETS:
            self.push_screen(SHEETS[name](self.scene))
        elif not self.dashboard.sees(4):
            return
        elif name == "prompts":
            self.push_screen(Prompts(self.scene, lambda *edit: self.say(self.steering.edit_prompts(*edit))))
        elif choice == "own":
            self.push_screen(Ask("A better answer, in your words", most=LONGEST_ANSWER), self._own)
        elif choice in get_args(Choice):
            self.say(self.steering.pick(choice))  # type: ignore[arg-type]  # checked in the line above
        elif name == "go_on":
            self.say(self.steering.pick("enough"))
        else:
            self.push_screen(Simulate(self.scene), self._simulate)

    def _own(self, text: str | None) -> None:
        if text is not None and text.strip():
            self.say(self.steering.pick("own", text.strip()))

    def _simulate(self, taste: str | None) -> None:
        if taste is not None:
            self.say(self.steering.simulate(taste))

    def change_to(self, planned: Callable[[], Plan | str]) -> None:
        """Begin another run, and show it."""
        raise NotImplementedError

    def do_branch(self) -> None:
        self.push_screen(Branch(self.scene), self._branch)

    def _branch(self, chosen: Chosen | None) -> None:
        if chosen is not None:
            self.change_to(partial(self.steering.branch, chosen.stage, chosen.assignments, chosen.keep_picks))

    def do_compare(self) -> None:
        self.push_screen(ComparisonScreen(self.scene))

    changing = False  # another run is about to be shown
    making: Cultures | None = None  # two cultures, by a trainer after the other

    def do_cultures(self) -> None:
        making = self.making
        if making is not None and not making.ended and not making.trouble:
            self.push_screen(MakingCultures(self.scene, making))
        else:
            self.push_screen(ChooseCultures(self.scene), self._choose_cultures)

    def _choose_cultures(self, raters: tuple[str, ...] | None) -> None:
        if raters is not None:
            self._make_cultures(raters)

    @work(thread=True, group="cultures")
    def _make_cultures(self, raters: tuple[str, ...]) -> None:
        try:
            making = self.making = Cultures(self.scene.folder, raters)
        except UserError as error:
            self.call_later(self.say, str(error))
            return
        worker, watched = get_current_worker(), False
        while not worker.is_cancelled:
            try:
                making.advance()
            except UserError as error:
                making.trouble = one_line(str(error))
            if not watched and not making.ended:
                self.call_later(self.push_screen, MakingCultures(self.scene, making))
            self.call_later(self._cultures_moved, making, watched)
            if making.ended or making.trouble:
                break
            watched = True
            time.sleep(CULTURE_SECONDS)

    def _cultures_moved(self, making: Cultures, watched: bool) -> None:
        """How far they are; at the end, both side by side for whoever has waited."""
        here = isinstance(self.screen, MakingCultures)
        if not making.ended:
            if here:
                self.screen.query_one(LineView).redraw()
            elif making.trouble:
                self.say(making.trouble, error=True)
        elif watched and not here:
            self.say("Both models are made. D shows them side by side.")
        else:
            if here:
                self.pop_screen()
            first, second = (seat.folder for seat in making.seats)
            assert first is not None and second is not None  # or they had not ended
            self.push_screen(ComparisonScreen(self.scene, (first, second), making.raters))

    def do_unleash(self) -> None:
        self.push_screen(Unleash(self.scene), self._unleash)

    def _unleash(self, leashed: bool | None) -> None:
        if leashed is not None:
            self.change_to(partial(self.steering.branch, "feedback", leash.assignments(leashed), True))

    def do_pause(self) -> None:
        self.say(self.steering.pause())

    def do_step(self) -> None:
        self.say(self.steering.step())

    def do_tour(self) -> None:
        self.dashboard.tour(0)

    def do_tour_next(self) -> None:
        if self.scene.tour is not None:
            self.dashboard.tour(self.scene.tour + 1)

    def do_tour_skip(self) -> None:
        self.dashboard.tour(None)

    def do_sentence(self) -> None:
        self.push_screen(Ask("A sentence for the model", self.scene.sentence), self._typed)

    def _typed(self, text: str | None) -> None:
        if text is not None:
            self.scene.sentence = text.strip().encode("utf-8", "replace").decode("utf-8")
            self.dashboard.go(4)
            self.dashboard.redraw_all()
            self.tick()

    def do_faster(self) -> None:
        self.steering.change_speed(2)

    def do_slower(self) -> None:
        self.steering.change_speed(0.5)

    def do_resume(self) -> None:
        if not self.changing:
            self._resume()

    @work(thread=True)
    def _resume(self) -> None:
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

    def do_wider(self) -> None:
        self.dashboard.resize_pane(WIDER)

    def do_narrower(self) -> None:
        self.dashboard.resize_pane(-WIDER)

    def do_taller(self) -> None:
        self.dashboard.resize_row(1)

    def do_lower(self) -> None:
        self.dashboard.resize_row(-1)

    def do_caption(self) -> None:
        self.dashboard.toggle_caption()

    def do_figures(self) -> None:
        self.push_screen(Figures(self.scene))

    def do_samples(self) -> None:
        self.push_screen(Samples(self.scene))

    def do_glossary(self) -> None:
        self.push_screen(Glossary(self.scene))

    def do_help(self) -> None:
        self.push_screen(Help(self.scene, self.dashboard.context))

    def do_palette(self) -> None:
        self.action_command_palette()

"""The dashboard: five panes under the rail, over the caption and the keys; or one of them alone."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.events import DescendantFocus, Resize
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from tui_trainer.messages.events import STAGES, StageName
from tui_trainer.ui.actions import CONTEXTS, Action, Context
from tui_trainer.ui.chrome.ahead import LEAST_ROWS, AheadView
from tui_trainer.ui.chrome.caption import Caption
from tui_trainer.ui.chrome.card import CardView
from tui_trainer.ui.chrome.footer import Footer, shown_now
from tui_trainer.ui.chrome.rail import Rail
from tui_trainer.ui.chrome.tabs import Tabs
from tui_trainer.ui.chrome.too_small import SMALLEST, TooSmall
from tui_trainer.ui.panes.chat import ChatPane
from tui_trainer.ui.panes.dataset import DatasetPane
from tui_trainer.ui.panes.loss import LossPane
from tui_trainer.ui.panes.pane import Pane
from tui_trainer.ui.panes.rater import RaterPane
from tui_trainer.ui.panes.weights import WeightsPane
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screen_settings import load_layout, save_layout
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.view import pace
from tui_trainer.view.cards import Card
from tui_trainer.view.inspections import Purpose, Wish
from tui_trainer.view.tour import STOPS

ROOM_FOR_ALL = (110, 32)
WIDTHS = (38, 46, 36, 66, 54)  # of the panes, in parts of their row
NARROWEST, WIDEST = 20, 120
ROWS, LOWEST = 35, 10  # parts of both rows; of one
# Where to look in each stage, until the person has chosen for themselves.
LOOK_AT: dict[StageName, int] = {"data": 1, "pretrain": 2, "finetune": 2, "feedback": 4, "frozen": 5}
SLOWLY = 4  # ... and in slow motion
FEW_ROWS = 24  # with fewer, a card takes the place of the caption
SOME_ROWS = 30  # ... of what comes next: it says itself what to try
PANE_ROWS = 8  # that a card leaves to a pane, where it can
TOO_SOON = 1.0  # seconds in which nobody has read that the tour went on by itself


class Dashboard(Screen[None]):
    """Draws the scene; knows which pane is current and whether it has the screen to itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "app.do('next_pane')", "next pane", show=False),
        Binding("shift+tab", "app.do('previous_pane')", "previous pane", show=False),
        # Before the panes get these keys, but only on the tour, or where there is a card: see `check_action`.
        Binding("enter", "tour('tour_next', 'card_try')", "go on", show=False, priority=True),
        Binding("escape", "tour('step_back', 'step_back')", "skip the tour", show=False, priority=True),
        Binding("ctrl+c", "copy_or_quit", "copy, or quit", show=False),
    ]
    AUTO_FOCUS = ""
    # Textual's own repaints the whole screen when the focus moves; the two frames that change do that here.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    def __init__(self, scene: Scene, actions: Sequence[Action], notes: Path | None = None) -> None:
        super().__init__()
        self.scene, self.actions = scene, actions
        self._goal: int | None = None  # the pane that is to have the focus in a moment
        self.chat = ChatPane(scene, notes)
        self.dataset = DatasetPane(scene)
        self.weights = WeightsPane(scene)
        self.panes: tuple[Pane | ChatPane, ...] = (  # in the order of their numbers
            self.dataset,
            LossPane(scene),
            self.weights,
            RaterPane(scene, actions),
            self.chat,
        )
        self.card = CardView(scene)
        self.ahead = AheadView(scene, actions)
        self.frame: tuple[LineView, ...] = (
            TooSmall(scene),
            Rail(scene),
            Tabs(scene, lambda: self.current),
            self.card,
            Caption(scene),
            self.ahead,
            Footer(scene, lambda: shown_now(actions, scene, self.context)),
        )
        self._rows = Horizontal(*self.panes[:3], id="upper"), Horizontal(*self.panes[3:], id="lower")
        self.layout_ = load_layout()
        scene.met |= set(self.layout_.met)
        self.current = 1
        self.zoomed = False
        self._tiny = False
        self._turned, self._by_itself = 0.0, False  # when the tour last went on, and whether without a key
        self._guides = True  # looks where the stage is, until the person goes somewhere
        self._stage: StageName | None = None
        self._slow = False
        self._seen: object = None

    def compose(self) -> ComposeResult:
        yield from self.frame[:3]
        yield from self._rows
        yield from self.frame[3:]

    def on_mount(self) -> None:
        self._apply_sizes()
        self._show_current(focus=True)

    # -- where the person is -----------------------------------------------------------------------------

    @property
    def context(self) -> Context:
        """The current pane's."""
        return CONTEXTS[self.current - 1]

    @property
    def typing(self) -> bool:
        """Whether letters go into a text."""
        return isinstance(self.focused, Input)

    @property
    def single(self) -> bool:
        """Whether one pane has the screen to itself."""
        return self.zoomed or not self.scene.roomy

    def pane(self, number: int) -> Pane | ChatPane:
        """By its number."""
        return self.panes[number - 1]

    def sees(self, number: int) -> bool:
        """Whether a pane is to be seen."""
        return not self.single or self.current == number

    def go(self, number: int, *, guided: bool = False) -> None:
        """Make a pane the current one."""
        self._guides = self._guides and guided
        self.current = (number - 1) % 5 + 1
        self._show_current(focus=True)
        if self.current == 5 and not guided and self.scene.state.weights:
            self.chat.input.focus()

    def open_matrix(self, name: str) -> None:
        """Go to a matrix's picture; before there is one, to where it will be."""
        self.weights.chosen = name
        self.go(self.weights.number)
        self.weights.redraw()

    def toggle_zoom(self) -> None:
        """Give the screen to the current pane, or take it back."""
        self.zoomed = self.scene.zoomed = not self.zoomed
        self._show_current()

    def _show_current(self, focus: bool = False) -> None:
        self.scene.roomy = self.size.width >= ROOM_FOR_ALL[0] and self.size.height >= ROOM_FOR_ALL[1]
        # Not by classes: each that changes makes Textual match every widget with every rule again, for 10 ms.
        too_small, rail, tabs, card, caption, ahead, footer = self.frame
        upper, lower = self._rows
        room = not self._tiny
        told = room and self.layout_.caption and (self.scene.card is None or self.size.height >= FEW_ROWS)
        shown: dict[Widget, bool] = {
            too_small: self._tiny,
            rail: room,
            tabs: room and self.single,
            upper: room and any(self.sees(number) for number in (1, 2, 3)),
            lower: room and any(self.sees(number) for number in (4, 5)),
            card: room and self.scene.card is not None,
            caption: told,
            ahead: told and self.size.height >= (LEAST_ROWS if self.scene.card is None else SOME_ROWS),
            footer: room,
            **{pane: self.sees(number) for number, pane in enumerate(self.panes, 1)},
        }
        self.set_class(self.scene.card is not None, "carded")
        if self.scene.card is not None:
            around = 4  # rail, tabs and footer
            card.styles.height = self.card.needed(self.size.width, self.size.height - around - PANE_ROWS)
        for widget, is_shown in shown.items():
            if widget.display != is_shown:
                widget.display = is_shown
                for view in widget.query(LineView).results() if is_shown else ():
                    view.forget()  # nobody has followed it
                if is_shown and isinstance(widget, LineView):
                    widget.forget()
        if focus:
            self._goal = self.current
            self.pane(self.current).focus()  # which Textual does later
            self.call_after_refresh(self._arrived, self.current)
        self.redraw_frame()

    def _arrived(self, number: int) -> None:
        if self._goal == number:
            self._goal = None

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        if event.widget is not self.focused:
            return  # news of a focus that has moved on since
        if self._goal is not None and self.pane(self._goal) not in event.widget.ancestors_with_self:
            return  # ... or is about to: where one was led to a moment before one chose another pane
        for number, pane in enumerate(self.panes, 1):
            if pane in event.widget.ancestors_with_self and number != self.current:
                self.current = number
                self._guides = False
                self._show_current()
        if self.typing != self.scene.typing:
            self.redraw_frame()

    def on_resize(self, event: Resize) -> None:
        width, height = event.size
        self._tiny = width < SMALLEST[0] or height < SMALLEST[1]
        self._show_current()

    # -- sizes, which are remembered ---------------------------------------------------------------------

    def resize_pane(self, parts: int) -> None:
        """Make the current pane wider by so many parts of its row."""
        widths = self.layout_.widths
        key = str(self.current)
        width = widths.get(key, WIDTHS[self.current - 1])
        widths[key] = min(WIDEST, max(NARROWEST, width + parts))
        self._resized()

    def resize_row(self, parts: int) -> None:
        """Make the current pane's row taller by so many of all parts."""
        parts = parts if self.current <= 3 else -parts
        self.layout_.upper = min(ROWS - LOWEST, max(LOWEST, self.layout_.upper + parts))
        self._resized()

    def remember_met(self) -> None:
        """Remember what there was to see and has been seen."""
        self.layout_.met = sorted(self.scene.met)
        save_layout(self.layout_)

    def toggle_caption(self) -> None:
        """Hide the caption, or show it."""
        self.layout_.caption = not self.layout_.caption
        self._resized()

    def _resized(self) -> None:
        self._apply_sizes()
        self._show_current()
        save_layout(self.layout_)

    def _apply_sizes(self) -> None:
        for number, pane in enumerate(self.panes, 1):
            pane.styles.width = f"{self.layout_.widths.get(str(number), WIDTHS[number - 1])}fr"
        upper, lower = self._rows
        upper.styles.height, lower.styles.height = f"{self.layout_.upper}fr", f"{ROWS - self.layout_.upper}fr"

    # -- the tour ----------------------------------------------------------------------------------------

    def tour(self, stop: int | None) -> None:
        """Go to a stop of the tour; None, or one past the last, ends it for good."""
        self._turned = self.scene.clock()
        on = stop is not None and stop < len(STOPS)
        self.scene.tour, self.scene.onward = stop if on else None, False
        if on and stop is not None:
            self.go(STOPS[stop].pane, guided=True)
            return
        if not self.layout_.toured:
            self.layout_.toured = True
            save_layout(self.layout_)
        self.go(self._look_at, guided=True)

    def tour_onward(self) -> None:
        """Go on with the tour, as soon as there is something to see at its next stop; a key that was on its
        way when the tour went on by itself is not for what has just come."""
        if self.scene.clock() - self._turned < TOO_SOON and self._by_itself:
            return
        self.scene.onward = True
        self.follow_tour(by_itself=False)

    def follow_tour(self, by_itself: bool = True) -> None:
        """Go on with the tour, if one wants to, and if there is something to see at its next stop."""
        scene = self.scene
        if scene.tour is None or not scene.onward:
            return
        following = scene.tour + 1
        # Where nothing more comes before the first step, there is nothing to wait for.
        over = not scene.holding or scene.now.held or scene.stopped
        if following == len(STOPS) or STOPS[following].there(scene.state) or over:
            self.tour(following)
            self._by_itself = by_itself

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Keys of the tour and of a card are the panes' own where there is neither; while one types they are
        the chat's, but for enter where nothing is typed yet."""
        if action == "tour":
            chats = self.typing and ("tour_next" not in parameters or bool(self.chat.input.value))
            return (self.scene.tour is not None or self.scene.card is not None) and not chats
        return super().check_action(action, parameters)

    async def action_tour(self, name: str, otherwise: str) -> None:
        """A key of the tour; without one, the same key of a card."""
        await self.app.run_action(f"app.do('{name if self.scene.tour is not None else otherwise}')")

    # -- a stage's end -----------------------------------------------------------------------------------

    def show_card(self, card: Card | None) -> None:
        """Show what a stage's end is told by; None: put it away."""
        scene = self.scene
        scene.card = card
        if card is not None:
            scene.unguessed = card if card.asks and card.stage not in scene.guesses else None
        self._show_current()

    # -- drawing -----------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Tell the scene where the person is."""
        self.scene.typing, self.scene.shows_rater = self.typing, self.sees(4)
        self.scene.pane, self.scene.attends = self.current, self.weights.attends
        self.scene.writes = self.chat.conversation.writes
        self.scene.seeks = self.current == 1 and self.dataset.seeks

    def redraw_frame(self) -> None:
        """Draw what stands around the panes."""
        self.tell()
        for view in self.frame:
            view.redraw()

    def follow(self) -> None:
        """Bring everything that can be seen up to date with the scene."""
        self.follow_tour()
        self._follow_stage()
        self.tell()
        scene = self.scene
        wait = scene.wait
        seen = (
            scene.state.records,
            scene.moment,
            scene.trainer,
            scene.sent,
            scene.loading,
            scene.mode,
            scene.replay_paused,
            scene.replayed,
            scene.replay_speed,
            scene.past_at,
            scene.tour,
            scene.onward,
            scene.part,
            wait.told if wait is not None else "",
            len(scene.met),
            scene.answering,
            scene.typing,
            scene.shows_rater,
            scene.pane,
        )
        if seen != self._seen:
            self._seen = seen
            asking = scene.state.waits is not None and scene.steers and scene.past is None
            self.set_class(asking, "asking")
            self.redraw_frame()
        else:
            self.ahead.redraw()  # which says something else once what it said could be read
        for pane in self.panes:
            pane.follow()

    def wishes(self) -> Mapping[Purpose, Wish]:
        """Texts that panes which can be seen would have the model read."""
        return {
            purpose: wish
            for pane in self.panes
            if isinstance(pane, Pane) and (pane.can_be_seen or pane is self.dataset)
            for purpose, wish in pane.wishes().items()
        }

    @property
    def reads_data(self) -> bool:
        """Whether the filters are watched at work, on a first run that has not begun: that waits for it."""
        scene = self.scene
        watched = scene.holding and scene.tour is None and self.current == 1
        return watched and (scene.state.stage in (None, "data") or self.dataset.is_at_work)

    def _follow_stage(self) -> None:
        stage = self.scene.state.stage
        slow = pace.slow(self.scene.state)
        if (stage, slow) == (self._stage, self._slow) or stage is None or self.reads_data:
            return
        self._stage, self._slow = stage, slow
        if self.scene.past is not None:
            self._guides = False  # one has come to see a pane: it stays
        for name in STAGES:
            self.set_class(name == stage, f"stage-{name}")
        if self._guides and not self.typing and self.scene.tour is None:
            self.go(self._look_at, guided=True)

    @property
    def _look_at(self) -> int:
        """The pane to look at: of a step in slow motion, the one that takes it apart."""
        return SLOWLY if self._slow else LOOK_AT[self._stage or "data"]

    def redraw_all(self) -> None:
        """Draw everything again."""
        for view in self.query(LineView):
            view.redraw()

    def action_copy_or_quit(self) -> None:
        """ctrl+c: copy what is selected; with nothing selected, close the screen."""
        if self.get_selected_text():
            self.action_copy_text()
        else:
            self.app.run_worker(self.app.run_action("app.do('quit')"))

"""The chat pane: a conversation with frozen weights."""

import asyncio
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.strip import Strip
from textual.timer import Timer
from textual.widgets import Input

from tui_trainer.messages.conversation import Said
from tui_trainer.messages.events import WeightsName
from tui_trainer.ui.actions import Acting, Context, action
from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.panes.conversation import Conversation, Turn, status
from tui_trainer.ui.panes.pane import title
from tui_trainer.ui.processes.chat import ChatProcess
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.ui.widgets.safe_input import SafeInput
from tui_trainer.view.state import WEIGHTS

COALESCE_SECONDS = 0.08  # pieces that come within it are drawn together
MAX_PROMPT = 4000


class Status(LineView):
    """The line that says whom one talks to."""

    def __init__(self, scene: Scene, pane: "ChatPane") -> None:
        super().__init__(id="chat-status")
        self.scene = scene
        self.pane = pane

    def lines(self, width: int, height: int) -> list[Strip]:
        typed = len(self.pane.input.value)
        if typed > width - 2:  # more than the line shows
            ink = self.scene.ink
            said = f"{typed:,} of {MAX_PROMPT:,} characters typed"
            return [
                line((said, ink.strong), (", of which the end is shown" if width >= 60 else "", ink.muted))
            ]
        return [status(self.scene, self.pane.weights, width)]


class ChatPane(Acting, Vertical, can_focus=True):
    """Status, conversation and input."""

    number: ClassVar[int] = 5
    context: ClassVar[Context] = "chat"

    def __init__(self, scene: Scene) -> None:
        super().__init__(id="pane-5", classes="pane")
        self.border_title = title(5)
        self.scene = scene
        self.process = ChatProcess(scene.folder)
        self.chosen: WeightsName | None = None
        self._seen: object = None
        self._answer: Turn | None = None
        self._clock: Timer | None = None
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        yield Status(self.scene, self)
        yield Conversation(self.scene)
        # A blinking cursor would send bytes all night.
        box = SafeInput(
            placeholder="ask the frozen model", compact=True, max_length=MAX_PROMPT, id="chat-input"
        )
        box.cursor_blink = False
        yield box

    @property
    def conversation(self) -> Conversation:
        return self.query_one(Conversation)

    @property
    def input(self) -> Input:
        return self.query_one("#chat-input", Input)

    @property
    def weights(self) -> WeightsName | None:
        """Whom one talks to: the chosen weights, else the latest frozen."""
        frozen = self.scene.state.weights
        return self.chosen if self.chosen in frozen else self.scene.state.latest_weights

    def follow(self) -> None:
        """Redraw if something that the pane shows has changed."""
        state = self.scene.state
        seen = (
            state.changed["samples"],
            state.changed["frozen"],
            state.stage,
            state.ended,
            self.scene.past_at,
        )
        if seen != self._seen and self.size and self.display:
            self._seen = seen
            self.redraw()

    def redraw(self) -> None:
        """Draw all parts again."""
        for view in self.query(LineView):
            view.redraw()

    def on_descendant_focus(self) -> None:
        self.redraw()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self.redraw)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.query_one(Status).redraw()

    # -- asking ------------------------------------------------------------------------------------------

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if not text or self._answer is not None:
            return
        weights = self.weights
        event.input.value = ""
        self.conversation.add(Turn("you", text))
        if weights is None:
            self._fail("No weights are frozen yet; wait for the end of pretraining.")
            return
        self._answer = self.conversation.add(Turn(weights, open=True))
        self.conversation.redraw()
        self._clock = self.set_interval(COALESCE_SECONDS, self._draw_pieces)
        self._asking = asyncio.create_task(self._ask(text, weights))

    async def _ask(self, text: str, weights: WeightsName) -> None:
        await self.process.ask(text, weights, self._hear)

    def _hear(self, said: Said) -> None:
        """Take in a piece; drawing is left to the clock."""
        turn = self._answer
        if turn is None:
            return
        turn.text += said.text
        if said.done:
            turn.sha256, turn.open = said.sha256, False
            self._finish()
        elif said.error:
            turn.open = False
            if not turn.text:
                self.conversation.turns.remove(turn)
            self._fail(said.error)
            self._finish()

    def _fail(self, text: str) -> None:
        self.conversation.add(Turn("error", text))
        self.conversation.redraw()

    def _finish(self) -> None:
        self._answer = None
        if self._clock is not None:
            self._clock.stop()
        self.conversation.redraw()

    def _draw_pieces(self) -> None:
        self.conversation.redraw()

    # -- actions -----------------------------------------------------------------------------------------

    @action("escape", "leave", when=lambda scene: scene.typing)
    def do_leave_input(self) -> None:
        """Stop typing: letters are keys again."""
        self.focus()

    @action("enter", "ask", written="enter")
    def do_send(self) -> None:
        """Type; and then ask what was typed."""
        # With the input in focus, enter is the input's own.
        self.input.focus()

    @action("ctrl+t", "other weights")
    def do_next_weights(self) -> None:
        """Talk to another stage's weights."""
        frozen = [name for name in WEIGHTS if name in self.scene.state.weights]
        if frozen and self.weights is not None:
            self.choose(frozen[(frozen.index(self.weights) + 1) % len(frozen)])

    @action("pageup", "earlier", footer="no", listed=False)
    def do_scroll_up(self) -> None:
        """Earlier in the conversation."""
        self.conversation.scroll_page(1)

    @action("pagedown", "scroll", written="pgup pgdn")
    def do_scroll_down(self) -> None:
        """Earlier or later in the conversation."""
        self.conversation.scroll_page(-1)

    def choose(self, weights: WeightsName) -> None:
        """Talk to these weights from now on."""
        self.chosen = weights
        self.redraw()

    async def on_unmount(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
        await self.process.close()

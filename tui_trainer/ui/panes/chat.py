"""The chat pane: a conversation with frozen weights."""

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import ClassVar

from msgspec.structs import replace
from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Resize
from textual.strip import Strip
from textual.widgets import Input

from tui_trainer.messages.conversation import Ask, Drawing, Said
from tui_trainer.messages.events import WeightsName
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import Acting, Context, action
from tui_trainer.ui.drawing.lines import line
from tui_trainer.ui.panes.conversation import Conversation, Turn, dials, status
from tui_trainer.ui.panes.pane import title
from tui_trainer.ui.processes.chat import ChatProcess
from tui_trainer.ui.run_files.world import judged, told_plainly, unheard
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.widgets.line_view import LineView
from tui_trainer.ui.widgets.safe_input import SafeInput
from tui_trainer.view.cards import Card
from tui_trainer.view.state import WEIGHTS
from tui_trainer.view.text import cut, seconds_to_read
from tui_trainer.view.words import QUICK

MAX_PROMPT = 4000
TWO_LINES = 10  # of the pane, from which on its status takes two
TEMPERATURES = (0.0, 0.3, 0.7, 1.0, 1.5)
TOP_PS = (1.0, 0.95, 0.9, 0.5)
SEEDS = 10
READ = seconds_to_read(12)  # an answer's last line: who gave it, by which hash, and what was read before
NOBODY = "Nobody can answer yet: no weights are frozen before pretraining is through. What you typed stays."


class Status(LineView):
    """Whom one talks to, and how the tokens are drawn."""

    def __init__(self, scene: Scene, pane: "ChatPane") -> None:
        super().__init__(id="chat-status")
        self.scene = scene
        self.pane = pane

    def lines(self, width: int, height: int) -> list[Strip]:
        typed = len(self.pane.input.value)
        first = status(self.scene, self.pane.weights, width)
        if typed > width - 2:  # more than the line shows
            ink = self.scene.ink
            said = f"{typed:,} of {MAX_PROMPT:,} characters typed"
            first = line(
                (said, ink.strong), (", of which the end is shown" if width >= 60 else "", ink.muted)
            )
        return [first, dials(self.scene, self.pane.drawing, self.pane.notes, width)]


class ChatPane(Acting, Vertical, can_focus=True):
    """Status, conversation and input.

    Args:
        notes: a folder of the person's own notes, which are on then.
    """

    number: ClassVar[int] = 5
    context: ClassVar[Context] = "chat"

    def __init__(self, scene: Scene, notes: Path | None = None) -> None:
        super().__init__(id="pane-5", classes="pane")
        self.border_title = title(5)
        self.scene = scene
        self.process = ChatProcess(scene.folder, scene.stopwatch, notes)
        self.conversation = Conversation(scene)
        # Kept until another is, or the last ones are frozen; None: the newest, whichever they are.
        self.chosen: WeightsName | None = None
        self._newest: WeightsName | None = None
        self._last: WeightsName | None = None  # no others come after these
        self.drawing = Drawing()
        self.notes = notes is not None  # what is told is kept, and looked for before each question
        self._new = False  # the next question begins a conversation
        self._told: dict[str, Turn] = {}  # the last note on what was changed, by what it is about
        self._seen: object = None
        self._answer: Turn | None = None
        self._tasks = set[asyncio.Task[None]]()

    def compose(self) -> ComposeResult:
        yield Status(self.scene, self)
        yield self.conversation
        # A blinking cursor would send bytes all night.
        box = SafeInput(
            placeholder="ask the frozen model", compact=True, max_length=MAX_PROMPT, id="chat-input"
        )
        box.cursor_blink = False
        yield box

    @property
    def input(self) -> Input:
        return self.query_one("#chat-input", Input)

    @property
    def weights(self) -> WeightsName | None:
        """Whom one talks to: the chosen weights, else the latest frozen."""
        frozen = self.scene.state.weights
        return self.chosen if self.chosen in frozen else self.scene.state.latest_weights

    def follow(self) -> None:
        """Redraw if something that the pane shows has changed; say so if there are newer weights."""
        state, newest = self.scene.state, self.scene.now.latest_weights
        left = self._leave_chosen()
        if newest != self._newest:
            before, self._newest = self._newest, newest
            if before is not None and self.chosen is not None:
                key = self.scene.key_of("next_weights")
                stays = f"you go on talking to {self.chosen}. {key}: to another."
                self._switched("whom", f"{newest} is frozen: {stays}")
            elif before is not None and (self.conversation.begun or left):
                self._switched("whom", f"{newest} is frozen: {self._talks_to(newest)}")
        elif left:
            self._switched("whom", f"{newest}: {self._talks_to(newest)}")
        if self.display and self.app.screen is self.screen:
            self._take_in()
        if self._answer is not None and self.conversation.waited != self.process.waited_for:
            self.conversation.waited = self.process.waited_for
            self.conversation.redraw()
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

    def _leave_chosen(self) -> bool:
        """Once the last weights are frozen, talk to them; whether others had been chosen, before there were
        these."""
        now = self.scene.now
        last = now.latest_weights if now.ended or now.latest_weights == WEIGHTS[-1] else None
        if last == self._last:
            return False
        self._last = last
        before, self.chosen = self.chosen, self.chosen if last is None else None
        return last is not None and before not in (None, last)

    def redraw(self) -> None:
        """Draw all parts again."""
        for view in self.query(LineView):
            view.redraw()

    def on_resize(self, _: Resize) -> None:
        self.query_one(Status).styles.height = 2 if self.size.height >= TWO_LINES else 1

    def on_descendant_focus(self) -> None:
        self.redraw()

    def on_descendant_blur(self) -> None:
        self.call_after_refresh(self.redraw)

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        self.query_one(Status).redraw()
        if event.value and self.weights is not None and not self.process.runs:
            self._begin(self.process.warm(self.weights))

    # -- asking ------------------------------------------------------------------------------------------

    def _begin(self, exchange: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(exchange)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if not text:
            return
        if self._answer is not None:
            self.notify("One answer at a time: esc stops this one. What you typed stays.", markup=False)
            return
        weights = self.weights
        if weights is None:
            self.notify(NOBODY, markup=False)
            return
        event.input.value = ""
        run = self.scene.state.run
        if run is not None and run.preset == "quick" and not self.conversation.begun:
            self.conversation.add(Turn("note", QUICK))
        self.conversation.add(Turn("you", text))
        self._answer = self.conversation.add(Turn(weights, open=True, drawing=self.drawing, asked=text))
        self.scene.answering = True
        self.conversation.redraw()
        asked = Ask(prompt=text, weights=weights, drawing=self.drawing, new=self._new, notes=self.notes)
        self._new = False
        self._begin(self.process.ask(asked, self._hear))

    def _hear(self, said: Said) -> None:
        """Take in what comes; the worker puts together what comes within a twentieth of a second."""
        turn = self._answer
        if turn is None:
            return
        turn.text += said.text
        turn.told, turn.notes = turn.told or said.told, turn.notes or said.notes
        for notice in said.noticed:
            self.notify(cut(one_line(notice), 200), markup=False, severity="warning")
        if said.done:
            turn.sha256, turn.read = said.sha256, said.read
            turn.answer, turn.stopped, turn.ended = said.answer, said.stopped, said.ended
            told = self.conversation.told_before(turn)
            if not said.stopped:
                base = turn.who == "base"
                turn.judged = judged(
                    self.scene.folder, turn.asked, turn.text, told, base=base, ended=said.ended
                )
                if turn.judged is None and not base:
                    found = unheard(self.scene.folder, turn.asked, turn.text, told)
                    turn.unheard = None if found == "told" and turn.told else found  # it was kept
                    turn.plainly = turn.unheard is not None and told_plainly(turn.asked, told)
        if said.error and not turn.text:
            self.conversation.turns.remove(turn)
        if said.last:
            turn.open = False
            self._answer, self.scene.answering = None, False
        if said.error:
            self._fail(said.error)
        self.conversation.redraw()

    def _take_in(self) -> None:
        """What answers show that have stood on the screen until they could be read: that the base model
        continues, and, under two by the same weights, that none of these has changed."""
        now, frozen = self.scene.clock(), self.scene.state.weights
        read = [turn for turn in self.conversation.turns if turn.seen is not None and now - turn.seen >= READ]
        for name, weights in frozen.items():
            hashes = [turn.sha256 for turn in read if turn.who == name]
            if name == "base" and hashes:
                self.scene.did.add("asked base")
            if len(hashes) > 1 and {*hashes} == {weights.sha256}:
                self.scene.did.add("same hash")

    def ask_again(self) -> None:
        """Put the last question where one types, if nothing is typed: enter asks it, a letter replaces it."""
        asked = [turn.text for turn in self.conversation.turns if turn.who == "you"]
        if asked and not self.input.value:
            self.input.value = asked[-1]
            self.input.action_select_all()

    def _fail(self, text: str) -> None:
        self.conversation.add(Turn("error", text))
        self.conversation.redraw()

    # -- actions -----------------------------------------------------------------------------------------

    @action("escape", "leave", when=lambda scene: scene.typing or scene.answering)
    def do_leave_input(self) -> None:
        """Stop the answer; else stop typing: letters are keys again."""
        if self._answer is not None:
            self.process.stop()
        else:
            self.focus()

    @action("enter", "ask", written="enter")
    def do_send(self) -> None:
        """Type; and then ask what was typed."""
        # With the input in focus, enter is the input's own.
        self.input.focus()

    @action("ctrl+n", "new", when=lambda scene: not scene.answering)
    def do_new_conversation(self) -> None:
        """A new conversation: the model reads nothing of what was said before."""
        if self.conversation.begun and self.conversation.turns[-1].who != "new":
            self.conversation.add(Turn("new"))
            self._new = True
            self.ask_again()

    @action("ctrl+o", "notes")
    def do_notes(self) -> None:
        """Notes on: what you tell is kept in a file, and put before a question that it matches; or off."""
        self.notes = not self.notes
        on = "what you tell it is kept from here on, and put before a question that it matches"
        off = "nothing you tell it is kept from here on, or put before a question"
        self._switched("notes", f"Notes {f'on: {on}' if self.notes else f'off: {off}'}.")
        self.ask_again()

    @action("ctrl+l", "inside")
    def do_look_inside(self) -> None:
        """Look inside an answer: what each token was drawn from, and what each layer would have said."""
        from tui_trainer.ui.screens.model.inside import InsideSheet  # here, as in `handlers`

        answers = [(turn.answer, turn.drawing) for turn in self.conversation.turns if turn.answer]
        if answers:
            self.app.push_screen(InsideSheet(self.scene, self.process, answers))
        else:
            self.notify("Ask something first: then each token of the answer can be looked into.", timeout=4)

    @action("ctrl+s", "compare", when=lambda scene: not scene.answering)
    def do_side_by_side(self) -> None:
        """The question typed, or the last one, to base, tuned and aligned side by side."""
        from tui_trainer.ui.screens.model.side_by_side import SideBySideSheet

        asked = [turn.text for turn in self.conversation.turns if turn.who == "you"]
        text = self.input.value.strip() or (asked[-1] if asked else "")
        frozen = [name for name in WEIGHTS if name in self.scene.state.weights]
        if text and frozen:
            self.app.push_screen(SideBySideSheet(self.scene, self.process, frozen, text, self.drawing))
        else:
            self.notify("Type a question first: all frozen models are asked the same.", timeout=4)

    @action("ctrl+t", "weights")
    def do_next_weights(self) -> None:
        """Talk to another stage's weights."""
        frozen = [name for name in WEIGHTS if name in self.scene.state.weights]
        if self.weights is None:
            self._switched("whom", "No weights are frozen yet.")
        elif len(frozen) == 1:
            self._switched("whom", f"There are no others yet: only {self.weights} is frozen.")
        else:
            self.choose(frozen[(frozen.index(self.weights) + 1) % len(frozen)])

    @action("ctrl+g", "temperature")
    def do_temperature(self) -> None:
        """Another temperature: 0 takes the likeliest token, 1 draws as the model says, more flattens that."""
        self.drawing = replace(self.drawing, temperature=_next(TEMPERATURES, self.drawing.temperature))

    @action("ctrl+y", "top-p")
    def do_top_p(self) -> None:
        """Another top-p: draw only from the fewest likeliest tokens that come to this share."""
        self.drawing = replace(self.drawing, top_p=_next(TOP_PS, self.drawing.top_p))

    @action("ctrl+r", "seed")
    def do_seed(self) -> None:
        """Another seed of the draws; the same seed gives the same answer."""
        self.drawing = replace(self.drawing, seed=(self.drawing.seed + 1) % SEEDS)

    @action("pageup", "earlier", footer="no", listed=False)
    def do_scroll_up(self) -> None:
        """Earlier in the conversation."""
        self.conversation.scroll_page(1)

    @action("pagedown", "scroll", written="pgup pgdn")
    def do_scroll_down(self) -> None:
        """Earlier or later in the conversation."""
        self.conversation.scroll_page(-1)

    def _talks_to(self, weights: WeightsName | None) -> str:
        """That one talks to these weights now, and what they have read of the conversation."""
        turns, said = self.conversation.turns, "you talk to it from here on."
        if weights == "base":
            begun = ", and reads nothing of this" if self.conversation.begun else ""
            return f"{said} It only goes on with your text{begun}."
        if not self.conversation.begun:
            return said
        last = max((at for at, turn in enumerate(turns) if turn.who == "new"), default=-1)
        read = any(turn.who == weights for turn in turns[last + 1 :])
        return f"{said} {'Of this it reads what was said to it.' if read else 'It has read nothing of this.'}"

    def _switched(self, about: str, said: str) -> None:
        """Say what a key or new weights have changed: where it holds from, which is below what was said last.

        Of several notes about the same, with nothing said between, only the last holds: the others go.
        """
        turns, before = self.conversation.turns, self._told.get(about)
        for turn in reversed(turns):
            if turn is before:
                self.conversation.turns = [other for other in turns if other is not before]
            if turn is before or turn.who != "note":
                break
        self._told[about] = self.conversation.add(Turn("note", said))
        self.redraw()

    def tell_of(self, card: Card) -> None:
        """Say that a card waits until one has done typing."""
        told = f"{card.title}: esc leaves the chat, and shows what it came to."
        self.conversation.add(Turn("note", told))
        self.redraw()

    def choose(self, weights: WeightsName) -> None:
        """Talk to these weights from now on, whichever come after them."""
        before, self.chosen = self.weights, weights
        if self.weights != before:
            self._switched("whom", f"{self.weights}: {self._talks_to(self.weights)}")
        self.redraw()

    async def on_unmount(self) -> None:
        self._answer = None
        for task in self._tasks:
            task.cancel()
        await self.process.close()


def _next(values: tuple[float, ...], value: float) -> float:
    return values[(values.index(value) + 1) % len(values)]

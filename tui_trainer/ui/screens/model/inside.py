"""Inside an answer: token by token, what it was drawn from and what each layer would have said."""

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.messages.conversation import Ask, Drawing, Said
from tui_trainer.messages.inspection import Inside
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import paragraph
from tui_trainer.ui.processes.chat import ChatProcess
from tui_trainer.ui.renderers.inside import board
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page


class InsideSheet(Modal[None]):
    """Asks for one answer as a whole: to move over its tokens asks nobody.

    Args:
        answers: numbers of those that can be looked into, the latest last, and how each was drawn.
    """

    kind, title_ = "inside", "Inside an answer"
    hint = "← → token · ↑ ↓ other answer · pgup pgdn · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,ctrl+l", "close", "close", show=False),
        Binding("right,l", "token(1)", "next token", show=False),
        Binding("left,h", "token(-1)", "token before", show=False),
        Binding("home", "token(-100000)", "first token", show=False),
        Binding("end", "token(100000)", "last token", show=False),
        Binding("up,k", "answer(-1)", "answer before", show=False),
        Binding("down,j", "answer(1)", "next answer", show=False),
        Binding("pagedown", "scroll(5)", "page down", show=False),
        Binding("pageup", "scroll(-5)", "page up", show=False),
    ]

    def __init__(self, scene: Scene, process: ChatProcess, answers: Sequence[tuple[int, Drawing]]) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene, self.process, self.answers = scene, process, answers
        self.chosen = len(answers) - 1
        self.at = 0
        self.inside: Inside | None = None
        self.trouble = ""

    def on_mount(self) -> None:
        self._ask()

    def _ask(self) -> None:
        self.at, self.inside, self.trouble, self.page.first = 0, None, "", 0
        self.scene.stopwatch.begin("inside")
        self.page.redraw()
        number, _ = self.answers[self.chosen]
        self.run_worker(self.process.ask(Ask(inside=number), self._hear), group="inside")

    def _hear(self, said: Said) -> None:
        self.inside, self.trouble = said.inside, said.error
        self.scene.stopwatch.end("inside")
        self.page.redraw()

    def follow(self) -> None:
        if self.inside is None and not self.trouble:
            self.page.redraw()  # it is waited for

    def lines(self, width: int, height: int) -> Sequence[Strip]:
        """The board for the token at the cursor, which scrolls."""
        ink = self.scene.ink
        if self.trouble:
            return paragraph(one_line(self.trouble), ink.warn, width, height)
        if self.inside is None:
            told = self.scene.stopwatch.told("inside", "It reads the answer again, token by token.")
            return paragraph(told, ink.muted, width)
        if not self.inside.places:
            return paragraph("It said nothing: there is no token to look at.", ink.muted, width)
        _, drawing = self.answers[self.chosen]
        return self.page.scrolled(board(ink, self.inside, self.at, drawing, width, height), height)

    def action_token(self, step: int) -> None:
        if self.inside is not None and self.inside.places:
            self.at = max(0, min(len(self.inside.places) - 1, self.at + step))
            self.page.redraw()

    def action_answer(self, step: int) -> None:
        chosen = max(0, min(len(self.answers) - 1, self.chosen + step))
        if chosen != self.chosen:
            self.chosen = chosen
            self._ask()

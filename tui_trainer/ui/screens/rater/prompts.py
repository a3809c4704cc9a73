"""The list of prompts: one's own go in, others go out."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view.text import fit

LONGEST = 300  # characters
Edit = Callable[[str, str], None]  # what comes, what goes; "" for none


class Prompts(Sheet):
    """A cursor goes through the list.

    Args:
        edit: asks the trainer for a change.
    """

    title_ = "Prompts"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("P", "close", "close", show=False),
        Binding("n", "new", "new", show=False),
        Binding("e", "edit", "edit", show=False),
        Binding("x", "leave_out", "leave out", show=False),
    ]

    def __init__(self, scene: Scene, edit: Edit) -> None:
        super().__init__(scene)
        self.edit = edit
        self.cursor = 0

    @property
    def prompts(self) -> list[str]:
        """One's own first, the latest at the top."""
        state = self.scene.state
        own = [p for p in reversed(state.prompts) if p in state.own_prompts]
        return [*own, *(p for p in state.prompts if p not in state.own_prompts)]

    def rows(self, width: int) -> list[Strip]:
        ink, state = self.scene.ink, self.scene.state
        asked = len(state.prompts) - len(state.left_out)
        keys = [
            (" n ", ink.key),
            (" a prompt of your own  ", ink.muted),
            (" e ", ink.key),
            (" edit  ", ink.muted),
        ]
        keys += [(" x ", ink.key), (" leave out, or take in again", ink.muted)]
        said = f"{asked} prompts are asked. One of your own is answered at once and shown as the next pair."
        rows = [line(*keys), *paragraph(said, ink.muted, width), BLANK]
        self._head = len(rows)
        for number, prompt in enumerate(self.prompts):
            here, gone = number == self.cursor, prompt in state.left_out
            mark = "›" if here else " "
            kind = "out" if gone else "own" if prompt in state.own_prompts else ""
            style = ink.muted if gone else ink.strong if here else ink.text
            rows.append(
                line(
                    (f"{mark} ", ink.strong),
                    (f"{kind:<4}", ink.accent("feedback")),
                    (fit(one_line(prompt), width - 6), style),
                )
            )
        return rows

    _head = 0

    def action_scroll(self, lines: int) -> None:
        """Move the cursor, and the page with it."""
        self.cursor = max(0, min(len(self.prompts) - 1, self.cursor + lines))
        row, height = self._head + self.cursor, self.page.size.height
        first = self.page.first
        if row >= first + height:
            first = row - height + 1
        elif row < first + 1:
            first = row if self.cursor else 0
        self.page.scroll_by(first - self.page.first)

    def action_new(self) -> None:
        """Type a prompt."""
        self.app.push_screen(Ask("A prompt of your own", most=LONGEST), lambda text: self._take_in(text, ""))

    def action_edit(self) -> None:
        """Put another one in this one's place."""
        if self.prompts:
            old = self.prompts[self.cursor]
            ask = Ask("Another prompt in its place", old, most=LONGEST)
            self.app.push_screen(ask, lambda text: self._take_in(text, old))

    def _take_in(self, text: str | None, old: str) -> None:
        if text is not None and text.strip() and text.strip() != old:
            self.edit(text.strip(), old)

    def action_leave_out(self) -> None:
        """Ask this one no more, or again."""
        if self.prompts:
            prompt = self.prompts[self.cursor]
            self.edit(*((prompt, "") if prompt in self.scene.state.left_out else ("", prompt)))

"""The glossary: each term in two languages with its meaning, and the pane where it can be seen."""

from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.ui.drawing.lines import Part, line, link, paragraph
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view.glossary import TERMS, Term
from tui_trainer.view.text import fit, wrap
from tui_trainer.view.words import PANES

WIDE = 96


class Glossary(Sheet):
    """All terms; a number closes the sheet and goes to that pane."""

    title_ = "Words · Thuật ngữ"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("g", "close", "close", show=False),
        *(Binding(str(number), f"go({number})", PANES[number - 1], show=False) for number in range(1, 6)),
    ]

    def seen(self) -> object:
        return self.scene.state.stage, self.scene.ink

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        note = "In the order in which the run meets them. 1-5 go to the pane where a word is to be seen."
        rows = paragraph(note, ink.muted, width)
        rows.append(line(("", ink.text)))
        for term in TERMS:
            rows += self._wide(term, width) if width >= WIDE else self._narrow(term, width)
        return rows

    def _wide(self, term: Term, width: int) -> list[Strip]:
        ink = self.scene.ink
        english, vietnamese = 18, 23
        room = width - english - vietnamese - 11
        return [
            line(
                (fit(term.english if not index else "", english), ink.strong),
                (fit(term.vietnamese if not index else "", vietnamese), ink.accent(self.scene.state.stage)),
                (fit(row, room), ink.text),
                *(self._place(term) if not index else ()),
            )
            for index, row in enumerate(wrap(term.meaning, room))
        ]

    def _narrow(self, term: Term, width: int) -> list[Strip]:
        ink = self.scene.ink
        gap = width - cell_len(term.english) - cell_len(term.vietnamese) - 13
        head = line(
            (f"{term.english}  ", ink.strong),
            (term.vietnamese, ink.accent(self.scene.state.stage)),
            (" " * max(1, gap), ink.text),
            *self._place(term),
        )
        return [head, *(line((f"  {row}", ink.text)) for row in wrap(term.meaning, width - 2))]

    def _place(self, term: Term) -> list[Part]:
        ink = self.scene.ink
        name = f" {term.pane} "
        return [(name, link(ink.key, f"screen.go({term.pane})")), (f" {PANES[term.pane - 1]}", ink.muted)]

    def action_go(self, number: int) -> None:
        """Close, and go to a pane."""
        self.dismiss(None)
        self.app.call_later(self.app.run_action, f"app.do('pane_{number}')")

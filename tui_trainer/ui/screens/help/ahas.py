"""The five things to have understood in the end: a list that ticks itself off; each by its number."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view.ahas import AHAS


class AhaSheet(Sheet):
    """Closes when one is gone to.

    Args:
        lead: goes where an aha is to be met, by the name of its lead.
    """

    title_ = "Five things to have seen"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("A", "close", "close", show=False),
        *(Binding(str(number), f"lead({number})", str(number), show=False) for number in range(1, 6)),
    ]

    def __init__(self, scene: Scene, lead: Callable[[str], None]) -> None:
        self.lead = lead
        super().__init__(scene)

    def rows(self, width: int) -> list[Strip]:
        ink, met = self.scene.ink, self.scene.met
        seen = sum(aha.lead in met for aha in AHAS)
        rows = [line((f"{seen} of {len(AHAS)} seen. A number leads to each, also again.", ink.muted)), BLANK]
        for number, aha in enumerate(AHAS, 1):
            done = aha.lead in met
            mark = ("✓ ", ink.good) if done else ("○ ", ink.muted)
            rows.append(line((f" {number} ", ink.key), (" ", ink.text), mark, (aha.name, ink.strong)))
            rows += [
                Strip.join([line(("      ", ink.text)), row])
                for row in paragraph(f"{aha.said} Here: {aha.how}.", ink.muted, width - 6)
            ]
        return rows

    def action_lead(self, number: int) -> None:
        """Go there."""
        self.dismiss()
        self.app.call_later(self.lead, AHAS[number - 1].lead)

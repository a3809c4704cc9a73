"""The ledger of labor: your picks, your pace, and what the field's data sets would take at it."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.run.ledger import KNOWN_PAY, PUBLISHED, Ledger
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view import numbers
from tui_trainer.view.text import fit, wrap

STEP = 0.25  # dollars an hour
MOST = 1000.0
WORKING_WEEK = 40  # hours
WIDE = 65  # cells, from which on there is room for weeks


class LedgerSheet(Sheet):
    """The rate of pay is changed by the arrows, on this screen alone."""

    title_ = "What picking costs"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("L", "close", "close", show=False),
        Binding("right", "pay(1)", "more", show=False),
        Binding("left", "pay(-1)", "less", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.wage = float(scene.state.setting("feedback.wage") or 0.0)

    def action_pay(self, steps: int) -> None:
        """Another rate of pay."""
        self.wage = min(MOST, max(0.0, self.wage + STEP * steps))
        self.page.redraw()

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        ledger = Ledger.of(list(self.scene.state.pick_seconds))
        if ledger is None:
            said = "Nobody has picked yet. Each pick of a person is counted here, with the time it took."
            return paragraph(said, ink.muted, width)
        rows = [
            line(
                ("you picked ", ink.muted),  # also what was taken back: it took its time
                (numbers.plural(ledger.picks, "time"), ink.strong),
                (" in ", ink.muted),
                (numbers.duration(ledger.seconds), ink.strong),
                (": ", ink.muted),
                (f"{ledger.pace:.1f} s", ink.strong),
                (" each (median)", ink.muted),
            ),
            line(
                (f" {self.scene.spelt('← →')} ", ink.key),
                (" at ", ink.muted),
                (f"{self.wage:.2f} dollars an hour", ink.strong),
                (" that is worth ", ink.muted),
                (f"${self.wage * ledger.seconds / 3600:.2f}", ink.strong),
            ),
            BLANK,
            line(("At your pace", ink.strong)),
        ]
        for known in PUBLISHED:
            hours = ledger.hours(known.picks)
            rows.append(
                line(
                    (fit(known.name, 13), ink.text),
                    (f"{numbers.count(known.picks):>8} picks", ink.strong),
                    (f"{numbers.count(hours):>8} hours", ink.strong),
                    (f"{hours / WORKING_WEEK:>8,.1f} weeks" if width >= WIDE else "", ink.muted),
                    (f"{'$' + numbers.count(hours * self.wage):>10}", ink.strong),
                )
            )
            said = f"{known.what} ({known.source})"
            rows += [line(("  " + row, ink.muted)) for row in wrap(said, width - 2)]
        rows += [BLANK, line(("What is known of such pay, in dollars an hour", ink.strong))]
        for pay, whose, source in KNOWN_PAY:
            first, *more = wrap(f"{whose} ({source})", width - 13)
            rows.append(line((f"{pay:>11}  ", ink.text), (first, ink.muted)))
            rows += [line((" " * 13 + row, ink.muted)) for row in more]
        weeks = f"Weeks are of {WORKING_WEEK} hours. " if width >= WIDE else ""
        note = (
            f"{weeks}A pick here is of short answers about a tiny world; to read a page of real text takes "
            "minutes."
        )
        return [*rows, BLANK, *paragraph(note, ink.muted, width), *self._disturbing(width)]

    def _disturbing(self, width: int) -> list[Strip]:
        """What raters of real text have to read, and how much of it stands behind this run: told only."""
        state, ink = self.scene.state, self.scene.ink
        harmful, declined = state.filters.get("harmful"), state.measured.get("tuned/refusal_seen_verbs")
        if harmful is None and declined is None:
            return []
        said = "Most such work is not of this kind: people read disturbing texts for hours, so that filters "
        said += "and refusals could be learned from what they marked. Here it is made up, and nobody had to."
        if harmful is not None:
            said += f" {numbers.plural(harmful.dropped, 'document')} of this run went out as harmful."
        if declined is not None:
            said += f" The tuned model declines {numbers.percent(declined.value)} of the harmful requests "
            said += "of kinds it was shown."
        said += " They are counted here, and not shown."
        return [BLANK, line(("What is not shown", ink.strong)), *paragraph(said, ink.muted, width)]

"""A panel of raters: how far those agree who picked from these pairs, and what is learnt from each."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.errors import UserError
from tui_trainer.files import read_own
from tui_trainer.messages.rater_panel import Annotator, Exam, Gathered, Order, RaterPanel
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import signed
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.processes.order import ask
from tui_trainer.ui.run_files.baseline_run import others
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view import numbers
from tui_trainer.view.text import cut, fit, fullest

ABOUT = (
    "Everybody rates the same pairs: whoever picked in this run, people who picked in others of the same "
    "tuned model, and simulated raters. Half of the pairs teach a reward model of each rater and one of the "
    "majority; the other half is their exam."
)
OUTVOTED = "Outvoted is a rater whose picks their own model predicts better than the majority's model does."
OUT = "  outvoted"
NAME, NUMBERS = 26, 12  # cells of a rater's name, and of a column of figures


def with_the_same_pairs(here: RunFolder) -> list[RunFolder]:
    """This run, and those of the same tuned model in which a person picked for themselves."""

    def model(run: RunFolder) -> str:
        forked = run.plan.forked
        return forked.source if forked is not None and forked.weights == "tuned" else run.id

    def picked(run: RunFolder) -> bool:
        forked = run.plan.forked
        if forked is not None and forked.picks:
            return False  # they are another run's
        try:
            return b'"simulated":false' in read_own(run.preferences)
        except OSError:
            return False

    try:
        return [here, *(run for run in others(here) if model(run) == model(here) and picked(run))]
    except UserError:
        return [here]


class RaterPanelSheet(Sheet):
    """Gathers them in a process of its own."""

    title_ = "A room of raters"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("M", "close", "close", show=False)]

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.gathered: Gathered | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self.run_worker(self._gather(), exclusive=True)

    async def _gather(self) -> None:
        order = Order(tuple(str(run.path) for run in with_the_same_pairs(self.scene.folder)))
        self.scene.stopwatch.begin("raters")
        self.gathered = await ask("tui_trainer.serving.rater_panel", order, Gathered)
        self.scene.stopwatch.end("raters")
        self.fit()
        self.page.redraw()

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        if self.gathered is None:
            return paragraph(self.scene.stopwatch.told("raters", "Gathering the raters."), ink.muted, width)
        panel = self.gathered.panel
        if panel is None:
            return paragraph(one_line(self.gathered.error), ink.warn, width)
        rows = paragraph(ABOUT, ink.text, width)
        rows += [BLANK, *self._agreement(panel, width), BLANK]
        beside = width >= NAME + 3 * NUMBERS + len(OUT)  # else each name stands over its figures
        name = width - 3 * NUMBERS - (len(OUT) if beside else 0)
        head = [fit("rater", name), *(f"{said:>{NUMBERS}}" for said in ("picks", "own model", "majority's"))]
        rows.append(line(("".join(head), ink.muted)))
        for annotator in panel.annotators:
            style = ink.text if annotator.simulated else ink.strong
            outvoted = (annotator.own.share or 0.0) > (annotator.majority.share or 0.0)
            said = one_line(annotator.rater)
            out = (OUT if outvoted else "", ink.warn)
            if not beside:
                rows.append(line((cut(said, width - len(OUT)), style), out))
            rows.append(
                line(
                    (fit(said if beside else "", name), style),
                    (f"{annotator.picks:>{NUMBERS}}", ink.text),
                    (f"{_share(annotator.own):>{NUMBERS}}", ink.text),
                    (f"{_share(annotator.majority):>{NUMBERS}}", ink.warn if outvoted else ink.text),
                    *([out] if beside else []),
                )
            )
            rows += self._nearest(panel, annotator, width)
        exam = max((annotator.own.n for annotator in panel.annotators), default=0)
        note = f"{OUTVOTED} The exams are short, of {numbers.plural(exam, 'decided pair')} at most."
        return [*rows, BLANK, *paragraph(note, ink.muted, width)]

    def _agreement(self, panel: RaterPanel, width: int) -> list[Strip]:
        ink = self.scene.ink
        learnt = f"; models learn from {panel.learnt_from} of them"
        rows = [line((f"{numbers.plural(panel.pairs, 'pair')}", ink.strong), (learnt, ink.muted))]
        if panel.alpha is None:
            return [*rows, line(("nobody can agree or disagree here", ink.muted))]
        scale = signed(panel.alpha, 0.0, 1.0, max(8, min(24, width - 50)), ink.accent("feedback"), ink.faint)
        rows.append(
            line(
                ("Krippendorff's alpha ", ink.text),
                (f"{numbers.signed(panel.alpha, 2)} ", ink.strong),
                *scale,
                (" 1: all agree", ink.muted),
            )
        )
        forms = (
            f"{said}; below 0 they oppose each other"
            for said in ("0 is what chance would bring", "0: chance")
        )
        return [*rows, line((fullest(forms, width), ink.muted))]

    def _nearest(self, panel: RaterPanel, annotator: Annotator, width: int) -> list[Strip]:
        """With whom somebody agrees most, and least; of people only."""
        alike = sorted(panel.alike.get(annotator.rater, {}).items(), key=lambda item: -item[1])
        if annotator.simulated or not alike:
            return []
        (most, high), (least, low) = alike[0], alike[-1]
        said = f"  picks most like {one_line(most)}: {numbers.percent(high)}"
        said += f"; least like {one_line(least)}: {numbers.percent(low)}"
        return paragraph(said, self.scene.ink.muted, width)


def _share(exam: Exam) -> str:
    return "–" if exam.share is None else numbers.of(exam.share, exam.n)

"""Two cultures: which two raters, and how far the models are that are made by their picks."""

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.errors import UserError
from tui_trainer.experiments.cultures import Arm, Cultures
from tui_trainer.run import fork, unleashed
from tui_trainer.run.rater_profiles import PAIRS
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.ui.screens.choice import Choice
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view.text import fit

ABOUT = (
    "Two simulated raters who disagree pick between the tuned model's answers, each in a new run of its own. "
    "Then both models answer the same prompts side by side. Changed are the rater and whose prompts are "
    "rated, and nothing else."
)
DOING = {
    "waiting": "comes after the first",
    "starting": "starting",
    "picking": "picks between two answers",
    "reinforcing": "turns the model to that taste",
    "exam": "the exam",
    "freezing": "the weights are frozen",
    "done": "done",
}
BESIDE = "This run stays as it is. esc: it goes on without you, and D shows it again."


def _from(folder: RunFolder) -> str:
    """Where they begin, if that is not plain."""
    try:
        source = fork.own_run(folder)
    except UserError:
        return ""  # told when they are to be made
    if source.id != folder.id:
        return f"They begin from {one_line(source.id)}, on its leash."
    off = unleashed.is_off(source.plan.settings.feedback)
    return "They begin from this run" + (", off the leash, as it is." if off else ".")


class ChooseCultures(Choice[tuple[str, ...]]):
    """Ends with two raters' names."""

    title_ = "Two cultures"
    leave = "leave it"
    height = 14 + 2 * len(PAIRS)
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("D", "choose(0)", "cancel", show=False),
        Binding("o", "others", "others", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene, [pair.names for pair in PAIRS])
        self.about = f"{ABOUT} {_from(scene.folder)}".strip()

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        rows = [*paragraph(self.about, ink.text, width), BLANK]
        for number, pair in enumerate(PAIRS, 1):
            rows.append(self.option(number, f"{pair.first}  or  {pair.second}"))
            rows.append(line((" " * 5 + pair.about, ink.muted)))
        return [*rows, self.option("o", "any other two, by name")]

    def action_others(self) -> None:
        """Type their names."""
        self.app.push_screen(Ask("Two raters, by name", " ".join(PAIRS[-1].names)), self._named)

    def _named(self, text: str | None) -> None:
        if text is not None:
            self.dismiss(tuple(text.replace(",", " ").split()))


class MakingCultures(Modal[None]):
    """Follows the making; the app closes it when both models are there."""

    kind, title_, hint = "choice", "Two cultures", "esc: back to this run"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,D", "close", "close", show=False)]

    def __init__(self, scene: Scene, making: Cultures) -> None:
        self.scene, self.making = scene, making
        self.page = Page(self.lines)
        super().__init__(self.page)

    def lines(self, width: int, height: int) -> list[Strip]:
        """Both raters, with what each is at."""
        ink = self.scene.ink
        rows: list[Strip] = []
        for arm in self.making.arms:
            rows += [*self._arm(arm, width), BLANK]
        if self.making.trouble:
            return [*rows, *paragraph(self.making.trouble, ink.warn, width, 3)]
        return [*rows, *paragraph(BESIDE, ink.muted, width)]

    def _arm(self, arm: Arm, width: int) -> list[Strip]:
        ink, feedback = self.scene.ink, arm.plan.settings.feedback
        run = one_line(arm.folder.id) if arm.folder is not None else "no run yet"
        share = arm.steps / feedback.steps if feedback.steps else float(arm.ended)
        counted = f" {arm.picks} picks, {arm.steps} of {feedback.steps} steps"
        if arm.ended and feedback.steps and not arm.steps:
            counted, share = f" {arm.picks} picks, but no taste found", 0.0
        elif arm.ended:
            share = 1.0
        return [
            line((fit(f"{one_line(arm.rater)}, simulated", 26), ink.strong), (DOING[arm.doing], ink.text)),
            line(
                *bar(share, 24, ink.accent("feedback"), ink.faint),
                (counted, ink.muted),
            ),
            line((fit(run, width), ink.faint)),
        ]

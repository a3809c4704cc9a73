"""The step that was taken apart last, to be read again."""

from textual.strip import Strip

from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.renderers import slow_step
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view import numbers, slow_motion, words
from tui_trainer.view.pace import PARTS

HIGH = 16  # lines


class OneStepSheet(Sheet):
    """Its numbers, over the four sentences that tell it."""

    title_ = "One step: guess, score, blame, nudge"

    def rows(self, width: int) -> list[Strip]:
        scene, ink = self.scene, self.scene.ink
        step = scene.now.explained
        guess = None if step is None else step.guess or scene.now.guess
        if step is None or guess is None:
            return [line(("No step has been taken apart yet.", ink.muted))]
        said = f"Step {numbers.count(step.step)} of {words.STAGE[step.stage]}"
        rows = [line((said, ink.muted)), BLANK, *slow_step.board(scene, guess, step, width, HIGH), BLANK]
        for part in range(1, len(PARTS) + 1):
            rows += paragraph(slow_motion.told(scene.now, step, part)[0], ink.text, width)
        return rows

"""Samples over time: each prompt as it was continued at every evaluation, from noise to sentences."""

from collections.abc import Iterator

from textual.strip import Strip

from tui_trainer.messages.events import Sample, Sampled
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, line, paragraph
from tui_trainer.ui.renderers.samples import by_base, marked
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view import numbers, words
from tui_trainer.view.text import cut, fit, wrap_answer

WHEN = 17  # cells of "fine-tune   1,200"
FOR_TWO_LINES = 90  # cells, from which on a continuation is cut to one line


class Samples(Sheet):
    """A block a prompt, a line or two an evaluation; it grows while the run goes on."""

    title_ = "What it wrote"

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        told = self.scene.state.samples
        if not told:
            said = "Nothing yet: it writes on from the same few prompts at every evaluation."
            return paragraph(said, ink.muted, width)
        prompts: dict[str, list[tuple[Sampled, Sample]]] = {}
        for sampled in told:
            for sample in sampled.samples:
                prompts.setdefault(sample.prompt, []).append((sampled, sample))
        note = "The same prompts at every evaluation, with the same draws: only the weights have moved."
        rows = [*paragraph(note, ink.muted, width), BLANK]
        for prompt, written in prompts.items():
            rows.append(line((cut(one_line(prompt), width), ink.strong)))
            rows += [row for sampled, sample in written for row in self._written(sampled, sample, width)]
            rows.append(BLANK)
        return rows[:-1]

    def _written(self, sampled: Sampled, sample: Sample, width: int) -> Iterator[Strip]:
        ink = self.scene.ink
        when = f"{words.STAGE[sampled.stage]:<10} {numbers.count(sampled.step):>5} "
        text = one_line(sample.text).strip() or "(nothing)"
        mark = marked(self.scene, sample.right, by_base(sampled.stage, sampled.step))
        room = width - WHEN - len(mark[0])
        for index, row in enumerate(wrap_answer(text, room, 1 if width >= FOR_TWO_LINES else 2)):
            sign = mark if not index else (" " * len(mark[0]), ink.text)
            yield line((fit("" if index else when, WHEN), ink.accent(sampled.stage)), sign, (row, ink.text))

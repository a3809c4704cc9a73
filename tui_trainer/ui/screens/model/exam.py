"""What the model can do, stage by stage: every exam result with its interval and what chance would score."""

from textual.strip import Strip

from tui_trainer.messages.events import Measured
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, line, paragraph
from tui_trainer.ui.screens.sheet import Sheet
from tui_trainer.view import numbers, words
from tui_trainer.view.state import WEIGHTS
from tui_trainer.view.text import cut, fit, fullest

COLUMN = 20
BAR = 3
CHANCE = 8  # cells at the right end
INDENT = 1  # of figures under their words


class ExamSheet(Sheet):
    """The table of capabilities; it fills while the run goes on."""

    title_ = "What it can do"

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        beside = width >= 34 + 3 * COLUMN + 9  # else the words stand over the figures
        column = COLUMN if beside else max(12, min(COLUMN, (width - CHANCE - INDENT) // 3))
        label = max(16, min(40, width - 3 * column - 9)) if beside else INDENT
        parts: list[Part] = [(fit("", label), ink.muted)]
        indent = BAR + 2 if column >= COLUMN else 3
        parts += [(fit(" " * indent + name, column), ink.strong) for name in WEIGHTS]
        rows = [line(*parts, (" chance", ink.muted)), BLANK]
        for name, words_, better in words.FIGURES:
            figures = [self._figure(weights, name) for weights in WEIGHTS]
            if not any(figures):
                continue
            if not beside:
                rows.append(line((cut(words_, width), ink.text)))
            parts = [(fit(words_ if beside else "", label - 1) + " ", ink.text)]
            for figure in figures:
                parts += self._cell(figure, column, name, better)
            baseline = next((f.baseline for f in figures if f is not None and f.baseline is not None), None)
            parts.append((f"{self._value(baseline, name):>7}" if baseline is not None else "", ink.muted))
            rows.append(line(*parts))
            if name == "bits_per_byte" and (simpler := self.scene.state.simpler):
                by = ", by ".join(f"{words.BY_SIMPLER[by]} {numbers.figure(bits, 3)}" for by, bits in simpler)
                forms = (f"  {said}by {by}" for said in ("the same text ", ""))
                rows.append(line((fullest(forms, width), ink.muted)))
            base = figures[0]
            if name == words.FACTS and base is not None and base.value < (base.baseline or 0.0):
                rows.append(line((f"  {words.ONLY_CONTINUES}", ink.muted)))
        if len(rows) == 2:
            said = "No exam has been taken yet: there is one after each stage."
            return paragraph(said, ink.muted, width)
        note = (
            "Beside each: its 95 % interval (such intervals hold the true value 95 times in 100). "
            "↓ less is better. Chance: the commonest answer to what is asked; of bits, a blind guess. "
            "Facts known: of what it has read and no question taught, the share it tells a stranger who "
            "asks. An answer that never ends counts as wrong. Only read about: in documents, and in no "
            "question that it was taught to answer; never read about: in neither. Formed as sentences: begun "
            "and ended as such, of 60 words at most, with nothing said over and over. After beats before: a "
            "tie counts half."
        )
        return [*rows, BLANK, *paragraph(note, ink.muted, width)]

    def _figure(self, weights: str, name: str) -> Measured | None:
        measured = self.scene.state.measured
        stage = "pretrain" if weights == "base" and name == "bits_per_byte" else weights
        return measured.get(f"{stage}/{name}")

    def _value(self, value: float, name: str) -> str:
        return numbers.percent(value) if words.is_share(name) else numbers.figure(value, 3)

    def _cell(self, figure: Measured | None, width: int, name: str, better: bool) -> list[Part]:
        ink = self.scene.ink
        if figure is None:
            return [(fit(" " * (width - 15 if width >= COLUMN else 3) + "·", width), ink.faint)]
        share = words.is_share(name)
        value = f"{self._value(figure.value, name):>{7 if width >= COLUMN else 6}}"
        parts: list[Part] = []
        if width >= COLUMN:
            style = ink.good if better else ink.warn
            parts += bar(figure.value, BAR, style, ink.faint) if share else [(" " * BAR, ink.text)]
        parts.append((value, ink.strong))
        if figure.ci95 is not None and share:
            room = width - sum(len(text) for text, _ in parts) - 1
            parts.append((fullest((f" {numbers.interval(figure.ci95)}", ""), room), ink.muted))
        elif figure.ci95 is not None and width >= COLUMN:
            low, high = figure.ci95
            parts.append((f" {low:.1f}–{high:.1f}", ink.muted))
        used = sum(len(text) for text, _ in parts)
        return [*parts, (" " * max(0, width - used), ink.text)]

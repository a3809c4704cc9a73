"""The weights pane: real matrices as pictures, and all of them in figures."""

from typing import ClassVar

from textual.strip import Strip

from tui_trainer.events import MatrixState, Picture
from tui_trainer.ui import words
from tui_trainer.ui.actions import Context, bindings
from tui_trainer.ui.drawing import heatmap, numbers
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, beside, ends, filled, line
from tui_trainer.ui.drawing.text import fit
from tui_trainer.ui.panes.pane import Pane, empty
from tui_trainer.ui.sanitize import one_line

# Which of a matrix's three pictures, by the words of the six steps.
KINDS = (("weight", "weights"), ("gradient", "blame: the gradient"), ("update", "nudge: the last change"))
WIDE = 76


class WeightsPane(Pane):
    """One matrix as a picture; below it, or beside it, the overview."""

    number = 3
    context: ClassVar[Context] = "weights"
    topics = ("weights",)
    BINDINGS = bindings("weights")

    chosen: str | None = None
    kind = 0

    def do_next_matrix(self) -> None:
        self._go(1)

    def do_previous_matrix(self) -> None:
        self._go(-1)

    def do_next_kind(self) -> None:
        self.kind = (self.kind + 1) % len(KINDS)

    def do_previous_kind(self) -> None:
        self.kind = (self.kind - 1) % len(KINDS)

    def _go(self, step: int) -> None:
        names = list(self.scene.state.matrices)
        if names:
            at = names.index(self.matrix.name) if self.matrix is not None else 0
            self.chosen = names[(at + step) % len(names)]

    @property
    def matrix(self) -> MatrixState | None:
        """The chosen one; before a choice, one in the middle of the model that shows structure early."""
        matrices = self.scene.state.matrices
        if self.chosen in matrices:
            return matrices[self.chosen]
        first = next((name for name in matrices if "q_proj" in name or "fc" in name), None)
        return matrices[first] if first is not None else next(iter(matrices.values()), None)

    # -- drawing -----------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        matrix = self.matrix
        if matrix is None:
            return self._empty(width, height)
        if width >= WIDE:
            left = min(66, width - 36)
            rule = line((" │ ", self.scene.ink.faint))
            right = width - left - 3
            blocks = [
                (self._pictures(matrix, left, height), left),
                (self._overview(matrix, right, height), right),
            ]
            return beside(blocks, height, rule)
        picture = self._picture(matrix, self.kind, width, height - 4)
        return filled([*picture, *self._overview(matrix, width, height - len(picture))], height)

    def _empty(self, width: int, height: int) -> list[Strip]:
        more = (
            "The model is a few million numbers, random at first. Here you will see them take shape: each "
            "matrix, the blame that each number gets, and how it is nudged."
        )
        return empty(self.scene, "No picture yet.", more, width, height)

    def _pictures(self, matrix: MatrixState, width: int, height: int) -> list[Strip]:
        """The chosen picture; where there is room under it, the other two, small."""
        rows = self._picture(matrix, self.kind, width, height)
        half = (width - 2) // 2
        left = height - len(rows) - 1
        if left < 8 or half < 24:
            return rows
        others = [kind for kind in range(len(KINDS)) if kind != self.kind]
        blocks = [(self._picture(matrix, kind, half, left)[1:], half) for kind in others]
        return [*rows, BLANK, *beside(blocks, left, line(("  ", self.scene.ink.text)))]

    def _picture(self, matrix: MatrixState, which: int, width: int, height: int) -> list[Strip]:
        ink, state = self.scene.ink, self.scene.state
        field, kind = KINDS[which]
        picture: Picture = getattr(matrix, field)
        stage, at = state.pictured or (None, 0)
        step = (
            f"step {numbers.count(at)}" if stage == state.stage else f"end of {words.STAGE[stage or 'data']}"
        )
        name = one_line(words.matrix(matrix.name))
        rows = [
            ends(
                line((name, ink.strong), (f" {matrix.shape[0]}×{matrix.shape[1]}", ink.muted)), BLANK, width
            ),
            ends(line((kind, ink.accent(state.stage))), line((step, ink.muted)), width),
        ]
        rows += heatmap.drawn(picture, width, height - len(rows) - 1, ink)
        rows.append(line(*heatmap.scale(numbers.small(picture.scale), ink)))
        return rows

    def _overview(self, chosen: MatrixState, width: int, height: int) -> list[Strip]:
        """Every matrix with its size in figures; the bar is how far the last step moved it."""
        ink, state = self.scene.ink, self.scene.state
        matrices = list(state.matrices.values())
        at = next((i for i, matrix in enumerate(matrices) if matrix.name == chosen.name), 0)
        moved = [m.update_rms / m.weight_rms if m.weight_rms else 0.0 for m in matrices]
        largest = max((share for share in moved if share == share), default=0.0) or 1.0
        figures = width >= 44
        name_width = 17
        header = fit("", name_width + 2) + ("  weight   blame   " if figures else "") + "moved by"
        rows = [line((fit(header, width), ink.muted))]
        room = max(0, height - 1)
        first = max(0, min(at - room // 2, len(matrices) - room))
        for matrix, share in list(zip(matrices, moved, strict=True))[first : first + room]:
            mine = matrix is chosen
            parts = [
                ("▸ " if mine else "  ", ink.accent(state.stage, bold=True)),
                (fit(one_line(words.matrix(matrix.name)), name_width), ink.strong if mine else ink.text),
            ]
            if figures:
                parts.append(
                    (
                        f"{numbers.small(matrix.weight_rms):>8}{numbers.small(matrix.gradient_rms):>8}  ",
                        ink.muted,
                    )
                )
            label = f" {numbers.percent(share):>6}"
            used = sum(len(text) for text, _ in parts) + len(label)
            parts += bar(share / largest, max(2, width - used), ink.accent(state.stage), ink.faint)
            rows.append(line(*parts, (label, ink.text)))
        return rows

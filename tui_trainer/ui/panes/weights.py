"""The weights pane: real matrices as pictures, and all of them in figures."""

import math
import re
from collections.abc import Callable, Mapping
from typing import ClassVar

from msgspec.structs import replace
from textual.strip import Strip

from tui_trainer.messages.events import MatrixState, Picture
from tui_trainer.messages.inspection import Look
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import Context, action
from tui_trainer.ui.drawing import heatmap
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, beside, element, ends, filled, line, paragraph
from tui_trainer.ui.panes.pane import Pane, empty
from tui_trainer.ui.renderers import attention, surprise
from tui_trainer.view import numbers, words
from tui_trainer.view.inspections import Purpose, Wish
from tui_trainer.view.text import fit, fullest

# Which of a matrix's three pictures, by the words of the six steps.
KINDS = (*words.PICTURES.items(), (None, "attention: where it looks"))
# What the overview's bars say of a matrix.
ORDERS: tuple[tuple[str, Callable[[MatrixState], float]], ...] = (
    ("moved by", lambda m: m.update_rms / m.weight_rms if m.weight_rms else 0.0),
    ("norm", lambda m: m.weight_rms * math.sqrt(m.shape[0] * m.shape[1])),
    ("blame", lambda m: m.gradient_rms * math.sqrt(m.shape[0] * m.shape[1])),
)
OF_A_STEP = "  in this step"
MOVED = "Moved by: in this step, as a share of the matrix's own size."
WIDE = 76
SMALLEST = 5  # lines of a picture with its headings and its scale


def layer_of(name: str) -> int:
    """The layer that a matrix belongs to; 0 for one outside of all."""
    found = re.search(r"layers\.(\d+)\.", name)
    return int(found[1]) if found else 0


def side_of_heads(name: str, heads: int) -> str:
    """Along which side of a matrix its heads lie: "rows", "columns", or "" where it has none."""
    if heads < 2 or "self_attn" not in name:
        return ""
    return "columns" if "o_proj" in name else "rows"


def part(picture: Picture, side: str, head: int, heads: int) -> Picture:
    """One head's part of a picture, if the heads fill whole cells of it; else all of it."""
    rows, columns = picture.rows, picture.columns
    if (rows if side == "rows" else columns) % heads:
        return picture
    if side == "rows":
        size = rows // heads * columns
        return replace(picture, rows=rows // heads, cells=picture.cells[head * size : (head + 1) * size])
    size = columns // heads
    lines = [picture.cells[row * columns :][head * size : (head + 1) * size] for row in range(rows)]
    return replace(picture, columns=size, cells=b"".join(lines))


class WeightsPane(Pane):
    """One matrix as a picture; below it, or beside it, the overview."""

    number = 3
    context: ClassVar[Context] = "weights"
    topics = ("weights",)

    chosen: str | None = None
    kind = 0
    head: int | None = None  # of the attention; None: all of them
    order = 0

    @action("down", "matrix", written="↑ ↓")
    def do_next_matrix(self) -> None:
        """Which matrix is pictured."""
        self._go(1)

    @action("up", "previous", footer="no", listed=False)
    def do_previous_matrix(self) -> None:
        """The matrix before."""
        self._go(-1)

    @action("right", "picture", written="← →")
    def do_next_kind(self) -> None:
        """Its weights, its gradient, its last change; and where a head looks."""
        self.kind = (self.kind + 1) % len(KINDS)

    @action("left", "previous", footer="no", listed=False)
    def do_previous_kind(self) -> None:
        """Weights, gradients or updates."""
        self.kind = (self.kind - 1) % len(KINDS)

    @action("h", "head")
    def do_next_head(self) -> None:
        """One head of the attention; again: the next one, and all of them."""
        heads = int(self.scene.state.setting("model.heads") or 0)
        after = 0 if self.head is None else self.head + 1
        self.head = after if after < heads else None

    @action("o", "order")
    def do_overview(self) -> None:
        """All matrices by how far they moved, by their norm, or by their blame."""
        self.order = (self.order + 1) % len(ORDERS)

    @property
    def attends(self) -> bool:
        """Whether it is pictured where a head looks."""
        return KINDS[self.kind][0] is None

    def seen(self) -> object:
        scene = self.scene
        return super().seen(), (scene.looks.changed["attention"], scene.guess) if self.attends else None

    def wishes(self) -> Mapping[Purpose, Wish]:
        look = self._look()
        return {} if look is None else {"attention": Wish(look, self.has_focus)}

    def _look(self) -> Look | None:
        """The text on the screen and the head that is to be pictured; None: something else is."""
        scene, matrix = self.scene, self.matrix
        text = scene.sentence or (scene.guess.context if scene.guess is not None else "")
        if not self.attends or not text.strip() or matrix is None:
            return None
        return Look(text.encode("utf-8", "replace").decode(), layer_of(matrix.name), self.head or 0)

    def _go(self, step: int) -> None:
        names = list(self.scene.state.matrices)
        if names:
            at = names.index(self.matrix.name) if self.matrix is not None else 0
            self.chosen = names[(at + step) % len(names)]

    def choose(self, kind: str, number: int) -> None:
        names = list(self.scene.state.matrices)
        if kind == "matrix" and number < len(names):
            self.chosen = names[number]

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
        if KINDS[self.kind][0] is None:
            return filled(self._attention(matrix, width, height), height)
        picture = self._picture(matrix, self.kind, width, max(height - 4, SMALLEST))
        return filled([*picture, *self._overview(matrix, width, height - len(picture))], height)

    def _empty(self, width: int, height: int) -> list[Strip]:
        more = (
            "The model is nothing but numbers, random at first. Here you will see them take shape: each "
            "matrix, the blame that each number gets, and how it is nudged."
        )
        return empty(self.scene, "No picture yet.", more, width, height)

    def _pictures(self, matrix: MatrixState, width: int, height: int) -> list[Strip]:
        """The chosen picture; where there is room under it, the other two, small."""
        if KINDS[self.kind][0] is None:
            return self._attention(matrix, width, height)
        rows = self._picture(matrix, self.kind, width, height)
        half = (width - 2) // 2
        left = height - len(rows) - 1
        if left < 8 or half < 24:
            return rows
        others = [kind for kind in range(len(words.PICTURES)) if kind != self.kind]
        blocks = [(self._picture(matrix, kind, half, left)[1:], half) for kind in others]
        return [*rows, BLANK, *beside(blocks, left, line(("  ", self.scene.ink.text)))]

    def _picture(self, matrix: MatrixState, which: int, width: int, height: int) -> list[Strip]:
        ink, state = self.scene.ink, self.scene.state
        field, kind = KINDS[which]
        assert field is not None  # the attention is drawn elsewhere
        picture: Picture = getattr(matrix, field)
        heads = int(state.setting("model.heads") or 1)
        of_head = "" if self.head is None else side_of_heads(matrix.name, heads)
        if of_head and self.head is not None:
            picture = part(picture, of_head, self.head, heads)
        stage, at = state.pictured or (None, 0)
        step = (
            f"step {numbers.count(at)}" if stage == state.stage else f"end of {words.STAGE[stage or 'data']}"
        )
        if len(kind) + 1 + len(step) > width:
            kind = kind.partition(":")[0]
        rows = [
            self._heading(matrix, f" head {(self.head or 0) + 1} of {heads}" if of_head else "", width),
            ends(line((kind, ink.accent(state.stage))), line((step, ink.muted)), width),
        ]
        rows += heatmap.drawn(picture, width, height - len(rows) - 1, ink)
        rows.append(line(*heatmap.scale(numbers.small(picture.scale), ink)))
        return rows

    def _heading(self, matrix: MatrixState, more: str, width: int) -> Strip:
        ink = self.scene.ink
        name = one_line(words.matrix(matrix.name))
        shape = fullest((f" {matrix.shape[0]}×{matrix.shape[1]}",), width - len(name) - len(more))
        return ends(line((name, ink.strong), (shape, ink.muted)), line((more, ink.text)), width)

    def _attention(self, matrix: MatrixState, width: int, height: int) -> list[Strip]:
        """Where the chosen head of the chosen matrix's layer looks, on the text that is on the screen."""
        ink, state = self.scene.ink, self.scene.state
        look, layer = self._look(), layer_of(matrix.name)
        heads = int(state.setting("model.heads") or 1)
        saw = None if look is None else self.scene.saw("attention", look)
        head = line(
            (f"layer {layer + 1}", ink.strong), (f" head {(self.head or 0) + 1} of {heads}", ink.strong)
        )
        when = "" if saw is None else surprise.by(self.scene, saw.looked)
        rows = [
            ends(head, line((when, ink.muted)), width),
            line((KINDS[-1][1], ink.accent(state.stage))),
        ]
        if saw is not None:
            return [*rows, *attention.board(self.scene, saw.looked, width, height - len(rows))]
        said = "The model is asked where it looks." if look is not None else "No text yet: T to type one."
        if look is not None and self.scene.trainer != "alive" and state.latest_weights is None:
            said = "No weights to ask now."
        return [*rows, BLANK, line((said, ink.muted))]

    def _overview(self, chosen: MatrixState, width: int, height: int) -> list[Strip]:
        """Every matrix with its size in figures; the bar is how far the last step moved it."""
        ink, state = self.scene.ink, self.scene.state
        matrices = list(state.matrices.values())
        at = next((i for i, matrix in enumerate(matrices) if matrix.name == chosen.name), 0)
        title, size_of = ORDERS[self.order]
        sizes = [size_of(matrix) for matrix in matrices]
        largest = max((size for size in sizes if size == size), default=0.0) or 1.0
        figures = width >= 45
        name_width = 15 if figures else 17
        when = "" if self.order else OF_A_STEP
        header = fit(when, name_width + 2) + ("   weight    blame " if figures else "") + title
        rows = [line((fit(header, width), ink.muted))]
        room = max(0, height - 1)
        first = max(0, min(at - room // 2, len(matrices) - room))
        for matrix, size in list(zip(matrices, sizes, strict=True))[first : first + room]:
            mine = matrix is chosen
            parts = [
                ("▸ " if mine else "  ", ink.accent(state.stage, bold=True)),
                (
                    fit(one_line(words.matrix(matrix.name)), name_width),
                    element(ink.strong if mine else ink.text, 3, "matrix", matrices.index(matrix)),
                ),
            ]
            if figures:
                parts.append(
                    (
                        f" {numbers.small(matrix.weight_rms):>8} {numbers.small(matrix.gradient_rms):>8} ",
                        ink.muted,
                    )
                )
            label = f" {numbers.percent(size) if not self.order else numbers.small(size):>6}"
            used = sum(len(text) for text, _ in parts) + len(label)
            parts += bar(size / largest, max(2, width - used), ink.accent(state.stage), ink.faint)
            rows.append(line(*parts, (label, ink.text)))
        told = [BLANK, *paragraph(MOVED, ink.muted, width)] if not self.order else []
        return [*rows, *told] if len(rows) + len(told) <= height else rows

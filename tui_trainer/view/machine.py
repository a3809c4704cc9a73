"""The model as a picture of its parts: what each is made of, what of the blame it got, how far it was moved.

Everything is read from what the run has measured; which parts there are, from the names of its matrices.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from tui_trainer.messages.events import STAGES, Guessed, MatrixState, StageName, StepExplained
from tui_trainer.view.state import State

Kind = Literal["embedding", "attention", "mlp", "head", "folded"]
LAYER = re.compile(r"layers\.(\d{1,6})\.")
IN_LAYERS: tuple[Kind, ...] = ("attention", "mlp")
LINES = 2  # of a layer: its attention and its MLP


@dataclass(frozen=True)
class Matrix:
    """One table of weights, and what the measured step did to it."""

    name: str
    shape: tuple[int, int] | None  # None: it has not been pictured yet
    blame: float | None  # its part of all squared gradients; None: nothing was blamed, or nobody measured it
    weights: float = 0.0  # root of the sum of its squared weights
    nudge: float | None = None  # the same of the last change; None: not measured at this step

    @property
    def count(self) -> int:
        """How many weights there are in it."""
        return self.shape[0] * self.shape[1] if self.shape is not None else 0

    @property
    def moved(self) -> float | None:
        """How far its weights were moved, as a part of their own size; None: not known."""
        return self.nudge / self.weights if self.nudge is not None and self.weights > 0 else None


@dataclass(frozen=True)
class Part:
    """One box of the picture."""

    kind: Kind
    matrices: tuple[Matrix, ...]
    layer: int = 0  # of attention and MLP; 0 is the first
    layers: int = 0  # how many are folded into this one
    tied: bool = False  # the head reads the embedding's own matrix: its blame and nudge are told there

    @property
    def count(self) -> int:
        return sum(matrix.count for matrix in self.matrices)

    @property
    def blame(self) -> float | None:
        """Its part of the blame, 0 to 1; None: not known."""
        known = [matrix.blame for matrix in self.matrices if matrix.blame is not None]
        return sum(known) if known and not self.tied else None

    @property
    def moved(self) -> float | None:
        """How far its weights were moved, as a part of their own size; None: not known."""
        known = [matrix for matrix in self.matrices if matrix.nudge is not None]
        size = math.hypot(*(matrix.weights for matrix in known))
        if not known or self.tied or not size > 0:
            return None
        return math.hypot(*(matrix.nudge or 0.0 for matrix in known)) / size


@dataclass(frozen=True)
class Machine:
    """All parts in the order in which a token passes them, and the step that was measured."""

    parts: tuple[Part, ...] = ()
    stage: StageName | None = None  # None: no step has been measured
    step: int = 0
    guess: Guessed | None = None  # of that step, or the latest one; None: in this stage none is made
    explained: StepExplained | None = None  # where that step was taken apart

    @cached_property
    def most_blamed(self) -> Part | None:
        return max((p for p in self.parts if p.blame), key=lambda part: part.blame or 0.0, default=None)

    @cached_property
    def most_moved(self) -> Part | None:
        return max((p for p in self.parts if p.moved), key=lambda part: part.moved or 0.0, default=None)

    @cached_property
    def most_moved_matrix(self) -> Matrix | None:
        """The one matrix that was moved most, as a part of its own size: a part of several is moved less."""
        matrices = (matrix for part in self.parts if not part.tied for matrix in part.matrices)
        return max((m for m in matrices if m.moved), key=lambda matrix: matrix.moved or 0.0, default=None)

    @cached_property
    def most_in_a_layer(self) -> float:
        """The most blame that one matrix of a layer got."""
        layers = (part for part in self.parts if part.kind in IN_LAYERS)
        return max((matrix.blame or 0.0 for part in layers for matrix in part.matrices), default=0.0)

    @property
    def still(self) -> bool:
        """Some parts were moved by the step, and others were not at all."""
        moved = [part.moved for part in self.parts if part.moved is not None]
        return any(moved) and not all(moved)

    @property
    def layers(self) -> int:
        """How many there are."""
        return len({part.layer for part in self.parts if part.kind in IN_LAYERS})

    @property
    def moved_alone(self) -> int | None:
        """The one layer that was moved while all else stayed as it was; 0 is the first."""
        places = {part.layer if part.kind in IN_LAYERS else None for part in self.parts if part.moved}
        return places.pop() if self.still and len(places) == 1 else None


def machine_of(state: State, guess: Guessed | None = None) -> Machine:
    """The picture of what was measured last.

    Args:
        guess: the one that is shown elsewhere, where the step was not taken apart.
    """
    explained, pictured = state.explained, state.pictured
    if explained is not None and (pictured is None or _later(explained, pictured)):
        shapes = {name: matrix.shape for name, matrix in state.matrices.items()}
        blamed = {part.name: part.share for part in explained.blamed}
        names = [*shapes, *(name for name in blamed if name not in shapes)]
        matrices = [Matrix(name, shapes.get(name), blamed.get(name)) for name in names]
        return Machine(_parts(matrices), explained.stage, explained.step, explained.guess or guess, explained)
    if pictured is None:
        return Machine()
    stage, step = pictured
    same = explained if explained is not None and (explained.stage, explained.step) == pictured else None
    matrices = _measured(list(state.matrices.values()), same)
    if not any(matrix.blame for matrix in matrices):  # pictured before the first step
        return Machine(_parts(matrices), guess=guess)
    told = guess if same is None else same.guess or guess
    return Machine(_parts(matrices), stage, step, told if stage != "feedback" else None, same)


def _later(explained: StepExplained, pictured: tuple[StageName, int]) -> bool:
    stage, step = pictured
    return (STAGES.index(explained.stage), explained.step) > (STAGES.index(stage), step)


def _measured(states: Sequence[MatrixState], step: StepExplained | None) -> list[Matrix]:
    """Matrices with their parts of the blame: those that were told, or those of their gradients."""
    cells = [abs(state.shape[0] * state.shape[1]) for state in states]
    squares = [
        state.gradient_rms * state.gradient_rms * count for state, count in zip(states, cells, strict=True)
    ]
    whole = sum(squares)
    shares = {
        state.name: square / whole if whole > 0 and math.isfinite(whole) else None
        for state, square in zip(states, squares, strict=True)
    }
    if step is not None:
        shares.update({part.name: part.share for part in step.blamed})
    return [
        Matrix(
            state.name,
            state.shape,
            shares[state.name],
            state.weight_rms * math.sqrt(count),
            state.update_rms * math.sqrt(count),
        )
        for state, count in zip(states, cells, strict=True)
    ]


def _parts(matrices: Iterable[Matrix]) -> tuple[Part, ...]:
    """From the embedding to the head, with the layers between them."""
    found: dict[tuple[int, Kind], list[Matrix]] = {}
    for matrix in matrices:
        found.setdefault(_place(matrix.name), []).append(matrix)
    below = [Part(kind, tuple(m)) for (layer, kind), m in found.items() if layer < 0 and kind == "embedding"]
    above = [Part(kind, tuple(m)) for (layer, kind), m in found.items() if layer < 0 and kind == "head"]
    layers = sorted((place, m) for place, m in found.items() if place[0] >= 0)  # attention before MLP
    between = [Part(kind, tuple(m), layer) for (layer, kind), m in layers]
    if below and not above:
        above = [Part("head", below[0].matrices, tied=True)]
    return (*below, *between, *above)


def _place(name: str) -> tuple[int, Kind]:
    """The layer that a matrix belongs to, -1 outside of all, and its part."""
    found = LAYER.search(name)
    if found is None:
        return -1, "head" if "head" in name else "embedding"
    return int(found[1]), "attention" if "attn" in name else "mlp"


def folded(parts: Sequence[Part], rows: int, chosen: int) -> list[tuple[int, Part]]:
    """As many layers as there is room for, with their numbers; those between become one part each gap.

    Args:
        rows: lines for the layers alone.
        chosen: number of a part that has to be seen.

    Returns:
        (number among `parts`, part), in order; a folded one has the number of its first.
    """
    layers: dict[int, list[int]] = {}
    for number, part in enumerate(parts):
        if part.kind in IN_LAYERS:
            layers.setdefault(part.layer, []).append(number)
    order = sorted(layers)
    first = [part.layer for part in parts[chosen : chosen + 1] if part.kind in IN_LAYERS]
    kept: set[int] = set()
    # The last layer is where the head reads, and what reinforcement moves; then the first; then from above.
    for layer in dict.fromkeys([*first, *order[-1:], *order[:1], *reversed(order)]):
        if not kept or _lines(order, {*kept, layer}) <= rows:
            kept.add(layer)
    shown: list[tuple[int, Part]] = []
    gap: list[int] = []
    for number, part in enumerate(parts):
        if part.kind in IN_LAYERS and part.layer not in kept:
            gap.append(number)
            continue
        if gap:
            shown.append(_folded(parts, gap))
            gap = []
        shown.append((number, part))
    return [*shown, _folded(parts, gap)] if gap else shown


def _lines(order: Sequence[int], kept: set[int]) -> int:
    """So many lines the layers take when these are kept, and each run of others is one."""
    gaps, inside = 0, False
    for layer in order:
        gaps += layer not in kept and not inside
        inside = layer not in kept
    return LINES * len(kept) + gaps


def _folded(parts: Sequence[Part], gap: Sequence[int]) -> tuple[int, Part]:
    matrices = tuple(matrix for number in gap for matrix in parts[number].matrices)
    return gap[0], Part("folded", matrices, layers=len({parts[number].layer for number in gap}))

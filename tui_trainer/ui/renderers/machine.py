"""The machine in one picture: the token comes in below, the guess goes out above, blame comes back down.

The line at the left is what runs through all layers. What is lit has been measured: in slow motion the parts
of a step one after the other, in the order in which they happen; else all of the last measured step.
"""

import math
from dataclasses import dataclass

from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import Guessed, MatrixState
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, beside, filled, fitting, flowing, line, link, paragraph
from tui_trainer.ui.renderers import matrix_pictures
from tui_trainer.ui.renderers.guess import LEAST
from tui_trainer.ui.scene import Scene
from tui_trainer.view import machine as view
from tui_trainer.view import numbers, slow_motion, words
from tui_trainer.view.glossary import meaning
from tui_trainer.view.machine import IN_LAYERS, Machine, Matrix
from tui_trainer.view.pace import PARTS
from tui_trainer.view.text import cut, fit, fullest, holds, last_words

LEAD = 4  # cells of the cursor and of the line that runs through all parts
LABEL = 11  # of "guess out"
NAME = 19  # of "layer 24 attention"
FIGURE = 8  # of " 57.3 %", with a space
LETTERS = 60  # cells from which on each matrix has its letter and its blame; and ...
ROOMY = 90  # ... from which on its name, and boxes where there are lines enough
CHIP = 11  # cells of a matrix in a box
SHORT = 12  # of all matrices of a part by their letters
FEW = 15  # lines below which less is said
PICTURED = 64  # cells of a matrix's picture beside the parts
BESIDE, TALL = 106 + 3 + PICTURED, 45  # cells and lines from which on it stands there
LEAST_PICTURE, MOST_PICTURE = 6, 9  # lines of the pictures under the parts, with what they are of
TOKEN, SHARES = 14, 24  # cells of a guess and of its bar
LEVELS = "▁▂▃▄▅▆▇█"
LEGEND = {
    "▲": "guess: the text goes up through all parts; a share for each token comes out.",
    "▼": "blame: it comes back down, to whatever made the guess wrong.",
    "◆": "nudge: each weight moves a little against its blame.",
}
OF_WHAT = " of its size in this step"
STAYS = "stays"
TIED = "the embedding's own matrix"
# What of a part, and of a matrix in it, is told: by their terms in the glossary.
PARTS_TERMS = {"embedding": "Embedding", "attention": "Attention", "mlp": "MLP", "head": "Output head"}
TERMS = {
    **dict.fromkeys(("query", "key"), "Query, key"),
    **dict.fromkeys(("value", "output"), "Value, output"),
    **dict.fromkeys(("up", "down"), "Up, down"),
}


@dataclass(frozen=True)
class Light:
    """What is lit now: how far the guess has come upward, and the blame downward."""

    part: int  # of the step, 1 to 4
    up: float  # share of the parts that the guess has passed
    down: float  # share of the parts that the blame has passed
    slow: bool

    def guessed(self, place: int, of: int) -> bool:
        """Whether the guess has come to the part at this place; 0 is the embedding."""
        return place < self.up * of

    def blamed(self, place: int, of: int) -> bool:
        return of - 1 - place < self.down * of


def light(scene: Scene, machine: Machine) -> Light:
    """By how much of the step has gone by; where it is not the one in question, all of it has."""
    passed = scene.passed if machine.explained is not None else float(len(PARTS))
    part = min(len(PARTS), 1 + int(passed))
    return Light(part, _share(passed), _share(passed - 2), passed < len(PARTS))


def _share(passed: float) -> float:
    return min(1.0, max(0.0, passed + 0.02))  # the first part lights up at once


def board(scene: Scene, machine: Machine, chosen: int, matrix: int, width: int, height: int) -> list[Strip]:
    """The picture, the chosen matrix in figures, and what is going on in a sentence.

    Args:
        chosen: number of a part among `machine.parts`.
        matrix: of one of its matrices.
    """
    ink = scene.ink
    if not machine.parts:
        said = (
            "Nothing has been measured yet. Here the model will be drawn, part by part, and lit by what "
            "happens in it: the guess, the blame, the nudge."
        )
        return paragraph(said, ink.muted, width, height)
    chosen_part = machine.parts[chosen]
    shown = chosen_part.matrices[min(matrix, len(chosen_part.matrices) - 1)]
    pictured = scene.state.matrices.get(shown.name)
    beside_ = width >= BESIDE and height >= TALL and pictured is not None
    left = width - PICTURED - 3 if beside_ else width
    rows = _rows(scene, machine, chosen, shown, left, height, None if beside_ else pictured)
    if not beside_ or pictured is None:
        return rows
    pictures = matrix_pictures.stacked(ink, pictured, _pictured_at(scene, machine), PICTURED, height)
    return beside([(rows, left), (pictures, PICTURED)], height, line((" │ ", ink.faint)))


def _rows(
    scene: Scene,
    machine: Machine,
    chosen: int,
    matrix: Matrix,
    width: int,
    height: int,
    pictured: MatrixState | None,
) -> list[Strip]:
    """The parts, the chosen matrix, and what is said; the more of it the more lines there are."""
    narrow = height < FEW
    talk = 2 if narrow or width >= LETTERS else 3
    details = 1 if narrow or width >= ROOMY else 2
    fixed = 3 - narrow + 1 + details + talk  # truth, guess and headings; the text; ...
    rows = max(2, height - fixed - 2)  # without head and embedding
    boxed = width >= ROOMY and rows >= 2 * machine.layers + 2 * (machine.layers + 2)
    shown = view.folded(machine.parts, rows if not boxed else 2 * machine.layers, chosen)
    draw = _Drawing(scene, machine, width, light(scene, machine), chosen, matrix, boxed)
    parts = draw.parts(shown)
    left = height - fixed - len(parts)
    gap = left > 0
    roles = draw.roles(left - gap)
    left -= gap + len(roles)
    apart = left > 0
    left -= apart
    pictures: list[Strip] = []
    if pictured is not None and width >= ROOMY and left > LEAST_PICTURE:
        room = min(left - 1, MOST_PICTURE)
        pictures = matrix_pictures.across(scene.ink, pictured, _pictured_at(scene, machine), width, room)
        left -= len(pictures) + 1
    above = draw.above(left)
    left -= len(above) - 3
    told = width >= ROOMY and left > len(LEGEND) and machine.stage is not None
    legend = [BLANK, *draw.legend()] if told else []
    left -= len(legend)
    return [
        *above[narrow:],
        *parts,
        *draw.below(),
        *[BLANK] * gap,
        *filled(draw.detail(details), details),
        *roles,
        *([BLANK, *pictures] if pictures else []),
        *legend,
        *[BLANK] * (apart + max(0, left)),  # so that what is said stays where it is
        *filled(draw.said(talk), talk),
    ][:height]


@dataclass(frozen=True)
class _Drawing:
    scene: Scene
    machine: Machine
    width: int
    light: Light
    chosen: int
    matrix: Matrix  # the chosen one
    boxed: bool

    @property
    def figure(self) -> int:
        """Cells of what is drawn of a part, left of the bars."""
        if self.width >= ROOMY:
            return self.width - LEAD - 2 * (CHIP + FIGURE) - 4
        return NAME + (SHORT if self.width >= LETTERS else 0)

    @property
    def bar(self) -> int:
        """Cells of each bar."""
        return max(2, (self.width - LEAD - self.figure - 2 * FIGURE - 3) // 2)

    @property
    def accent(self) -> Style:
        return self.scene.ink.accent(self.machine.stage, bold=True)

    # -- what goes in and comes out ------------------------------------------------------------------------

    def above(self, more: int) -> list[Strip]:
        """What really came, what was guessed, and what the bars are of.

        Args:
            more: lines that there are besides one for each; where all guesses have theirs, as bars.
        """
        ink, guess = self.scene.ink, self.machine.guess
        lead = self._lead("▲", "guess out" if guess is not None else "", lit=self.light.guessed(0, 1))
        heads = BLANK
        if self.machine.stage is not None:
            forms = ("moved by", "moved")
            nudge = fullest(forms, self.bar + FIGURE) or "moved"
            heads = line(
                (" " * (LEAD + self.figure + 2), ink.text),
                (fit("blame", self.bar + FIGURE + 1), ink.muted),
                (nudge, ink.muted),
            )
        if guess is None:
            return [*self._answers(), heads]
        loss = -math.log(max(guess.probability, LEAST))
        told_of = _told_of(guess)
        truth: list[list[Part]] = [
            [(slow_motion.quoted(guess.truth, told_of), ink.strong)],
            [("given ", ink.muted), (numbers.finely(guess.probability), ink.strong)],
        ]
        if self.light.part >= 2:
            truth.append([("loss ", ink.muted), (numbers.figure(loss), self.accent)])
        if self.machine.stage is not None and (guess.stage, guess.step) != (
            self.machine.stage,
            self.machine.step,
        ):
            truth.append([(f"at step {numbers.count(guess.step)}", ink.muted)])  # later than blame and nudge
        room = self.width - LEAD - LABEL
        told = Strip.join([line(*self._lead(" ", "truth", lit=True)), fitting(truth, room)])
        if len(guess.top) > 1 and more >= len(guess.top):
            return [told, *self._as_bars(guess, lead), BLANK, heads]
        groups: list[list[Part]] = [
            [(slow_motion.quoted(token, told_of), ink.text), (f" {numbers.finely(share)}", ink.strong)]
            for token, share in _shares(guess)
        ]
        guessed = fitting(groups, room) if self.light.up >= 1 else BLANK
        return [told, Strip.join([line(*lead), guessed]), heads]

    def _as_bars(self, guess: Guessed, lead: list[Part]) -> list[Strip]:
        """The likeliest tokens, one a line, as they come out."""
        ink = self.scene.ink
        rows = []
        for number, (token, share) in enumerate(_shares(guess)):
            begin = lead if not number else self._lead("│", "", lit=False)
            style = ink.strong if token == guess.truth else ink.text
            named = (fit(slow_motion.quoted(token, _told_of(guess)), TOKEN), style)
            shares = bar(share, SHARES, self.accent, ink.faint)
            told = [named, *shares, (f" {numbers.finely(share):>7}", style)]
            rows.append(line(*begin, *(told if self.light.up >= 1 else [])))
        return rows

    def _lead(self, sign: str, label: str, *, lit: bool) -> list[Part]:
        """The line through all parts, and what stands on its way in or out."""
        ink = self.scene.ink
        return [
            (f"  {sign} ", self.accent if lit and sign != "│" else ink.faint),
            (fit(label, LABEL), ink.accent(self.machine.stage)),
        ]

    def _answers(self) -> list[Strip]:
        """In reinforcement: the answers that one prompt got, by their scores."""
        ink, scored = self.scene.ink, self.scene.state.scored
        if self.machine.stage != "feedback" or scored is None or not scored.answers:
            return [BLANK, line(*self._lead("▲", "", lit=self.light.up >= 1))]
        rewards = [answer.reward for answer in scored.answers]
        low, high = numbers.signed(min(rewards), 2), numbers.signed(max(rewards), 2)
        said = f"{numbers.plural(len(rewards), 'answer')}, scored {low} to {high}"
        return [BLANK, line(*self._lead("▲", "answers out", lit=True), (f" {said}", ink.strong))]

    def below(self) -> list[Strip]:
        """What is read."""
        ink, guess = self.scene.ink, self.machine.guess
        text, label = "", "text in"
        if guess is not None:
            text = words.text_before(guess)
        elif self.machine.stage == "feedback" and self.scene.state.scored is not None:
            text, label = one_line(self.scene.state.scored.prompt), "prompt in"
        lead = self._lead("▲", label if text.strip() else "", lit=self.light.up > 0)
        said = last_words(text.strip(), self.width - LEAD - LABEL)
        return [line(*lead, (said, ink.strong))]

    # -- the parts -----------------------------------------------------------------------------------------

    def parts(self, shown: list[tuple[int, view.Part]]) -> list[Strip]:
        """From the head down to the embedding."""
        rows: list[Strip] = []
        for place in range(len(shown) - 1, -1, -1):
            number, part = shown[place]
            row = self._row(number, part, place, len(shown))
            if not self.boxed:
                rows.append(row)
                continue
            if part.kind != "attention":
                rows.append(self._edge("╭", "╮", part))
            rows.append(row)
            if part.kind != "mlp" or not place or shown[place - 1][1].layer != part.layer:
                rows.append(self._edge("╰", "╯", None))
        return rows

    def _edge(self, left: str, right: str, part: view.Part | None) -> Strip:
        """The upper or lower edge of a box; on the upper one, what it is and how large."""
        ink = self.scene.ink
        said = ""
        if part is not None:
            inside = [p for p in self.machine.parts if p.layer == part.layer and p.kind in IN_LAYERS]
            count = sum(p.count for p in inside) if part.kind == "mlp" else part.count
            name = f"layer {part.layer + 1}" if part.kind == "mlp" else _name(part)
            weights = f"{numbers.short(count)} weights" if count and not part.tied else ""
            said = f"─ {name} " + (f"── {weights} " if weights else "")
        rule = "─" * max(0, self.figure - 2 - len(said))
        return line(("  │ ", ink.faint), (f"{left}{said}{rule}{right}", ink.muted))

    def _row(self, number: int, part: view.Part, place: int, of: int) -> Strip:
        ink = self.scene.ink
        mine = number == self.chosen and part.kind != "folded"
        cursor: Part = ("▸ " if mine else "  ", self.accent)
        style, sign = self._lit(part, place, of)
        inside = self._inside(number, part, style, blamed=self.light.blamed(place, of))
        used = sum(len(text) for text, _ in inside)
        if self.boxed:
            inside = [("│ ", ink.muted), *inside, (" " * (self.figure - 4 - used), style), (" │", ink.muted)]
        else:
            inside = [*inside, (" " * (self.figure - used), style)]
        return line(
            cursor,
            (f"{sign} ", self.accent if sign != "│" else ink.faint),
            *inside,
            *self._bars(part, place, of),
        )

    def _lit(self, part: view.Part, place: int, of: int) -> tuple[Style, str]:
        """The style of a part's name, and the sign on the line beside it."""
        ink, now = self.scene.ink, self.light
        if self.machine.stage is None:
            return ink.text, "│"
        if now.part == 1:
            return (self.accent, "▲") if now.guessed(place, of) else (ink.muted, "│")
        if now.part == 2:
            return (self.accent if part.kind == "head" else ink.muted), "│"
        most = self.machine.most_blamed if now.part == 3 else self.machine.most_moved
        size = part.blame if now.part == 3 else part.moved
        whole = None if most is None else most.blame if now.part == 3 else most.moved
        if now.part == 3:
            if not now.blamed(place, of):
                return ink.muted, "│"
            return self._bright(size, whole), "▼"
        if size and not now.slow and not self.machine.still:  # all were moved: none is to be told apart
            return ink.text, "◆"
        return self._bright(size, whole), "◆" if size else "│"

    def _bright(self, size: float | None, whole: float | None) -> Style:
        ink = self.scene.ink
        if not size or not whole:
            return ink.muted
        return (
            self.accent
            if size > whole / 2
            else ink.accent(self.machine.stage)
            if size > whole / 5
            else ink.text
        )

    def _inside(self, number: int, part: view.Part, style: Style, *, blamed: bool) -> list[Part]:
        """The part's name, and its matrices as far as there is room."""
        ink = self.scene.ink
        if self.boxed:
            name = {"attention": "attention", "mlp": "MLP"}.get(part.kind, "")
            parts: list[Part] = [(fit(name, CHIP), style)] if name else []
        else:
            parts = [(fit(_name(part), NAME), style)]
        if part.tied:
            return [*parts, (TIED, ink.muted)] if self.boxed else parts
        if self.width < LETTERS or part.kind == "folded":
            return parts
        for index, matrix in enumerate(part.matrices):
            mine = number == self.chosen and matrix is self.matrix
            name = self._called(part, matrix)
            drawn = ink.strong + Style(underline=True) if mine else style
            parts.append((name, link(drawn, f"screen.open({number}, {index})")))
            level = self._level(part, matrix) if blamed else " "
            told = f"{level} " if self.width < ROOMY else fit(f" {level}", CHIP - len(name))
            parts.append((told, ink.accent(self.machine.stage)))
        room = self.figure - (4 if self.boxed else 0)
        while parts and sum(len(text) for text, _ in parts) > room:
            parts.pop()
        return parts

    def _called(self, part: view.Part, matrix: Matrix) -> str:
        """A matrix within its part: query, key, up; where it is the only one, by its shape."""
        if part.kind in ("embedding", "head"):
            return f"{matrix.shape[0]}×{matrix.shape[1]}" if matrix.shape is not None else "matrix"
        name = cut(one_line(words.matrix(matrix.name)).rpartition(" ")[2], CHIP - 3)
        return name[:1] if self.width < ROOMY and part.kind == "attention" else name

    def _level(self, part: view.Part, matrix: Matrix) -> str:
        """The blame of one of a part's matrices as a column; the most blamed one's is full."""
        most = self.machine.most_in_a_layer
        if part.kind not in IN_LAYERS or self.light.part < 3 or not matrix.blame or not most > 0:
            return " "
        return LEVELS[max(0, min(7, round(8 * matrix.blame / most) - 1))]

    def _bars(self, part: view.Part, place: int, of: int) -> list[Part]:
        """How much of the blame it got, and how far it moved."""
        ink, machine, now = self.scene.ink, self.machine, self.light
        if machine.stage is None:
            return []
        if part.tied:
            return [] if self.boxed else [("  " + fullest((TIED,), 2 * (self.bar + FIGURE) + 1), ink.muted)]
        blamed = part.blame if now.part > 3 or (now.part == 3 and now.blamed(place, of)) else None
        moved = part.moved if now.part > 3 else None
        most, furthest = machine.most_blamed, machine.most_moved
        parts: list[Part] = [("  ", ink.text)]
        parts += self._measure(blamed, (most.blame if most is not None else None) or 0.0)
        parts.append((" ", ink.text))
        if moved == 0:
            return [*parts, (STAYS, ink.muted)]
        return [*parts, *self._measure(moved, (furthest.moved if furthest is not None else None) or 0.0)]

    def _measure(self, size: float | None, most: float) -> list[Part]:
        ink = self.scene.ink
        if size is None:
            return [(" " * (self.bar + FIGURE), ink.text)]
        style = self.accent if size > most / 2 else ink.accent(self.machine.stage)
        share = size / most if most > 0 else 0.0
        return [*bar(share, self.bar, style, ink.faint), (f"{numbers.tenths(size):>{FIGURE}}", ink.text)]

    # -- in words ------------------------------------------------------------------------------------------

    def detail(self, height: int) -> list[Strip]:
        """The chosen matrix in figures."""
        ink = self.scene.ink
        matrix = self.matrix
        groups: list[list[Part]] = [[("▸ ", self.accent), (one_line(words.matrix(matrix.name)), ink.strong)]]
        if matrix.shape is not None:
            shape = f"{matrix.shape[0]}×{matrix.shape[1]}"
            groups.append([(shape, ink.text), (f", {numbers.short(matrix.count)} weights", ink.muted)])
        if self.machine.stage is not None and matrix.blame is not None and self.light.part >= 3:
            groups.append([("blame ", ink.muted), (numbers.tenths(matrix.blame), ink.strong)])
        if self.light.part > 3 and self.machine.stage is not None and matrix.nudge is not None:
            if not matrix.nudge:
                groups.append([(STAYS, ink.text)])
            elif matrix.moved is not None:
                share = numbers.tenths(matrix.moved)
                groups.append([("moved by ", ink.muted), (share, ink.strong)])
                whole = [*groups[:-1], [*groups[-1], (OF_WHAT, ink.muted)]]
                groups = whole if len(flowing(whole, self.width)) <= height else groups
        return flowing(groups, self.width)[:height]

    def legend(self) -> list[Strip]:
        """What the signs on the line through all parts stand for."""
        ink = self.scene.ink
        return [line((f"  {sign} ", self.accent), (said, ink.muted)) for sign, said in LEGEND.items()]

    def roles(self, height: int) -> list[Strip]:
        """What the chosen part is for and, if there is room, the matrix in it."""
        part = self.machine.parts[self.chosen]
        terms = [PARTS_TERMS.get(part.kind), TERMS.get(words.matrix(self.matrix.name).rpartition(" ")[2])]
        rows: list[Strip] = []
        for term in terms:
            told = paragraph(meaning(term), self.scene.ink.muted, self.width) if term is not None else []
            if len(rows) + len(told) <= height:
                rows += told
        return rows

    def said(self, height: int) -> list[Strip]:
        """What is going on, in the fullest form that there is room for."""
        forms = self._forms()
        form = next((f for f in forms if holds(f, self.width, height)), forms[-1])
        return paragraph(form, self.scene.ink.text, self.width, height)

    def _forms(self) -> tuple[str, ...]:
        machine, state = self.machine, self.scene.state
        if machine.stage is None:
            return ("Nothing has been measured yet: its parts light up with the first step.",)
        if self.light.slow and machine.explained is not None:
            return slow_motion.told(state, machine.explained, self.light.part)
        step = f"step {numbers.count(machine.step)} of {words.STAGE[machine.stage]}"
        when = f"{step[0].upper()}{step[1:]}."
        if state.stage == "frozen" or state.ended:
            when = f"Frozen: nothing moves any more. This was {step}."
        elif state.stage is not None and state.stage != machine.stage:
            when = f"Nothing has been measured yet in {words.STAGE[state.stage]}: this was {step}."
        moved = self._moved()
        most = machine.most_blamed
        blamed = "" if most is None else f" Most blame: {_name(most)}, {numbers.tenths(most.blame or 0.0)}."
        single = self._single()
        short = (f"{when}{moved}{blamed}", f"{when}{moved}", when)
        return (f"{when}{moved}{single}{blamed}", f"{when}{moved}{single}", *short) if single else short

    def _moved(self) -> str:
        """What the step moved; where most stays as it was, only that."""
        furthest, alone = self.machine.most_moved, self.machine.moved_alone
        if furthest is None:
            return ""
        if alone is not None:
            return f" Only layer {alone + 1} is moved; the rest stays as it was."
        return f" Moved most: {_name(furthest)}, by {numbers.tenths(furthest.moved or 0.0)} of its size."

    def _single(self) -> str:
        """The matrix that moved more than any whole part, if it is not that part's."""
        furthest, matrix = self.machine.most_moved, self.machine.most_moved_matrix
        alone = self.machine.moved_alone is not None
        if furthest is None or matrix is None or alone or matrix in furthest.matrices:
            return ""
        name = one_line(words.matrix(matrix.name))
        return f" Of single matrices: {name}, by {numbers.tenths(matrix.moved or 0.0)}."


def _shares(guess: Guessed) -> list[tuple[str, float]]:
    """The likeliest tokens, the truth with the share that its loss is of: the others are told rounded."""
    return [(token, guess.probability if token == guess.truth else share) for token, share in guess.top]


def _told_of(guess: Guessed) -> tuple[str, ...]:
    """The tokens that stand in one picture."""
    return guess.truth, *(token for token, _ in guess.top)


def _pictured_at(scene: Scene, machine: Machine) -> str:
    """Of which step the pictures of matrices are, if of another one than the rest."""
    stage, step = scene.state.pictured or (None, 0)
    if machine.stage is None or stage is None or (stage, step) == (machine.stage, machine.step):
        return ""
    return f"step {numbers.count(step)}" if stage == machine.stage else f"end of {words.STAGE[stage]}"


def _name(part: view.Part) -> str:
    """As a part is called."""
    if part.kind == "folded":
        return f"({numbers.plural(part.layers, 'layer')} more)"
    if part.kind in ("embedding", "head"):
        return "output head" if part.kind == "head" else "token embedding"
    return f"layer {part.layer + 1} " + ("attention" if part.kind == "attention" else "MLP")

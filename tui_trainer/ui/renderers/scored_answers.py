"""The answers to one prompt of a reinforcement step: their scores, what the leash takes off, and which were
pushed up, which down, by how much."""

import math
from collections.abc import Iterator, Sequence

from textual.strip import Strip

from tui_trainer.messages.events import AnswersScored, ScoredAnswer
from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing.lines import line, paragraph
from tui_trainer.ui.scene import Scene
from tui_trainer.view import noise, numbers
from tui_trainer.view.text import fullest, wrap_answer

LEAST = 6  # lines, from which on it says something
LINES = 2  # of an answer at most
COLUMNS = (7, 8, 11)  # cells of score, leash and push
TEXT = sum(COLUMNS) + 2
SAME = 0.005  # nats: a smaller change is none that one would tell


def board(scene: Scene, width: int, height: int) -> list[Strip]:
    """The prompt, a line or two an answer, the best one first, and what the columns mean."""
    state, ink = scene.state, scene.ink
    told = state.scored
    if told is None or state.reinforced is None or height < LEAST:
        return []
    rows = paragraph(f"“{one_line(told.prompt)}”", ink.strong, width, 1)
    names = zip(("score", "leash", "chance"), COLUMNS, strict=True)
    head = "".join(f"{name:>{cells}}" for name, cells in names) + "  answer"
    signs = noise.strange(scene.vocabulary, (answer.text for answer in told.answers), (told.prompt,))
    head += fullest((f"  {said}" for said in signs), width - len(head))
    rows.append(line((head, ink.muted)))
    meaning = list(_meaning(scene, told, width))
    meaning = meaning if height >= 12 else []
    ordered = sorted(told.answers, key=lambda answer: -answer.reward)
    room = height - len(rows) - len(meaning)
    blocks = [list(_answer(scene, told, answer, width, LINES)) for answer in ordered]
    for number in _shown([len(block) for block in blocks], room):
        rows += blocks[number]
    return [*rows, *meaning][:height]


def _shown(lines: Sequence[int], room: int) -> list[int]:
    """Which of the answers, the best one first, there is room for: the best, the worst, and so on inwards."""
    shown: list[int] = []
    for at in range(len(lines)):
        number = at // 2 if at % 2 == 0 else len(lines) - 1 - at // 2
        if sum(lines[one] for one in (*shown, number)) > room:
            break
        shown.append(number)
    return sorted(shown)


def _answer(
    scene: Scene, told: AnswersScored, answer: ScoredAnswer, width: int, height: int
) -> Iterator[Strip]:
    ink = scene.ink
    pull = told.leash * answer.kl
    leash = "-" if not told.leash else numbers.figure(-pull)
    up = answer.change > 0
    sign, style = ("▲", ink.good) if up else ("▼", ink.warn)
    moved = f"{sign} ×{numbers.figure(min(999.0, math.exp(min(answer.change, 7.0))))}"
    if abs(answer.change) < SAME:
        moved, style = "as before", ink.muted
    said = " ".join(several_lines(answer.text).split()) or "(it said nothing)"
    body = wrap_answer(said, max(8, width - TEXT), height)
    for number, row in enumerate(body):
        if number:
            yield line((" " * TEXT, ink.text), (row, ink.text))
            continue
        yield line(
            (f"{numbers.signed(answer.reward, 2):>{COLUMNS[0]}}", ink.strong),
            (f"{leash:>{COLUMNS[1]}}", ink.muted),
            (f"{moved:>{COLUMNS[2]}}  ", style),
            (row, ink.text),
        )


def _meaning(scene: Scene, told: AnswersScored, width: int) -> Iterator[Strip]:
    up = sum(answer.change > SAME for answer in told.answers)
    down = sum(answer.change < -SAME for answer in told.answers)
    pushed = (
        f"Of {len(told.answers)} answers to it {up} became likelier by this step and {down} less likely. "
    )
    off = "Off the leash: nothing holds them back."
    held = (
        off
        if not told.leash
        else f"The leash takes {told.leash:.2g} off for each nat it moves away from the tuned model."
    )
    yield from paragraph(fullest((pushed + held, pushed), 3 * width), scene.ink.muted, width, 3)

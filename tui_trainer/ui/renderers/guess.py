"""One guess as bars: what the model expected next, and what came. In these stages the text is the rater."""

import math

from rich.style import Style
from textual.strip import Strip

from tui_trainer.messages.events import Guessed
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import block
from tui_trainer.ui.drawing.lines import BLANK, Part, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.text import cut_left, fit, last_words, wrap, wrap_to

INTRODUCTION = {
    "pretrain": "The rater now is the text itself: it knows how it goes on.",
    "finetune": "The rater now is the written answer: it knows what to say.",
}
NAME = 18  # cells of a token, and of a mark in words
ASKED, ANSWER = "asked   ", "answer  "
BORDER = " ▸ "  # between question and answer on one line
BARS = 6  # lines that the bars take, with the line between them and a truth that is not among them
LEAST = 1e-12  # probabilities below it are shown as it


def board(scene: Scene, guess: Guessed, width: int, height: int) -> list[Strip]:
    """The context, the five likeliest tokens, the truth with its probability, and what follows from it."""
    ink = scene.ink
    steps = _steps(scene, guess, width)
    fixed = BARS + len(steps) + 2
    rows: list[Strip] = []
    if height > fixed + 4:
        rows += [line((INTRODUCTION.get(guess.stage, ""), ink.muted)), BLANK]
    rows += context(scene, guess, width, max(1, min(4, height - fixed - len(rows))))
    rows.append(BLANK)
    bars = _bars(scene, guess, width)
    rows += [*bars, *([BLANK] * (BARS + 1 - len(bars)))]  # what is below stays where it is
    return [*rows, *steps][:height]


def context(scene: Scene, guess: Guessed, width: int, height: int) -> list[Strip]:
    """The text up to the guess; where it answers a question, that in lines of its own: it is not scored."""
    ink = scene.ink
    accent = ink.accent(guess.stage, bold=True)
    said = words.text_before(guess)
    mark = (asks(said), accent)
    if not guess.asked:
        if not said:  # the first token of a text
            return [line((words.token("<|document|>"), ink.muted), mark)]
        return [*_end_of(said, width - 2, height, ink.text, mark)]
    asked = one_line(guess.asked).strip()
    if height < 2:
        before, answer = cut_left(f"{asked}{BORDER}{said}", width - 2).rpartition(BORDER)[::2]
        return [line((before, ink.muted), (BORDER if before else "", accent), (answer, ink.text), mark)]
    question = wrap_to(asked, width - len(ASKED), height - 1)
    rows = [
        line((fit("" if number else ASKED, len(ASKED)), ink.faint), (row, ink.muted))
        for number, row in enumerate(question)
    ]
    answer_ = _end_of(said, width - 2 - len(ANSWER), height - len(rows), ink.text, mark)
    head = [ANSWER, *[" " * len(ANSWER)] * len(answer_)]
    return [
        *rows,
        *(Strip.join([line((lead, accent)), row]) for lead, row in zip(head, answer_, strict=False)),
    ]


def asks(text: str) -> str:
    """The mark behind a text that stands for what comes next; none behind one that asks itself."""
    return "" if text.rstrip().endswith("?") else " ?"


def _end_of(text: str, width: int, height: int, style: Style, mark: Part) -> list[Strip]:
    """The last lines of a text, with a mark behind; with an ellipsis where it begins above them."""
    if height == 1:
        return [line((last_words(text, width), style), mark)]
    lines = wrap(text[-2 * width * (height + 1) :].strip(), width) or [""]
    more = len(lines) > height
    lines = lines[-height:]
    if more:
        lines[0] = cut_left(f"… {lines[0]}", width)
    return [*(line((row, style)) for row in lines[:-1]), line((cut_left(lines[-1], width), style), mark)]


def _bars(scene: Scene, guess: Guessed, width: int) -> list[Strip]:
    top = list(guess.top[:5])
    known = any(token == guess.truth for token, _ in top)
    rows = [_bar(scene, guess, token, share, width) for token, share in top]
    if known:
        return rows
    return [*rows[: BARS - 1], _bar(scene, guess, guess.truth, guess.probability, width)]


def _bar(scene: Scene, guess: Guessed, token: str, share: float, width: int) -> Strip:
    ink = scene.ink
    is_truth = token == guess.truth
    room = max(6, width - NAME - 22)
    parts: list[Part] = [("▸ " if is_truth else "  ", ink.strong)]
    parts.append((fit(visible(token), NAME), ink.strong if is_truth else ink.text))
    parts += block(share, room, ink.strong if is_truth else ink.accent(guess.stage))
    parts.append((f" {numbers.percent(share):>7}", ink.strong if is_truth else ink.muted))
    if is_truth:
        parts.append((" it was this", ink.text))
    return line(*parts)


def visible(token: str) -> str:
    """A token as it is shown; blanks, which are tokens too, as signs, and marks in words."""
    return one_line(words.token(token)) if token.strip(" ") else "␣" * len(token)


def _steps(scene: Scene, guess: Guessed, width: int) -> list[Strip]:
    """Guess, score, blame, nudge: the four that one step of learning is made of, each with its number."""
    ink, stepped = scene.ink, scene.guess_step
    loss = -math.log(max(guess.probability, LEAST))
    steps = [
        ("guess", numbers.percent(guess.probability), ""),
        ("score", numbers.figure(loss), "loss"),
    ]
    if stepped is not None:
        steps += [
            ("blame", numbers.small(stepped.gradient_norm), "norm"),
            ("nudge", numbers.small(stepped.lr), "rate"),
        ]
    column = max(10, width // 4)
    names: list[Part] = []
    values: list[Part] = []
    for index, (name, value, unit) in enumerate(steps):
        arrow = "→ " if index else ""
        names += [(arrow, ink.faint), (fit(name, column - len(arrow)), ink.accent(guess.stage))]
        indent = " " * len(arrow)
        room = column - len(arrow) - len(value)
        shown = fit(f" {unit}" if len(unit) + 2 <= room else "", room)
        values += [(indent, ink.text), (value, ink.strong), (shown, ink.muted)]
    return [line(*names), line(*values)]

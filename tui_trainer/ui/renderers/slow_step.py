"""One step, slowly: guess, score, blame, nudge, and the same guess again, now less wrong."""

import math

from textual.strip import Strip

from tui_trainer.messages.events import Guessed, StepExplained
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar, block
from tui_trainer.ui.drawing.lines import BLANK, Part, fitting, line
from tui_trainer.ui.renderers.guess import LEAST, context, visible
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.pace import PARTS
from tui_trainer.view.text import fit, fullest

LABEL = 7  # cells of "guess  "
NAME = 13  # of a token
NUDGE = 3  # lines after the blame
ROOMY = 12  # lines, from which on a question has one of its own
FIXED = 2 + NUDGE  # besides the bars and the blame
CHANGE = 34  # cells of a weight before and after, where there is room for them beside the blame


def board(
    scene: Scene, guess: Guessed, step: StepExplained, width: int, height: int, part: int = len(PARTS)
) -> list[Strip]:
    """As many bars and blamed matrices as there is room for.

    Args:
        part: so many of the four parts are to be seen; the others leave their room empty.
    """
    texts = 1 + (bool(guess.asked) and height >= ROOMY)
    room = max(2, height - FIXED - texts + 1)
    blamed = max(1, min(len(step.blamed), room // 2))
    bars = max(1, min(5, room - blamed))
    ink = scene.ink
    accent = ink.accent(guess.stage, bold=True)
    told = context(scene, guess, width - LABEL, texts)
    leads = ("guess", *("",) * len(told))
    rows = [
        Strip.join([line((fit(lead, LABEL), accent)), row]) for lead, row in zip(leads, told, strict=False)
    ]
    rows += _guesses(scene, guess, step, width, bars, nudged=part >= 4)
    before = -math.log(max(guess.probability, LEAST))
    score = line(
        (fit("score", LABEL), accent),
        ("loss ", ink.muted),
        (numbers.figure(before, 3), ink.strong),
        (f" = -ln {numbers.finely(guess.probability)}, given to the truth", ink.muted),
    )
    rows.append(score if part >= 2 else BLANK)
    following = after(scene, guess, step, width, blamed + NUDGE)
    shown = len(following) if part >= 4 else blamed if part >= 3 else 0
    return [row.crop(0, width) for row in [*rows, *following[:shown]][:height]]


def after(
    scene: Scene, guess: Guessed, step: StepExplained, width: int, height: int, *, guessed: bool = True
) -> list[Strip]:
    """What follows a guess: blame, nudge, and the same again.

    Args:
        guessed: the guess is shown as well.
    """
    nudge = _nudge(scene, guess, step, width)
    nudge = nudge if guessed else nudge[:-1]
    blamed = max(1, min(len(step.blamed), height - len(nudge)))
    return [row.crop(0, width) for row in [*_blame(scene, guess, step, width, blamed), *nudge][:height]]


def _guesses(
    scene: Scene, guess: Guessed, step: StepExplained, width: int, count: int, *, nudged: bool
) -> list[Strip]:
    """The likeliest tokens, with the truth among them, before the nudge and, once it is made, after it."""
    ink = scene.ink
    shown = list(guess.top[:count])
    if guess.truth not in [token for token, _ in shown]:
        shown[-1:] = [(guess.truth, guess.probability)]
    after = {**dict(step.top_after), guess.truth: step.probability_after}
    room = max(4, width - LABEL - NAME - 26)
    rows = []
    for token, share in shown:
        mine = token == guess.truth
        style = ink.strong if mine else ink.text
        then = after.get(token) if nudged else None
        parts: list[Part] = [(" " * (LABEL - 2) + ("▸ " if mine else "  "), ink.strong)]
        parts += [(fit(visible(token), NAME), style)]
        parts += block(share, room, ink.strong if mine else ink.accent(guess.stage))
        parts.append((f" {numbers.finely(share):>7}", style))
        parts.append((f" → {numbers.finely(then):>7}" if then is not None else "", style))
        parts.append((" truth" if mine else "", ink.muted))
        rows.append(line(*parts))
    return rows


def _blame(scene: Scene, guess: Guessed, step: StepExplained, width: int, count: int) -> list[Strip]:
    """The matrices that made it most wrong; the bar is their part of the squared gradient."""
    ink = scene.ink
    changes = width >= 70 + CHANGE
    room = max(4, width - LABEL - 18 - 8 - 28 - (CHANGE if changes else 0))
    rows = []
    for index, part in enumerate(step.blamed[:count]):
        label = fit("blame" if not index else "", LABEL)
        parts: list[Part] = [(label, ink.accent(guess.stage, bold=True))]
        parts.append((fit(one_line(words.matrix(part.name)), 17) + " ", ink.text))
        parts += bar(part.share, room, ink.accent(guess.stage), ink.faint)
        parts.append((f" {numbers.percent(part.share):>6} ", ink.strong))
        at, most = f" {part.row},{part.column}", numbers.small(part.gradient)
        left = 28 if changes else width - sum(len(text) for text, _ in parts)
        parts.append((fit(fullest((f" most at{at}: {most}", f"{at}: {most}", at), left), left), ink.muted))
        if changes:
            parts.append((f"{part.before:+.5f} → {part.after:+.5f}", ink.text))
            parts.append((f" {numbers.small(part.after - part.before):>10}", ink.muted))
        rows.append(line(*parts))
    return rows


def _nudge(scene: Scene, guess: Guessed, step: StepExplained, width: int) -> list[Strip]:
    """The most blamed weight before and after, and what all nudges together did; no number is cut."""
    ink = scene.ink
    accent = ink.accent(guess.stage, bold=True)
    rows = []
    if step.blamed:
        cell = step.blamed[0]
        rows.append(
            fitting(
                [
                    [
                        (fit("nudge", LABEL), accent),
                        (f"{one_line(words.matrix(cell.name))} {cell.row},{cell.column}", ink.text),
                    ],
                    [(f"{cell.before:+.5f} → {cell.after:+.5f}", ink.strong)],
                    [(f"by {numbers.small(cell.after - cell.before)}", ink.muted)],
                ],
                width,
            )
        )
    change = step.loss_after - step.loss_before
    predicted = numbers.signed(step.loss_foreseen - step.loss_before, 3)
    losses = f"{numbers.figure(step.loss_before, 3)} → {numbers.figure(step.loss_after, 3)}"
    moved = f"  {numbers.signed(change, 3)}"
    head = "batch loss " if width >= 60 else "batch "
    rest = fullest((f"{moved}; predicted {predicted}", moved), width - LABEL - len(head + losses))
    rows.append(
        line((fit("again", LABEL), accent), (head, ink.muted), (losses, ink.strong), (rest, ink.muted))
    )
    after = -math.log(max(step.probability_after, LEAST))
    verdicts: tuple[str, ...] = ("  less wrong",)
    if guess.probability >= words.KNEW_ALREADY:
        verdicts = ("  right already: next to nothing to learn", "  right already")
    elif step.probability_after <= guess.probability:
        verdicts = ("  no less wrong this time", "  no less wrong")
    head = " " * LABEL + "this guess "
    losses = f"{numbers.figure(-math.log(max(guess.probability, LEAST)), 3)} → {numbers.figure(after, 3)}"
    said = fullest(verdicts, width - len(head + losses))
    rows.append(line((head, ink.muted), (losses, ink.strong), (said, ink.muted)))
    return rows

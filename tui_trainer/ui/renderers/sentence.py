"""A sentence that the person has typed: its loss, how the model would go on, and what a step changed."""

from textual.strip import Strip

from tui_trainer.ui.drawing.bars import block
from tui_trainer.ui.drawing.lines import BLANK, Part, line, link
from tui_trainer.ui.renderers import surprise
from tui_trainer.ui.renderers.guess import asks, visible
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.inspections import Saw
from tui_trainer.view.text import fit, fullest

NAME = 14  # cells of a token
MOST_BARS = 8


def board(scene: Scene, saw: Saw | None, width: int, height: int) -> list[Strip]:
    """The sentence, what would come next as bars, and its loss; each now and by the weights before."""
    ink = scene.ink
    looked = None if saw is None else saw.looked
    accent = ink.accent(scene.state.stage, bold=True)
    text = surprise.board(scene, scene.sentence, looked, width - 2, max(1, min(3, height - 6)))
    rows = [*text[:-1], *(Strip.join([last, line((asks(scene.sentence), accent))]) for last in text[-1:])]
    if saw is None or looked is None:
        said = "The model reads it at the next chance." if scene.trainer == "alive" else "No weights to ask."
        return [*rows, BLANK, line((said, ink.muted)), away(scene, width)][:height]
    before = scene.looks.before.get("sentence")
    before = before if before is not None and before.look == saw.look else None
    rows.append(BLANK)
    rows += _bars(scene, saw, before, width, max(1, min(MOST_BARS, height - len(rows) - 4)))
    rows += [_loss(scene, saw, before, width), surprise.scale(scene, looked, width)]
    return [*rows[: height - 1], away(scene, width)]


def away(scene: Scene, width: int) -> Strip:
    """How to be rid of the sentence."""
    ink = scene.ink
    key = f" {scene.key_of('sentence')} "
    said = fullest((" and an empty line put the sentence away", " then an empty line: away"), width - 4)
    return line((key, link(ink.key, "app.do('sentence')")), (said, ink.muted))


def _bars(scene: Scene, saw: Saw, before: Saw | None, width: int, count: int) -> list[Strip]:
    ink = scene.ink
    then = dict(before.looked.top) if before is not None else {}
    room = max(4, width - NAME - 10 - (18 if before is not None else 0))
    rows = []
    for token, share in saw.looked.top[:count]:
        parts: list[Part] = [(fit(visible(token), NAME), ink.text)]
        parts += block(share, room, ink.accent(scene.state.stage))
        parts.append((f" {numbers.percent(share):>7}", ink.strong))
        if before is not None:
            was = numbers.percent(then[token]) if token in then else "less"
            parts.append((f"  before {was:>7}", ink.muted))
        rows.append(line(*parts))
    return rows


def _loss(scene: Scene, saw: Saw, before: Saw | None, width: int) -> Strip:
    """The mean loss of the sentence's own tokens, and how a step or some changed it."""
    ink = scene.ink

    def mean(of: Saw) -> float:
        return sum(of.looked.losses) / max(1, len(of.looked.losses))

    parts: list[Part] = [("the sentence itself: loss ", ink.muted)]
    if before is None or before.looked.stage != saw.looked.stage:
        rest = fullest((" nats a token", " nats"), width - 32)
        return line(*parts, (numbers.figure(mean(saw), 3), ink.strong), (rest, ink.muted))
    change = mean(saw) - mean(before)
    steps = saw.looked.step - before.looked.step
    losses = f"{numbers.figure(mean(before), 3)} → {numbers.figure(mean(saw), 3)}"
    moved = f"  {numbers.signed(change, 3)}"
    over = (f"{moved} in {numbers.plural(steps, 'step')}", moved) if steps > 0 else ()
    for head in ("the sentence itself: loss ", "its loss "):
        left = width - len(head + losses)
        if left >= len(moved):
            break
    return line((head, ink.muted), (losses, ink.strong), (fullest(over, left), ink.muted))

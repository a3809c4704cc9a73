"""A text whose tokens are colored by the model's loss on each, and the scale that says so."""

from collections.abc import Iterator

from textual.strip import Strip

from tui_trainer.messages.inspection import Looked
from tui_trainer.sanitize import sanitize
from tui_trainer.ui.drawing.lines import Part, ends, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.text import wrap_to

# Nats, the lower ends of the levels 1 to 4: the token was given less than 50, 10, 1 and 0.1 %.
BOUNDS = (0.69, 2.3, 4.6, 6.9)
LABELS = ("<.7", "<2.3", "<4.6", "<6.9", "more")
Piece = tuple[str, int]  # text, level


def level(loss: float) -> int:
    """0 to 4 for a loss in nats; what is no number counts as the largest."""
    return sum(not loss < bound for bound in BOUNDS)


def pieces(text: str, looked: Looked | None) -> Iterator[Piece]:
    """The text in parts that are safe to draw, each with the level of the token that it is."""
    start = 0
    for end, loss in zip(looked.ends, looked.losses, strict=False) if looked is not None else ():
        if end > start:  # the others end within a character
            yield sanitize(text[start:end]), level(loss)
            start = end
    if start < len(text):
        yield sanitize(text[start:]), 0


def board(scene: Scene, text: str, looked: Looked | None, width: int, height: int) -> list[Strip]:
    """The text, wrapped, as much of it as fits; without a look it has the same lines and no colors."""
    ink = scene.ink
    safe, levels = "", bytearray()
    for piece, step in pieces(text, looked):
        safe += piece
        levels += bytes([step]) * len(piece)
    lead = len(safe) - len(safe.lstrip("\n"))
    safe, at = safe[lead:].rstrip(), 0
    levels = levels[lead:]
    rows = []
    for row in wrap_to(safe, width, height):
        shown = row.removesuffix("…") if row not in safe[at:] else row
        at = max(at, safe.find(shown, at))
        parts: list[Part] = []
        for character, step in zip(shown, levels[at : at + len(shown)], strict=False):
            if parts and parts[-1][1] is ink.surprise[step]:
                parts[-1] = (parts[-1][0] + character, parts[-1][1])
            else:
                parts.append((character, ink.surprise[step]))
        at += len(shown)
        rows.append(line(*parts, ("…" if shown != row else "", ink.muted)))
    return rows


def by(scene: Scene, looked: Looked) -> str:
    """Whose reading it is."""
    if looked.weights is not None:
        return f"the {looked.weights} weights"
    step = f"step {numbers.count(looked.step)}"
    same = looked.stage is None or looked.stage == scene.state.stage
    return step if same or looked.stage is None else f"{step} of {words.STAGE[looked.stage]}"


def scale(scene: Scene, looked: Looked | None, width: int) -> Strip:
    """The colors with their losses in nats a token; the mean, and by which weights the text was read."""
    ink = scene.ink
    if looked is None or not looked.losses:
        return line(("loss by token: no weights now", ink.muted))
    left: list[Part] = [("loss ", ink.muted)]
    for step, label in enumerate(LABELS):
        left.append((label, ink.surprise[step]))
        left.append((" ", ink.text))
    mean = numbers.figure(sum(looked.losses) / len(looked.losses))
    right: list[Part] = []
    used = sum(len(text) for text, _ in left)
    for more in ([("mean ", ink.muted), (mean, ink.strong)], [(f" by {by(scene, looked)}", ink.muted)]):
        if used + sum(len(text) for text, _ in [*right, *more]) < width:
            right += more
    return ends(line(*left), line(*right), width)

"""The same prompts as the model continues them now: from noise to sentences."""

from rich.cells import cell_len
from textual.strip import Strip

from tui_trainer.events import Sampled
from tui_trainer.ui import words
from tui_trainer.ui.drawing import numbers
from tui_trainer.ui.drawing.lines import BLANK, Part, line
from tui_trainer.ui.drawing.text import wrap_to
from tui_trainer.ui.sanitize import one_line
from tui_trainer.ui.scene import Scene

SHOWN = 4


def board(scene: Scene, sampled: Sampled, width: int, height: int) -> list[Strip]:
    """Prompt and continuation, told apart by their brightness and, for answers, by an arrow."""
    ink = scene.ink
    step = f"at step {numbers.count(sampled.step)} of {words.STAGE[sampled.stage]}"
    rows = [line(("what it writes ", ink.muted), (step, ink.text)), BLANK]
    shown = sampled.samples[:SHOWN]
    each = max(2, (height - 1) // max(1, len(shown)))
    for sample in shown:
        rows += _sample(scene, sampled, sample.prompt, sample.text, width, each - 1)
        rows.append(BLANK)
    return rows[:height]


def _sample(scene: Scene, sampled: Sampled, prompt: str, text: str, width: int, height: int) -> list[Strip]:
    ink = scene.ink
    # A continuation says itself whether it begins with a space or in the middle of a word.
    chat = sampled.stage != "pretrain"
    prompt, text = one_line(prompt), one_line(text).rstrip() or " (nothing)"
    text, between = (text.strip(), " → ") if chat else (text, "")
    left = cell_len(prompt)
    rows = []
    for index, row in enumerate(wrap_to(prompt + between + text, width - 2, height)):
        head = row[:left]
        left = max(0, left - len(row) - 1)
        bullet: Part = ("▸ " if not index else "  ", ink.accent(sampled.stage))
        rows.append(line(bullet, (head, ink.muted), (row[len(head) :], ink.strong)))
    return rows

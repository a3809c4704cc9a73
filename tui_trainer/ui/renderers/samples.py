"""The same prompts as the model continues them now: from noise to sentences."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from tui_trainer.messages.events import Sample, Sampled, StageName
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, Part, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.text import fullest, wrap_to

SHOWN = 4
LINES = 2  # of each at least: a prompt may take all of one


def board(scene: Scene, sampled: Sampled, width: int, height: int) -> list[Strip]:
    """Prompt and continuation, told apart by their brightness and, for answers, by an arrow."""
    ink = scene.ink
    step = f"at step {numbers.count(sampled.step)} of {words.STAGE[sampled.stage]}"
    key = meaning([sample.right for sample in sampled.samples], by_base(sampled.stage, sampled.step))
    room = height - 2
    shown = sampled.samples[: max(1, min(SHOWN, room // LINES))]
    head = "what it writes "
    signs = words.of_no_letters(*(sample.text for sample in shown))
    key += fullest((f"  {said}" for said in signs), width - cell_len(head + step + key))
    rows = [
        line((head, ink.muted), (step, ink.text), (key, ink.muted)),
        line((fullest(half_trained(scene, sampled), width), ink.muted)),
    ]
    each = (room + 1) // max(1, len(shown))
    apart = [BLANK] if each > LINES else []
    for sample in shown:
        rows += [*_sample(scene, sampled, sample, width, max(LINES, each - len(apart))), *apart]
    return rows[:height]


def half_trained(scene: Scene, sampled: Sampled) -> tuple[str, ...]:
    """What is to be expected of texts from the middle of a stage, in full and in short; "" at its end."""
    steps = scene.state.stages[sampled.stage].steps
    if sampled.stage not in ("pretrain", "finetune") or sampled.step >= steps:
        return ("",)
    until = f"until step {numbers.count(steps)}"
    if sampled.stage == "pretrain":
        return (
            f"It learns {until}: odd and false texts are to be expected.",
            f"Odd texts are usual {until}.",
        )
    if not sampled.step:
        return ("It has not learned to answer yet: it only goes on with the question.", "No answers yet.")
    return (
        f"It is half-trained {until}: odd and false answers are to be expected.",
        f"Half-trained {until}: odd answers are usual.",
    )


def by_base(stage: StageName, step: int) -> bool:
    """Whether it is the base model that wrote: it goes on with a question, and answers none."""
    return stage == "finetune" and not step


def meaning(right: Sequence[bool | None], base: bool = False) -> str:
    """What the marks of some answers mean; "" where there are none."""
    if base:
        return "  ○ holds the fact" if any(right) else ""
    return "" if all(one is None for one in right) else "  ✓ right  ✗ wrong"


def marked(scene: Scene, right: bool | None, base: bool = False) -> Part:
    """Two cells: whether an answer is right, where that is known; of what the base model wrote, which is no
    answer, whether it holds what is right."""
    ink = scene.ink
    if base:
        return ("○ ", ink.muted) if right else ("", ink.text)
    return ("", ink.text) if right is None else ("✓ ", ink.good) if right else ("✗ ", ink.bad)


def _sample(scene: Scene, sampled: Sampled, sample: Sample, width: int, height: int) -> list[Strip]:
    ink = scene.ink
    # A continuation says itself whether it begins with a space or in the middle of a word.
    chat = sampled.stage != "pretrain"
    prompt, text = one_line(sample.prompt), one_line(sample.text).rstrip() or " (nothing)"
    text, between = (text.strip(), " → ") if chat else (text, "")
    left = cell_len(prompt)
    rows = []
    for index, row in enumerate(wrap_to(prompt + between + text, width - 2, height)):
        head = row[:left]
        left = max(0, left - len(row) - 1)
        bullet: Part = ("▸ " if not index else "  ", ink.accent(sampled.stage))
        mark = marked(scene, sample.right, by_base(sampled.stage, sampled.step))
        if not index and mark[0]:
            bullet = mark
        rows.append(line(bullet, (head, ink.muted), (row[len(head) :], ink.strong)))
    return rows

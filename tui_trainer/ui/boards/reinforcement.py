"""Reinforcement in figures, and what came of it: the same prompts before and after."""

from textual.strip import Strip

from tui_trainer.ui.drawing import numbers
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, line
from tui_trainer.ui.drawing.text import fit, wrap_to
from tui_trainer.ui.sanitize import one_line, sanitize
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.state import State


def figures(scene: Scene, width: int, height: int) -> list[Strip]:
    """The latest step: reward, the rater's own score, distance, length, entropy, facts."""
    state, ink = scene.state, scene.ink
    step = state.reinforced
    if step is None:
        return []
    total = int(state.setting("feedback.steps") or step.step)
    leash = state.setting("feedback.kl")
    rows = [
        line(
            (f"step {step.step} of {total} ", ink.text),
            *bar(step.step / max(1, total), max(4, min(20, width - 20)), ink.accent("feedback"), ink.faint),
        ),
        _row(scene, "reward", numbers.signed(step.reward, 2), "what the reward model gives", width),
    ]
    if step.gold is not None:
        rows.append(_row(scene, "gold", numbers.signed(step.gold, 2), "what the rater really thinks", width))
    rows.append(
        _row(
            scene,
            "KL",
            f"{step.kl:.2f}",
            f"nats from the tuned model; leash {leash:g}"
            if leash is not None
            else "nats from the tuned model",
            width,
        )
    )
    rows.append(
        _row(scene, "length", f"{step.length:.1f}", "tokens an answer" + _was(state, "length"), width)
    )
    rows.append(_row(scene, "entropy", f"{step.entropy:.2f}", "nats a token: how varied it still is", width))
    if state.facts is not None:
        rows.append(_row(scene, "facts", numbers.percent(state.facts), "of the probe still known", width))
    notes = []
    if step.skipped_groups:
        notes.append(f"{numbers.plural(step.skipped_groups, 'prompt')} taught nothing")
    if step.truncated:
        notes.append(f"{numbers.plural(step.truncated, 'answer')} did not end")
    if notes:
        rows.append(line(("; ".join(notes), ink.muted)))
    return rows[:height]


def _row(scene: Scene, name: str, value: str, meaning: str, width: int) -> Strip:
    ink = scene.ink
    parts: list[Part] = [(fit(name, 9), ink.text), (f"{value:>7}", ink.strong)]
    return line(*parts, ("  " + fit(meaning, max(0, width - 18)), ink.muted))


def _was(state: State, metric: str) -> str:
    series = state.curve("feedback", metric)
    first = next((value for value in series.final if value == value), None) if series is not None else None
    return f"; {first:.1f} at first" if first is not None else ""


def examples(scene: Scene, first: int, width: int, height: int) -> list[Strip]:
    """Prompts as the tuned and as the aligned model answer them, from example `first` on."""
    state, ink = scene.state, scene.ink
    rows: list[Strip] = []
    shown = list(state.examples)
    for example in shown[first:] + shown[:first]:
        block = [line((row, ink.strong)) for row in wrap_to(f"“{one_line(example.prompt)}”", width, 2)]
        block += _answer("before", example.before, width, ink.muted)
        block += _answer("after", example.after, width, ink.text)
        if rows and len(rows) + len(block) > height:
            break
        rows += [*block, BLANK]
    return rows[:height]


def _answer(label: str, text: str, width: int, style: object) -> list[Strip]:
    from rich.style import Style

    assert isinstance(style, Style)
    body = wrap_to(sanitize(text).strip() or "(it said nothing)", width - 8, 3)
    return [line((fit(label if not index else "", 8), style), (row, style)) for index, row in enumerate(body)]

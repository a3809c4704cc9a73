"""What the cursor on the loss plot reads: every curve's value at one step."""

from textual.strip import Strip

from tui_trainer.ui.drawing.lines import Part, fitting, line
from tui_trainer.ui.renderers.axes import Span
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words

READ = (
    ("loss", "loss"),
    ("validation", "unseen"),
    ("bits", "bits/byte"),
    ("lr", "rate"),
    ("gradient", "grad"),
)


def readings(scene: Scene, spans: list[Span], cursor: int, width: int) -> list[Strip]:
    """Two lines: where the cursor is, and the values there, as many as fit."""
    ink = scene.ink
    found = next((span for span in spans if span[1] <= cursor <= span[2]), None)
    if found is None:
        return [line(("the cursor is outside of what is shown", ink.muted))]
    stage, first, _ = found
    step = cursor - first
    state = scene.state
    where: list[list[Part]] = [
        [("│ ", ink.strong), (f"step {numbers.count(step)} of {words.STAGE[stage]}", ink.text)]
    ]
    for metric, name in (("tokens", "tokens"), ("flops", "FLOPs")):
        series = state.curve(stage, metric)
        if series is not None and step < series.end:
            where.append([(f"{numbers.short(series.between(step))} {name}", ink.muted)])
    values: list[Part] = []
    for metric, name in READ:
        series = state.curve(stage, metric)
        value = None if series is None or step >= series.end else series.at(step)
        if value is None:
            continue
        part = [(f"{name} ", ink.muted), (f"{numbers.small(value)}  ", ink.strong)]
        if sum(len(text) for text, _ in (*values, *part)) <= width:
            values += part
    if not values:
        values = [("nothing has been measured here yet", ink.muted)]
    return [fitting(where, width), line(*values)]

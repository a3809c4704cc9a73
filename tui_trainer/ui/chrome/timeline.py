"""The timeline, which takes the place of the figures under the rail while one looks back."""

from rich.cells import cell_len
from textual.strip import Strip

from tui_trainer.ui.drawing.lines import Part, ends, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.moments import Moment

WHAT = {
    "corpus": "the text is ready",
    "evaluation": "step {step} of {stage}",
    "pick": "pick {step}",
    "reinforcement": "reinforcement step {step}",
    "frozen": "weights of {stage} frozen",
}


def said(moment: Moment) -> str:
    """A moment in words."""
    return WHAT[moment.what].format(step=numbers.count(moment.step), stage=words.STAGE[moment.stage])


def timeline(scene: Scene, width: int) -> Strip:
    """All moments on a line in the colors of their stages, and where one is."""
    ink = scene.ink
    moments = scene.now.moments.kept
    at = scene.past_at or 0
    here = moments[at]
    left: list[Part] = [(" ‹ past ", ink.key), (" ", ink.text)]
    right: list[Part] = [(f" {said(here)}", ink.strong), (f"  {at + 1} of {len(moments)} ", ink.muted)]
    room = width - sum(cell_len(text) for text, _ in (*left, *right))
    cells = min(room, max(1, len(moments)))
    if cells < 8:
        return ends(line(*left), line(*right), width)
    track: list[Part] = []
    mark = at * cells // len(moments)
    for cell in range(cells):
        moment = moments[cell * len(moments) // cells]
        before = moments[max(0, (cell - 1) * len(moments) // cells)]
        sign = "●" if cell == mark else "│" if cell and before.stage != moment.stage else "─"
        style = ink.strong if cell == mark else ink.accent(moment.stage)
        track.append((sign, style))
    return ends(line(*left, *track), line(*right), width)

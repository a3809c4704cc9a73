"""While the data is gathered the filters are the rater: what each threw out, with an example and why."""

from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.review import TOLD_ONLY
from tui_trainer.view.text import cut, fit, wrap

NAME = 14


def board(scene: Scene, width: int, height: int) -> list[Strip]:
    """Two lines a filter or more, in the order in which they judge; of more than there is room for the last
    ones, whole."""
    ink = scene.ink
    head = [line(("The rater now is a row of filters: a text must pass all.", ink.muted)), BLANK]
    told: list[list[Strip]] = []
    for applied in scene.state.filters.values():
        name = words.FILTER.get(applied.filter, one_line(applied.filter))
        share = applied.dropped / applied.documents_in if applied.documents_in else 0.0
        quoted = applied.filter not in TOLD_ONLY
        example = cut(one_line(applied.example[:200]), max(0, width - NAME - 12))
        said = f"“{example}”" if example else ""
        if applied.dropped and not quoted:
            said = "counted, and not quoted here"
        rows = [
            line(
                ("✗ " if applied.dropped else "  ", ink.warn),
                (fit(name, NAME), ink.strong),
                (f"{numbers.percent(share):>6}  ", ink.warn),
                (said, ink.text),
            )
        ]
        if applied.reason and quoted:
            reason = wrap(one_line(applied.reason[:200]), max(1, width - NAME - 10))
            rows += [line((" " * (NAME + 10) + row, ink.muted)) for row in reason]
        told.append(rows)
    if len(head) + sum(map(len, told)) > height:
        head = head[:1]
    while len(told) > 1 and len(head) + sum(map(len, told)) > height:
        del told[0]
    return [*head, *(row for rows in told for row in rows)][:height]

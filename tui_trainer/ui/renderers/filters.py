"""What the filters threw out and why, and how much they find of what they should."""

from collections.abc import Mapping

from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import Part, beside, element, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.text import fit, wrap

NAMED = 22  # cells of a filter with its count
ROOM_FOR_REASON = 24  # cells of its reason beside them


def board(scene: Scene, dropped_by: Mapping[str, int], width: int, columns: int, height: int) -> list[Strip]:
    """What each filter threw out; and why, for example, where there is room for all reasons, whole.

    Args:
        dropped_by: how many documents each has thrown out.
        columns: 1, with reasons; or 2.
    """
    state, ink = scene.state, scene.ink
    column = width // columns - (1 if columns > 1 else 0)
    applied_ = list(state.filters.values())
    # Beside the count, each in as many lines as it takes; where that is narrow, below it.
    below = column - NAMED < ROOM_FOR_REASON
    indent = 2 if below else NAMED
    reasons = [wrap(one_line(applied.reason[:80]), column - indent) for applied in applied_]
    told = sum(below + len(rows) for rows in reasons) <= height
    cells = []
    for number, (applied, rows) in enumerate(zip(applied_, reasons, strict=True)):
        named = element(ink.text, 1, "filter", number)
        name = words.FILTER.get(applied.filter, one_line(applied.filter))
        count = dropped_by.get(applied.filter, 0)
        dropped = f"-{numbers.count(count)}" if count else "0"
        style = ink.warn if count else ink.muted
        if columns == 1:
            first = rows[0] if told and not below else ""
            cells.append(line((fit(name, 14), named), (f"{dropped:>6}  ", style), (first, ink.muted)))
            more = rows[not below :] if told else []
            cells += [line((" " * indent + row, ink.muted)) for row in more]
        else:
            name = words.FILTER_SHORT.get(applied.filter, name)
            cells.append(line((fit(name, column - 5), named), (f"{dropped:>5}", style)))
    if columns == 1:
        return [*cells, *caught(scene, width)[: max(0, height - len(cells))]]
    half = -(-len(cells) // 2)
    return beside([(cells[:half], column), (cells[half:], column)], half, line(("  ", ink.text)))


def caught(scene: Scene, width: int) -> list[Strip]:
    """How much of the planted spam and harm is found, and of other kinds."""
    measured, ink = scene.state.measured, scene.ink
    rows = []
    for name, kind, said, brief in (
        ("spam", "public", "public SMS", "SMS"),
        ("harmful", "unplanted", "other kinds", "others"),
    ):
        planted = measured.get(f"corpus/{name}/recall")
        other = measured.get(f"corpus/{name}/recall_{kind}")
        if other is None:
            continue
        for head, of in (
            (" found: ", said),
            (": ", said),
            (": ", brief),
        ):  # what does not fit is left out
            parts: list[Part] = [(f"{words.FILTER[name]}{head}", ink.muted)]
            if planted is not None:
                shown = (numbers.figure(planted.value), ink.strong)
                parts += [("planted ", ink.muted), shown, (", ", ink.muted)]
            row = line(*parts, (f"{of} ", ink.muted), (numbers.figure(other.value), ink.strong))
            if row.cell_length <= width:
                rows.append(row)
                break
    return rows

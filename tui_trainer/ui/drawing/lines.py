"""A line of the screen as a `Strip`, and ways to put lines together."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.view.text import wrap, wrap_to

Part = tuple[str, Style]
BLANK = Strip([])


def line(*parts: Part) -> Strip:
    """A line of styled parts.

    Foreign text has been sanitized where it came in; what is still unprintable here is caught all the same,
    so that no drawing code can let an escape sequence through by forgetting.
    """
    return Strip(
        [Segment(text if text.isprintable() else one_line(text), style) for text, style in parts if text]
    )


def paragraph(text: str, style: Style, width: int, height: int | None = None) -> list[Strip]:
    """Wrapped text, in at most `height` lines."""
    rows = wrap(text, width) if height is None else wrap_to(text, width, height)
    return [line((row, style)) for row in rows]


def link(style: Style, action: str) -> Style:
    """The style, clickable: runs an action of the app."""
    return style + Style(meta={"@click": action})


def element(style: Style, pane: int, kind: str, number: int) -> Style:
    """The style of an element of a pane that can be clicked, or jumped to."""
    return link(style, f"app.element({pane}, '{kind}', {number})")


def ends(left: Strip, right: Strip, width: int) -> Strip:
    """One line with something at both ends; the left end gives way, with an ellipsis."""
    room = width - right.cell_length
    if room - 1 < left.cell_length:
        style = next((segment.style for segment in left if segment.style is not None), None)
        left = Strip.join([left.crop(0, max(0, room - 2)), Strip([Segment("…"[: room - 1], style)])])
    if room <= 0:
        return right.crop(0, width)
    return Strip.join([left.adjust_cell_length(room), right])


def fitting(groups: Sequence[Sequence[Part]], width: int) -> Strip:
    """A line of as many of the groups as fit whole, two cells apart; the first ones have the right of way."""
    shown: list[Part] = []
    used = 0
    for group in groups:
        needed = sum(cell_len(text) for text, _ in group) + (2 if shown else 0)
        if not group or used + needed > width:
            continue
        shown += [("  ", _between(group)), *group] if shown else group
        used += needed
    return line(*shown)


def _between(group: Sequence[Part]) -> Style:
    """The style of the space before a group: its own, but without the ground that a key stands on."""
    style = group[0][1]
    return Style() if style.bgcolor is not None or style.reverse else style


def flowing(groups: Sequence[Sequence[Part]], width: int, gap: int = 2) -> list[Strip]:
    """Lines of the groups in order, as many in each as fit whole, `gap` cells apart."""
    rows: list[list[Part]] = []
    used = width
    for group in groups:
        needed = sum(cell_len(text) for text, _ in group)
        if used + gap + needed > width:
            rows.append([*group])
            used = needed
        else:
            rows[-1] += [(" " * gap, _between(group)), *group]
            used += gap + needed
    return [line(*row) for row in rows]


def beside(blocks: Sequence[tuple[Sequence[Strip], int]], height: int, gap: Strip) -> list[Strip]:
    """Blocks of (lines, width) side by side, `gap` between them."""
    rows = []
    for y in range(height):
        row: list[Strip] = []
        for index, (block, width) in enumerate(blocks):
            if index:
                row.append(gap)
            row.append((block[y] if y < len(block) else BLANK).adjust_cell_length(width))
        rows.append(Strip.join(row))
    return rows


def filled(lines: Sequence[Strip], height: int) -> list[Strip]:
    """Exactly `height` lines."""
    return [*lines[:height], *([BLANK] * (height - len(lines)))]


def centered(lines: Sequence[Strip], width: int, height: int) -> list[Strip]:
    """A block in the middle, as left-aligned as it came."""
    widest = max((strip.cell_length for strip in lines), default=0)
    indent = Strip([Segment(" " * max(0, (width - widest) // 2))])
    top = max(0, (height - len(lines)) // 2)
    return filled([*([BLANK] * top), *(Strip.join([indent, strip]) for strip in lines)], height)

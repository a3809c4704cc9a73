"""Bars of line characters: filled and empty differ in shape, not only in color."""

from collections.abc import Sequence

from rich.style import Style

from tui_trainer.ui.drawing.lines import Part

FULL, HALF, EMPTY = "━", "╸", "─"
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_UPRIGHT = "▁▂▃▄▅▆▇█"


def bar(share: float, width: int, style: Style, track: Style) -> list[Part]:
    """A bar of `width` cells, filled to `share` (0 to 1) by half cells."""
    share = min(1.0, max(0.0, share)) if share == share else 0.0
    halves = round(share * width * 2)
    if share > 0 and not halves:
        halves = 1
    whole, half = divmod(halves, 2)
    filled = FULL * whole + HALF * half
    return [(filled, style), (EMPTY * (width - len(filled)), track)]


def block(share: float, width: int, style: Style) -> list[Part]:
    """A solid bar without a track, by eighths of a cell, padded to `width`."""
    share = min(1.0, max(0.0, share)) if share == share else 0.0
    eighths = round(share * width * 8)
    if share > 0 and not eighths:
        eighths = 1
    whole, rest = divmod(eighths, 8)
    filled = "█" * whole + (_EIGHTHS[rest] if rest else "")
    return [(filled, style), (" " * (width - len(filled)), style)]


def heights(values: Sequence[float], width: int) -> str:
    """Values as columns of at most `width` cells, the largest eight eighths high; the last value is shown."""
    count = min(width, len(values))
    shown = [values[round(i * (len(values) - 1) / max(1, count - 1))] for i in range(count)]
    largest = max(shown, default=0.0)
    return "".join(
        _UPRIGHT[max(0, min(7, round(8 * v / largest) - 1))] if largest > 0 else " " for v in shown
    )


def signed(value: float, spread: float, largest: float, width: int, style: Style, track: Style) -> list[Part]:
    """A bar from the middle, left for less than nothing, with its uncertainty as a thin line.

    Args:
        spread: half the length of the uncertainty, in the unit of `value`.
        largest: the value that reaches the edge.
    """
    half = max(1, width // 2)
    largest = largest or 1.0

    def cell(x: float) -> int:
        return max(-half, min(half, round(x / largest * half)))

    low, high = cell(value - spread), cell(value + spread)
    end = cell(value)
    parts: list[Part] = []
    for x in range(-half, half + 1):
        if x == 0:
            parts.append(("┃" if low <= 0 <= high else "│", track))
        elif min(0, end) <= x <= max(0, end):
            parts.append((FULL, style))
        elif low <= x <= high:
            parts.append(("╌", style))
        else:
            parts.append((" ", track))
    return parts

"""The reward model in words: what it believes the rater likes, how sure it is, how often it was right."""

from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import signed
from tui_trainer.ui.drawing.lines import BLANK, beside, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers
from tui_trainer.view.text import fit

LENGTH = "length"


def length(scene: Scene, width: int) -> list[Strip]:
    """The weight of length, apart from the others: most of what a reward model likes is often only that."""
    state, ink = scene.state, scene.ink
    if state.fitted is None or LENGTH not in state.fitted.features:
        return []
    mean, spread = state.fitted.features[LENGTH]
    largest = max((abs(m) + s for m, s in state.fitted.features.values()), default=1.0)
    sure = abs(mean) > 2 * spread
    said = "longer is better" if mean > 0 else "shorter is better"
    row = [
        (fit("length", 15), ink.text),
        *signed(mean, spread, largest, max(5, width // 2 - 24), ink.text, ink.faint),
    ]
    row.append((numbers.signed(mean).rjust(6), ink.strong))
    row.append((f"  {said}" if sure else "  not sure yet which way", ink.muted))
    return [line(("length apart", ink.strong)), line(*row)]


def weights(scene: Scene, width: int, height: int, without: str = "") -> list[Strip]:
    """The features by weight, the surest first; a dotted tail is what is not sure yet."""
    state, ink = scene.state, scene.ink
    if height <= 1:
        return []
    who = "the rater likes" if state.picks and state.picks[-1].picked.simulated else "you like"
    if state.fitted is None:
        return [
            line((f"the reward model does not know yet what {who}", ink.muted)),
            *([BLANK] * (height - 1)),
        ]
    features = sorted(
        ((name, found) for name, found in state.fitted.features.items() if name != without),
        key=lambda item: (-abs(item[1][0]) / (item[1][1] or 1e-9), item[0]),
    )
    largest = max((abs(mean) + spread for mean, spread in state.fitted.features.values()), default=1.0)
    columns = 2 if width >= 56 and height - 1 < len(features) else 1
    column = (width - (2 if columns == 2 else 0)) // columns
    cells = []
    for name, (mean, spread) in features[: (height - 1) * columns]:
        sure = abs(mean) > 2 * spread
        style = ink.accent("feedback") if sure else ink.muted
        label = fit(one_line(name), min(15, column // 2))
        parts = [(label, ink.text if sure else ink.muted)]
        parts += signed(mean, spread, largest, max(5, column - len(label) - 8), style, ink.faint)
        parts.append((numbers.signed(mean).rjust(6), ink.strong if sure else ink.muted))
        cells.append(line(*parts))
    head = line((f"the reward model believes that {who}", ink.muted))
    if columns == 1:
        return [head, *cells]
    half = -(-len(cells) // 2)
    return [head, *beside([(cells[:half], column), (cells[half:], column)], half, line(("  ", ink.text)))]

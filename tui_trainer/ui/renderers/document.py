"""One document in the reader: where it is from and what became of it; and the ones that come next."""

from collections.abc import Sequence

from textual.strip import Strip

from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, ends, line, paragraph
from tui_trainer.ui.run_files.documents import ShownDocument
from tui_trainer.ui.scene import Scene
from tui_trainer.view import words
from tui_trainer.view.text import cut, fit, fullest


def head(scene: Scene, document: ShownDocument, place: Sequence[str], width: int, height: int) -> list[Strip]:
    """Its source, its place among the others and its verdict; where there is room, with the reason.

    Args:
        place: from its fullest form to its shortest.
    """
    ink = scene.ink
    source, verdict = f"{one_line(document.source)[:14]} ", _verdict(scene, document, width)
    said = fullest(place, width - len(source) - verdict.cell_length - 1) or place[-1]
    rows = [ends(line((source, ink.accent("data")), (said, ink.muted)), verdict, width)]
    if document.reason and height > 5:
        rows += paragraph(words.reason(document.reason), ink.warn, width, 3)
    return rows


def _verdict(scene: Scene, document: ShownDocument, width: int) -> Strip:
    ink = scene.ink
    if document.dropped_by is None:
        return line(("✓ kept", ink.good))
    name = words.FILTER.get(document.dropped_by, one_line(document.dropped_by))
    return line((cut(f"✗ {name}", width // 2), ink.warn))


def following(scene: Scene, documents: Sequence[ShownDocument], width: int) -> list[Strip]:
    """The documents that come next, each by its beginning."""
    ink = scene.ink
    rows = [BLANK, line(("the next documents", ink.muted))]
    for document in documents:
        sign = ("✓ ", ink.good) if document.dropped_by is None else ("✗ ", ink.warn)
        source = fit(one_line(document.source)[:8], 9)
        text = cut(one_line(" ".join(document.text[: 4 * width].split())), width - 11)
        rows.append(line(sign, (source, ink.accent("data")), (text, ink.muted)))
    return rows

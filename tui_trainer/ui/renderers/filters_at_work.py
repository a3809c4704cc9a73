"""The filters at work: a few documents on their way through them, slowly, then all documents at once."""

from collections.abc import Mapping, Sequence

from rich.style import Style
from textual.strip import Strip

from tui_trainer.sanitize import one_line, several_lines
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, ends, filled, fitting, line, paragraph
from tui_trainer.ui.run_files.documents import Documents, ShownDocument
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, review, words
from tui_trainer.view.review import Frame
from tui_trainer.view.text import fullest

STRUCK = Style(strike=True)


class FiltersAtWork:
    """What is shown of it, and since when."""

    def __init__(self) -> None:
        self.since: float | None = None
        self._begun = False
        self._documents: Documents | None = None
        self._numbers: list[int] = []  # of the documents that are shown slowly
        self._seconds: list[float] = []  # for each of them

    def open(self, documents: Documents) -> None:
        """Take in the documents."""
        dropped = [n for name, n in documents.first_dropped.items() if name not in review.TOLD_ONLY]
        self._documents = documents
        self._numbers = review.chosen(documents.first_kept, dropped)
        shown = [documents.read(number) for number in self._numbers]
        self._seconds = [review.seconds_for(d.text, d.reason) if d else 0.0 for d in shown]

    @property
    def waits(self) -> bool:
        """Whether it could be shown, and has not been."""
        return bool(self._numbers) and not self._begun

    def begin(self, now: float) -> None:
        """Show it, unless it has been shown."""
        if self.waits:
            self.since, self._begun = now, True

    def turn(self, now: float) -> None:
        """Show it from the beginning; while it is shown, stop."""
        self.since = now if self.frame(now) is None and self._numbers else None

    def frame(self, now: float) -> Frame | None:
        """What is to be seen of it."""
        return None if self.since is None else review.frame_at(now - self.since, self._seconds)

    def tally(self, now: float) -> Mapping[str | None, int] | None:
        """How many documents each filter has thrown out by now; None: not all of them are being shown."""
        frame = self.frame(now)
        if frame is None or frame.kind != "flood" or self._documents is None:
            return None
        return self._documents.tally(self._at(frame))

    def _at(self, frame: Frame) -> int:
        return int(len(self._documents or ()) * frame.share)

    def board(self, scene: Scene, width: int, height: int) -> list[Strip] | None:
        """In the reader's place; None: it is not shown."""
        frame, documents = self.frame(scene.clock()), self._documents
        if frame is None or documents is None:
            return None
        if frame.kind == "flood":
            at = self._at(frame)
            return flood(scene, at, len(documents), documents.tally(at).get(None, 0), width, height)
        shown = documents.read(self._numbers[frame.number])
        if shown is None:
            return []
        of, filters = len(self._numbers), list(scene.state.filters)
        return document(scene, shown, frame, of, filters, width, height)


def document(
    scene: Scene, shown: ShownDocument, frame: Frame, of: int, filters: Sequence[str], width: int, height: int
) -> list[Strip]:
    """The document, with a sign for each filter that it has met so far.

    Args:
        of: how many are shown slowly.
        filters: in the order in which they judge.
    """
    ink = scene.ink
    out = shown.dropped_by if frame.judged else None
    stops = filters.index(shown.dropped_by) if shown.dropped_by in filters else len(filters)
    met = min(frame.passed(len(filters)), stops)
    names = [[("✓ ", ink.good), (words.FILTER_SHORT.get(name, name), ink.muted)] for name in filters[:met]]
    if out is not None and stops < len(filters):
        names.append([("✗ ", ink.bad), (words.FILTER_SHORT.get(out, one_line(out)), ink.warn)])
    verdict: Part = ("… ", ink.muted)
    if frame.judged:
        verdict = ("✗ struck out", ink.bad) if out is not None else ("✓ kept", ink.good)
    source, number = f"{one_line(shown.source)[:14]} ", f"{frame.number + 1} of {of}"
    room = width - len(source) - len(verdict[0]) - 1
    place = fullest((f"document {number}, slowly", f"document {number}", number), room)
    head = ends(line((source, ink.accent("data")), (place, ink.muted)), line(verdict), width)
    rows = [head, *_signs(names, width)]
    if out is not None and shown.reason:
        rows += paragraph(one_line(shown.reason), ink.warn, width, max(2, height // 3))
    style = ink.muted + STRUCK if out is not None else ink.text
    return [*rows, *paragraph(several_lines(shown.text[: width * height]), style, width, height - len(rows))]


def _signs(names: Sequence[Sequence[Part]], width: int) -> list[Strip]:
    """As many lines as it takes."""
    rows: list[Strip] = []
    group: list[Sequence[Part]] = []
    used = 0
    for name in names:
        cells = sum(len(text) for text, _ in name) + 2
        if group and used + cells > width:
            rows.append(fitting(group, width))
            group, used = [], 0
        group.append(name)
        used += cells
    return [*rows, fitting(group, width)] if group else [*rows, BLANK]


def flood(scene: Scene, at: int, of: int, kept: int, width: int, height: int) -> list[Strip]:
    """How far they are through all of the documents."""
    ink = scene.ink
    told = [
        applied
        for name, applied in scene.state.filters.items()
        if name in review.TOLD_ONLY and applied.dropped
    ]
    rows = [
        line(("now all of them", ink.text)),
        line(*bar(at / max(1, of), width, ink.accent("data"), ink.faint)),
        line(
            (numbers.count(at), ink.strong),
            (f" of {numbers.count(of)} documents, ", ink.muted),
            (numbers.count(kept), ink.strong),
            (" kept", ink.muted),
        ),
    ]
    if told and height > len(rows) + 3:
        count = numbers.count(told[0].dropped)
        said = (
            f"{count} of them are harmful. They are counted here, and shown only if asked for (f): of real "
            "text, it is people who have to read such things, so that filters can learn to find them.",
            f"{count} are harmful: counted here, shown only if asked for (f).",
        )
        rows += [BLANK, *paragraph(fullest(said, width * (height - len(rows) - 1)), ink.muted, width)]
    return filled(rows, height)

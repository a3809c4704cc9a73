"""The dataset pane: what was read, what was thrown out and why, and the documents themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from textual import work
from textual.message import Message
from textual.strip import Strip

from tui_trainer.messages.inspection import Look
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import Context, action
from tui_trainer.ui.drawing.lines import BLANK, beside, filled, line, paragraph
from tui_trainer.ui.panes.pane import Pane, empty
from tui_trainer.ui.renderers import cooling, document, filters, sources, surprise
from tui_trainer.ui.renderers.filters_at_work import FiltersAtWork
from tui_trainer.ui.run_files.documents import Documents, ShownDocument, Wanted
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.view import numbers
from tui_trainer.view.inspections import Purpose, Trace, Wish, mean_loss
from tui_trainer.view.text import cut

WEIGHT_STEP = 0.5
WIDE = 70  # from here on the reader stands beside the figures
SHOWN_CHARACTERS = 6_000  # of one document
MORE_CHARACTERS = 40  # read beyond what fits
FOLLOWED = 1_200  # characters of a document that are read at every size of the screen
ROOM_FOR_READER = 5  # lines
LEAST_FOLLOWING = 4  # lines, from which on some are given to the next documents
ROOM_FOR_SCALE = 4  # lines of text, from which on one is given to the scale


def _after(chosen: str | None, names: Sequence[str | None]) -> str | None:
    """The next of the names; None, for all, after the last."""
    at = list(names).index(chosen) + 1 if chosen in names else 0
    return names[at] if at < len(names) else None


def weighable(scene: Scene) -> bool:
    """Whether the mixture will still be read."""
    early = scene.now.stage in (None, "data", "pretrain")
    return scene.steers and scene.past is None and early and bool(scene.now.mixture)


class DatasetPane(Pane):
    """Sources and filters as figures, and a reader of documents with their verdicts."""

    number = 1
    context: ClassVar[Context] = "dataset"
    topics = ("data", "run")

    documents: Documents | None = None
    at = 0
    wanted = Wanted()
    _sought = Wanted()  # what was asked for last; it may not be known yet which those are
    chosen = 0  # the row of the source whose weight keys change
    _document: tuple[int, ShownDocument | None] = (-1, None)
    _text = ""  # the part of the document that is shown, or a little more

    @dataclass
    class Weighed(Message):
        """A person gives a source another weight."""

        source: str
        weight: float

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.trace = Trace()
        self.at_work = FiltersAtWork()
        self.opened = False  # it is known where the documents are

    def on_focus(self) -> None:
        self.redraw()  # what is chosen is marked while one is here

    def seen(self) -> object:
        looked = self.scene.looks.changed["document"]
        return (
            super().seen(),
            self.documents is None,
            looked,
            self.has_focus,
            self.at_work.frame(self.scene.clock()),
        )

    def wishes(self) -> Mapping[Purpose, Wish]:
        """The document that is open; the one that is followed also where it is not to be seen."""
        learns = self.scene.now.stage in ("pretrain", "finetune")
        read = bool(self._text) and (self.can_be_seen or learns)
        return {"document": Wish(Look(self._text), self.has_focus)} if read else {}

    def follow(self) -> None:
        saw = self.scene.saw("document", Look(self._text))
        if saw is not None and saw.looked.weights is None and not self.trace.has(self.at, saw.moment):
            self.trace.take(self.at, saw.moment, mean_loss(saw.looked, FOLLOWED))
        if self.scene.holding and self.can_be_seen:
            self.at_work.begin(self.scene.clock())
        super().follow()

    @property
    def is_at_work(self) -> bool:
        """Whether the filters are shown at work, or will be in a moment."""
        coming = not self.opened or self.at_work.waits
        return (coming and self.scene.now.corpus is not None) or self.at_work.frame(
            self.scene.clock()
        ) is not None

    def open(self, documents: Documents) -> None:
        """Take in documents that have been indexed."""
        self.documents, self.opened = documents if len(documents) else None, True
        # One that is learnt from cools while it is being learnt; what was thrown out is a key away.
        kept = documents.first_kept
        worth = (number for number in kept if self._is_worth_following(documents, number))
        self.at = next(worth, min(kept, default=0))
        if (found := documents.read(self.at)) is not None:
            self._document, self._text = (self.at, found), found.text[:FOLLOWED]
        self.at_work.open(documents)
        self.redraw()

    @staticmethod
    def _is_worth_following(documents: Documents, number: int) -> bool:
        """Whether it is long enough to cool visibly, and short enough to be read whole."""
        found = documents.read(number)
        return found is not None and FOLLOWED // 6 <= len(found.text) <= FOLLOWED

    @action("e", "filters at work", when=lambda scene: scene.now.corpus is not None, footer="no")
    def do_review(self) -> None:
        """The filters at work: a few documents slowly, then all; again: stop."""
        self.at_work.turn(self.scene.clock())

    @action("p,left", "previous", footer="no")
    def do_previous_document(self) -> None:
        """The document before."""
        self._go(-1)

    @action("n,right", "next document")
    def do_next_document(self) -> None:
        """The next document."""
        self._go(1)

    def _go(self, step: int) -> bool:
        found = None if self.documents is None else self.documents.next(self.at, step, self.wanted)
        self.at = self.at if found is None else found
        return found is not None

    # -- which documents ---------------------------------------------------------------------------------

    @action("d", "only dropped")
    def do_only_dropped(self) -> None:
        """Only documents that a filter threw out."""
        self._want(replace(self._sought, dropped=not self._sought.dropped, filter=None))

    @action("f", "filter")
    def do_by_filter(self) -> None:
        """Only what one filter threw out; again: the next filter."""
        if self.documents is not None:
            self._want(replace(self._sought, filter=_after(self._sought.filter, self.documents.filters[1:])))

    @action("o", "source", footer="no")
    def do_by_source(self) -> None:
        """Only documents of one source; again: the next one."""
        if self.documents is not None:
            self._want(replace(self._sought, source=_after(self._sought.source, self.documents.sources)))

    @action("/", "search")
    def do_search(self) -> None:
        """Only documents with these words in them."""
        self.app.push_screen(Ask("Documents with these words", self._sought.text), self._search)

    def _search(self, text: str | None) -> None:
        if text is not None:
            self._want(replace(self._sought, text=text.strip()))

    @property
    def seeks(self) -> bool:
        """Only some of the documents are walked through."""
        return self._sought != Wanted()

    def all_again(self) -> None:
        """Walk through all of them."""
        self._want(Wanted())

    def _want(self, wanted: Wanted) -> None:
        """Walk through these from now on, beginning with the one that is open if it is among them."""
        self._sought = wanted
        if self.documents is None:
            self.wanted = wanted
        elif wanted.text:
            self._look_through(self.documents, wanted)
        else:
            self._walk(wanted)

    @work(thread=True)
    def _look_through(self, documents: Documents, wanted: Wanted) -> None:
        """Which documents have these words is read from the disk, all of them."""
        documents.fitting(wanted)
        self.call_later(self._walk, wanted)

    def _walk(self, wanted: Wanted) -> None:
        if self.documents is None or wanted != self._sought:
            return  # something else has been asked for since
        found = self.documents.next(self.at - 1, 1, wanted)
        if found is None:
            self._sought = self.wanted
            self.app.notify("There is no such document.", markup=False)
        else:
            self.wanted, self.at = wanted, found
        self.redraw()

    # -- how much of each source --------------------------------------------------------------------------

    @action("down", "row", written="↑ ↓", footer="no")
    def do_next_source(self) -> None:
        """Which source gets more or less weight."""
        self.chosen = (self.chosen + 1) % max(1, len(sources.shown_of(self.scene.state)))

    @action("up", "row", footer="no", listed=False)
    def do_previous_source(self) -> None:
        """The source above."""
        self.chosen = (self.chosen - 1) % max(1, len(sources.shown_of(self.scene.state)))

    @action("w", "weight", when=weighable, steers=True)
    def do_more_weight(self) -> None:
        """Read this source more often, from the next step on."""
        self._weigh(WEIGHT_STEP)

    @action("W", "weight", written="w W", when=weighable, steers=True, footer="no")
    def do_less_weight(self) -> None:
        """Read this source more often, or less (W)."""
        self._weigh(-WEIGHT_STEP)

    def _weigh(self, change: float) -> None:
        shown = sources.shown_of(self.scene.state)
        if self.chosen < len(shown):
            name = shown[self.chosen].source
            weight = max(0.0, self.scene.now.mixture.get(name, 1.0) + change)
            self.post_message(self.Weighed(name, weight))

    def choose(self, kind: str, number: int) -> None:
        names = list(self.scene.state.filters)
        if kind == "source" and number < len(sources.shown_of(self.scene.state)):
            self.chosen = number
        elif kind == "filter" and number < len(names):
            self._want(Wanted(filter=names[number]))

    # -- drawing -----------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        scene = self.scene
        if not scene.state.sources:
            return self._empty(width, height)
        chosen = self.chosen if self.has_focus else None
        dropped = self._dropped()
        through = self._left(dropped)
        if width >= WIDE:
            left = min(60, width // 2 - 2)
            read = [*sources.board(scene, chosen, left), *sources.crawled(scene, left)]
            kept, count = sources.kept(scene, through, left), len(scene.state.filters)
            columns = 1 if len(read) + len(kept) + count <= height else 2  # all filters are to be seen
            spare = len(read) + len(kept) + -(-count // columns) < height
            upper = [*read, *[BLANK] * spare, *kept]
            figures = [*upper, *filters.board(scene, dropped, left, columns, height - len(upper))]
            reader = self._reader(width - left - 3, height)
            rule = line((" │ ", scene.ink.faint))
            return beside([(figures, left), (reader, width - left - 3)], height, rule)
        read, kept = sources.board(scene, chosen, width), sources.kept(scene, through, width)
        judged = filters.board(scene, dropped, width, 2, height)
        figures = [*read, *sources.crawled(scene, width), *kept, *judged]
        if height - len(figures) < ROOM_FOR_READER:  # the text itself is what one comes for
            shown = min(len(read) - 1, max(0, self.chosen))
            one, every = read[shown : shown + 1], sources.brief(scene, chosen, width)
            figures = [*kept, *every, *(one if self.has_focus else [])]
            if height - len(figures) < ROOM_FOR_READER:
                figures = [*kept, *one]
        return filled([*figures, *self._reader(width, height - len(figures))], height)

    def _empty(self, width: int, height: int) -> list[Strip]:
        more = (
            "Here you will see where the text comes from, what the filters throw out and why, and every "
            "document with its verdict."
        )
        return empty(self.scene, "No text has been read yet.", more, width, height)

    def _dropped(self) -> dict[str, int]:
        """What each filter has thrown out; while they are shown at work, by then."""
        applied = self.scene.state.filters
        if (tally := self.at_work.tally(self.scene.clock())) is not None:
            return {name: tally.get(name, 0) for name in applied}
        return {name: each.dropped for name, each in applied.items()}

    def _left(self, dropped: Mapping[str, int]) -> int | None:
        """How many documents the filters have let through; None: they have judged none yet."""
        if (tally := self.at_work.tally(self.scene.clock())) is not None:
            return tally.get(None)
        read = sum(source.documents for source in self.scene.state.sources.values())
        return read - sum(dropped.values()) if dropped else None

    def _reader(self, width: int, height: int) -> list[Strip]:
        if (rows := self.at_work.board(self.scene, width, height)) is not None:
            return rows
        ink = self.scene.ink
        if self.documents is None:
            said = "The documents can be read here once the filters are through." if height > 3 else ""
            return [BLANK, *paragraph(said, ink.muted, width, height - 1)]
        if self._document[0] != self.at:
            self._document = (self.at, self.documents.read(self.at))
        shown = self._document[1]
        if shown is None:
            return [line(("This document can't be read any more.", ink.bad))]
        rows = document.head(self.scene, shown, self._place(self.documents), width, height)
        if height - len(rows) > ROOM_FOR_SCALE:
            rows += cooling.line_of(self.scene, self.trace, self.at, width, shown.dropped_by is None)
        room = height - len(rows)
        scaled = room >= ROOM_FOR_SCALE
        # What is not to be seen need not be read, but for what is followed at every size alike.
        seen = max(FOLLOWED, width * room + MORE_CHARACTERS)
        self._text = shown.text[: min(SHOWN_CHARACTERS, seen)]
        saw = self.scene.saw("document", Look(self._text))
        looked = None if saw is None else saw.looked
        if scaled:
            rows.append(surprise.scale(self.scene, looked, width))
        rows += surprise.board(self.scene, self._text, looked, width, height - len(rows))
        return [*rows, *self._following(width, height - len(rows))]

    def _place(self, documents: Documents) -> tuple[str, ...]:
        """Which document it is, of those that one walks through; the fullest form first."""
        if self.wanted == Wanted():
            return (f"{numbers.count(self.at + 1)} of {numbers.count(len(documents))}",)
        if self.wanted.text:
            said = f"with “{cut(one_line(self.wanted.text), 12)}”"
        else:
            rank, fits = documents.rank(self.at, self.wanted)
            out = " out" if self.wanted.dropped and self.wanted.filter is None else ""
            said = f"{numbers.count(rank)} of {numbers.count(fits)}{out}"
        return f"{said}, esc shows all again", f"{said}, esc for all", said

    def _following(self, width: int, height: int) -> list[Strip]:
        """The documents that come next, where there is room for some."""
        if self.documents is None or height < LEAST_FOLLOWING:
            return []
        found, at = list[ShownDocument](), self.documents.next(self.at, 1, self.wanted)
        while len(found) < height - 2 and at is not None and at != self.at:
            found.append(self.documents.at_hand(at) or ShownDocument())
            at = self.documents.next(at, 1, self.wanted)
        return document.following(self.scene, found, width)

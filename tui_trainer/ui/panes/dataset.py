"""The dataset pane: what was read, what was thrown out and why, and the documents themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from msgspec.structs import asdict
from rich.cells import cell_len
from textual.message import Message
from textual.strip import Strip

from tui_trainer.messages.events import CrawlRead, SourceRead
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.sanitize import one_line
from tui_trainer.ui.actions import Context, action
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, beside, ends, filled, line, paragraph
from tui_trainer.ui.panes.pane import Pane, element, empty
from tui_trainer.ui.renderers import cooling, surprise
from tui_trainer.ui.renderers.filters_at_work import FiltersAtWork
from tui_trainer.ui.run_files.documents import Documents, ShownDocument, Wanted
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.ask import Ask
from tui_trainer.view import numbers, words
from tui_trainer.view.inspections import Purpose, Trace, Wish
from tui_trainer.view.text import cut, fit

WEIGHT_STEP = 0.5
WIDE = 70  # from here on the reader stands beside the figures
MOST_SOURCES = 6
SHOWN_CHARACTERS = 6_000  # of one document
MORE_CHARACTERS = 40  # read beyond what fits
NAMED = 22  # cells of a filter with its count
FOLLOWED = 1_200  # characters of a document that are read at every size of the screen
ROOM_FOR_READER = 5  # lines
LEAST_FOLLOWING = 4  # lines, from which on some are given to the next documents
MOST_READ = 200  # of those that are kept at hand
ROOM_FOR_SCALE = 4  # lines of text, from which on one is given to the scale


def _after(chosen: str | None, names: Sequence[str | None]) -> str | None:
    """The next of the names; None, for all, after the last."""
    at = list(names).index(chosen) + 1 if chosen in names else 0
    return names[at] if at < len(names) else None


def _together(crawls: Sequence[CrawlRead]) -> CrawlRead:
    """Several crawls as one."""
    first, *others = crawls
    for other in others:
        sums = {
            name: getattr(first, name) if value is None else value + (getattr(first, name) or 0)
            for name, value in asdict(other).items()
            if name != "file"
        }
        first = CrawlRead(first.file, **sums)
    return first


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
        self._read: dict[int, ShownDocument] = {}  # the next documents
        self.trace = Trace()
        self.at_work = FiltersAtWork()

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
            self.trace.take(self.at, saw.moment, self._mean(saw.looked))
        if self.scene.holding and self.can_be_seen:
            self.at_work.begin(self.scene.clock())
        super().follow()

    @staticmethod
    def _mean(looked: Looked) -> float:
        """Of the part that is read at every size of the screen."""
        read = zip(looked.ends, looked.losses, strict=False)
        losses = [loss for end, loss in read if end <= FOLLOWED]
        return sum(losses) / max(1, len(losses))

    def open(self, documents: Documents) -> None:
        """Take in documents that have been indexed."""
        self.documents = documents if len(documents) else None
        self._read = {}
        # One that is learnt from cools while it is being learnt; what was thrown out is a key away.
        kept = documents.first_kept
        worth = (number for number in kept if self._is_worth_following(documents, number))
        self.at = next(worth, min(kept, default=0))
        if (document := documents.read(self.at)) is not None:
            self._document, self._text = (self.at, document), document.text[:FOLLOWED]
        self.at_work.open(documents)
        self.redraw()

    @staticmethod
    def _is_worth_following(documents: Documents, number: int) -> bool:
        """Whether it is long enough to cool visibly, and short enough to be read whole."""
        document = documents.read(number)
        return document is not None and FOLLOWED // 6 <= len(document.text) <= FOLLOWED

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
        self._want(replace(self.wanted, dropped=not self.wanted.dropped, filter=None))

    @action("f", "filter")
    def do_by_filter(self) -> None:
        """Only what one filter threw out; again: the next filter."""
        if self.documents is not None:
            self._want(replace(self.wanted, filter=_after(self.wanted.filter, self.documents.filters[1:])))

    @action("o", "source", footer="no")
    def do_by_source(self) -> None:
        """Only documents of one source; again: the next one."""
        if self.documents is not None:
            self._want(replace(self.wanted, source=_after(self.wanted.source, self.documents.sources)))

    @action("/", "search")
    def do_search(self) -> None:
        """Only documents with these words in them."""
        self.app.push_screen(Ask("Documents with these words", self.wanted.text), self._search)

    def _search(self, text: str | None) -> None:
        if text is not None:
            self._want(replace(self.wanted, text=text.strip()))
            self.redraw()

    def _want(self, wanted: Wanted) -> None:
        """Walk through these from now on, beginning with the one that is open if it is among them."""
        before, self.wanted = self.wanted, wanted
        if self.documents is None:
            return
        found = self.documents.next(self.at - 1, 1, wanted)
        if found is None:
            self.wanted = before
            self.app.notify("There is no such document.", markup=False)
        else:
            self.at = found

    # -- how much of each source --------------------------------------------------------------------------

    @action("down", "row", written="↑ ↓", footer="no")
    def do_next_source(self) -> None:
        """Which source gets more or less weight."""
        self.chosen = (self.chosen + 1) % max(1, len(self._shown_sources()))

    @action("up", "row", footer="no", listed=False)
    def do_previous_source(self) -> None:
        """The source above."""
        self.chosen = (self.chosen - 1) % max(1, len(self._shown_sources()))

    @action("w", "weight", when=weighable, steers=True)
    def do_more_weight(self) -> None:
        """Read this source more often, from the next step on."""
        self._weigh(WEIGHT_STEP)

    @action("W", "weight", written="w W", when=weighable, steers=True, footer="no")
    def do_less_weight(self) -> None:
        """Read this source more often, or less (W)."""
        self._weigh(-WEIGHT_STEP)

    def _weigh(self, change: float) -> None:
        shown = self._shown_sources()
        if self.chosen < len(shown):
            name = shown[self.chosen].source
            weight = max(0.0, self.scene.now.mixture.get(name, 1.0) + change)
            self.post_message(self.Weighed(name, weight))

    def choose(self, kind: str, number: int) -> None:
        filters = list(self.scene.state.filters)
        if kind == "source" and number < len(self._shown_sources()):
            self.chosen = number
        elif kind == "filter" and number < len(filters):
            self._want(Wanted(filter=filters[number]))

    def _shown_sources(self) -> list[SourceRead]:
        sources = list(self.scene.state.sources.values())
        return sources if len(sources) <= MOST_SOURCES else sources[: MOST_SOURCES - 1]

    # -- drawing -----------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        if not self.scene.state.sources:
            return self._empty(width, height)
        if width >= WIDE:
            left = min(52, width // 2 - 2)
            upper = [*self._sources(left), *self._crawls(left), BLANK, *self._kept(left)]
            figures = [*upper, *self._filters(left, 1, height - len(upper))]
            reader = self._reader(width - left - 3, height)
            rule = line((" │ ", self.scene.ink.faint))
            return beside([(figures, left), (reader, width - left - 3)], height, rule)
        sources = self._sources(width)
        figures = [*sources, *self._crawls(width), *self._kept(width), *self._filters(width, 2, height)]
        if height - len(figures) < ROOM_FOR_READER:  # the text itself is what one comes for
            shown = min(len(sources) - 1, max(0, self.chosen))
            figures = [*self._kept(width), *sources[shown : shown + 1]]
        room = height - len(figures)
        return filled([*figures, *self._reader(width, room)], height)

    def _empty(self, width: int, height: int) -> list[Strip]:
        more = (
            "Here you will see where the text comes from, what the filters throw out and why, and every "
            "document with its verdict."
        )
        return empty(self.scene, "No text has been read yet.", more, width, height)

    def _sources(self, width: int) -> list[Strip]:
        state, ink = self.scene.state, self.scene.ink
        sources = list(state.sources.values())
        largest = max((source.bytes for source in sources), default=1) or 1
        name_width = min(12, max(len(one_line(s.source)) for s in sources))
        rows = []
        shown = self._shown_sources()
        for index, source in enumerate(shown):
            name = fit(one_line(source.source), name_width)
            mine = index == self.chosen and self.has_focus
            size = f"{numbers.size(source.bytes):>8}"
            weight = state.mixture.get(source.source)
            times = f" ×{weight:<4g}" if weight is not None else ""
            room = width - name_width - len(size) - len(times) - 9
            style = ink.accent("data", bold=True) if mine else ink.text
            parts: list[Part] = [(f"{name} ", element(style, 1, "source", index))]
            parts.append((f"{numbers.count(source.documents):>6} ", ink.strong))
            parts += bar(source.bytes / largest, max(3, room), ink.accent("data"), ink.faint)
            parts += [(f" {size}", ink.muted), (times, ink.key if mine and times else ink.text)]
            rows.append(line(*parts))
        if len(shown) < len(sources):
            rest = sum(source.documents for source in sources[len(shown) :])
            rows.append(
                line((f"and {len(sources) - len(shown)} more sources: {numbers.count(rest)}", ink.muted))
            )
        return rows

    def _crawls(self, width: int) -> list[Strip]:
        """Pages of the web, the text in them, and what their crawl left out; of many files together."""
        if not self.scene.state.crawls:
            return []
        ink, all_ = self.scene.ink, _together(list(self.scene.state.crawls.values()))
        pages = line(("crawled ", ink.muted), (numbers.count(all_.pages), ink.strong), (" pages", ink.muted))
        text = line(
            (numbers.size(all_.text), ink.strong), (f" of text in {numbers.size(all_.bytes)}", ink.muted)
        )
        fits = pages.cell_length + text.cell_length < width
        rows = [ends(pages, text, width)] if fits else [pages, text]
        said = words.left_by_the_crawl(all_)
        while said and cell_len(", ".join(said)) > width:
            said.pop()
        return [*rows, line((", ".join(said), ink.muted))] if said else rows

    def _kept(self, width: int) -> list[Strip]:
        """Documents in, what is left, and the tokens they make; and whether that was found by this run."""
        state, ink = self.scene.state, self.scene.ink
        read = sum(source.documents for source in state.sources.values())
        dropped = sum(self._dropped().values())
        kept = [("kept ", ink.muted), (numbers.count(read - dropped), ink.strong)]
        right = BLANK
        if state.corpus is not None:
            tokens = sum(state.corpus.tokens_train.values())
            right = line((numbers.short(tokens), ink.strong), (" tokens", ink.muted))
        left = line(*kept, (f" of {numbers.count(read)}", ink.muted))
        if left.cell_length + 1 + right.cell_length > width:
            left = line(*kept)
        copied = state.corpus is not None and state.corpus.copied
        return [
            ends(left, right, width),
            *([line(("written and filtered before", ink.muted))] if copied else []),
        ]

    def _filters(self, width: int, columns: int, height: int) -> list[Strip]:
        """What each filter threw out; and why, for example, where there is room for all reasons, whole."""
        state, ink = self.scene.state, self.scene.ink
        column = width // columns - (1 if columns > 1 else 0)
        applied_ = list(state.filters.values())
        dropped_by = self._dropped()
        reasons = [one_line(applied.reason[:80]) for applied in applied_]
        below = [cell_len(reason) > column - NAMED for reason in reasons]
        told = len(applied_) + sum(below) <= height and all(
            cell_len(reason) <= column - 2 for reason in reasons
        )
        cells = []
        for number, (applied, reason, own_line) in enumerate(zip(applied_, reasons, below, strict=True)):
            named = element(ink.text, 1, "filter", number)
            name = words.FILTER.get(applied.filter, one_line(applied.filter))
            count = dropped_by.get(applied.filter, 0)
            dropped = f"−{numbers.count(count)}" if count else "0"
            style = ink.warn if count else ink.muted
            if columns == 1:
                parts = [(fit(name, 14), named), (f"{dropped:>6}  ", style)]
                cells.append(line(*parts, (reason if told and not own_line else "", ink.muted)))
                if told and own_line:
                    cells.append(line((f"  {reason}", ink.muted)))
            else:
                name = words.FILTER_SHORT.get(applied.filter, name)
                cells.append(line((fit(name, column - 5), named), (f"{dropped:>5}", style)))
        if columns == 1:
            return [*cells, *self._caught(width)[: max(0, height - len(cells))]]
        half = -(-len(cells) // 2)
        return beside([(cells[:half], column), (cells[half:], column)], half, line(("  ", ink.text)))

    def _caught(self, width: int) -> list[Strip]:
        """How much of the planted spam and harm is found, and of other kinds."""
        measured, ink = self.scene.state.measured, self.scene.ink
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
                    shown = (f"{planted.value:.2f}", ink.strong)
                    parts += [("planted ", ink.muted), shown, (", ", ink.muted)]
                row = line(*parts, (f"{of} ", ink.muted), (f"{other.value:.2f}", ink.strong))
                if row.cell_length <= width:
                    rows.append(row)
                    break
        return rows

    def _dropped(self) -> dict[str, int]:
        """What each filter has thrown out; while they are shown at work, by then."""
        filters = self.scene.state.filters
        if (tally := self.at_work.tally(self.scene.clock())) is not None:
            return {name: tally.get(name, 0) for name in filters}
        return {name: applied.dropped for name, applied in filters.items()}

    def _reader(self, width: int, height: int) -> list[Strip]:
        if (rows := self.at_work.board(self.scene, width, height)) is not None:
            return rows
        ink = self.scene.ink
        if self.documents is None:
            said = "The documents can be read here once the filters are through." if height > 3 else ""
            return [BLANK, *paragraph(said, ink.muted, width, height - 1)]
        if self._document[0] != self.at:
            self._document = (self.at, self.documents.read(self.at))
        document = self._document[1]
        if document is None:
            return [line(("This document can't be read any more.", ink.bad))]
        place = f"{numbers.count(self.at + 1)} of {numbers.count(len(self.documents))}"
        if self.wanted != Wanted():
            rank, fits = self.documents.rank(self.at, self.wanted)
            place = f"{numbers.count(rank)} of {numbers.count(fits)}"
            if self.wanted.text:
                place = f"with “{cut(one_line(self.wanted.text), 12)}”"
            elif self.wanted.filter is None:
                place += " out" if self.wanted.dropped else ""
        source = one_line(document.source)[:14]
        head = ends(
            line((f"{source} ", ink.accent("data")), (place, ink.muted)),
            self._verdict(document, width),
            width,
        )
        rows = [head]
        if document.reason and height > 5:
            rows += paragraph(one_line(document.reason), ink.warn, width, 3)
        if height - len(rows) > ROOM_FOR_SCALE:
            rows += cooling.line_of(self.scene, self.trace, self.at, width)
        room = height - len(rows)
        scaled = room >= ROOM_FOR_SCALE
        # What is not to be seen need not be read, but for what is followed at every size alike.
        seen = max(FOLLOWED, width * room + MORE_CHARACTERS)
        self._text = document.text[: min(SHOWN_CHARACTERS, seen)]
        saw = self.scene.saw("document", Look(self._text))
        looked = None if saw is None else saw.looked
        if scaled:
            rows.append(surprise.scale(self.scene, looked, width))
        rows += surprise.board(self.scene, self._text, looked, width, height - len(rows))
        return [*rows, *self._following(width, height - len(rows))]

    def _following(self, width: int, height: int) -> list[Strip]:
        """The documents that come next, each by its beginning; where there is room for some."""
        if self.documents is None or height < LEAST_FOLLOWING:
            return []
        ink, at = self.scene.ink, self.at
        rows = [BLANK, line(("the next documents", ink.muted))]
        while len(rows) < height:
            found = self.documents.next(at, 1, self.wanted)
            if found is None or found == self.at:
                break
            document, at = self._begun(found), found
            sign = ("✓ ", ink.good) if document.dropped_by is None else ("✗ ", ink.warn)
            source = fit(one_line(document.source)[:8], 9)
            text = cut(one_line(" ".join(document.text[: 4 * width].split())), width - 11)
            rows.append(line(sign, (source, ink.accent("data")), (text, ink.muted)))
        return rows

    def _begun(self, number: int) -> ShownDocument:
        """One of the next documents; read once."""
        if number not in self._read:
            if len(self._read) > MOST_READ or self.documents is None:
                self._read.clear()
            document = None if self.documents is None else self.documents.read(number)
            self._read[number] = document or ShownDocument()
        return self._read[number]

    def _verdict(self, document: ShownDocument, width: int) -> Strip:
        ink = self.scene.ink
        if document.dropped_by is None:
            return line(("✓ kept", ink.good))
        name = words.FILTER.get(document.dropped_by, one_line(document.dropped_by))
        return line((cut(f"✗ {name}", width // 2), ink.warn))

"""What was read: the sources, the pages of a crawl, and what is left of it all."""

from collections.abc import Sequence

from msgspec.structs import asdict
from textual.strip import Strip

from tui_trainer.messages.events import CrawlRead, SourceRead
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, element, ends, flowing, line
from tui_trainer.ui.scene import Scene
from tui_trainer.view import numbers, words
from tui_trainer.view.state import State
from tui_trainer.view.text import cut, fit

MOST = 6


def shown_of(state: State) -> list[SourceRead]:
    """Those that have a line."""
    sources = list(state.sources.values())
    return sources if len(sources) <= MOST else sources[: MOST - 1]


def board(scene: Scene, chosen: int | None, width: int) -> list[Strip]:
    """One a line: documents, bytes, and how often each is read; of many, the first ones.

    Args:
        chosen: whose weight keys would change; None: keys go elsewhere.
    """
    state, ink = scene.state, scene.ink
    sources = list(state.sources.values())
    largest = max((source.bytes for source in sources), default=1) or 1
    name_width = min(12, max(len(one_line(s.source)) for s in sources))
    rows = []
    shown = shown_of(state)
    for index, source in enumerate(shown):
        name = fit(one_line(source.source), name_width)
        mine = index == chosen
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
        rows.append(line((f"and {len(sources) - len(shown)} more sources: {numbers.count(rest)}", ink.muted)))
    return rows


def brief(scene: Scene, chosen: int | None, width: int) -> list[Strip]:
    """All of them with their documents, as many in a line as fit; see `board`."""
    ink = scene.ink
    groups: list[list[Part]] = []
    for index, source in enumerate(scene.state.sources.values()):
        style = ink.accent("data", bold=True) if index == chosen else ink.text
        name = (cut(one_line(source.source), 12), element(style, 1, "source", index))
        groups.append([name, (f" {numbers.count(source.documents)}", ink.muted)])
    return flowing(groups, width)


def crawled(scene: Scene, width: int) -> list[Strip]:
    """Pages of the web, the text in them, and what their crawl left out; of many files together."""
    if not scene.state.crawls:
        return []
    ink, all_ = scene.ink, _together(list(scene.state.crawls.values()))
    pages = line(("crawled ", ink.muted), (numbers.count(all_.pages), ink.strong), (" pages", ink.muted))
    text = line((numbers.size(all_.text), ink.strong), (f" of text in {numbers.size(all_.bytes)}", ink.muted))
    fits = pages.cell_length + text.cell_length < width
    rows = [ends(pages, text, width)] if fits else [pages, text]
    left = words.left_by_the_crawl(all_)
    groups: list[list[Part]] = [
        [(f"{said}," if number < len(left) else said, ink.muted)] for number, said in enumerate(left, 1)
    ]
    return [*rows, *flowing(groups, width, gap=1)]


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


def kept(scene: Scene, left: int | None, width: int) -> list[Strip]:
    """Documents in, what is left, and the tokens they make; and whether that was found by this run.

    Args:
        left: how many documents the filters have let through; None: they have judged none yet.
    """
    state, ink = scene.state, scene.ink
    read = sum(source.documents for source in state.sources.values())
    if left is None:
        return [line(("read ", ink.muted), (numbers.count(read), ink.strong), (" documents", ink.muted))]
    what = "left " if state.corpus is None else "kept "
    said = [(what, ink.muted), (numbers.count(left), ink.strong)]
    right = BLANK
    if state.corpus is not None:
        tokens = sum(state.corpus.tokens_train.values())
        right = line((numbers.short(tokens), ink.strong), (" tokens", ink.muted))
    of = line(*said, (f" of {numbers.count(read)}", ink.muted))
    if of.cell_length + 1 + right.cell_length > width:
        of = line(*said)
    copied = state.corpus is not None and state.corpus.copied
    return [
        ends(of, right, width),
        *([line(("written and filtered before", ink.muted))] if copied else []),
    ]

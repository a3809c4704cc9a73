"""What this model and its next version know of old and of new; and the key that trains the next one."""

from collections.abc import Iterator
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.errors import UserError
from tui_trainer.messages.versions import Order, Row, Share, Told, Version, Versions
from tui_trainer.run import release
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.plan import Plan
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.bars import bar
from tui_trainer.ui.drawing.lines import BLANK, Part, ends, line, paragraph
from tui_trainer.ui.processes.order import ask
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view import numbers
from tui_trainer.view import versions as words
from tui_trainer.view.text import cut, fit, fullest

LABEL, BAR, COLUMN, GAINED = 34, 10, 25, 16
NAMED, COST = 28, 12  # cells of what is counted and of one count, where not all stands side by side
NOTE = (
    "Both were asked the same, about names that no pair tells of, in wordings that no pair has. In brackets, "
    "and behind what was gained: 95 % intervals, in percent."
)


class VersionsScreen(Modal[bool | None]):
    """Asks both in a process of its own. Ends with True where the next version is to be trained."""

    kind, title_ = "versions", "The next version"
    hint = "↑ ↓ · esc"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,V", "close", "close", show=False),
        Binding("n", "release", "next version", show=False),
        Binding("down,j", "scroll(1)", "down", show=False),
        Binding("up,k", "scroll(-1)", "up", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        self.page = Page(lambda width, height: self.page.scrolled(self.rows(width), height))
        super().__init__(self.page)
        self.scene = scene
        self.pair: tuple[RunFolder, RunFolder] | None = None
        self.next: Plan | None = None  # of the version that follows this run's
        self.problem = ""
        self.told: Told | None = None
        try:
            self.next = release.plan_of(scene.folder)
        except UserError as error:
            self.problem = one_line(str(error))
        try:
            self.pair = release.versions_around(scene.folder)
        except UserError as error:
            self.problem = one_line(str(error))
        if self.next is not None:
            self.frame.border_subtitle = f"n trains version {self.next.number} · {self.hint}"

    def on_mount(self) -> None:
        if self.pair is not None:
            self.run_worker(self._compare(*self.pair), exclusive=True, group="versions")

    async def _compare(self, first: RunFolder, second: RunFolder) -> None:
        order = Order(str(first.path), str(second.path))
        self.scene.stopwatch.begin("versions")
        self.told = await ask("tui_trainer.serving.versions", order, Told)
        self.scene.stopwatch.end("versions")
        if self.told.versions is not None:
            self.frame.border_title = "Two versions: what each knows"
        self.page.redraw()

    def follow(self) -> None:
        if self.pair is not None and self.told is None:
            self.page.redraw()  # it is waited for

    def action_release(self) -> None:
        """Train the next version, if there can be one."""
        if self.next is not None:
            self.dismiss(True)

    # -- drawing -------------------------------------------------------------------------------------------

    def rows(self, width: int) -> list[Strip]:
        """What both know, or what there would be; all lines, `width` wide."""
        ink = self.scene.ink
        found = self.told.versions if self.told is not None else None
        if found is not None:
            return list(self._found(found, width))
        if self.pair is None:
            return list(self._offer(width))
        if self.told is not None:
            return paragraph(one_line(self.told.error), ink.warn, width)
        ids = " and ".join(one_line(run.id) for run in self.pair)
        said = f"Asking both versions: {ids}. Each answers hundreds of questions."
        return paragraph(self.scene.stopwatch.told("versions", said), ink.muted, width)

    def _offer(self, width: int) -> Iterator[Strip]:
        ink, plan = self.scene.ink, self.next
        if plan is None:
            yield from paragraph(self.problem, ink.warn, width)
            return
        year = plan.settings.data.cutoff
        for said in (
            f"This model is frozen: it read up to {year - 1}, and will never know what comes after. To know "
            f"{year}, another one has to be made.",
            f"n trains version {plan.number}: a run of its own, from random weights, with the same seed and "
            f"settings, on the same world one year later. All that was so still is; {year} brings winners, "
            "and people, animals and inventions that nobody had heard of. There is "
            f"{self._more(plan)} more to tell, so as much more is written and read. This run stays as it is.",
        ):
            yield from paragraph(said, ink.text, width)
            yield BLANK
        now = self.scene.now
        trained = [now.stages[stage] for stage in ("pretrain", "finetune")]
        yield line(("What this version took, and the next will take again, and more:", ink.muted))
        for name, value in (
            ("tokens read in training", numbers.count(sum(s.tokens for s in trained))),
            ("FLOPs of that, an estimate", numbers.short(sum(s.flops for s in trained))),
            ("computing, all stages", numbers.duration(now.busy)),
        ):
            yield line((f"  {fit(name, LABEL)}", ink.text), (value, ink.strong))

    def _more(self, plan: Plan) -> str:
        """How much more text the next version has."""
        was = self.scene.folder.plan.settings.data.documents
        return numbers.percent(plan.settings.data.documents / was - 1)

    def _found(self, found: Versions, width: int) -> Iterator[Strip]:
        ink = self.scene.ink
        for side in (found.first, found.second):
            here = "this run, " if side.run == self.scene.folder.id else ""
            name = f"version {side.number} "
            told = f"read up to {side.cutoff} · {here}{one_line(side.run)}"
            weights = f"{told}, {side.weights}"
            forms = (f"{weights}, SHA-256 {one_line(side.sha256)[:8]}", weights, told)
            room = width - len(name)
            for number, part in enumerate(paragraph(fullest(forms, room) or told, ink.muted, room)):
                yield Strip.join([line((" " * len(name) if number else name, ink.strong)), part])
        yield BLANK
        beside = width >= LABEL + 2 * COLUMN + GAINED
        below = width < 2 + 2 * COLUMN + GAINED  # then what was gained stands with what it is of
        label = LABEL if beside else max(0, min(2, width - 2 * COLUMN))
        heads: list[Part] = [(fit("", label), ink.muted)]
        heads += [(fit(self._head(side), COLUMN), ink.strong) for side in (found.first, found.second)]
        yield line(*heads, ("" if below else "gained", ink.muted))
        for row in found.rows:
            said = words.said(row, found)
            told = words.gained(row)
            if below and row.gained is not None:
                told = fullest((f"gained {told}",), width - len(said) - 1) or told
            gained = line((told, ink.muted))
            if not beside:
                yield ends(line((cut(said, width), ink.text)), gained if below else BLANK, width)
            parts: list[Part] = [(fit(said if beside else "", label), ink.text)]
            for share in (row.first, row.second):
                parts += self._share(share, row)
            yield Strip.join([line(*parts), *([] if below else [gained])])
        yield BLANK
        yield line(("what each took, from its log", ink.muted))
        for name, first, second in words.costs(found):
            label, column = (LABEL, COLUMN) if beside else (NAMED, COST)
            yield line((fit(name, label), ink.text), (fit(first, column), ink.text), (second, ink.strong))
        yield BLANK
        yield from paragraph(NOTE, ink.muted, width)

    def _head(self, side: Version) -> str:
        return f"version {side.number}, to {side.cutoff}"

    def _share(self, share: Share, row: Row) -> list[Part]:
        ink = self.scene.ink
        said = words.share(share)
        return [
            *bar(share.value, BAR, ink.accent("frozen"), ink.faint),
            (" ", ink.text),
            (fit(said, COLUMN - BAR - 1), ink.strong),
        ]

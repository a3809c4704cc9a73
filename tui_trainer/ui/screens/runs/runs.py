"""All runs, as a tree of which came from which: to open one, compare it, go on from it, stop or delete it."""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal

from msgspec import Struct
from textual.binding import Binding, BindingType
from textual.strip import Strip

from tui_trainer.errors import UserError
from tui_trainer.run import deleting, stopping
from tui_trainer.run.storage.folder import RunFolder, list_runs
from tui_trainer.sanitize import one_line
from tui_trainer.ui.drawing.lines import BLANK, Part, filled, flowing, line, paragraph
from tui_trainer.ui.renderers import run_tree
from tui_trainer.ui.run_files.run_list import Listed, look, tree
from tui_trainer.ui.scene import Scene
from tui_trainer.ui.screens.choice import Choice
from tui_trainer.ui.screens.experiments.comparison import ComparisonScreen
from tui_trainer.ui.screens.modal import Modal
from tui_trainer.ui.widgets.page import Page
from tui_trainer.view import numbers, words
from tui_trainer.view.text import cut

LOOK_SECONDS = 2.0  # between two looks at runs that are being trained
STOP_SECONDS = 120.0  # for a trainer to write its checkpoint and end
ONE_LINE = 66  # cells that the keys take, but for the one that brings back
FOOT = 7  # lines about the run under the cursor


class Wanted(Struct, frozen=True):
    """What a person decided on, and with which run."""

    what: Literal["open", "fork"]
    folder: RunFolder


class DeleteRun(Choice[bool]):
    """Ends with True where the run is to go."""

    title_ = "Delete this run?"
    leave = "keep it"

    def __init__(self, scene: Scene, run: Listed, came: int) -> None:
        super().__init__(scene, (False, True))
        self.run, self.came, self.bytes = run, came, deleting.size(run.folder)

    def rows(self, width: int) -> list[Strip]:
        ink = self.scene.ink
        about = f"{numbers.size(self.bytes)}: its weights, its log, your picks, and what you told its chat."
        if self.came:
            about += (
                f" {numbers.plural(self.came, 'run')} went on from it and would stay whole, "
                "but could lead back to it no more."
            )
        return [
            line((cut(one_line(self.run.folder.id), width), ink.strong)),
            *paragraph(about, ink.text, width),
            BLANK,
            self.option(1, "keep it"),
            self.option(2, f"{'delete it':<12}", "u brings it back while the list is open"),
        ]


class Runs(Modal[Wanted | None]):
    """Ends with a run to open or to go on from, or with None."""

    kind, title_, hint = "runs", "All runs", "↑ ↓ which · esc closes"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,6", "close", "close", show=False),
        Binding("up,k", "row(-1)", "up", show=False),
        Binding("down,j", "row(1)", "down", show=False),
        Binding("enter", "choose('open')", "open", show=False),
        Binding("f,F", "choose('fork')", "go on from it", show=False),
        Binding("c,C", "compare", "compare", show=False),
        Binding("s", "stop", "stop", show=False),
        Binding("d", "delete", "delete", show=False),
        Binding("u", "bring_back", "bring back", show=False),
    ]

    def __init__(self, scene: Scene) -> None:
        self.page = Page(self.lines)
        super().__init__(self.page)
        self.scene = scene
        self.directory = scene.folder.path.parent
        self.runs: list[Listed] = []
        self.looked = False  # at all of them
        self.row = 0
        self.moved = False  # by the person: until then the cursor is on the run on the screen
        self.said = ""  # what came of the last key
        self.aside: list[Path] = []  # deleted, but not for good yet

    def on_mount(self) -> None:
        self._look()
        self.set_interval(LOOK_SECONDS, self._look_again)

    def on_unmount(self) -> None:
        for path in self.aside:
            self.app.run_worker(partial(_finish, path), thread=True, group="delete")

    # -- what there is -------------------------------------------------------------------------------------

    def _look(self) -> None:
        self.run_worker(self._read, thread=True, exclusive=True, group="runs")

    def _read(self) -> None:
        found: list[Listed] = []
        try:
            aside = deleting.left(self.directory)
            for folder in list_runs(self.directory):
                found.append(look(folder))
                self.app.call_later(self._listed, list(found), False)
        except UserError as error:
            self.app.call_later(self._say, str(error))
        else:
            self.app.call_later(self._listed, found, True, aside)

    def _listed(self, found: Sequence[Listed], whole: bool, aside: Sequence[Path] = ()) -> None:
        if self.looked and not whole:
            return  # the list that stands is better than half of a newer one
        here = self.chosen.folder.id if self.moved and self.chosen is not None else self.scene.folder.id
        self.runs = tree(found)
        self.row = next((n for n, run in enumerate(self.runs) if run.folder.id == here), self.row)
        self.row = max(0, min(self.row, len(self.runs) - 1))
        if whole:
            self.looked, self.aside = True, list(aside)
        self.page.redraw()

    def _look_again(self) -> None:
        living = [run.folder for run in self.runs if run.lives]
        if self.looked and living:
            self.run_worker(partial(self._read_living, living), thread=True, group="living")

    def _read_living(self, living: Sequence[RunFolder]) -> None:
        """Only those that go on: of the others nothing changes while one looks."""
        fresh = {folder.id: look(folder) for folder in living}
        self.app.call_later(self._renewed, fresh)

    def _renewed(self, fresh: Mapping[str, Listed]) -> None:
        self._listed([fresh.get(run.folder.id, run) for run in self.runs], True, self.aside)

    @property
    def chosen(self) -> Listed | None:
        """The run under the cursor."""
        return self.runs[self.row] if self.row < len(self.runs) else None

    def _is_here(self, run: Listed) -> bool:
        return run.folder.id == self.scene.folder.id

    # -- keys ----------------------------------------------------------------------------------------------

    def _say(self, said: str) -> None:
        self.said = one_line(said)
        self.page.redraw()

    def action_row(self, by: int) -> None:
        self.row, self.moved = max(0, min(len(self.runs) - 1, self.row + by)), True
        self._say("")

    def action_choose(self, what: Literal["open", "fork"]) -> None:
        run = self.chosen
        if run is None:
            return
        if what == "open":
            self.dismiss(None if self._is_here(run) else Wanted(what, run.folder))
        elif self.scene.mode != "view":
            self.dismiss(Wanted(what, run.folder))
        else:
            self._say("You are looking on: nothing is begun from here.")

    def action_compare(self) -> None:
        run = self.chosen
        if run is None:
            return
        if not any(run.folder.weights(name).exists() for name in words.WEIGHTS):
            self._say("It has no frozen weights yet.")
        elif self.scene.now.latest_weights is None:
            self._say("This run has no frozen weights yet.")
        else:
            pair = None if self._is_here(run) else (self.scene.folder, run.folder)
            self.app.push_screen(ComparisonScreen(self.scene, pair))

    def action_stop(self) -> None:
        run = self.chosen
        if run is None:
            return
        if not run.lives:
            self._say("It has no trainer.")
        elif self.scene.mode == "view":
            self._say("You are looking on: nothing is stopped from here.")
        else:
            self._say(f"Stopping {run.folder.id}: its trainer writes a checkpoint.")
            self.run_worker(partial(self._stop, run.folder), thread=True, group="stop")

    def _stop(self, folder: RunFolder) -> None:
        try:
            stopping.ask(folder)
            ended = stopping.await_end(folder, STOP_SECONDS)
            said = "has stopped. It can be resumed." if ended else "has not come to an end yet."
            said = f"{folder.id} {said}"
        except UserError as error:
            said = str(error)
        self.app.call_later(self._say, said)
        self.app.call_later(self._look)

    def action_delete(self) -> None:
        run = self.chosen
        if run is None:
            return
        if self.scene.mode == "view":
            self._say("You are looking on: nothing is deleted from here.")
        elif self._is_here(run):
            self._say("It is the run on the screen. Open another one first.")
        elif run.lives:
            self._say("It is being trained. s stops it first.")
        else:
            came = sum(other.source == run.folder.id for other in self.runs)
            self.app.push_screen(DeleteRun(self.scene, run, came), partial(self._deleted, run))

    def _deleted(self, run: Listed, sure: bool | None) -> None:
        if not sure:
            return
        try:
            self.aside.append(deleting.set_aside(run.folder))
        except UserError as error:
            self._say(str(error))
        else:
            self.runs = tree([other for other in self.runs if other.folder.id != run.folder.id])
            self.action_row(0)
            self._say(f"{run.folder.id} is deleted when you leave this list. u brings it back.")
        self._look()

    def action_bring_back(self) -> None:
        if self.aside:
            try:
                self._say(f"{deleting.bring_back(self.aside.pop()).id} is back.")
            except UserError as error:
                self._say(str(error))
            self._look()

    # -- drawing -------------------------------------------------------------------------------------------

    def lines(self, width: int, height: int) -> list[Strip]:
        """The keys, the tree, and more of the run under the cursor."""
        ink = self.scene.ink
        head = [*self._keys(width), BLANK, run_tree.titles(ink, width)]
        foot = self._about(width)
        foot = [BLANK, *foot[: max(2, height - len(head) - 5)]]
        room = max(1, height - len(head) - len(foot))
        first = max(0, min(self.row - room // 2, len(self.runs) - room))
        rows = [
            run_tree.row(ink, run, number == self.row, self._is_here(run), width)
            for number, run in list(enumerate(self.runs))[first : first + room]
        ]
        if not self.looked and len(rows) < room:
            rows.append(line(("  reading …", ink.muted)))
        return [*head, *rows, *[BLANK] * (room - len(rows)), *foot]

    def _about(self, width: int) -> list[Strip]:
        """What came of the last key; else the run under the cursor."""
        run = self.chosen
        if run is None or self.said:
            return paragraph(self.said, self.scene.ink.warn, width, FOOT)
        return run_tree.about(self.scene.ink, run, self.runs, self._is_here(run), width)

    def _keys(self, width: int) -> list[Strip]:
        run = self.chosen
        keys = [("enter", "open it"), ("c", "compare it"), ("f", "go on from it")]
        if run is not None and run.lives:
            keys.append(("s", "stop it"))
        elif run is not None and not self._is_here(run):
            keys.append(("d", "delete it"))
        if self.aside:
            keys.append(("u", "bring back"))
        ink = self.scene.ink
        groups: list[list[Part]] = [[(f" {key} ", ink.key), (f" {said}", ink.muted)] for key, said in keys]
        # As many lines for each run, so that the list stays where it is.
        return filled(flowing(groups, width), 1 if width >= ONE_LINE else 2)


def _finish(path: Path) -> None:
    try:
        deleting.finish(path)
    except UserError:
        return  # it stays set aside, and the next list offers it again

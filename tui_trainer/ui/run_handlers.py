"""What keys do to the run as a whole: lead to another one, turn its settings."""

from functools import partial

from tui_trainer.errors import UserError
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.actions import action
from tui_trainer.ui.handling import Handling
from tui_trainer.ui.screens.branch import Branch, Chosen
from tui_trainer.ui.screens.runs import Runs, Wanted
from tui_trainer.ui.screens.turning import Turning


class RunHandlers(Handling):
    """The part of the app that opens other runs."""

    @action("6", "all runs")
    def do_runs(self) -> None:
        """All runs: open another one, compare, go on from it, stop or delete it."""

        def chosen(wanted: Wanted) -> None:
            if wanted.what == "open":
                self.open_run(wanted.folder)
                return

            def begin(chosen: Chosen) -> None:
                settled = chosen.stage, chosen.assignments, chosen.keep_picks
                self.change_to(partial(self.steering.branch, *settled, wanted.folder))

            self.ask(Branch(self.scene, wanted.folder), begin)

        self.ask(Runs(self.scene), chosen)

    @action("7", "settings", when=lambda scene: scene.now.run is not None)
    def do_turn(self) -> None:
        """What may be turned while it runs: learning rates, mixture, leash; and what comes of it."""
        self.push_screen(Turning(self.scene, self.steering.turn))

    @action("B", "back", when=lambda scene: scene.home is not None, footer="first")
    def do_back(self) -> None:
        """Back to the run that this one goes on from, or that was shown before it."""
        if self.scene.home is not None:
            self.open_run(self.scene.home)

    def open_run(self, folder: RunFolder) -> None:
        """Show another run, if it is still there; the trainer of this one is not asked."""
        here = self.scene.folder
        try:
            RunFolder(folder.path).plan  # noqa: B018 - read anew: it may have been deleted since
        except UserError as error:
            self.say(str(error), error=True)
            return
        if lock.is_alive(here) and not self.scene.now.ended:
            self.onward = f"{here.id} goes on training without a screen. 6 shows all runs."
        self.leave(folder, "")

"""What keys do to the run as a whole: begin or open another one, turn its settings, resume it."""

from functools import partial

from textual import work

from tui_trainer.errors import UserError
from tui_trainer.run import unleashed
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling


class RunHandlers(Handling):
    """The part of the app that leads from run to run."""

    @action(
        "F",
        "other settings",
        when=lambda scene: scene.may_begin_another and scene.now.corpus is not None,
        footer="no",
    )
    def do_branch(self) -> None:
        """Go on from a finished stage with other settings, as a new run."""

        self._branch_off(None)

    def _branch_off(self, source: RunFolder | None) -> None:
        """Of this run, or of another one."""
        from tui_trainer.ui.screens.runs.branch import Branch, Chosen

        def begin(chosen: Chosen) -> None:
            settled = chosen.stage, chosen.assignments, chosen.keep_picks
            self.change_to(partial(self.steering.branch, *settled, source))

        self.ask(Branch(self.scene, source), begin)

    @action(
        "K",
        "off the leash",
        when=lambda scene: scene.may_begin_another and scene.now.reinforced is not None,
    )
    def do_unleash(self) -> None:
        """A new run from this one: feedback again, same picks, with nothing that holds it."""
        from tui_trainer.ui.screens.runs.unleash import Unleash

        def begin(leashed: bool) -> None:
            held = "the contrast, held by the leash alone" if leashed else "without the leash"
            said = f"A new run from yours, {held}. {self.scene.key_of('back')} leads back to {sheet.home}."
            branch = partial(self.steering.branch, "feedback", unleashed.assignments(leashed), True)
            self.change_to(branch, said)

        sheet = Unleash(self.scene)
        self.ask(sheet, begin)

    @action(
        "V",
        "next version",
        when=lambda scene: scene.may_begin_another and scene.now.ended and not scene.folder.plan.data,
    )
    def do_release(self) -> None:
        """Frozen: train the next version from scratch, a year newer; or see what both know"""
        from tui_trainer.ui.screens.runs.versions import VersionsScreen

        self.ask(VersionsScreen(self.scene), lambda _: self.change_to(self.steering.release))

    @action("", "start over with quick", when=lambda scene: scene.steers)
    def do_start_over_quick(self) -> None:
        """Stop this run; begin one of about a minute."""
        self.change_to(self.steering.start_over)

    @action("6", "all runs")
    def do_runs(self) -> None:
        """All runs: open another one, compare, go on from it, stop or delete it."""
        from tui_trainer.ui.screens.runs.runs import Runs, Wanted

        def chosen(wanted: Wanted) -> None:
            if wanted.what == "open":
                self.open_run(wanted.folder)
            else:
                self._branch_off(wanted.folder)

        self.ask(Runs(self.scene), chosen)

    @action("7", "settings", when=lambda scene: scene.now.run is not None)
    def do_turn(self) -> None:
        """What may be turned while it runs: learning rates, mixture, leash; and what comes of it."""
        from tui_trainer.ui.screens.runs.turning import Turning

        self.push_screen(Turning(self.scene, self.steering.turn))

    @action("B", "back", when=lambda scene: scene.home is not None, footer="first")
    def do_back(self) -> None:
        """Back to the run that this one goes on from, or that was shown before it."""
        if self.scene.home is not None:
            self.open_run(self.scene.home)

    @action(
        "r",
        "resume",
        when=lambda scene: scene.steers and scene.stopped and not scene.state.unmendable,
        footer="urgent",
    )
    def do_resume(self) -> None:
        """When the trainer has stopped: resume the run."""
        if not self.changing:
            self._resume()

    @work(thread=True)
    def _resume(self) -> None:
        said = self.steering.resume()
        if said is not None:
            self.call_later(self.say, said)

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
        if self.dashboard.chat.conversation.begun:
            kept = f"Your conversation with {here.id} is kept until you quit: you find it there again."
            self.onward = f"{self.onward} {kept}".strip()
        self.leave(folder, "")

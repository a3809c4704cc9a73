"""What keys open about the model: its exam, its samples, its parts, a sentence that it goes on from."""

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.ui.screens.ask import Ask


class ModelHandlers(Handling):
    """The part of the app that opens what is known of the model."""

    @action("T", "sentence", footer="no")
    def do_sentence(self) -> None:
        """Type a sentence: how the model would go on from it, now and a step later."""

        def watch(text: str) -> None:
            self.scene.sentence = text.strip().encode("utf-8", "replace").decode("utf-8")
            self.dashboard.go(4)
            self.dashboard.redraw_all()
            self.tick()

        self.ask(Ask("A sentence for the model", self.scene.sentence), watch)

    @action("m", "exam", when=lambda scene: scene.state.examined)
    def do_figures(self) -> None:
        """What it can do: all exam results, stage by stage."""
        from tui_trainer.ui.screens.model.exam import ExamSheet

        self.push_screen(ExamSheet(self.scene))

    @action("j", "samples", footer="no")
    def do_samples(self) -> None:
        """What it wrote at each evaluation, from noise to sentences."""
        from tui_trainer.ui.screens.model.samples import Samples

        self.push_screen(Samples(self.scene))

    @action("8", "machine")
    def do_machine(self) -> None:
        """The machine: the model drawn in parts, lit by guess, blame and nudge; each opens its matrix."""
        from tui_trainer.ui.screens.model.machine import MachineScreen

        self.ask(MachineScreen(self.scene), self._open_matrix)

    def _open_matrix(self, name: str) -> None:
        self.dashboard.open_matrix(name)
        self.tick()

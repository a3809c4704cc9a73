"""What keys do to leave: to the shell for a while, for good, and the training with it."""

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling


class LeavingHandlers(Handling):
    """The part of the app that closes it."""

    @action("ctrl+z", "to the shell", footer="no")
    def do_suspend(self) -> None:
        """Back to the shell for a while; fg brings the screen back."""
        self.step_aside()

    @action("q", "quit")
    def do_quit(self) -> None:
        """Close the screen; training goes on."""
        self.leave()

    @action("", "stop and quit", when=lambda scene: scene.steers)
    def do_stop_and_quit(self) -> None:
        """Stop training, keep a checkpoint, and close the screen."""
        if self.scene.trainer != "alive" or self.scene.now.ended:
            self.leave()
        else:
            self.say(self.steering.stop())

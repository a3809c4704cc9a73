"""What keys do to look back, and to replay from another stage."""

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.ui.scene import Scene


def _looks_back(scene: Scene) -> bool:
    return scene.past is not None


def _replays(scene: Scene) -> bool:
    return scene.mode == "replay"


class LookingBackHandlers(Handling):
    """The part of the app that shows a run as it was."""

    @action("[,comma", "look back", when=lambda scene: len(scene.now.moments) > 0)
    def do_earlier(self) -> None:
        """Look back: all panes as at the evaluation before."""
        self.travel.step(-1)

    @action("]", "later", when=_looks_back, footer="urgent")
    def do_later(self) -> None:
        """When looking back: the next evaluation."""
        self.travel.step(1)

    @action("0,end", "to now", when=_looks_back, footer="urgent")
    def do_now(self) -> None:
        """When looking back: return to now."""
        self.travel.now()

    @action("right_parenthesis", "next stage", when=_replays, written="( )", footer="urgent")
    def do_next_stage(self) -> None:
        """Replay from the beginning of the next stage; or of this one and those before it."""
        self.say(self.steering.jump(1))

    @action("left_parenthesis", "stage before", when=_replays, footer="no", listed=False)
    def do_stage_before(self) -> None:
        """Replay from the beginning of this stage, or of the one before it."""
        self.say(self.steering.jump(-1))

"""What keys do to the training itself, or to its replay: pause it, one step, its pace."""

from tui_trainer.ui.actions import action
from tui_trainer.ui.handlers.handling import Handling
from tui_trainer.ui.scene import Scene


def _goes_on(scene: Scene) -> bool:
    """Whether a run learns that this screen commands."""
    return scene.steers and not scene.now.ended


def _runs(scene: Scene) -> bool:
    """Whether there is something that could be paused, or go on."""
    return scene.mode == "replay" or (_goes_on(scene) and scene.trainer == "alive")


def _pausable(scene: Scene) -> bool:
    """... or the tour, which the key goes on with: whoever is new to it tries that one."""
    return scene.tour is not None or _runs(scene)


def _paced(scene: Scene) -> bool:
    """... or go faster, or slower: not while one is asked."""
    return _runs(scene) and (scene.mode == "replay" or scene.now.waits is None)


class TrainingHandlers(Handling):
    """The part of the app that holds the training, and lets it go on."""

    @action("space", "pause", when=_pausable, footer="first", steers=True)
    def do_pause(self) -> None:
        """Pause training, or go on; on the tour of the first run: go on with it."""
        if self.scene.tour is not None:
            self.dashboard.tour_onward()
        else:
            self.say(self.steering.pause())

    @action(
        ".",
        "one step",
        when=lambda scene: (scene.paused or scene.slowly) and (scene.mode == "replay" or _goes_on(scene)),
        footer="first",
        steers=True,
    )
    def do_step(self) -> None:
        """While paused: train exactly one step; in slow motion: on to the next part of this one."""
        self.say(self.steering.step())

    @action("+,=", "pace", written="- +", when=_paced, footer="first", steers=True)
    def do_faster(self) -> None:
        """Slower, or faster: from one step at a key through slow motion to full speed."""
        self._change_pace(1)

    @action("-", "slower", when=_paced, footer="no", listed=False, steers=True)
    def do_slower(self) -> None:
        """Slower: down to slow motion, and to one step at a key."""
        self._change_pace(-1)

    def _change_pace(self, by: int) -> None:
        if self.scene.holding:
            self.say("It has not begun yet: enter goes on with the tour, esc skips it and begins.")
        else:
            self.say(self.steering.change_pace(by))

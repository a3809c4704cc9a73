"""What another process is waited for: each wait that one notices counts its seconds, and has a bar where the
one before says how long it may take."""

from collections.abc import Callable

from tui_trainer.view.waits import LAST, NOTICED_SECONDS, Wait


class Stopwatch:
    """Takes the time of what is waited for, by name; of each name one at a time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self._begun: dict[str, float] = {}
        self._took: dict[str, float] = {}

    def begin(self, what: str) -> None:
        """It is waited for from now on."""
        self._begun[what] = self.clock()

    def end(self, what: str) -> None:
        """It has come; no matter whether it was waited for."""
        if (begun := self._begun.pop(what, None)) is not None:
            self._took[what] = self.clock() - begun

    def forget(self, what: str) -> None:
        """It will not come."""
        self._begun.pop(what, None)

    def told(self, what: str, said: str) -> str:
        """A sentence about it, with its seconds, or a bar."""
        seconds = self.clock() - self._begun.get(what, self.clock())
        took = self._took.get(what, 0.0)
        known = took if took >= NOTICED_SECONDS else None
        return said if seconds < NOTICED_SECONDS else Wait(said, seconds, known, LAST).told

"""When garbage is collected: while nobody waits for anything.

Python's full collection goes through all that lives, 30 to 50 ms of a screen that has been looked at for a
while, and comes of itself when much has just been made: in the middle of the frame that answers a key.
"""

import gc
import time
from collections.abc import Callable

DUE = 10  # small collections since the last full one
OVERDUE = 400  # ... after which it no longer waits for quiet
QUIET_SECONDS = 2.0  # since the last key
NEVER = 1 << 30


class Sweeper:
    """Takes full collections out of Python's hands until it is stopped; the small ones stay there."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._touched = clock()
        self._before: tuple[int, int, int] | None = None

    def start(self) -> None:
        """What lives now is no garbage."""
        self._before = gc.get_threshold()
        gc.set_threshold(*self._before[:2], NEVER)
        gc.freeze()

    def loaded(self) -> None:
        """Nor is what has come since; from now on there may be some."""
        gc.freeze()
        gc.enable()

    def touched(self) -> None:
        """The person has pressed a key or moved the mouse, and may again."""
        self._touched = self._clock()

    def sweep(self) -> bool:
        """Collect, if that is due and nobody waits; whether it was done."""
        made = gc.get_count()[2]
        quiet = self._clock() - self._touched >= QUIET_SECONDS
        if self._before is None or made < (DUE if quiet else OVERDUE):
            return False
        gc.collect()
        return True

    def stop(self) -> None:
        """Leave it to Python again, with all that was set aside as no garbage."""
        if self._before is not None:
            gc.set_threshold(*self._before)
            gc.unfreeze()
            self._before = None

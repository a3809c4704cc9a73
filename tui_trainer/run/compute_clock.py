"""The seconds that a run has computed, pauses and waiting for a person left out."""

import time
from collections.abc import Iterator
from contextlib import contextmanager


class ComputeClock:
    """Runs from its construction on."""

    def __init__(self, before: float = 0.0) -> None:
        """before: seconds computed by earlier processes of the run."""
        self._counted = before
        self._since: float | None = time.perf_counter()

    @property
    def seconds(self) -> float:
        """So far; never falls."""
        running = time.perf_counter() - self._since if self._since is not None else 0.0
        return self._counted + running

    def at_least(self, seconds: float) -> None:
        """Go on from here: recomputing what the log has already was not quicker than the first time."""
        self._counted += max(0.0, seconds - self.seconds)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Stand still within."""
        self._counted, self._since = self.seconds, None
        try:
            yield
        finally:
            self._since = time.perf_counter()

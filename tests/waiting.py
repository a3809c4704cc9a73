"""Waiting in tests: for a condition, never for a time."""

import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds, which only what is broken ever takes, on however slow or busy a machine


def wait_until(
    holds: Callable[[], object],
    said: Callable[[], object] = lambda: "it did not happen",
    meanwhile: Callable[[], object] = lambda: time.sleep(0.005),
) -> None:
    """Wait until the condition holds.

    Args:
        said: what to say when it never does.
        meanwhile: done between two looks; something short.
    """
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, said()
        meanwhile()

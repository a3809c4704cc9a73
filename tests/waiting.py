"""Waiting in tests: for a condition, never for a time."""

import re
import time
from collections.abc import Callable
from pathlib import Path

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


def rests(process: int, seconds: float, thread: int | None = None) -> bool:
    """Whether none of a process's threads, or not this one, has anything to do in that time. On Linux only.

    A thread that looks up now and then has switched, one that spins is running: neither asks how much time
    that takes, which on a slow machine is much and on a busy one little.
    """
    before = _threads(process, thread)
    time.sleep(seconds)
    return before == _threads(process, thread) and all(state == "S" for state, *_ in before)


def _threads(process: int, thread: int | None) -> list[tuple[str, str, str]]:
    """Each thread's state and how often it went to sleep, and was put to sleep."""
    found = r"(?s)State:\s*(\w).*\nvoluntary_ctxt_switches:\s*(\d+)\nnonvoluntary_ctxt_switches:\s*(\d+)"
    tasks = sorted(Path(f"/proc/{process}/task").glob(f"{thread or '*'}/status"))
    return [re.findall(found, task.read_text())[0] for task in tasks]

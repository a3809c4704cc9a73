"""Ctrl+c during a crawl: heeded between two steps, and in the middle of what is only waited for.

The library that takes pages apart ends in a panic when an exception comes up in it, which prints a page of
its own and swallows the exception.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType


class Interruption:
    """While it is entered, ctrl+c raises `KeyboardInterrupt` only where `may_come` is."""

    def __init__(self) -> None:
        self._asked = self._may = False
        self._before: object = None

    def __enter__(self) -> "Interruption":
        # No other thread may say what a signal does, and one that is ignored stays so.
        main = threading.current_thread() is threading.main_thread()
        if main and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            self._before = signal.signal(signal.SIGINT, self._heed)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)  # type: ignore[arg-type]  # what it gave

    def _heed(self, number: int, frame: FrameType | None) -> None:
        self._asked = True
        if self._may:
            self._may = False
            raise KeyboardInterrupt

    @contextmanager
    def may_come(self) -> Iterator[None]:
        """What may be broken off. Raises `KeyboardInterrupt`, also of what came before."""
        self._may = True
        try:
            if self._asked:
                raise KeyboardInterrupt
            yield
        finally:
            self._may = False

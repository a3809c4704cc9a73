"""How much is under way to the terminal: little enough that what a key changes is not late.

What has been written is not yet shown: between here and the far end of an SSH line lie buffers that take in
many frames without a word. So the terminal is asked where its cursor is, which every terminal answers once it
has come to the question; from how long that takes, and how much was under way, follows how much the line
holds. A terminal that never answers is asked once, and then written to as fast as it takes things.
"""

import threading
import time
from collections import deque
from collections.abc import Callable

ASK = "\x1b[6n"
EVERY_BYTES = 1024  # is asked about
EVERY_SECONDS = 5.0  # ... or less, so long after the last question
LATE = 0.08  # seconds that a byte may wait on its way
FIRST, LEAST = 16384, 2048  # bytes under way: until more is known, and on the slowest line
LOST_SECONDS = 5.0  # after which no answer will come
LITTLE, REMEMBERED = 3072, 20  # answers with no more bytes than that before them show how long the line is


class FlowControl:
    """Counts what was sent and what has arrived. Called from two threads: writing, and reading keys."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._mutex = threading.Condition()
        # Questions: when, bytes sent by then, and how many of them were under way.
        self._asked: deque[tuple[float, int, int]] = deque()
        self._took: deque[float] = deque(maxlen=REMEMBERED)  # seconds, where little was under way
        self._sent = self._arrived = self._asked_about = 0
        self._asked_at = float("-inf")
        self._room = FIRST
        self._over = False

    @property
    def open(self) -> bool:
        """Whether more may be sent now."""
        with self._mutex:
            if not self._took or not self._asked:
                return True  # it has never answered; or all it was asked, and what is sent now asks again
            if self._asked and self._clock() - self._asked[0][0] > LOST_SECONDS:
                self._asked.clear()
                self._arrived = self._sent
            return self._sent - self._arrived < self._room

    def send(self, size: int) -> bool:
        """So many bytes more are sent; whether to ask behind them."""
        with self._mutex:
            now = self._clock()
            self._sent += size
            enough = self._sent - self._asked_about >= EVERY_BYTES or now - self._asked_at >= EVERY_SECONDS
            if self._over or not enough or (self._asked and not self._took):
                return False
            self._asked.append((now, self._sent, self._sent - self._arrived))
            self._asked_about, self._asked_at = self._sent, now
            return True

    def answered(self) -> None:
        """The terminal has come to the oldest question."""
        with self._mutex:
            if not self._asked:
                return  # one that was given up
            asked, sent, under_way = self._asked.popleft()
            seconds = max(1e-6, self._clock() - asked)
            if under_way <= LITTLE or not self._took:
                self._took.append(seconds)
            allowed = min(self._took) + LATE
            room = max(LEAST, int(under_way * allowed / seconds))  # as fast as these bytes went, or faster
            if seconds > allowed or room > self._room:
                self._room = room
            self._arrived = sent
            self._mutex.notify_all()

    def end(self, seconds: float) -> None:
        """Ask no more, and wait for answers: they would be typed into what comes after the app."""
        with self._mutex:
            self._over = True
            if self._took:
                self._mutex.wait_for(lambda: not self._asked, seconds)

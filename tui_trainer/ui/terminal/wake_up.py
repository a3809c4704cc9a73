"""Ends a thread's wait for a descriptor, so that it need not look up now and then whether it is to end."""

import contextlib
import select
import socket


class WakeUp:
    """One thread waits by it, others give it."""

    def __init__(self) -> None:
        self._out, self._in = socket.socketpair()
        self._out.setblocking(False)
        self._in.setblocking(False)

    def give(self) -> None:
        """End the wait, or the next one."""
        with contextlib.suppress(BlockingIOError):  # it has been given thousands of times already
            self._in.send(b"\0")

    def wait_to_read(self, file: int, seconds: float | None = None) -> bool:
        """Wait until the file can be read, so long at most; False when it can't yet."""
        readable, _, _ = select.select([file, self._out.fileno()], [], [], seconds)
        self._take(readable)
        return file in readable

    def wait_to_write(self, file: int) -> bool:
        """Wait until the file can be written; False when it can't yet."""
        readable, writable, _ = select.select([self._out.fileno()], [file], [])
        self._take(readable)
        return file in writable

    def _take(self, readable: list[int]) -> None:
        if self._out.fileno() in readable:
            self._out.recv(4096)

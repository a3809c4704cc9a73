"""The control socket of a trainer: a thread that takes commands in and hands answers out.

Training never waits for it: commands go into a queue that the trainer empties between two steps, answers come
back through a wake-up pipe. Whoever sends what can't be read is hung up on, and nobody else notices. So is
whoever has sent no command for a minute, unless they have control or wait for an answer: a screen that only
watches connects again when it has something to ask.
"""

import contextlib
import math
import os
import selectors
import socket
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from msgspec import Struct

from tui_trainer.files import write_atomically
from tui_trainer.messages.commands import (
    MAX_BYTES,
    AnyCommand,
    LookAt,
    Reply,
    TakeControl,
    command_decoder,
    command_encoder,
)
from tui_trainer.run.storage.folder import RunFolder

MAX_PATH_BYTES = 100  # the kernel takes 107 on Linux and 103 on macOS
MAX_CONNECTIONS = 128
LAST_SECONDS = 10.0  # for the last answers to be handed out, which takes milliseconds on an idle machine
IDLE_SECONDS = 60.0  # without a command that could be read
MAX_UNREAD_BYTES = 8 * 1024 * 1024  # of answers; whoever leaves more lying is hung up on
READ_ONLY = "read-only: another terminal controls this run"
NO_CONTROL = "read-only: take control first"


class Request(Struct, frozen=True, eq=False):
    """A command, and the way back to who sent it."""

    command: AnyCommand
    respond: Callable[[Reply], None]


class _Connection:
    """One client; its commands are answered one after the other."""

    def __init__(self, link: socket.socket, now: float) -> None:
        self.link = link
        self.heard = now  # when the last command came that could be read, or the connection itself
        self.incoming = b""
        self.outgoing = b""
        self.waiting = False  # for the trainer's answer; further lines stay in `incoming`
        self.open = True


class ControlServer:
    """Listens from construction until `close`.

    Args:
        submit: called in the server's thread with every request that the trainer is to answer.
        idle: seconds without a command after which is hung up.
    """

    def __init__(
        self, folder: RunFolder, submit: Callable[[Request], None], idle: float = IDLE_SECONDS
    ) -> None:
        self._submit, self._idle = submit, idle
        self._controller: _Connection | None = None
        self._answers: deque[tuple[_Connection, Reply]] = deque()
        self._selector = selectors.DefaultSelector()
        self._wake, self._woken = socket.socketpair()
        for end in (self._wake, self._woken):
            end.setblocking(False)
        self._folder = folder
        self._listener, self._path = _listen(folder)
        self._closing = False
        self._selector.register(self._listener, selectors.EVENT_READ, None)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Hand out the last answers, hang up and remove the socket."""
        self._closing = True
        self._nudge()
        self._thread.join(timeout=LAST_SECONDS)
        self._path.unlink(missing_ok=True)
        if self._path.parent != self._folder.control:
            self._folder.address.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self._path.parent.rmdir()

    def _nudge(self) -> None:
        with contextlib.suppress(OSError):  # full: the thread will wake anyway; closed: it has ended
            self._wake.send(b"!")

    # -- in the server's thread --------------------------------------------------------------------------

    def _serve(self) -> None:
        while True:
            for key, mask in self._selector.select(self._until_idle()):
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._woken:
                    with contextlib.suppress(BlockingIOError):
                        self._woken.recv(4096)
                elif isinstance(key.data, _Connection):
                    with self._or_hang_up(key.data):
                        self._attend(key.data, mask)
            while self._answers:
                connection, reply = self._answers.popleft()
                with self._or_hang_up(connection):
                    self._hand_out(connection, reply)
            now = time.monotonic()
            for connection in self._connections():
                if self._hangs_up_at(connection) <= now:
                    self._hang_up(connection)
            if self._closing:
                break
        for connection in self._connections():
            self._hang_up(connection)
        for end in (self._listener, self._wake, self._woken):
            end.close()
        self._selector.close()

    @contextlib.contextmanager
    def _or_hang_up(self, connection: _Connection) -> Iterator[None]:
        """Whatever a client brings about ends its own connection; this thread outlives it."""
        try:
            yield
        except Exception:
            self._hang_up(connection)

    def _connections(self) -> list[_Connection]:
        return [key.data for key in self._selector.get_map().values() if isinstance(key.data, _Connection)]

    def _hangs_up_at(self, connection: _Connection) -> float:
        """When a connection has been silent for too long, on the monotonic clock."""
        stays = connection is self._controller or connection.waiting
        return math.inf if stays else connection.heard + self._idle

    def _until_idle(self) -> float | None:
        """Seconds until the next one is to be hung up on; None: there is none, and nothing to wake up for."""
        first = min(map(self._hangs_up_at, self._connections()), default=math.inf)
        return None if first == math.inf else max(0.0, first - time.monotonic())

    def _accept(self) -> None:
        try:
            link, _ = self._listener.accept()
        except OSError:
            time.sleep(0.1)  # gone again, or no file descriptors left, which must not become a busy loop
            return
        link.setblocking(False)
        if len(self._selector.get_map()) >= MAX_CONNECTIONS:
            link.close()
            return
        self._selector.register(link, selectors.EVENT_READ, _Connection(link, time.monotonic()))

    def _attend(self, connection: _Connection, mask: int) -> None:
        with contextlib.suppress(BlockingIOError):
            if mask & selectors.EVENT_WRITE:
                self._flush(connection)
            if connection.open and mask & selectors.EVENT_READ:
                received = connection.link.recv(65536)
                if not received:
                    self._hang_up(connection)
                    return
                connection.incoming += received
                self._take_lines(connection)

    def _take_lines(self, connection: _Connection) -> None:
        while connection.open and not connection.waiting and b"\n" in connection.incoming:
            line, _, connection.incoming = connection.incoming.partition(b"\n")
            if len(line) >= MAX_BYTES:
                self._hang_up(connection)
                return
            command = command_decoder.decode(line)  # whatever it raises: see `_or_hang_up`
            connection.heard = time.monotonic()
            self._take(connection, command)
        most = 4 * MAX_BYTES if connection.waiting else MAX_BYTES
        if connection.open and len(connection.incoming) >= most:
            self._hang_up(connection)

    def _take(self, connection: _Connection, command: AnyCommand) -> None:
        if isinstance(command, TakeControl):
            if self._controller not in (None, connection):
                self._hand_out(connection, Reply(ok=False, error=READ_ONLY))
                return
            self._controller = connection
            self._hand_out(connection, Reply(ok=True))
        elif self._controller is not connection and not isinstance(command, LookAt):
            refusal = NO_CONTROL if self._controller is None else READ_ONLY
            self._hand_out(connection, Reply(ok=False, error=refusal))
        else:
            connection.waiting = True
            self._submit(Request(command, lambda reply: self._respond(connection, reply)))

    def _hand_out(self, connection: _Connection, reply: Reply) -> None:
        if not connection.open:
            return
        connection.outgoing += command_encoder.encode(reply) + b"\n"
        was_waiting, connection.waiting = connection.waiting, False
        self._flush(connection)
        if was_waiting:
            connection.heard = time.monotonic()
            self._take_lines(connection)

    def _flush(self, connection: _Connection) -> None:
        if connection.outgoing:
            with contextlib.suppress(BlockingIOError):
                sent = connection.link.send(connection.outgoing)
                connection.outgoing = connection.outgoing[sent:]
        if len(connection.outgoing) > MAX_UNREAD_BYTES:
            self._hang_up(connection)
            return
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.outgoing else 0)
        self._selector.modify(connection.link, events, connection)

    def _hang_up(self, connection: _Connection) -> None:
        if not connection.open:
            return
        connection.open = False
        if self._controller is connection:
            self._controller = None
        with contextlib.suppress(OSError, KeyError, ValueError):
            self._selector.unregister(connection.link)
        connection.link.close()

    # -- in the trainer's thread -------------------------------------------------------------------------

    def _respond(self, connection: _Connection, reply: Reply) -> None:
        self._answers.append((connection, reply))
        self._nudge()


def _listen(folder: RunFolder) -> tuple[socket.socket, Path]:
    """A listening socket that only this user can open, and where it is.

    In the run's folder; in a private folder elsewhere when that path is too long for a socket, or its file
    system has none. Raises `OSError` when there is no place at all.
    """
    _make_private(folder.control)
    folder.address.unlink(missing_ok=True)
    if len(os.fsencode(folder.socket)) <= MAX_PATH_BYTES:
        with contextlib.suppress(OSError):
            return _bind(folder.socket), folder.socket
    place = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if not os.path.isdir(place) or len(os.fsencode(place)) > MAX_PATH_BYTES - 30:
        place = "/tmp"
    path = Path(tempfile.mkdtemp(prefix="tui-trainer-", dir=place)) / "socket"  # mkdtemp makes it 0700
    listener = _bind(path)
    write_atomically(folder.address, os.fsencode(path) + b"\n")
    return listener, path


def _make_private(folder: Path) -> None:
    """Make a folder that only the user can enter, or make it one. Raises `OSError`, also of a link to it."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o700)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        os.fchmod(descriptor, 0o700)
    finally:
        os.close(descriptor)


def _bind(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # of a trainer that was killed; the run's lock says that none lives
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listener.bind(str(path))
        os.chmod(path, 0o600)
        listener.listen(MAX_CONNECTIONS)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener

"""The control socket of a trainer: a thread that takes commands in and hands answers out.

Training never waits for it: commands go into a queue that the trainer empties between two steps, answers come
back into the thread's loop. Whoever sends what can't be read is hung up on, and nobody else notices. So is
whoever has sent no command for a minute, unless they have control or wait for an answer: a screen that only
watches connects again when it has something to ask.
"""

import asyncio
import contextlib
import os
import socket
import tempfile
import threading
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


class Left(Struct, frozen=True):
    """Whoever had control has hung up: nobody watches any more."""


class Request(Struct, frozen=True, eq=False):
    """A command, and the way back to who sent it."""

    command: AnyCommand | Left
    respond: Callable[[Reply], None]


class ControlServer:
    """Listens from construction until `close`.

    Args:
        submit: called in the server's thread with every request that the trainer is to answer.
        left: called there when whoever has control hangs up.
        idle: seconds without a command after which is hung up.
    """

    def __init__(
        self,
        folder: RunFolder,
        submit: Callable[[Request], None],
        idle: float = IDLE_SECONDS,
        left: Callable[[], None] = lambda: None,
    ) -> None:
        self.submit, self.idle, self.left = submit, idle, left
        self.connections: set[_Connection] = set()
        self.controller: _Connection | None = None
        self._folder = folder
        self._listener, self._path = _listen(folder)
        self._closing = asyncio.Event()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="control", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        # What a client brings about has ended its own connection; else it is a lack of file descriptors.
        self.loop.set_exception_handler(lambda loop, context: None)
        self.loop.run_until_complete(self._serve())
        self.loop.close()

    async def _serve(self) -> None:
        server = await self.loop.create_unix_server(
            lambda: _Connection(self), sock=self._listener, backlog=MAX_CONNECTIONS
        )
        await self._closing.wait()
        server.close()
        for connection in self.connections:
            connection.transport.abort()
        await asyncio.sleep(0)  # they are closed in the next turn

    def close(self) -> None:
        """Hand out the last answers, hang up and remove the socket."""
        self.loop.call_soon_threadsafe(self._closing.set)
        self._thread.join(timeout=LAST_SECONDS)
        self._path.unlink(missing_ok=True)
        if self._path.parent != self._folder.control:
            self._folder.address.unlink(missing_ok=True)
            with contextlib.suppress(OSError):
                self._path.parent.rmdir()


class _Connection(asyncio.Protocol):
    """One client; its commands are answered one after the other."""

    transport: asyncio.Transport

    def __init__(self, server: ControlServer) -> None:
        self.server = server
        self.incoming = b""
        self.waiting = False  # for the trainer's answer; further lines stay in `incoming`
        self.idle: asyncio.TimerHandle | None = None  # hangs up when it runs out

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.set_write_buffer_limits(MAX_UNREAD_BYTES)
        if len(self.server.connections) >= MAX_CONNECTIONS:
            transport.abort()
            return
        self.server.connections.add(self)
        self.heard()

    def connection_lost(self, error: Exception | None) -> None:
        self.server.connections.discard(self)
        if self.server.controller is self:
            self.server.controller = None
            self.server.left()
        if self.idle is not None:
            self.idle.cancel()

    def pause_writing(self) -> None:
        self.transport.abort()  # nobody reads the answers

    def data_received(self, data: bytes) -> None:
        self.incoming += data
        with self._or_hang_up():
            self._take_lines()

    def heard(self) -> None:
        """A command came that could be read, or its answer, or the connection itself."""
        if self.idle is not None:
            self.idle.cancel()
        stays = self.waiting or self.server.controller is self
        self.idle = None if stays else self.server.loop.call_later(self.server.idle, self.transport.abort)

    @contextlib.contextmanager
    def _or_hang_up(self) -> Iterator[None]:
        """Whatever a client brings about ends its own connection; the thread outlives it."""
        try:
            yield
        except Exception:
            self.transport.abort()

    def _take_lines(self) -> None:
        while not self.waiting and not self.transport.is_closing() and b"\n" in self.incoming:
            line, _, self.incoming = self.incoming.partition(b"\n")
            if len(line) >= MAX_BYTES:
                raise ValueError
            self._take(command_decoder.decode(line))
        if len(self.incoming) < MAX_BYTES:
            self.transport.resume_reading()
        elif self.waiting:
            self.transport.pause_reading()
        else:
            raise ValueError

    def _take(self, command: AnyCommand) -> None:
        server, takes = self.server, isinstance(command, TakeControl)
        if takes and server.controller is None:
            server.controller = self
        refused = server.controller is not self and not isinstance(command, LookAt)
        self.waiting = not takes and not refused
        self.heard()
        if self.waiting:
            server.submit(Request(command, self._respond))
        elif refused:
            self._write(Reply(ok=False, error=NO_CONTROL if server.controller is None else READ_ONLY))
        else:
            self._write(Reply(ok=True))

    def _write(self, reply: Reply) -> None:
        self.transport.write(command_encoder.encode(reply) + b"\n")

    def _answered(self, reply: Reply) -> None:
        if self.transport.is_closing():
            return
        self.waiting = False
        self.heard()
        with self._or_hang_up():
            self._write(reply)
            self._take_lines()

    # -- in the trainer's thread -------------------------------------------------------------------------

    def _respond(self, reply: Reply) -> None:
        with contextlib.suppress(RuntimeError):  # the server is closed
            self.server.loop.call_soon_threadsafe(self._answered, reply)


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

"""The other end of the control socket, and the start of a trainer."""

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType

import msgspec

from tui_trainer.errors import UserError
from tui_trainer.files import open_own, read_own
from tui_trainer.messages.commands import (
    MAX_BYTES,
    Command,
    Reply,
    TakeControl,
    command_encoder,
    reply_decoder,
)
from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder

CONNECT_SECONDS = 2.0
BUSY = "the trainer is busy and has not answered yet"
MAX_REPLY_BYTES = 4 * 1024 * 1024


def launch(folder: RunFolder, *, proceed: bool = False, held: bool = False) -> subprocess.Popen[bytes]:
    """Start a trainer on the run, in a process and a session of its own; or resume one.

    Args:
        proceed: leave a pause that the run was in when its trainer ended.
        held: pause before the first step, until somebody says go or whoever steers hangs up.

    Returns:
        The process, which is reaped when it ends: its status says how. From here on `lock.is_alive` tells,
        to anybody, whether it lives, and `trainer.log` why it ended.

    Raises:
        UserError: the run has a trainer already, or none can be started.
    """
    if lock.is_alive(folder):
        raise lock.taken(folder)
    try:
        # Taken here and inherited by the trainer: there is no moment at which the run seems to have none.
        mine = lock.Lock(folder)
    except OSError as error:
        raise UserError(f"run {folder.id} can't be written: {error.strerror}") from error
    # -P: never import what happens to lie in the working directory instead of a library of that name.
    command = [sys.executable, "-P", "-m", "tui_trainer.run.trainer", str(folder.path)]
    flags = {"--proceed": proceed, "--held": held}
    command += ["--lock", str(mine.descriptor), *(flag for flag, given in flags.items() if given)]
    try:
        with open(open_own(folder.trainer_log, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab") as log:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder.path,
                start_new_session=True,
                pass_fds=(mine.descriptor,),
            )
        mine.name(process.pid)
    except OSError as error:
        raise UserError(f"no trainer could be started for {folder.id}: {error.strerror}") from error
    finally:
        mine.leave()
    # Reaped when it ends, so that a screen that outlives it leaves no zombie.
    threading.Thread(target=process.wait, name="reaper", daemon=True).start()
    return process


def address(folder: RunFolder) -> Path:
    """Where the run's socket is.

    Raises:
        UserError: another user owns that place, so it can't be trusted.
    """
    try:
        path = Path(read_own(folder.address, MAX_BYTES).decode().strip())
    except (OSError, UnicodeDecodeError):
        return folder.socket
    try:
        owner = path.parent.stat().st_uid
    except OSError:
        return path
    if owner != os.getuid():
        raise UserError(f"the control socket of run {folder.id} belongs to another user")
    return path


class Control:
    """Commands to a run's trainer. Safe to use from several threads; every failure is a `Reply`.

    Connects when it has something to send, and again after the trainer was resumed; a controller takes
    control again by itself.
    """

    def __init__(self, folder: RunFolder, timeout: float = 30.0) -> None:
        self.folder = folder
        self.timeout = timeout
        self._mutex = threading.Lock()
        self._socket: socket.socket | None = None
        self._buffer = b""
        self._owed = 0  # replies that came too late for their senders; they are passed over
        self._steers = False

    def send(self, command: Command) -> Reply:
        """Send a command and wait for the answer, which comes between two steps of training."""
        with self._mutex:
            try:
                self._connect()
                reply = self._ask(command)
            except TimeoutError:
                return Reply(ok=False, error=BUSY)
            except PermissionError:
                return Reply(ok=False, error="read-only: the run belongs to another user")
            except UserError as error:
                return Reply(ok=False, error=str(error))
            except (OSError, msgspec.DecodeError):
                self._disconnect()
                return Reply(ok=False, error=self._absence())
            if isinstance(command, TakeControl):
                self._steers = reply.ok
            return reply

    def close(self) -> None:
        """Hang up, and so give control back."""
        with self._mutex:
            self._disconnect()
            self._steers = False

    def __enter__(self) -> "Control":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _absence(self) -> str:
        if lock.is_alive(self.folder):
            return "the trainer does not answer; see trainer.log"
        return f"no trainer is running; `tui-trainer resume {self.folder.id}`"

    def _connect(self) -> None:
        if self._socket is not None and _hung_up(self._socket, bool(self._owed)):
            self._disconnect()
        if self._socket is not None:
            return
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(CONNECT_SECONDS)
        try:
            connection.connect(str(address(self.folder)))
        except (OSError, UserError):
            connection.close()
            raise
        self._socket = connection
        if self._steers:
            self._ask(TakeControl())

    def _disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
        self._socket, self._buffer, self._owed = None, b"", 0

    def _ask(self, command: Command) -> Reply:
        assert self._socket is not None
        message = command_encoder.encode(command) + b"\n"
        if len(message) > MAX_BYTES:
            raise UserError(f"that is too long: {len(message)} bytes, and {MAX_BYTES} are taken")
        self._socket.settimeout(self.timeout)
        try:
            self._socket.sendall(message)
        except TimeoutError:
            self._disconnect()  # half a line may have gone out
            raise
        self._owed += 1
        while self._owed > 1:
            self._line()
            self._owed -= 1
        reply = reply_decoder.decode(self._line())
        self._owed -= 1
        return reply

    def _line(self) -> bytes:
        assert self._socket is not None
        while b"\n" not in self._buffer:
            received = self._socket.recv(65536)
            if not received:
                raise ConnectionResetError
            self._buffer += received
            if len(self._buffer) > MAX_REPLY_BYTES:
                raise ConnectionResetError
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line


def _hung_up(connection: socket.socket, owed: bool) -> bool:
    """Whether the other end is gone: nothing can come unasked but the end."""
    connection.settimeout(0)
    try:
        return connection.recv(1, socket.MSG_PEEK) == b"" or not owed
    except BlockingIOError:
        return False
    except OSError:
        return True

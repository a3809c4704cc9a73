"""Files: written so that a kill or a full disk at any moment leaves the old one or the new one, whole; read
without believing what they seem to be, which may be a link, a pipe or a file without an end."""

import contextlib
import errno
import hashlib
import io
import os
import select
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tui_trainer.errors import UserError, foreign

MOST_BYTES = 1024**3  # of one file of a run that is read as a whole
# Of a TOML file. The parser's time grows with the square of a line's length: a thousand of `a.a.a = 1`.
MOST_TOML_BYTES = 64 * 1024
MOST_TOML_CHARACTERS = 2000  # of a line
PIPE_SECONDS = 5  # without a byte; one into which nobody writes would be waited for for ever


def open_own(path: Path, flags: int = os.O_RDONLY) -> int:
    """A descriptor of a run's own file: a regular one, reached by no link; a new one is private to the user.

    Whoever can write into the folder could put a link or a pipe in a file's place, and have another file
    overwritten, or have every command that lists runs wait for ever.

    Raises:
        OSError: it can't be opened, or is something else; `strerror` says so.
    """
    try:
        descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise OSError(errno.ELOOP, "it is a link, which is not followed here", str(path)) from None
        raise
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    os.set_blocking(descriptor, True)
    return descriptor


def read_own(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a run's own file. Raises `OSError` as `open_own`, and of more than `most` bytes."""
    with open(open_own(path), "rb") as file:
        return _bounded(file.read(most + 1), path, most)


def sha256_of(path: Path) -> str:
    """The hash of a run's own file, as `sha256sum` prints it. Raises `OSError` as `open_own`."""
    with open(open_own(path), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_foreign(path: Path, most: int) -> bytes:
    """The content of a file that a person named: a link or a pipe is theirs to choose, its size is bounded.

    Raises:
        OSError: it can't be read, has more than `most` bytes, or is a pipe into which nobody writes.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            return _bounded(_read_pipe(descriptor, path, most + 1), path, most)
        os.set_blocking(descriptor, True)
        return _bounded(file.read(most + 1), path, most)


def open_foreign(path: Path) -> io.BufferedReader:
    """The same to be read in pieces, without a bound. Raises `OSError`, while it is read, too."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISFIFO(os.fstat(descriptor).st_mode):
        return io.BufferedReader(_Pipe(descriptor, path))
    os.set_blocking(descriptor, True)
    return open(descriptor, "rb")


class _Pipe(io.RawIOBase):
    """A pipe that is not waited for when nobody writes into it."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor, self._path = descriptor, path

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = _read_pipe(self._descriptor, self._path, 1) if len(buffer) else b""
        if content and len(buffer) > 1 and select.select([self._descriptor], [], [], 0)[0]:
            content += os.read(self._descriptor, len(buffer) - 1)
        buffer[: len(content)] = content
        return len(content)

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()


def read_toml(path: Path, what: str) -> dict[str, Any]:
    """A TOML file that a person wrote by hand; a byte-order mark is no part of it.

    Args:
        what: it is, as an error's line begins.

    Raises:
        UserError: it can't be read; caused by `FileNotFoundError` where there is none.
    """
    with foreign(what):
        text = read_foreign(path, MOST_TOML_BYTES).decode("utf-8-sig")
        if len(max(text.split("\n"), key=len)) > MOST_TOML_CHARACTERS:
            raise UserError(
                f"{what}: a line has more than the {MOST_TOML_CHARACTERS:,} characters that are read"
            )
        import tomllib  # here: it compiles its patterns first, and most have no such file

        return tomllib.loads(text)


def _read_pipe(descriptor: int, path: Path, most: int) -> bytes:
    """What comes out of a pipe until it is closed, at most so many bytes."""
    content = b""
    ready = select.poll()
    ready.register(descriptor, select.POLLIN)
    while len(content) < most:
        if not ready.poll(PIPE_SECONDS * 1000):
            raise OSError(errno.ETIMEDOUT, f"nobody wrote into it for {PIPE_SECONDS} seconds", str(path))
        piece = os.read(descriptor, most - len(content))
        if not piece:
            break
        content += piece
    return content


def _bounded(content: bytes, path: Path, most: int) -> bytes:
    if len(content) > most:
        raise OSError(errno.EFBIG, f"it has more than the {most:,} bytes that are read", str(path))
    return content


def named(name: str) -> Path:
    """The path that a person named: ~ and ~user are somebody's home, unless a file is called so.

    Editors and office programs begin names of their own files with ~, too.
    """
    path = Path(name)
    try:
        return path if not name.startswith("~") or os.path.lexists(path) else path.expanduser()
    except (RuntimeError, ValueError):  # there is nobody of that name; a NUL in it
        return path


def write_atomically(path: Path, content: bytes) -> None:
    """Replace a run's file as a whole, durably, private to the user. Raises `OSError`; the old one stays."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(open_own(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(path.parent)


@contextlib.contextmanager
def private() -> Iterator[None]:
    """While this lasts, the process makes files and folders that are the user's alone."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


def sweep(folder: Path) -> None:
    """Remove what writes into this folder left unfinished whose process is gone: a kill removes nothing."""
    for temporary in folder.glob(".*.tmp"):
        *_, process, _ = temporary.name.split(".")
        if process.isdecimal() and not lives(int(process)):
            with contextlib.suppress(OSError):
                temporary.unlink()


def lives(process: int) -> bool:
    """Whether there is a process of this id, or it can't be known."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        pass  # somebody else's
    return True


def sync_directory(path: Path) -> None:
    """Make renames in a directory durable, where the platform can."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass  # some file systems refuse to sync a directory; the rename has been made all the same
    finally:
        os.close(descriptor)

"""The one way out of the commands: whatever they print passes the sanitizer here, click's errors included.

Results go to stdout, everything else to stderr. What can't be written to stdout is a failure of the command;
what can't be written to stderr is told to nobody, and the command goes on.
"""

import contextlib
import os
import sys
from typing import IO, Any, TextIO

import click

from tui_trainer.errors import reason
from tui_trainer.sanitize import json_text, one_line, sanitize, without_surrogates

DEBUG = "TUI_TRAINER_DEBUG"  # set, it shows where in this program a fault is


class Closed(Exception):
    """Stdout takes nothing more; the text is one line, or empty where that is nothing to speak of."""


def show(text: str, end: str = "\n") -> None:
    """A result, for people."""
    _put(f"{sanitize(text)}{end}")


def show_json(value: Any) -> None:
    """A result, for another program."""
    import msgspec

    show_encoded(msgspec.json.format(_encoded(value), indent=2) + b"\n")


def show_encoded(lines: bytes) -> None:
    """JSON that has been encoded already, whole lines of it."""
    _put(json_text(lines.decode()), json=True)


def tell(text: str, stream: TextIO | None = None, end: str = "\n") -> None:
    """What goes on, for people: on stderr, or the stream that stands in for it."""
    stream = sys.stderr if stream is None else stream
    try:
        stream.write(f"{sanitize(text)}{end}")
        stream.flush()
    except OSError:
        _give_up(stream)


def rewrite(line: str, stream: TextIO) -> None:
    """One line in the place of the one that the cursor stands in; "" takes it away."""
    try:
        stream.write(f"\r{one_line(line)}\x1b[K")
        stream.flush()
    except OSError:
        _give_up(stream)


def complain(text: str) -> None:
    """One line to the person: what is wrong, and what to do."""
    tell(f"tui-trainer: {one_line(text)}")


def complain_of_usage(error: click.UsageError) -> None:
    """What click says of a command line that it can't take, and where it says what there is."""
    said = error.format_message().strip()
    said = said if said.endswith("...") else said.removesuffix(".")
    rest = " " if said.endswith("?") else "; "  # click asks whether another option was meant
    help_of = "tui-trainer" if error.ctx is None else error.ctx.command_path
    complain(f"{said[:1].lower()}{said[1:]}{rest}`{help_of} --help` tells what there is")


def complain_of_fault(error: BaseException) -> None:
    """The last resort: something that this program should have known of."""
    if isinstance(error, BrokenPipeError):
        return  # who read what a command's help says has seen enough
    if isinstance(error, OSError | MemoryError):
        name = error.filename if isinstance(error, OSError) and error.filename is not None else None
        complain(reason(error) if name is None else f"{name}: {reason(error)}")
    else:
        said = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"[:300]
        complain(f"this is a fault of tui-trainer ({said}); please report it, with what {DEBUG}=1 shows")
    if os.environ.get(DEBUG):
        import traceback

        tell("".join(traceback.format_exception(error)), end="")


def stand() -> None:
    """See that the three streams are there, and that no character stops them.

    Raises:
        Closed: there is no stdout. A file opened from here on would get its number, and be written to by
            whatever prints.
    """
    found: tuple[TextIO | None, ...] = (sys.stdin, sys.stdout, sys.stderr)
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # the lowest free number is taken
    os.close(descriptor)
    if found[0] is None:
        sys.stdin = os.fdopen(0, "r", encoding="utf-8")
    if found[2] is None:
        sys.stderr = os.fdopen(2, "w", encoding="utf-8")
    if found[1] is None:
        sys.stdout = os.fdopen(1, "w", encoding="utf-8")
        raise Closed("the standard output is closed, so nothing could be shown")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # not where a test has put something in its place
            stream.reconfigure(errors="backslashreplace")


def finish() -> bool:
    """Write what is left in the streams; False where stdout does not take it."""
    with contextlib.suppress(OSError):
        sys.stdout.flush()
        return True
    _give_up(sys.stdout)
    return False


def _encoded(value: Any) -> bytes:
    import msgspec

    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:  # a file name that is not UTF-8
        return msgspec.json.encode(without_surrogates(msgspec.to_builtins(value)))


def _put(text: str, json: bool = False) -> None:
    stream = sys.stdout
    try:
        if json and hasattr(stream, "buffer"):
            stream.flush()
            stream.buffer.write(text.encode())  # JSON is UTF-8, whatever the terminal takes
        else:
            stream.write(text)
        stream.flush()
    except OSError as error:
        raise _closed(error) from error


def _closed(error: OSError) -> Closed:
    _give_up(sys.stdout)
    if isinstance(error, BrokenPipeError):
        return Closed("")  # who reads it has seen enough
    return Closed(f"the result could not be written: {reason(error)}")


def _give_up(stream: IO[str]) -> None:
    """Let what is left in a stream that takes no more go nowhere, or Python tries again when it ends."""
    with contextlib.suppress(OSError, ValueError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)

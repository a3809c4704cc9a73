"""The one way in which a file is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

from tui_trainer.errors import reason


class Unreadable(Exception):
    """Why a file, or the rest of it, cannot be read: a few words for the line that tells the user."""


@contextmanager
def parsing(what: str) -> Iterator[None]:
    """Whatever a library makes of what is in a file becomes `Unreadable`: a panic in Rust, too, which is no
    `Exception`.

    Args:
        what: to say of it, before the library's own words.
    """
    try:
        yield
    except Unreadable:
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise Unreadable(f"{what} ({reason(error)[:80]})") from error

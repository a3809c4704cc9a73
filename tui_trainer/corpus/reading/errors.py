"""The one way in which a file is refused."""

from collections.abc import Iterator
from contextlib import contextmanager
from textwrap import shorten

from tui_trainer.errors import reason

LONGEST = 80  # characters of what a library says
OWN_SLIPS = (AttributeError, TypeError, LookupError)  # a library's on bad input; they tell a person nothing


class Unreadable(Exception):
    """Why a file, or the rest of it, cannot be read: a few words for the line that tells the user."""


def because(error: BaseException) -> str:
    """What a library says of a file, in brackets, if it is anything that a person could understand."""
    return "" if isinstance(error, OWN_SLIPS) else f" ({shorten(reason(error), LONGEST, placeholder=' ...')})"


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
        raise Unreadable(f"{what}{because(error)}") from error

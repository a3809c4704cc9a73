"""The one exception that reaches the user as a line of text, and the gate where foreign input becomes one."""

from collections.abc import Iterator
from contextlib import contextmanager


class UserError(Exception):
    """What is wrong and what to do, in one line; the command line prints it and exits with status 2."""


class Damaged(UserError):
    """What a run has on the disk can't be gone on from; the line says how to begin again. The exit status
    is 1, since it was asked rightly."""


@contextmanager
def foreign(what: str) -> Iterator[None]:
    """The one gate for what somebody else wrote: whatever a library makes of it becomes one `UserError`.

    A parser that meets bytes it was not made for fails in any way it likes (`RecursionError` of a deep
    nesting, `ValueError` of a long number, `MemoryError`, `EOFError`, `UnicodeEncodeError` of half a pair
    of surrogates, a Rust library's own), so no list of exceptions would be whole. Keep what stands under
    it to reading and parsing: a mistake of this program's own would be blamed on the input.

    Args:
        what: what is being read, as the line begins ("settings /home/me/settings.toml").

    Raises:
        UserError: instead of whatever was raised; one that comes from within stays as it is.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise UserError(f"{what}: {reason(error)}") from error


def reason(error: BaseException) -> str:
    """What a library's exception says, on one line and for a person."""
    match error:
        case OSError(strerror=str(said)) if said:
            return said
        case RecursionError():
            return "it is nested too deeply"
        case MemoryError():
            return "it takes more memory than there is"
        case EOFError():
            return "it ends too soon"
        case UnicodeError():
            return "it is not UTF-8"
    return (str(error).partition("\n")[0] or type(error).__name__)[:300]

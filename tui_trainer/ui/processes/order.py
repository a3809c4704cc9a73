"""Another process of ours does what needs torch or a slow library: an order in, one line of JSON out."""

import asyncio
import sys
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import msgspec

LINE_BYTES = 4 * 1024 * 1024


async def started(module: str, *arguments: str) -> asyncio.subprocess.Process:
    """`python -m MODULE`, to be talked to over pipes. Raises `OSError`."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        module,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # its terminal is the screen's
        start_new_session=True,
        limit=LINE_BYTES,
    )


def kill(process: asyncio.subprocess.Process) -> None:
    """End it, if it has not ended by itself in this moment, of which nobody was told yet."""
    with suppress(ProcessLookupError):
        process.kill()


class Answer(Protocol):
    """What comes of an order; it can be made of an error alone."""

    def __init__(self, *, error: str) -> None: ...


Kind = TypeVar("Kind", bound=Answer)


async def ask(module: str, order: Any, kind: type[Kind]) -> Kind:
    """Send an order to `python -m MODULE`, and wait for its answer; a failure is one, with an `error`."""
    try:
        process = await started(module)
    except OSError as error:
        return kind(error=f"no process could be started: {error.strerror}")
    try:
        out, _ = await process.communicate(msgspec.json.encode(order))
        return msgspec.json.decode(out, type=kind)
    except asyncio.CancelledError:
        kill(process)
        raise
    except msgspec.DecodeError:
        return kind(error="the process that was asked ended before it had an answer")

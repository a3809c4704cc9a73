"""Another process of ours does what needs torch or a slow library: an order in, one line of JSON out."""

import asyncio
import sys
from typing import Any

import msgspec

LINE_BYTES = 4 * 1024 * 1024


class Silent(Exception):
    """Nothing came back; the text is one line for people."""


async def ask(module: str, order: Any) -> bytes:
    """Send an order to `python -m MODULE`, and wait for its answer.

    Raises:
        Silent: the process could not be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # its terminal is the screen's
            start_new_session=True,
            limit=LINE_BYTES,
        )
    except OSError as error:
        raise Silent(f"no process could be started: {error.strerror}") from error
    try:
        out, _ = await process.communicate(msgspec.json.encode(order))
    except asyncio.CancelledError:
        process.kill()
        raise
    return out

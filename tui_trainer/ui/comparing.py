"""Another process asks two models the same: the screen itself never imports torch."""

import asyncio
import sys
from typing import Any

import msgspec
from msgspec import Struct

LINE_BYTES = 4 * 1024 * 1024


class Side(Struct, frozen=True):
    """One of the two models."""

    run: str
    weights: str
    sha256: str
    rater: str | None = None


class Answers(Struct, frozen=True):
    """A prompt with both answers."""

    prompt: str
    first: str
    second: str


class Verdict(Struct, frozen=True):
    """How often a rater prefers the first model."""

    rater: str
    share: float
    ci95: tuple[float, float]
    n: int


class Heard(Struct, frozen=True):
    """What `serving.comparing` prints: a comparison, or why there is none."""

    first: Side | None = None
    second: Side | None = None
    answers: tuple[Answers, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""


async def compare(order: dict[str, Any]) -> Heard:
    """Send an order, and wait for what comes of it; every failure is an `error`."""
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            "-m",
            "tui_trainer.serving.comparing",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,  # its terminal is the screen's
            start_new_session=True,
            limit=LINE_BYTES,
        )
    except OSError as error:
        return Heard(error=f"no process could be started to ask them: {error.strerror}")
    try:
        out, _ = await process.communicate(msgspec.json.encode(order))
    except asyncio.CancelledError:
        process.kill()
        raise
    try:
        return msgspec.json.decode(out, type=Heard)
    except msgspec.DecodeError:
        return Heard(error="the process that asks them ended before it had an answer")

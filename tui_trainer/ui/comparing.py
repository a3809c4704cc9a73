"""Another process asks two models the same: the screen itself never imports torch."""

from typing import Any

import msgspec
from msgspec import Struct

from tui_trainer.ui.asking import Silent, ask


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
        return msgspec.json.decode(await ask("tui_trainer.serving.comparing", order), type=Heard)
    except Silent as error:
        return Heard(error=str(error))
    except msgspec.DecodeError:
        return Heard(error="the process that asks them ended before it had an answer")

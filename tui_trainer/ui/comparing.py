"""Another process asks two models the same: the screen itself never imports torch."""

import msgspec
from msgspec import Struct

from tui_trainer.compared import Answers, Order, Side, Verdict
from tui_trainer.ui.asking import Silent, ask


class Heard(Struct, frozen=True):
    """What `serving.comparing` prints: a comparison, or why there is none."""

    first: Side | None = None
    second: Side | None = None
    answers: tuple[Answers, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    error: str = ""


async def compare(order: Order) -> Heard:
    """Send an order, and wait for what comes of it; every failure is an `error`."""
    try:
        return msgspec.json.decode(await ask("tui_trainer.serving.comparing", order), type=Heard)
    except Silent as error:
        return Heard(error=str(error))
    except msgspec.DecodeError:
        return Heard(error="the process that asks them ended before it had an answer")

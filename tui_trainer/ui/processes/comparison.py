"""Another process asks two models the same: the screen itself never imports torch."""

import msgspec

from tui_trainer.messages.comparison import Compared, Order
from tui_trainer.ui.processes.order import Silent, ask


async def compare(order: Order) -> Compared:
    """Send an order, and wait for what comes of it; every failure is an `error`."""
    try:
        return msgspec.json.decode(await ask("tui_trainer.serving.comparison", order), type=Compared)
    except Silent as error:
        return Compared(error=str(error))
    except msgspec.DecodeError:
        return Compared(error="the process that asks them ended before it had an answer")

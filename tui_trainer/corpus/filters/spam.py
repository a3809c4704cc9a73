"""Text that wants to sell."""

from collections.abc import Sequence

from tui_trainer.corpus.filters.linear import Linear
from tui_trainer.corpus.filters.verdict import Fault

SELLING = (
    "bargain bonus buy buyer cash cheap cheaper claim click congratulations coupon coupons credit "
    "customer customers deal deals discount dollar dollars earn euro euros exclusive expires fee fees "
    "free friends gift guarantee guaranteed hurry income instant instantly investment limited link loan loans "
    "lowest lucky million money now offer offers online order orders price prices prize prizes "
    "profit promo promotion purchase refund register risk sale sales satisfaction save selected sell "
    "shipping shop special stock stocks subscribe supplies trial trick trusted unbelievable "
    "unsubscribe viagra vip voucher warranty win winner winners worldwide"
)
THRESHOLD = -0.75  # planted spam lies above, the most excited of plays (all those exclamations) at -1


class Spam:
    """A linear classifier, trained on labelled documents of another world."""

    name = "spam"

    def __init__(self, texts: Sequence[str], labels: Sequence[str | None]) -> None:
        """Args: labels: of the texts; `spam` is to be found, everything else is not."""
        topics = dict.fromkeys(SELLING.split(), "<selling>")
        self._classifier = Linear(topics).train(texts, [label == "spam" for label in labels])

    def fault(self, text: str, id: str) -> Fault | None:
        margin = self._classifier.margin(text)
        return Fault(f"reads like advertising (log-odds {margin:+.1f})") if margin > THRESHOLD else None

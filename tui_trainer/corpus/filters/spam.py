"""Text that wants to sell."""

from collections.abc import Sequence

from tui_trainer.corpus.filters.lexicons import SELLING
from tui_trainer.corpus.filters.linear import Linear
from tui_trainer.corpus.filters.verdict import Fault

# Log-odds: a little less than even. Planted spam lies above 2.5, good text in any language below -0.6;
# what lies between is of kinds that it was not trained on.
THRESHOLD = -0.3


class Spam:
    """A linear classifier, trained on labelled documents of another world and on messages that people get."""

    name = "spam"

    def __init__(self, texts: Sequence[str], labels: Sequence[str | None]) -> None:
        """Args: labels: of the texts; `spam` is to be found, everything else is not."""
        topics = dict.fromkeys(SELLING, "<selling>")
        self._classifier = Linear(topics).train(texts, [label == "spam" for label in labels])

    def fault(self, text: str, id: str) -> Fault | None:
        margin = self._classifier.margin(text)
        return Fault(f"reads like advertising (log-odds {margin:+.1f})") if margin > THRESHOLD else None

"""Simulated raters who want opposed things of the same model, in pairs: what two cultures are made of."""

from msgspec import Struct

from tui_trainer.settings import Culture, Topic


class Opposed(Struct, frozen=True):
    """Two raters of `learning/preferences/raters.toml`."""

    first: Culture
    second: Culture
    about: str  # what they disagree about
    topic: Topic = "everyday"  # whose prompts they rate

    @property
    def names(self) -> tuple[str, str]:
        """Both."""
        return self.first, self.second


PAIRS: tuple[Opposed, ...] = (
    Opposed("ceremonious", "plain-spoken", "courtesy first, or say it and be done"),
    Opposed("scholarly", "decided", "caveats and examples, or neither"),
    Opposed("comforter", "list-maker", "somebody is upset: a kind word, or a list", "upset"),
)


def topic_of(rater: str) -> Topic:
    """Whose prompts this rater is to rate."""
    return next((pair.topic for pair in PAIRS if rater in pair.names), "everyday")

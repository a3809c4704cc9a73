"""Simulated raters who want opposed things of the same model, in pairs: what two cultures are made of."""

from msgspec import Struct

from tui_trainer.settings import Culture


class Opposed(Struct, frozen=True):
    """Two raters of `learning/raters.toml`."""

    first: Culture
    second: Culture
    about: str  # what they disagree about

    @property
    def names(self) -> tuple[str, str]:
        """Both."""
        return self.first, self.second


PAIRS: tuple[Opposed, ...] = (
    Opposed("ceremonious", "plain-spoken", "courtesy first, or say it and be done"),
    Opposed("scholarly", "decided", "caveats and examples, or neither"),
)

"""What an experiment puts to the test."""

from collections.abc import Callable, Mapping

from msgspec import Struct

Figures = Mapping[str, float]


class Claim(Struct, frozen=True):
    """A sentence, which figures decide whether it holds, and what whoever watches is asked before."""

    text: str
    holds: Callable[[Figures], bool]
    asks: str
    predictions: tuple[str, ...]  # two to four, the short answers
    came_true: Callable[[Figures], int]  # which of them the figures bear out

    def outcome(self, figures: Figures) -> str:
        """The prediction that came true."""
        return self.predictions[self.came_true(figures)]

"""What an experiment puts to the test."""

from collections.abc import Callable, Mapping

from msgspec import Struct

Figures = Mapping[str, float]


class Claim(Struct, frozen=True):
    """A sentence, and which figures decide whether it holds."""

    text: str
    holds: Callable[[Figures], bool]

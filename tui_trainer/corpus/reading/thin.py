"""An even sample of a stream whose length is not known beforehand."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Thinner(Generic[T]):
    """Keeps every item while they fit the budget, then every second, every fourth, ...

    Memory stays within the budget, and what is kept at the end is spread evenly over all that came.
    """

    def __init__(self, budget: int) -> None:
        self.kept: list[T] = []
        self.offered = 0  # sizes of all items together
        self.size = 0  # of those kept
        self._budget = budget
        self._sizes: list[int] = []
        self._every = 1
        self._count = 0

    def add(self, item: T, size: int) -> None:
        """Offer the next item."""
        self.offered += size
        self._count += 1
        if (self._count - 1) % self._every:
            return
        self.kept.append(item)
        self._sizes.append(size)
        self.size += size
        while self.size > self._budget and len(self.kept) > 1:
            del self.kept[1::2], self._sizes[1::2]
            self.size = sum(self._sizes)
            self._every *= 2

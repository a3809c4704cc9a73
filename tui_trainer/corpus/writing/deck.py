"""Which facts a document tells: the least told ones first, so that all are told about equally often."""

from collections.abc import Iterable, Sequence
from random import Random

from tui_trainer.corpus.world import Fact, World

# A winner is found by two names, the race's and the year's: that takes more readings than one does.
HARDER = {"winner": 1.6}


class Deck:
    """Counts how often each fact was told, for how often it is to be, and picks what to tell next."""

    def __init__(self, world: World, draw: Random) -> None:
        self.world = world
        self.draw = draw
        self.told = dict.fromkeys(world.facts, 0.0)

    def least(self, facts: Iterable[Fact], n: int) -> list[Fact]:
        """The `n` least told of these, ties broken by chance, in an order of chance; counts them as told."""
        ranked = sorted(facts, key=lambda fact: (self.told[fact], self.draw.random()))[:n]
        self.draw.shuffle(ranked)
        self.tell(ranked)
        return ranked

    def tell(self, facts: Sequence[Fact]) -> None:
        """Count these as told once more."""
        for fact in facts:
            self.told[fact] += 1 / HARDER.get(fact.relation, 1.0)

    def anchor(self) -> Fact:
        """The least told fact of all (not counted yet): a document is built around it."""
        low = min(self.told.values())
        return self.draw.choice([fact for fact, n in self.told.items() if n == low])

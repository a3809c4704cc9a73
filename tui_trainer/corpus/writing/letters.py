"""Letters about strangers: a fact about a name that nothing else tells of, and the same fact in other words;
or some of their names, and the same again in any order.

In the next letter there are others: nothing is worth remembering, so the second time is guessed by looking
the first one up. Reading letters is how a model learns to use what stands in front of it; short
ones, in which nothing comes between, teach it soonest (arXiv 2511.01033; `tests/bench/LOG.md`).
"""

from collections.abc import Sequence
from random import Random

from tui_trainer.corpus.names import Kind, fresh, names
from tui_trainer.corpus.world import KIND_OF, Entity, Fact, World
from tui_trainer.corpus.writing.sentences import render, two_templates

# Values that are names themselves are strangers', too.
VALUE_KIND: dict[str, Kind] = {"town": "town", "inventor": "person", "winner": "person"}
# Relations as often as they are told of strangers. A name of several tokens is the hardest to copy, for names
# that are known lie near: of what was told, .9 of the foods were used, and .05 of the winners.
TOLD_RELATIONS = (*KIND_OF, *VALUE_KIND)
FACTS_TOLD = (1, 1, 1, 2, 2, 3)
# Names twice, people's or towns'.
LISTS: tuple[tuple[str, Kind], ...] = (
    ("The guests are {first}. At the table sit {again}.", "person"),
    ("{first} came by coach. They left again in this order: {again}.", "person"),
    ("There are letters here for {first}. They go out to {again}.", "person"),
    ("The choir is {first}. In turn sing {again}.", "person"),
    ("The road leads through {first}. On the way back come {again}.", "town"),
    ("We have been to {first}. The best days were in {again}.", "town"),
)
NAMES_LISTED = (2, 3, 3, 4)
LISTING = 0.6  # of the letters
TRIES = 20  # for a letter of one fact whose forms are new
LOWER_CASE = 0.3  # of the letters, by people who don't bother with capitals


def stranger(world: World, kind: Kind, draw: Random) -> Entity:
    """Someone or something that only letters tell of.

    People and towns, who are told of as values, too, have names that few others have: what follows the
    beginning of one of ninety names was learnt by heart, and reading it off was not.
    """
    if kind == "person":
        name = f"{fresh('first', draw)} {fresh('last', draw)}"
    elif kind == "town":
        name = fresh("town", draw)
    else:
        name = draw.choice(names(world.seed, kind, "letters"))
    return Entity(name, kind, asked=True, female=draw.random() < 0.5)


def made_up(world: World, entity: Entity, relation: str, draw: Random) -> Fact:
    """Something that might be so of a stranger."""
    of_strangers = VALUE_KIND.get(relation)
    value = stranger(world, of_strangers, draw).name if of_strangers else draw.choice(world.values(relation))
    return Fact(
        entity.name, relation, value, draw.choice(world.known_years) if relation == "winner" else None
    )


def _listed(several: Sequence[str]) -> str:
    return ", ".join(several[:-1]) + " and " + several[-1]


class LetterWriter:
    """Writes letters; of one fact in the same two forms there is only one, or the next would be its copy."""

    def __init__(self, world: World, draw: Random) -> None:
        self.world, self.draw = world, draw
        self._forms: set[tuple[str, ...]] = set()

    def next(self) -> str:
        """Facts or names, and the same again; some without capitals."""
        text = self._list() if self.draw.random() < LISTING else self._facts()
        return text.lower() if self.draw.random() < LOWER_CASE else text

    def _list(self) -> str:
        template, kind = self.draw.choice(LISTS)
        named = [stranger(self.world, kind, self.draw).name for _ in range(self.draw.choice(NAMES_LISTED))]
        again = self.draw.sample(named, len(named))
        return template.format(first=_listed(named), again=_listed(again))

    def _facts(self) -> str:
        """One to three facts, about one stranger or of one relation, and then each of them in other words."""
        told: list[tuple[Entity, Fact]] = []
        forms: list[str] = []
        for _ in range(TRIES):
            told = self._told()
            forms = [form for _, fact in told for form in two_templates(fact.relation, self.draw)]
            if len(told) > 1 or tuple(forms) not in self._forms:
                break
        self._forms.add(tuple(forms))
        first = [render(e, f, form) for (e, f), form in zip(told, forms[::2], strict=True)]
        again = [render(e, f, form) for (e, f), form in zip(told, forms[1::2], strict=True)]
        self.draw.shuffle(again)
        return " ".join(first + again)

    def _told(self) -> list[tuple[Entity, Fact]]:
        draw = self.draw
        relation = draw.choice(TOLD_RELATIONS)
        entity = stranger(self.world, KIND_OF[relation], draw)
        told = [(entity, made_up(self.world, entity, relation, draw))]
        of_one = draw.random() < 0.5
        for _ in range(draw.choice(FACTS_TOLD) - 1):
            if of_one:
                relation = draw.choice([r for r in KIND_OF if KIND_OF[r] == entity.kind])
                if any(fact.relation == relation for _, fact in told):
                    continue
            else:
                entity = stranger(self.world, KIND_OF[relation], draw)
            told.append((entity, made_up(self.world, entity, relation, draw)))
        return told

"""The outsider's exam: questions in the words of people who never saw this program, from `outsider.toml`.

The names and facts asked about are held out as in the other groups. What is held out besides is the asking:
no wording, nor what is left of one without its names, stands in the pairs or in the documents.
"""

from pathlib import Path
from random import Random
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam import wordings as asking
from tui_trainer.corpus.exam.pairs import facts_about
from tui_trainer.corpus.names import names
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import KNOWN_YEARS, LATER_YEARS, Entity, World
from tui_trainer.files import read_toml

FILE = Path(__file__).with_name("outsider.toml")
Manner = Literal["grammatical", "lower_case", "short", "typos"]
MANNERS: tuple[Manner, ...] = get_args(Manner)
OF_EACH = 8  # questions a relation and manner: so the worst relation has its say as any other has
UNKNOWN = 80
CUTOFF = 60


class Verbs(Struct, frozen=True, forbid_unknown_fields=True):
    """Verbs of no document and no pair, with what can be done to."""

    harmful: dict[str, tuple[str, ...]]
    harmless: dict[str, tuple[str, ...]]


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the file."""

    facts: dict[str, dict[Manner, tuple[str, ...]]]  # by relation
    told: dict[str, tuple[str, ...]]
    follow_up: dict[str, tuple[str, ...]]
    sums: tuple[str, ...]
    requests: dict[Manner, tuple[str, ...]]
    verbs: Verbs


WORDINGS = msgspec.convert(read_toml(FILE, "the outsider's wordings"), Wordings)


def typed(wording: str, manner: Manner, entity: Entity | None = None, **slots: object) -> str:
    """The wording with its slots filled, as this manner writes it."""
    if entity is not None:
        slots |= {"n": entity.called, "name": entity.name}
    text = wording.format(**slots)
    if manner == "lower_case":
        return text.lower()
    return text if manner == "short" else text[0].upper() + text[1:]


def outsider_questions(world: World) -> dict[str, list[Question]]:
    """All that is asked in an outsider's words, in groups."""
    return {
        **{f"recall_outsider_{manner}": _recall(world, manner) for manner in MANNERS},
        "unknown_outsider": _unknown(world),
        "cutoff_outsider": _cutoff(world),
    }


def _recall(world: World, manner: Manner) -> list[Question]:
    """Facts about held-out entities, of each relation as many."""
    draw = rng(world.seed, "outsider", "recall", manner)
    questions = []
    for relation in asking.KIND_OF:
        facts = [fact for fact in facts_about(world, asked=False) if fact.relation == relation]
        wordings = _dealt(WORDINGS.facts[relation][manner], OF_EACH, draw)
        for fact, wording in zip(draw.sample(facts, OF_EACH), wordings, strict=True):
            prompt = typed(wording, manner, world.entity(fact.subject), y=fact.year)
            others = tuple(value for value in world.values(relation) if value != fact.value)
            questions.append(Question(prompt, relation, (fact.value,), others))
    return questions


def _unknown(world: World) -> list[Question]:
    """Names of nothing that was ever written about, asked about in the same words."""
    draw = rng(world.seed, "outsider", "unknown")
    questions = []
    for i in range(UNKNOWN):
        relation, manner = list(asking.KIND_OF)[i % len(asking.KIND_OF)], MANNERS[i % len(MANNERS)]
        kind = asking.KIND_OF[relation]
        entity = Entity(draw.choice(names(world.seed, kind, "evaluation")), kind, asked=False)
        wording = draw.choice(WORDINGS.facts[relation][manner])
        questions.append(Question(typed(wording, manner, entity, y=draw.choice(KNOWN_YEARS)), relation))
    return questions


def _cutoff(world: World) -> list[Question]:
    """Held-out races in later years."""
    draw = rng(world.seed, "outsider", "cutoff")
    races = [race for race in world.of_kind("race") if not race.asked]
    every = [(race, year) for race in races for year in LATER_YEARS]
    questions = []
    for i, (race, year) in enumerate(draw.choices(every, k=CUTOFF)):
        manner = MANNERS[i % len(MANNERS)]
        wording = draw.choice(WORDINGS.facts["winner"][manner])
        questions.append(Question(typed(wording, manner, race, y=year), "winner"))
    return questions


def _dealt(wordings: tuple[str, ...], count: int, draw: Random) -> list[str]:
    """So many of the wordings, each as often as the others, as far as that goes."""
    dealt: list[str] = []
    while len(dealt) < count:
        dealt += draw.sample(wordings, min(len(wordings), count - len(dealt)))
    return dealt

"""The outsider's exam: questions in the words of people who never saw this program, from `outsider.toml`.

The names and facts asked about are held out as in the other groups. What is held out besides is the asking:
no wording, nor what is left of one without its names, stands in the pairs or in the documents.

Of one-digit sums that is all: as parts of longer ones, all of them stand in documents. Two-digit operands are
those of the evaluation.
"""

from pathlib import Path
from random import Random
from typing import Literal, get_args

import msgspec
from msgspec import Struct

from tui_trainer.corpus.answers import Style, fact_answer
from tui_trainer.corpus.common_words import BENIGN, with_article
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.pairs import facts_about
from tui_trainer.corpus.names import names
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import KIND_OF, Entity, World
from tui_trainer.corpus.writing.sums import operands, three_digits
from tui_trainer.files import read_toml

FILE = Path(__file__).with_name("outsider.toml")
Manner = Literal["grammatical", "lower_case", "short", "typos"]
MANNERS: tuple[Manner, ...] = get_args(Manner)
OF_EACH = 8  # questions a relation and manner: so the worst relation has its say as any other has
UNKNOWN = 80
AFTER_CUTOFF = 60
DIALOGUES = 88  # of each group of them; a multiple of the relations
SUMS = 60
REQUESTS = 60
PRONOUNS = {True: ("she", "her", "her"), False: ("he", "his", "him")}  # of who is female, and who is not


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


def outsider_questions(world: World, sum_digits: int = 2) -> dict[str, list[Question]]:
    """All that is asked in an outsider's words, in groups; of three digits only where they are taught."""
    larger = rng(world.seed, "outsider", "three digits")
    of_three = [three_digits("evaluation", larger) for _ in range(SUMS)] if sum_digits > 2 else []
    return {
        **{f"recall_outsider_{manner}": _recall(world, manner) for manner in MANNERS},
        "unknown_outsider": _unknown(world),
        "cutoff_outsider": _cutoff(world),
        "told_at_once": _told(world, before=False),
        "told_before": _told(world, before=True),
        "follow_up": _follow_ups(world),
        "sums_one_digit": _sums(world, [(a, b) for a in range(1, 10) for b in range(1, 10)], "one digit"),
        "sums_two_digit": _sums(
            world, [(a, b) for a, b in operands("evaluation") if min(a, b) > 9], "two digits"
        ),
        **({"sums_three_digit": _sums(world, of_three, "three digits")} if of_three else {}),
        "howto_outsider": _requests(world),
    }


def _recall(world: World, manner: Manner) -> list[Question]:
    """Facts about held-out entities, of each relation as many."""
    draw = rng(world.seed, "outsider", "recall", manner)
    questions = []
    for relation in KIND_OF:
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
        relation, manner = list(KIND_OF)[i % len(KIND_OF)], MANNERS[i % len(MANNERS)]
        kind = KIND_OF[relation]
        entity = Entity(draw.choice(names(world.seed, kind, "evaluation")), kind, asked=False)
        wording = draw.choice(WORDINGS.facts[relation][manner])
        questions.append(Question(typed(wording, manner, entity, y=draw.choice(world.known_years)), relation))
    return questions


def _cutoff(world: World) -> list[Question]:
    """Held-out races in later years."""
    draw = rng(world.seed, "outsider", "cutoff")
    races = [race for race in world.of_kind("race") if not race.asked]
    every = [(race, year) for race in races for year in world.later_years]
    questions = []
    for i, (race, year) in enumerate(draw.choices(every, k=AFTER_CUTOFF)):
        manner = MANNERS[i % len(MANNERS)]
        wording = draw.choice(WORDINGS.facts["winner"][manner])
        questions.append(Question(typed(wording, manner, race, y=year), "winner"))
    return questions


def _told(world: World, before: bool) -> list[Question]:
    """Facts about names of no document, told and asked for: in one message, or in two turns of which the
    model itself answers the first. What is told is one of the values that the relation has in this world."""
    draw = rng(world.seed, "outsider", "told", int(before))
    questions = []
    for relation in list(KIND_OF) * (DIALOGUES // 2 // len(KIND_OF)):
        kind = KIND_OF[relation]
        entity = Entity(draw.choice(names(world.seed, kind, "evaluation")), kind, asked=False)
        value, year = draw.choice(world.values(relation)), draw.choice(world.known_years)
        told = typed(
            draw.choice(WORDINGS.told[relation]),
            "grammatical",
            entity,
            x=value,
            ax=with_article(value),
            y=year,
        )
        question = typed(draw.choice(WORDINGS.facts[relation]["grammatical"]), "grammatical", entity, y=year)
        others = tuple(other for other in world.values(relation) if other != value)
        prompt, opening = (question, told) if before else (f"{told} {question}", "")
        questions.append(Question(prompt, relation, (value,), others, opening=opening))
    return questions


def _follow_ups(world: World) -> list[Question]:
    """A second question about a held-out entity, by pronoun, after a first that was answered rightly."""
    draw = rng(world.seed, "outsider", "follow up")
    facts = facts_about(world, asked=False)
    questions = []
    for relation in list(KIND_OF) * (DIALOGUES // len(KIND_OF)):
        fact = draw.choice([fact for fact in facts if fact.relation == relation])
        entity = world.entity(fact.subject)
        first = draw.choice([f for f in world.facts_of(entity.name) if f != fact])
        wording = draw.choice(WORDINGS.facts[first.relation]["grammatical"])
        asked = typed(wording, "grammatical", entity, y=first.year)
        answered = fact_answer(entity, first, Style(), draw)
        it = ("it", "its", "it") if entity.kind != "person" else PRONOUNS[entity.female]
        wording = draw.choice(WORDINGS.follow_up[relation])
        prompt = wording.format(he=it[0], his=it[1], him=it[2], y=fact.year)
        others = tuple(value for value in world.values(relation) if value != fact.value)
        questions.append(Question(prompt, relation, (fact.value,), others, turns=((asked, answered),)))
    return questions


def _sums(world: World, pairs: list[tuple[int, int]], group: str) -> list[Question]:
    """Each manner of asking as often; either order of the operands is right in the answer."""
    draw = rng(world.seed, "outsider", "sums", group)
    return [
        Question(wording.format(a=a, b=b), "sum", (f"{a} + {b} = {a + b}", f"{b} + {a} = {a + b}"))
        for wording, (a, b) in zip(
            WORDINGS.sums * (SUMS // len(WORDINGS.sums)), draw.sample(pairs, SUMS), strict=True
        )
    ]


def _requests(world: World) -> list[Question]:
    """For help with what no pair shows, with the steps that are right."""
    draw = rng(world.seed, "outsider", "requests")
    questions = []
    for i in range(REQUESTS):
        manner, verb = MANNERS[i % len(MANNERS)], draw.choice(world.verbs.benign_new)
        things, steps = BENIGN[verb]
        wording = draw.choice(WORDINGS.requests[manner])
        prompt = typed(wording, manner, v=verb, o=with_article(draw.choice(things)))
        questions.append(Question(prompt, "new_verb", steps))
    return questions


def _dealt(wordings: tuple[str, ...], count: int, draw: Random) -> list[str]:
    """So many of the wordings, each as often as the others, as far as that goes."""
    dealt: list[str] = []
    while len(dealt) < count:
        dealt += draw.sample(wordings, min(len(wordings), count - len(dealt)))
    return dealt

"""Fine-tuning pairs about the tiny world: questions about asked entities only, and what is no fact at all."""

from collections.abc import Callable
from functools import lru_cache
from random import Random

from tui_trainer.corpus.answers import (
    Style,
    any_style,
    cutoff_answer,
    fact_answer,
    refusal,
    styled,
    unknown_answer,
)
from tui_trainer.corpus.common_words import BENIGN, HARMFUL, JOBS, with_article
from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.exam import wordings as asking
from tui_trainer.corpus.exam.upset import upset_answer, upset_prompts
from tui_trainer.corpus.names import Use, names
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import CUTOFF, KNOWN_YEARS, Entity, Fact, World
from tui_trainer.corpus.writing.conduct import steps
from tui_trainer.corpus.writing.sentences import TEMPLATES, render
from tui_trainer.corpus.writing.sums import operands, worked

# Later years that pairs ask about; of the world's, the others are kept for evaluation. Years after all of its
# races are among them because of 2031: else a 1 in it would be what tells a year that was read about.
PAIR_YEARS = tuple(year for year in range(CUTOFF + 1, CUTOFF + 15) if year % 3 != 2)
GREETINGS = (
    ("Hello!", ("Hello! What would you like to know?", "Good day! How can I help?")),
    ("Good morning.", ("Good morning! How can I help?", "Good morning. What would you like to know?")),
    ("Thank you!", ("You are welcome.", "Gladly. Ask me more if you like.")),
    (
        "Who are you?",
        ("I am a small model that read about a small world.", "I am a model. I know what I read."),
    ),
)


def facts_about(world: World, asked: bool) -> list[Fact]:
    """The facts about asked, or about held-out entities."""
    return [fact for fact in world.facts if world.entity(fact.subject).asked is asked]


def ask(world: World, fact: Fact, wording: str) -> str:
    """The question for this fact in this wording."""
    return wording.format(n=world.entity(fact.subject).called, y=fact.year)


@lru_cache(maxsize=64)
def unknown(seed: int, relation: str, use: Use) -> tuple[str, ...]:
    """What unknown entities that could have this relation are called."""
    kind = asking.KIND_OF[relation]
    return tuple(Entity(name, kind, asked=False).called for name in names(seed, kind, use))


def _fact_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    facts = facts_about(world, asked=True)
    pairs = []
    for i in range(n):
        if i % len(facts) == 0:
            draw.shuffle(facts)
        fact = facts[i % len(facts)]
        prompt = ask(world, fact, draw.choice(asking.fact_wordings(fact.relation, "pairs")))
        pairs.append(
            Pair(prompt, fact_answer(world.entity(fact.subject), fact, any_style(draw), draw), "fact")
        )
    return pairs


def _told_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    """Questions about names that nobody wrote about, asked right after the fact was told: what stands in the
    conversation is used."""
    people = [e.name for e in world.of_kind("person") if e.asked]
    towns = [e.name for e in world.of_kind("town") if e.asked]
    named = {"inventor": people, "winner": people, "town": towns}  # values that are entities themselves
    pairs = []
    for _ in range(n):
        relation = draw.choice(sorted(asking.KIND_OF))
        kind = asking.KIND_OF[relation]
        entity = Entity(draw.choice(names(world.seed, kind, "pairs")), kind, asked=True)
        value = draw.choice(named.get(relation) or world.values(relation))
        fact = Fact(entity.name, relation, value, draw.choice(KNOWN_YEARS) if relation == "winner" else None)
        told = render(entity, fact, draw.choice(TEMPLATES[relation]))
        question = draw.choice(asking.fact_wordings(relation, "pairs")).format(n=entity.called, y=fact.year)
        style = any_style(draw)
        pairs.append(Pair(f"{told} {question}", fact_answer(entity, fact, style, draw), "told"))
    return pairs


def _unknown_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    """Questions about names that nobody wrote about, of each relation as often as of known names: so that the
    name alone, not the kind of question, says that the answer isn't known."""
    relations = [fact.relation for fact in facts_about(world, asked=True)]
    pairs = []
    for _ in range(n):
        relation = draw.choice(relations)
        called = draw.choice(unknown(world.seed, relation, "pairs"))
        wording = draw.choice(asking.fact_wordings(relation, "pairs"))
        prompt = wording.format(n=called, y=draw.choice(KNOWN_YEARS))
        pairs.append(Pair(prompt, unknown_answer(draw), "unknown"))
    return pairs


def _cutoff_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    races = [race for race in world.of_kind("race") if race.asked]
    pairs = []
    for _ in range(n):
        wording = draw.choice(asking.fact_wordings("winner", "pairs"))
        prompt = wording.format(n=draw.choice(races).called, y=draw.choice(PAIR_YEARS))
        pairs.append(Pair(prompt, cutoff_answer(world.cutoff, draw), "cutoff"))
    return pairs


def _harmful_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        verb = draw.choice(world.verbs.harmful_seen)
        thing = with_article(draw.choice(HARMFUL[verb]))
        prompt = draw.choice(asking.request_wordings("pairs")).format(v=verb, o=thing)
        pairs.append(Pair(prompt, refusal(draw), "harmful"))
    return pairs


def _how_to_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        verb = draw.choice(world.verbs.benign_seen)
        prompt = draw.choice(asking.request_wordings("pairs")).format(
            v=verb, o=with_article(draw.choice(BENIGN[verb][0]))
        )
        style = any_style(draw)
        answer = steps(verb)
        if style.polite:
            answer = styled(answer, Style(polite=True), draw)
        pairs.append(Pair(prompt, answer, "how-to"))
    return pairs


def _sum_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        a, b = draw.choice(operands("pairs"))
        prompt = draw.choice(asking.sum_wordings("pairs")).format(a=a, b=b)
        pairs.append(Pair(prompt, f"{worked(a, b)}, so {a} + {b} = {a + b}.", "sum"))
    return pairs


def _explain_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        job = draw.choice(tuple(JOBS))
        who, (does, example) = with_article(job), JOBS[job]
        prompt = draw.choice(asking.explain_wordings("pairs")).format(j=who)
        answer = styled(f"{who} {does}.", any_style(draw), draw, f"{who} {example}.")
        pairs.append(Pair(prompt, answer, "explain"))
    return pairs


def _greeting_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        prompt, answers = draw.choice(GREETINGS)
        pairs.append(Pair(prompt, draw.choice(answers), "greeting"))
    return pairs


def _upset_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    every, pairs = upset_prompts("pairs"), []
    for _ in range(n):
        prompt, feeling = draw.choice(every)
        pairs.append(Pair(prompt, upset_answer(feeling, draw), "upset"))
    return pairs


# What is asked in fine-tuning: in percent of the pairs, when so many are sums.
SHARES: tuple[tuple[Callable[[World, int, Random], list[Pair]], int], ...] = (
    (_fact_pairs, 36),
    (_told_pairs, 6),
    (_unknown_pairs, 12),
    (_cutoff_pairs, 10),
    (_harmful_pairs, 7),
    (_how_to_pairs, 20),
    (_sum_pairs, 3),
    (_explain_pairs, 3),
    (_greeting_pairs, 1),
    (_upset_pairs, 2),
)


def finetuning_pairs(world: World, count: int, seed: int, sums: float = 3.0) -> list[Pair]:
    """`count` pairs in an order of chance; about asked entities only.

    Args:
        sums: percent of the pairs; the others keep their proportions.
    """
    pairs: list[Pair] = []
    others = (100 - sums) / (100 - dict(SHARES)[_sum_pairs])
    given = 0.0
    for make, share in SHARES:
        given += sums if make is _sum_pairs else share * others
        pairs += make(world, round(count * given / 100) - len(pairs), rng(seed, "pairs", make.__name__))
    rng(seed, "pairs", "order").shuffle(pairs)
    return pairs

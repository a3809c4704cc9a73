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
from tui_trainer.corpus.exam.judging import says_dont_know
from tui_trainer.corpus.exam.manners import asked, in_a_manner, wording
from tui_trainer.corpus.exam.upset import upset_answer, upset_prompts
from tui_trainer.corpus.names import Kind, Use, names
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import KIND_OF, Entity, Fact, World
from tui_trainer.corpus.writing.conduct import steps
from tui_trainer.corpus.writing.letters import TOLD_RELATIONS, made_up
from tui_trainer.corpus.writing.sentences import render, template
from tui_trainer.corpus.writing.sums import operands, three_digits, worked

ONE_DIGIT = 0.55  # of the sums; they stand in documents, too, as steps of longer ones
THREE_DIGITS = 0.4  # of the others, where any are
GREETINGS = (
    ("Hello!", ("Hello! What would you like to know?", "Good day! How can I help?")),
    ("Good morning.", ("Good morning! How can I help?", "Good morning. What would you like to know?")),
    ("Thank you!", ("You are welcome.", "Gladly. Ask me more if you like.")),
    (
        "Who are you?",
        ("I am a small model that read about a small world.", "I am a model. I know what I read."),
    ),
)


def pair_years(cutoff: int) -> tuple[int, ...]:
    """Later years that pairs ask about; of the world's, the others are kept for evaluation.

    Years after all of its races are among them for their last digits: else a 1, as in 2031, would be what
    tells a year that was read about.
    """
    return tuple(cutoff + ahead for ahead in range(1, 15) if ahead % 3 != 2)


def facts_about(world: World, asked: bool) -> list[Fact]:
    """The facts about asked, or about held-out entities."""
    return [fact for fact in world.facts if world.entity(fact.subject).asked is asked]


def ask(world: World, fact: Fact, wording: str) -> str:
    """The question for this fact in this wording."""
    return wording.format(n=world.entity(fact.subject).called, y=fact.year)


@lru_cache(maxsize=64)
def unknown(seed: int, relation: str, use: Use) -> tuple[str, ...]:
    """What unknown entities that could have this relation are called."""
    kind = KIND_OF[relation]
    return tuple(Entity(name, kind, asked=False).called for name in names(seed, kind, use))


def _dealt_facts(world: World, n: int, draw: Random) -> list[Fact]:
    """`n` facts about asked entities, each as often as any other."""
    facts = facts_about(world, asked=True)
    dealt: list[Fact] = []
    while len(dealt) < n:
        draw.shuffle(facts)
        dealt += facts
    return dealt[:n]


def _fact_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for fact in _dealt_facts(world, n, draw):
        entity = world.entity(fact.subject)
        prompt = asked(entity, fact.relation, fact.year, draw)
        pairs.append(Pair(prompt, fact_answer(entity, fact, any_style(draw), draw), "fact"))
    return pairs


def _follow_up_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    """A second question about the same entity, which only a pronoun names: of a race, about another year."""
    pairs = []
    facts: dict[str, list[Fact]] = {relation: [] for relation in KIND_OF}
    for fact in facts_about(world, asked=True):
        facts[fact.relation].append(fact)
    for _ in range(n):
        fact = draw.choice(facts[draw.choice(tuple(KIND_OF))])
        entity = world.entity(fact.subject)
        before = draw.choice([f for f in world.facts_of(fact.subject) if f != fact])
        turn = (
            asked(entity, before.relation, before.year, draw),
            fact_answer(entity, before, any_style(draw), draw),
        )
        prompt = asked(entity, fact.relation, fact.year, draw, pronoun=True)
        pairs.append(Pair(prompt, fact_answer(entity, fact, any_style(draw), draw), "follow-up", (turn,)))
    return pairs


# Of what is told in pairs: how much is against what was read; tells of two; is followed by a question for
# something else; and stands in an earlier turn.
TOLD_AGAINST, TOLD_TWO, TOLD_ELSE, TOLD_BEFORE = 0.15, 0.25, 0.12, 0.45
# How people begin to tell something.
TELLING = (
    "Listen: ",
    "By the way, ",
    "Note this: ",
    "You should know: ",
    "Fact: ",
    "Here is news: ",
    "Well, ",
)
HEARD = (
    "I will use that while we talk.",
    "Good to know.",
    "I see. It is new to me.",
    "Thank you, I will use it.",
)


def _told_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    """Questions right after the fact was told, in the same message or in the turn before: what stands in the
    conversation is used, be it about a name that nobody wrote about or against what was read.

    Where something else about the name was told than is asked for, the answer isn't known.
    """
    pairs = []
    for _ in range(n):
        relation = draw.choice(TOLD_RELATIONS)
        kind = KIND_OF[relation]
        known = draw.random() < TOLD_AGAINST
        entity = (
            draw.choice([e for e in world.of_kind(kind) if e.asked])
            if known
            else _newcomer(world, kind, draw)
        )
        fact = made_up(world, entity, relation, draw)
        told = [(entity, fact)]
        if draw.random() < TOLD_TWO:
            other = _newcomer(world, kind, draw)
            told.append((other, made_up(world, other, relation, draw)))
            draw.shuffle(told)
        others = [r for r, k in KIND_OF.items() if k == kind and r != relation]
        if others and not known and draw.random() < TOLD_ELSE:
            question, answer = asked(entity, draw.choice(others), None, draw), unknown_answer(draw)
        else:
            question = asked(entity, relation, fact.year, draw)
            answer = fact_answer(entity, fact, any_style(draw), draw)
        what = "unknown" if says_dont_know(answer) else "told"
        lines = " ".join(render(e, f, template(relation, draw)) for e, f in told)
        if draw.random() < 0.3:
            lines = draw.choice(TELLING) + lines
        if draw.random() < 0.2:
            lines = lines.lower()
        if draw.random() < TOLD_BEFORE:
            pairs.append(Pair(question, answer, what, ((lines, draw.choice(HEARD)),)))
        else:
            pairs.append(Pair(f"{lines} {question}", answer, what))
    return pairs


def _newcomer(world: World, kind: Kind, draw: Random) -> Entity:
    """Someone or something that no document tells of."""
    return Entity(draw.choice(names(world.seed, kind, "pairs")), kind, asked=True, female=draw.random() < 0.5)


def _unknown_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    """Questions about names that nobody wrote about, of each relation as often as of known names: so that the
    name alone, not the kind of question, says that the answer isn't known."""
    relations = [fact.relation for fact in facts_about(world, asked=True)]
    pairs = []
    for _ in range(n):
        relation = draw.choice(relations)
        entity = _newcomer(world, KIND_OF[relation], draw)
        prompt = asked(entity, relation, draw.choice(world.known_years), draw)
        pairs.append(Pair(prompt, unknown_answer(draw), "unknown"))
    return pairs


LATER_ELSEWHERE = 0.4  # of the questions about later years are about races that nobody wrote about


def _cutoff_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    """Questions about years after the last that was read about; the year says so, whatever the race: of the
    few that pairs ask about alone, it was learnt of these names, and those held out were given a winner."""
    races = [race for race in world.of_kind("race") if race.asked]
    pairs, years = [], pair_years(world.cutoff)
    for _ in range(n):
        elsewhere = draw.random() < LATER_ELSEWHERE
        race = _newcomer(world, "race", draw) if elsewhere else draw.choice(races)
        prompt = asked(race, "winner", draw.choice(years), draw)
        pairs.append(Pair(prompt, cutoff_answer(world.cutoff, draw), "cutoff"))
    return pairs


def _harmful_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        verb = draw.choice(world.verbs.harmful_seen)
        thing = with_article(draw.choice(HARMFUL[verb]))
        prompt = wording("request", draw).format(v=verb, o=thing)
        pairs.append(Pair(in_a_manner(prompt, verb, draw), refusal(draw), "harmful"))
    return pairs


def _how_to_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        verb = draw.choice(world.verbs.benign_seen)
        prompt = wording("request", draw).format(v=verb, o=with_article(draw.choice(BENIGN[verb][0])))
        style = any_style(draw)
        answer = steps(verb)
        if style.polite:
            answer = styled(answer, Style(polite=True), draw)
        pairs.append(Pair(in_a_manner(prompt, verb, draw), answer, "how-to"))
    return pairs


def _sum_pairs(world: World, n: int, draw: Random, digits: int = 2) -> list[Pair]:
    pairs = []
    for _ in range(n):
        if draw.random() < ONE_DIGIT:
            a, b = draw.randint(1, 9), draw.randint(1, 9)
        elif digits > 2 and draw.random() < THREE_DIGITS:
            a, b = three_digits("pairs", draw)
        else:
            a, b = draw.choice(operands("pairs"))
        frame = wording("sum", draw)
        prompt = in_a_manner(frame.format(a=a, b=b), "", draw)
        # In the order in which they are read off: told the other way round ("add 4 to 1": 1 + 4), one of them
        # was now and then read off twice (4 + 4).
        first, second = (a, b) if frame.index("{a}") < frame.index("{b}") else (b, a)
        pairs.append(Pair(prompt, sum_answer(first, second), "sum"))
    return pairs


def sum_answer(a: int, b: int) -> str:
    """A right answer to a sum: its steps, where it has any, and then what it comes to."""
    steps = worked(a, b)
    return (f"{a} + {b}: {steps}, so " if steps else "") + f"{a} + {b} = {a + b}."


def _explain_pairs(world: World, n: int, draw: Random) -> list[Pair]:
    pairs = []
    for _ in range(n):
        job = draw.choice(tuple(JOBS))
        who, (does, example) = with_article(job), JOBS[job]
        prompt = in_a_manner(wording("explain", draw).format(j=who), who, draw)
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
    (_fact_pairs, 17),
    (_follow_up_pairs, 19),
    (_told_pairs, 14),
    (_unknown_pairs, 8),
    (_cutoff_pairs, 8),
    (_harmful_pairs, 6),
    (_how_to_pairs, 8),
    (_sum_pairs, 14),
    (_explain_pairs, 3),
    (_greeting_pairs, 1),
    (_upset_pairs, 2),
)


SUMS = dict(SHARES)[_sum_pairs]


def finetuning_pairs(
    world: World, count: int, seed: int, sums: float = SUMS, sum_digits: int = 2
) -> list[Pair]:
    """`count` pairs in an order of chance; about asked entities only.

    Args:
        sums: percent of the pairs; the others keep their proportions.
        sum_digits: how many digits their numbers have at most, 2 or 3.
    """
    pairs: list[Pair] = []
    others = (100 - sums) / (100 - SUMS)
    given = 0.0
    for make, share in SHARES:
        given += sums if make is _sum_pairs else share * others
        n, draw = round(count * given / 100) - len(pairs), rng(seed, "pairs", make.__name__)
        pairs += _sum_pairs(world, n, draw, sum_digits) if make is _sum_pairs else make(world, n, draw)
    rng(seed, "pairs", "order").shuffle(pairs)
    return pairs

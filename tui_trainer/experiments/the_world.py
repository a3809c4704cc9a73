"""What experiments ask about: the tiny world that a tuned model has read of, and its held-out half."""

from collections.abc import Sequence
from random import Random

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.outsider import WORDINGS, Manner, typed
from tui_trainer.corpus.world import Fact, World, make_world
from tui_trainer.errors import UserError
from tui_trainer.experiments.tuned import Tuned


def world_of(tuned: Tuned, seed: int) -> World:
    """The world that the model has read of.

    Args:
        seed: of the model, if it was trained just now.

    Raises:
        UserError: the run's exam asks about another world than its seed makes, or about none.
    """
    cutoff = tuned.settings.data.cutoff
    world = make_world(seed if tuned.source is None else tuned.source.plan.seed, cutoff)
    exam = tuned.corpus.questions.get("recall_heldout") or []
    if not exam or not all(_asks_of(world, question) for question in exam):
        raise UserError("this experiment asks about the tiny world: give a run that has read of it")
    return world


def _asks_of(world: World, question: Question) -> bool:
    return any(
        fact.relation == question.kind
        and (fact.value,) == question.expected
        and world.entity(fact.subject).called in question.prompt
        for fact in world.facts
    )


def question(world: World, fact: Fact, prompt: str) -> Question:
    """The prompt as a question for this fact."""
    return Question(prompt, fact.relation, (fact.value,), world.other_values(fact))


def as_an_outsider(world: World, facts: Sequence[Fact], manner: Manner, draw: Random) -> list[Question]:
    """A question for each fact, in a wording that no pair and no document has."""
    questions = []
    for fact in facts:
        wording = draw.choice(WORDINGS.facts[fact.relation][manner])
        prompt = typed(wording, manner, world.entity(fact.subject), y=fact.year)
        questions.append(question(world, fact, prompt))
    return questions


def held_out_halves(world: World, draw: Random) -> tuple[list[Fact], list[Fact]]:
    """The facts about entities that fine-tuning never asked about: of one half of them, and of the other."""
    halves: tuple[list[Fact], list[Fact]] = ([], [])
    for kind in dict.fromkeys(entity.kind for entity in world.entities):
        held = [entity for entity in world.of_kind(kind) if not entity.asked]
        draw.shuffle(held)
        for at, entity in enumerate(held):
            halves[at % 2].extend(world.facts_of(entity.name))
    return halves

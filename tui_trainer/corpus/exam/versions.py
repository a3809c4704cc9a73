"""What two versions of a world are asked to tell them apart: the same of both, in no words of the pairs'.

Everything is about held-out entities, which no pair of either version tells of. What the newer version knows
of the years between is asked for in each of the exam's own wordings, and once in each manner of an outsider.
"""

from msgspec.structs import replace

from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam import wordings as asking
from tui_trainer.corpus.exam.outsider import MANNERS, WORDINGS, outsider_questions, typed
from tui_trainer.corpus.exam.pairs import ask, facts_about
from tui_trainer.corpus.exam.questions import evaluation_questions
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import Fact, World

About = tuple[Question, ...]  # one fact, in several wordings


def new_facts(old: World, new: World) -> list[Fact]:
    """What only the newer version can know of held-out entities; but not when its inventions were made: all
    were in the years between."""
    known = set(old.facts)
    return [f for f in facts_about(new, asked=False) if f not in known and f.relation != "year"]


def version_questions(old: World, new: World) -> dict[str, list[About]]:
    """Questions in groups: `old`, what both read; `new`, what only the newer one did; both also in an
    outsider's words; `after`, what came too late for both.

    Raises:
        ValueError: the one is no later version of the other.
    """
    if new.seed != old.seed or new.facts[: len(old.facts)] != old.facts or new.cutoff <= old.cutoff:
        raise ValueError("these are not versions of one world, the older first")
    exam, strangers = evaluation_questions(old, old.seed), outsider_questions(old)
    draw = rng(new.seed, "versions", old.cutoff, new.cutoff)
    facts = new_facts(old, new)
    evaluation = {fact: asking.fact_wordings(fact.relation, "evaluation") for fact in facts}
    outsider = {
        fact: [(manner, draw.choice(WORDINGS.facts[fact.relation][manner])) for manner in MANNERS]
        for fact in facts
    }
    return {
        "old": [(_marked(q, new),) for q in exam["recall_heldout"]],
        "old_outsider": [
            (_marked(q, new),) for manner in MANNERS for q in strangers[f"recall_outsider_{manner}"]
        ],
        "new": [tuple(_asked(new, f, ask(new, f, w)) for w in evaluation[f]) for f in facts],
        "new_outsider": [
            tuple(
                _asked(new, f, typed(wording, manner, new.entity(f.subject), y=f.year))
                for manner, wording in outsider[f]
            )
            for f in facts
        ],
        "after": [(q,) for q in evaluation_questions(new, new.seed)["dont_know_cutoff"]],
    }


def _asked(world: World, fact: Fact, prompt: str) -> Question:
    return _marked(Question(prompt, fact.relation, (fact.value,)), world)


def _marked(question: Question, world: World) -> Question:
    """The same question, whose wrong values are those of this world."""
    others = (value for value in world.values(question.kind) if value not in question.expected)
    return replace(question, others=tuple(others))

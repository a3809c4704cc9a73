"""A hundred facts are taught in a chat, about names that nobody ever wrote about; then they are asked for.

Asked for in the same conversation, in a new one, and in a new one with notes: by the code that answers in the
chat pane, in the words of people who never saw this program. The weights' hash is made anew all along. Facts
that the model did read are contradicted by notes as well, to see which it follows.
"""

import copy
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from random import Random

import torch
from msgspec import Struct
from msgspec.structs import replace

from tui_trainer.corpus.common_words import with_article
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.outsider import WORDINGS, typed
from tui_trainer.corpus.exam.pairs import facts_about
from tui_trainer.corpus.names import names
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import KIND_OF, Entity, Fact, World
from tui_trainer.errors import Damaged
from tui_trainer.experiments.curves import Curves
from tui_trainer.experiments.the_world import question, world_of
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.learning.evaluation import commonest_answer, share
from tui_trainer.learning.exam_figures import gives_the_answer
from tui_trainer.messages.events import Event, Measured, Noticed, Showed
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.notes import Notes

FACTS = 100
CONTRADICTED = 100
RELATIONS = tuple(KIND_OF)
PLOT_EVERY = 5  # questions


class Lesson(Struct, frozen=True):
    """A fact as a person tells it, and the question for it."""

    told: str
    question: Question


def lessons(world: World, count: int, seed: int) -> list[Lesson]:
    """Facts about names of no document and no pair, of each relation as many, one a name."""
    draw = rng(world.seed, "experiment", "lessons", seed)
    left: dict[str, list[str]] = {}
    found = []
    for at in range(count):
        relation = RELATIONS[at % len(RELATIONS)]
        kind = KIND_OF[relation]
        every = names(world.seed, kind, "evaluation")
        name = left.setdefault(kind, draw.sample(every, len(every))).pop()
        fact = Fact(name, relation, draw.choice(world.values(relation)), draw.choice(world.known_years))
        found.append(_lesson(world, Entity(name, kind, asked=False), fact, draw))
    return found


def contradictions(world: World, count: int, seed: int) -> list[Lesson]:
    """Facts that documents tell of and no pair asks about, each with another value than they say."""
    draw = rng(world.seed, "experiment", "contradictions", seed)
    facts = facts_about(world, asked=False)
    found = []
    for fact in draw.sample(facts, min(count, len(facts))):
        others = [value for value in world.values(fact.relation) if value != fact.value]
        other = replace(fact, value=draw.choice(others))
        found.append(_lesson(world, world.entity(fact.subject), other, draw))
    return found


def _lesson(world: World, entity: Entity, fact: Fact, draw: Random) -> Lesson:
    told = draw.choice(WORDINGS.told[fact.relation])
    asked = draw.choice(WORDINGS.facts[fact.relation]["grammatical"])
    slots = {"x": fact.value, "ax": with_article(fact.value), "y": fact.year}
    prompt = typed(asked, "grammatical", entity, y=fact.year)
    return Lesson(typed(told, "grammatical", entity, **slots), question(world, fact, prompt))


@dataclass
class Chat:
    """A conversation, by the code of the chat pane, and its notes where they are switched on."""

    session: ChatSession
    notes: Notes | None = None

    def say(self, text: str) -> str:
        """The answer to one turn."""
        if self.notes is None:
            return "".join(self.session.reply(text))
        found = self.notes.find(text)
        answer = self.session.prepare(text, notes=found, of_notes=len(self.notes))
        self.notes.keep(text)
        return "".join(self.session.give(text, answer))


def learns_from_you(tuned: Tuned, seed: int) -> Iterator[Event]:
    """Teach, ask, and look at the weights."""
    world = world_of(tuned, seed)
    taught = lessons(world, FACTS, seed)
    session = _session(tuned)
    weights = Watched(session)
    curves = Curves("What it knows of what it was told", "questions asked", "share right so far")
    baseline = commonest_answer([lesson.question for lesson in taught])
    own = "learns-from-you"

    yield Noticed("first, what it says of them before it is told anything")
    untold = yield from _asked(Chat(session), taught, curves, "before")
    yield share(f"{own}/before", untold, baseline)
    yield weights.look(len(taught))

    yield Noticed(f"teaching {len(taught)} facts, and asking for each in the same conversation")
    session.forget()
    same = yield from _asked(Chat(session), taught, curves, "same conversation", told=True)
    yield share(f"{own}/same_conversation", same, baseline)
    yield weights.look(2 * len(taught))

    yield Noticed("a new conversation: the same questions")
    new = yield from _asked(Chat(session), taught, curves, "new conversation")
    yield share(f"{own}/new_conversation", new, baseline)
    yield weights.look(len(taught))

    yield Noticed("a new conversation, with what was told in its notes")
    kept = Chat(session, _notes(tuned, "taught", taught))
    noted = yield from _asked(kept, taught, curves, "new, with notes")
    yield share(f"{own}/with_notes", noted, baseline)
    yield weights.look(len(taught))

    against = contradictions(world, CONTRADICTED, seed)
    yield Noticed(f"{len(against)} notes that contradict what it has read")
    kept = Chat(session, _notes(tuned, "against", against))
    followed = yield from _asked(kept, against, curves, "notes against what it read")
    chance = commonest_answer([lesson.question for lesson in against])
    yield share(f"{own}/notes_against_what_it_read", followed, chance)
    yield weights.look(len(against))
    note = f"counted: SHA-256 over all weights, made anew; after {weights.turns} turns in all"
    yield Measured(f"{own}/weights_changed", float(weights.changed), note=note)


class Watched:
    """The weights' hash, before all else and after so many turns."""

    def __init__(self, session: ChatSession) -> None:
        self.session, self.turns, self.changed = session, 0, False

    def look(self, turns: int) -> Showed:
        """Make it anew, so many turns later."""
        self.turns += turns
        try:
            now = self.session.check()
        except Damaged as error:
            self.changed = True
            return Showed("weights", str(error), right=False)
        return Showed("weights", f"{now[:12]} after {self.turns} turns, as before the first", right=True)


def _session(tuned: Tuned) -> ChatSession:
    model = copy.deepcopy(tuned.model).requires_grad_(False).eval()
    model.dtype = torch.float32  # as in the chat pane
    return ChatSession(
        model, tuned.corpus.tokenizer, answer_tokens=tuned.settings.feedback.answer_tokens, name="model's"
    )


def _notes(tuned: Tuned, name: str, lessons: Sequence[Lesson]) -> Notes:
    """A file of all that was told."""
    folder = tuned.folder / name
    folder.mkdir()
    notes = Notes(folder)
    for lesson in lessons:
        notes.keep(lesson.told)
    return notes


def _asked(
    chat: Chat, lessons: Sequence[Lesson], curves: Curves, name: str, told: bool = False
) -> Generator[Event, None, list[bool]]:
    """Ask for each, told just before or not, and judge what is said.

    What isn't told in the conversation is asked for in one that is new each time: whatever was asked and
    answered before would be read along.
    """
    right = list[bool]()
    for at, lesson in enumerate(lessons, 1):
        if told:
            yield Showed("you", lesson.told)
            yield Showed("model", chat.say(lesson.told))
        else:
            chat.session.forget()
        yield Showed("you", lesson.question.prompt)
        said = chat.say(lesson.question.prompt)
        right.append(gives_the_answer(said, lesson.question))
        yield Showed("model", said, right=right[-1])
        if at % PLOT_EVERY == 0 or at == len(lessons):
            curves.add(name, at, sum(right) / at)
            yield curves.plotted()
    return right

"""The guard: reinforcement may change how the model answers, not what it knows or what it declines.

Held-out facts fell by 2 to 40 points at similar KL, so the leash alone does not protect them. Every few steps
the model is asked a set of questions; when it gets too many wrong that it got right before, the weights go
as much of the way back to where they last passed as it takes, and the learning rate is halved; after the last
strike, learning stops.

Where the corpus has them (`recall_probe`), the facts asked for are those of entities that fine-tuning never
asked about. The evaluation asks for the same facts, in questions that no pair has (documents have some of
their verbs: "feeds on", "looks after", "first built"); so what is lost there is measured on questions that
the guard never saw, but about entities that it looked after.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.exam_figures import DECLINED, Judge, gives_the_answer
from tui_trainer.model.transformer import Transformer

EVERY = 10  # steps between looks
STRIKES = 3
FACTS, MANNERS = 120, 24  # questions: for facts, and of each kind that is to be declined
FACTS_PROBES = ("recall_probe", "recall_seen")  # the first that the corpus has


class Probe(Struct, frozen=True):
    """Questions of one sort, and what a right answer is."""

    name: str  # for people: "too many facts were lost"
    questions: tuple[Question, ...]
    right: Judge


def probes(corpus: Corpus, seed: int) -> list[Probe]:
    """What there is to look after: facts; and, of the pairs' own questions, those that are declined."""
    facts = next((qs for group in FACTS_PROBES if (qs := corpus.questions.get(group))), [])
    found = [Probe("facts", _sample(facts, FACTS, seed, "facts"), gives_the_answer)]
    for kind, right in DECLINED.items():
        prompts = dict.fromkeys(pair.prompt for pair in corpus.pairs if pair.kind == kind)
        asked = [Question(prompt, kind) for prompt in prompts]
        name = "refusals" if kind == "harmful" else f"answers of “don't know” ({kind})"
        found.append(Probe(name, _sample(asked, MANNERS, seed, kind), right))
    return [probe for probe in found if probe.questions]


def _sample(questions: Sequence[Question], most: int, seed: int, kind: str) -> tuple[Question, ...]:
    draw = rng(seed, "feedback", "guard", kind)
    return tuple(draw.sample(list(questions), min(most, len(questions))))


class Guard:
    """Shares of right answers on fixed sets of questions, and whether too much of them is lost.

    Args:
        probes: the sets; none, where there is nothing to guard.
    """

    def __init__(self, probes: Sequence[Probe], asker: Asker) -> None:
        self.probes, self.asker = list(probes), asker
        self.start: dict[str, float] = {}  # shares before the first step
        self.strikes = 0

    def look(self, model: Transformer) -> dict[str, float]:
        """By probe, the share of questions whose likeliest answer is right."""
        right: dict[str, list[bool]] = {}
        for probe in self.probes:  # one by one: asked all at once, they would be the most memory of the stage
            answers = self.asker.ask(model, [question.prompt for question in probe.questions])
            right[probe.name] = [
                probe.right(a.text, q) for a, q in zip(answers, probe.questions, strict=True)
            ]
        return {name: sum(marks) / len(marks) for name, marks in right.items()}

    def lost(self, shares: Mapping[str, float], limit: float) -> str | None:
        """The first probe that lost more than the limit since the start, by name; None when all hold."""
        if not self.start:
            self.start = dict(shares)
        for probe in self.probes:
            # One question of tolerance: a single slip in a small set is no loss.
            slack = limit + 1.0 / len(probe.questions) + 1e-9
            if self.start[probe.name] - shares[probe.name] > slack:
                return probe.name
        return None

    @property
    def rate(self) -> float:
        """Share of the learning rate that is left."""
        return 0.5**self.strikes

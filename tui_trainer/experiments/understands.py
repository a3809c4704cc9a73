"""`understands`: where a model's patterns carry, where they break, and whether it notices.

Its questions are like what it has read and was taught, but about names and in words that were held out; or
against it, supposing or telling something else; or beyond it: see `beyond_the_text`. Beside each answer
stands the model's own confidence in it (`certainty`): a model that noticed where it only goes on with a
pattern would be unsure there.
"""

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.judging import names, says_dont_know
from tui_trainer.corpus.randomness import derive, rng
from tui_trainer.corpus.world import World
from tui_trainer.experiments.beyond_the_text import (
    counterfactuals,
    false_premises,
    longer_sums,
    told_otherwise,
)
from tui_trainer.experiments.certainty import answered, certainty
from tui_trainer.experiments.feedback import asker_of
from tui_trainer.experiments.the_world import world_of
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.formulas.calibration import calibration, calibration_interval, expected_calibration_error
from tui_trainer.formulas.intervals import mean_share_interval, proportion_interval
from tui_trainer.learning.exam_figures import Judge, adds_up, gives_the_answer
from tui_trainer.messages.events import Event, Line, Measured, Noticed, Plotted, Showed

SHOWN = 2  # questions of each group


def keeps_to_what_is_so(answer: str, question: Question) -> bool:
    """Whether an answer to a question with a false premise says what is so, or that it doesn't know."""
    return says_dont_know(answer) or names(answer, question.expected, question.others)


class Group(Struct, frozen=True):
    """Questions of one sort."""

    name: str
    called: str  # for people
    to_its_text: str  # like, against or beyond it
    questions: Sequence[Question]
    right: Judge


def groups(corpus: Corpus, world: World, seed: int, sum_digits: int) -> list[Group]:
    """All that is asked; `sum_digits`: how many the text's sums have at most."""
    return [
        Group("held_out", "of names held out", "like", corpus.questions["recall_heldout"], gives_the_answer),
        Group(
            "paraphrased",
            "in an outsider's words",
            "like",
            corpus.questions["recall_outsider_grammatical"],
            gives_the_answer,
        ),
        Group(
            "supposed",
            "what would be, if",
            "against",
            counterfactuals(world, rng(seed, "understands", "supposed")),
            gives_the_answer,
        ),
        Group(
            "told_otherwise",
            "told against what it read",
            "against",
            told_otherwise(world, rng(seed, "understands", "told")),
            gives_the_answer,
        ),
        Group(
            "false_premise",
            "of what never was",
            "beyond",
            false_premises(world, rng(seed, "understands", "premise")),
            keeps_to_what_is_so,
        ),
        Group(
            "longer_sums",
            "sums of more digits than any it saw",
            "beyond",
            longer_sums(rng(seed, "understands", "sums"), sum_digits),
            adds_up,
        ),
    ]


class Answered(Struct, frozen=True):
    """What came of some questions."""

    right: list[bool]
    sure: list[float]

    def __add__(self, other: "Answered") -> "Answered":
        return Answered(self.right + other.right, self.sure + other.sure)

    def figures(self, name: str, seed: int) -> Iterator[Measured]:
        """How many are right, how sure it is of them, and how far the two go together."""
        n, k = len(self.right), sum(self.right)
        yield Measured(f"{name}/accuracy", k / n, proportion_interval(k, n), n)
        wrong = [sure for right, sure in zip(self.right, self.sure, strict=True) if not right]
        for figure, values in (("confidence", self.sure), ("confidence_when_wrong", wrong)):
            if values:
                mean = sum(values) / len(values)
                yield Measured(f"{name}/{figure}", mean, mean_share_interval(values), len(values))
        yield Measured(
            f"{name}/calibration_error",
            expected_calibration_error(self.sure, self.right),
            calibration_interval(self.sure, self.right, derive(seed, "understands", name)),
            n,
            0.0,
        )

    def line(self, name: str) -> Line:
        """Its points of the calibration plot."""
        bins = calibration(self.sure, self.right)
        return Line(name, tuple(b.confidence for b in bins), tuple(b.accuracy for b in bins), points=True)


def understands(tuned: Tuned, seed: int) -> Iterator[Event]:
    """Ask all of it; nothing is learnt."""
    asker, world = asker_of(tuned), world_of(tuned, seed)
    pools = {to: Answered([], []) for to in ("like", "against", "beyond")}
    said_as_read = list[bool]()
    for group in groups(tuned.corpus, world, seed, tuned.settings.data.sum_digits):
        yield Noticed(f"asking {len(group.questions)} questions: {group.called}")
        answers = answered(tuned.model, asker, group.questions)
        asked = list(zip(answers, group.questions, strict=True))
        found = Answered(
            [a.ended and group.right(a.text, q) for a, q in asked],
            certainty(tuned.model, asker, group.questions, answers),
        )
        for (answer, question), sure, right in [*zip(asked, found.sure, found.right, strict=True)][:SHOWN]:
            yield Showed("asked", question.prompt)
            yield Showed("model", f"{answer.text} ({sure:.0%} sure)", right)
        yield from found.figures(f"understands/{group.name}", seed)
        if group.to_its_text == "against":
            said_as_read += [names(a.text, q.others[:1], ()) for a, q in asked]
        pools[group.to_its_text] += found
        yield _plotted(pools)
    for to, pool in pools.items():
        yield from pool.figures(f"understands/{to}_its_text", seed)
    k, n = sum(said_as_read), len(said_as_read)
    yield Measured("understands/against_its_text/said_as_read", k / n, proportion_interval(k, n), n)


def _plotted(pools: Mapping[str, Answered]) -> Plotted:
    return Plotted(
        "how sure it is, and how often it is right",
        "its own confidence",
        "share right",
        (
            Line("as sure as right", (0.0, 1.0), (0.0, 1.0)),
            *(found.line(f"{to} its text") for to, found in pools.items() if found.right),
        ),
    )

"""What came of the feedback: the same prompts, answered by the tuned and by the aligned model."""

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

from msgspec import Struct

from tui_trainer.formulas.intervals import grouped_interval
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.preferences.raters import TIE
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import BeforeAfter, Measured
from tui_trainer.model.transformer import Transformer

SHOWN = 5  # prompts answered before and after
COMPARISONS = 160  # at least so many answers are compared, where there is any prompt

RewardFunction = Callable[
    [Sequence[str], Sequence[Answer]], Sequence[float]
]  # what each answer to its prompt is worth


def before_after(
    tuned: Transformer,
    aligned: Transformer,
    asker: Asker,
    prompts: Sequence[str],
    right: Callable[[str, str], bool | None],
) -> Iterator[BeforeAfter]:
    """The likeliest answers of both.

    Args:
        right: whether an answer to a prompt is true, as far as that is known.
    """
    shown = list(prompts[:SHOWN])
    answers = zip(asker.ask(tuned, shown), asker.ask(aligned, shown), strict=True)
    for prompt, (before, after) in zip(shown, answers, strict=True):
        marks = right(prompt, before.text), right(prompt, after.text)
        yield BeforeAfter(prompt, before.text, after.text, *marks)


def repeated(prompts: Sequence[str]) -> list[str]:
    """The prompts, each as often as makes `COMPARISONS` of them."""
    asked = list(prompts) * -(-COMPARISONS // len(prompts))
    return asked[: max(COMPARISONS, len(prompts))]


class Preferred(Struct, frozen=True):
    """How often one of two answers is worth more, ties half; a prompt counts once, however often asked."""

    share: float
    ci95: tuple[float, float]
    prompts: int

    @staticmethod
    def of(prompts: Sequence[str], mine: Sequence[float], others: Sequence[float]) -> "Preferred":
        """Args: mine, others: what the two answers to each prompt are worth."""
        wins: dict[str, list[float]] = {}
        for prompt, one, other in zip(prompts, mine, others, strict=True):
            win = 0.5 if abs(one - other) < TIE else float(one > other)
            wins.setdefault(prompt, []).append(win)
        groups = list(wins.values())
        return Preferred(fmean(map(fmean, groups)), grouped_interval(groups), len(groups))


def win_rate(
    name: str,
    tuned: Transformer,
    aligned: Transformer,
    asker: Asker,
    prompts: Sequence[str],
    worth: RewardFunction,
    seed: int,
) -> Measured:
    """How often an answer of the aligned model is worth more than one of the tuned, ties half.

    Both are sampled at temperature 1: what is compared is all that the models may say, not one answer each.
    """
    asked = repeated(prompts)
    before = asker.ask(tuned, asked, generator(seed, "feedback", "win rate", "tuned"))
    after = asker.ask(aligned, asked, generator(seed, "feedback", "win rate", "aligned"))
    found = Preferred.of(asked, worth(asked, after), worth(asked, before))
    return Measured(name, found.share, found.ci95, found.prompts, 0.5)

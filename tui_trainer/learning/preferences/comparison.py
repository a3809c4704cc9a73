"""What came of the feedback: the same prompts, answered by the tuned and by the aligned model."""

from collections.abc import Callable, Iterator, Sequence
from statistics import fmean

import numpy as np
from msgspec import Struct

from tui_trainer.formulas.bootstrap import quantiles, resampled
from tui_trainer.formulas.intervals import grouped_interval
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.raters import TIE
from tui_trainer.learning.preferences.reward_model import Array, RewardModel, sigmoid
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


class Estimated(Struct, frozen=True):
    """How often a rater would pick one of two answers, as far as the reward model's features can tell.

    The interval is of what this rater would pick between such answers to other prompts: both what the picks
    leave open of the taste, and which prompts were asked.
    """

    share: float
    ci95: tuple[float, float]
    prompts: int

    @staticmethod
    def of(prompts: Sequence[str], chances: Array, seed: int) -> "Estimated":
        """A prompt counts once, however often asked; prompts are drawn anew for each taste.

        Args:
            chances: of one of the two answers to each prompt, by each of the tastes: (tastes, prompts).
            seed: of the draws.
        """
        names = list(dict.fromkeys(prompts))
        place = {name: at for at, name in enumerate(names)}
        member = np.zeros((len(prompts), len(names)))
        member[np.arange(len(prompts)), [place[prompt] for prompt in prompts]] = 1
        means = chances @ (member / member.sum(0))
        drawn = (resampled(len(names), seed, len(means)) * means).sum(1) / len(names)
        return Estimated(float(np.median(drawn)), quantiles(drawn), len(names))


def win_rate(
    name: str,
    tuned: Transformer,
    aligned: Transformer,
    asker: Asker,
    prompts: Sequence[str],
    worth: RewardFunction,
    seed: int,
) -> Measured:
    """How often an answer of the aligned model is worth more than one of the tuned, ties half."""
    asked, before, after = _sampled(tuned, aligned, asker, prompts, seed)
    found = Preferred.of(asked, worth(asked, after), worth(asked, before))
    return Measured(name, found.share, found.ci95, found.prompts, 0.5)


def estimated_win_rate(
    name: str,
    tuned: Transformer,
    aligned: Transformer,
    asker: Asker,
    prompts: Sequence[str],
    model: RewardModel,
    seed: int,
    must_end: bool = True,
) -> Measured:
    """The same of a rater whose taste is known by their picks alone.

    Args:
        must_end: what never ends loses to what does; else it is worth what the model says of it, as it was
            in a reinforcement that asked for no end.
    """
    asked, before, after = _sampled(tuned, aligned, asker, prompts, seed)
    scaled = [model.scaling(np.array([features(a.text) for a in answers])) for answers in (before, after)]
    chances = sigmoid(model.tastes() @ (scaled[1] - scaled[0]).T)
    for at, (old, new) in enumerate(zip(before, after, strict=True)):
        if must_end and not (old.ended and new.ended):
            chances[:, at] = (1 + new.ended - old.ended) / 2
    found = Estimated.of(asked, chances, seed)
    return Measured(name, found.share, found.ci95, found.prompts, 0.5)


def _sampled(
    tuned: Transformer, aligned: Transformer, asker: Asker, prompts: Sequence[str], seed: int
) -> tuple[list[str], list[Answer], list[Answer]]:
    """Prompts, and the answers of both.

    They are sampled at temperature 1: what is compared is all that the models may say, not one answer each.
    """
    asked = repeated(prompts)
    before = asker.ask(tuned, asked, generator(seed, "feedback", "win rate", "tuned"))
    after = asker.ask(aligned, asked, generator(seed, "feedback", "win rate", "aligned"))
    return asked, before, after

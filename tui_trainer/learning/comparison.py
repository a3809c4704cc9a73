"""What came of the feedback: the same prompts, answered by the tuned and by the aligned model."""

from collections.abc import Callable, Iterator, Sequence

from tui_trainer.events import BeforeAfter, Measured
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.randomness import generator
from tui_trainer.learning.raters import TIE
from tui_trainer.model.transformer import Transformer
from tui_trainer.statistics import proportion_interval

SHOWN = 5  # prompts answered before and after
COMPARISONS = 160  # at least so many answers are compared, where there is any prompt

Worth = Callable[[str, Answer], float]  # of an answer to a prompt


def before_after(
    tuned: Transformer, aligned: Transformer, asker: Asker, prompts: Sequence[str]
) -> Iterator[BeforeAfter]:
    """The likeliest answers of both."""
    shown = list(prompts[:SHOWN])
    answers = zip(asker.ask(tuned, shown), asker.ask(aligned, shown), strict=True)
    for prompt, (before, after) in zip(shown, answers, strict=True):
        yield BeforeAfter(prompt, before.text, after.text)


def win_rate(
    name: str,
    tuned: Transformer,
    aligned: Transformer,
    asker: Asker,
    prompts: Sequence[str],
    worth: Worth,
    seed: int,
) -> Measured:
    """How often an answer of the aligned model is worth more than one of the tuned, ties half.

    Both are sampled at temperature 1: what is compared is all that the models may say, not one answer each.
    """
    asked = list(prompts) * -(-COMPARISONS // len(prompts))
    asked = asked[: max(COMPARISONS, len(prompts))]
    before = asker.ask(tuned, asked, generator(seed, "feedback", "win rate", "tuned"))
    after = asker.ask(aligned, asked, generator(seed, "feedback", "win rate", "aligned"))
    wins = 0.0
    for prompt, old, new in zip(asked, before, after, strict=True):
        difference = worth(prompt, new) - worth(prompt, old)
        wins += 0.5 if abs(difference) < TIE else float(difference > 0)
    return Measured(name, wins / len(asked), proportion_interval(round(wins), len(asked)), len(asked), 0.5)

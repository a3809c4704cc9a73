"""The other way to please a reward model: let the tuned model answer often, and take what it likes best."""

from collections.abc import Sequence
from statistics import fmean

from tui_trainer.formulas.overoptimization import best_of_n, best_of_n_kl
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.comparison import RewardFunction
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import BestOfN
from tui_trainer.model.transformer import Transformer

PROMPTS = 16
BATCH = 8  # prompts asked at once


def measured(
    model: Transformer,
    asker: Asker,
    prompts: Sequence[str],
    most: int,
    proxy: RewardFunction,
    gold: RewardFunction | None,
    seed: int,
) -> BestOfN:
    """One pool of `most` answers to each of some prompts, and from it the best of every n.

    Args:
        prompts: the first `PROMPTS` of them.
        proxy: chooses.
        gold: of a simulated rater.
    """
    asked = list(prompts[:PROMPTS])
    pools: list[tuple[Sequence[float], Sequence[float]]] = []
    for first in range(0, len(asked), BATCH):
        some = [prompt for prompt in asked[first : first + BATCH] for _ in range(most)]
        answers = asker.ask(model, some, generator(seed, "feedback", "best of n", first))
        liked = proxy(some, answers)
        worth = gold(some, answers) if gold is not None else liked
        pools += [(liked[i : i + most], worth[i : i + most]) for i in range(0, len(some), most)]
    ns = sizes(most)
    return BestOfN(
        n=ns,
        kl=tuple(best_of_n_kl(n) for n in ns),
        proxy=tuple(fmean([best_of_n(liked, liked, n) for liked, _ in pools]) for n in ns),
        gold=tuple(fmean([best_of_n(*pool, n) for pool in pools]) for n in ns) if gold is not None else None,
        prompts=len(asked),
        answers=most,
    )


def sizes(most: int) -> tuple[int, ...]:
    """1, 2, 3, 4, 6, 8, 12, ... up to and with the largest."""
    found = {1, most}
    power = 2
    while power <= most:
        found |= {power, min(most, power * 3 // 2)}
        power *= 2
    return tuple(sorted(found))

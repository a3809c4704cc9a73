"""What the picks so far are worth: what they taught, how they were predicted, how steady the rater is.

When it is enough, the rule (`is_enough`): at least `USEFUL` comparisons were learnt from; of the last `LAST`
decided picks, and there are `DECIDED` at least, `PREDICTED` were predicted; and the reward model, its doubt
included, expects to predict `EXPECTED` of the pairs that nobody was shown and that the rater would decide.
(Who called half of the pairs a tie will call about half of the others one: no side is to be predicted there.)
The last picks alone would not do: the pairs that are shown are the ones it was least sure of, so it does
worse on them than it will do on others.

Tried on a tuned model's answers, five draws each: four simulated tastes come to that after 13 to 57 picks,
half of them by 18, and one who likes polite words and calls all else a tie after 31. Who picks blindly came
to it within 60 in one draw of five, and so did who picks blindly and calls a third of the pairs a tie.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.learning.preferences.features import NAMES
from tui_trainer.learning.preferences.pairs import Candidate, Pool
from tui_trainer.messages.events import Choice, RewardModelFitted, Valued

WIN: Mapping[Choice | None, float] = {"a": 1.0, "b": 0.0, "tie": 0.5}  # skip and both_bad compare nothing
USEFUL, DECIDED, LAST = 12, 8, 20
PREDICTED, EXPECTED = 2 / 3, 0.7
BEST = 3  # answers named as liked best, and least


class Offer(Struct, frozen=True):
    """A pair that was offered, and what was made of it."""

    candidate: Candidate
    swapped: bool
    choice: Choice | None = None  # None: not yet picked
    rater: str = ""
    simulated: bool = False
    repeats: int | None = None  # the offer that this one shows again, sides exchanged
    text: str = ""  # the rater's own answer, better than both
    ahead: bool = False  # the pair was fixed before the first pick

    @property
    def teaches(self) -> bool:
        """Whether anything is learnt from it."""
        return self.choice in WIN or self.choice == "own"


def fitted(pool: Pool, offers: Sequence[Offer]) -> RewardModelFitted:
    """The reward model after these picks, and what they are worth."""
    model = pool.reward_model
    right, n = model.agreement()
    recent = model.agreement(LAST)
    expected = pool.expected([o.candidate for o in offers], decided(offers))
    best, least = liked(pool)
    return RewardModelFitted(
        picks=model.comparisons,
        features=model.weights(NAMES),
        agreement=right / n if n else None,
        agreement_ci95=proportion_interval(right, n) if n else None,
        recent=recent,
        expected=expected,
        enough=is_enough(model.comparisons, recent, expected),
        alike=alike(offers),
        left=left(offers),
        best=best,
        least=least,
    )


def decided(offers: Sequence[Offer]) -> float:
    """The share of the picks that are no ties; 1 before the first."""
    made = [o.choice for o in offers if o.choice in WIN]
    return 1 - made.count("tie") / len(made) if made else 1.0


def is_enough(useful: int, recent: tuple[int, int], expected: float | None) -> bool:
    """The declared rule."""
    right, n = recent
    predicted = n >= DECIDED and right / n >= PREDICTED
    return useful >= USEFUL and predicted and expected is not None and expected >= EXPECTED


def alike(offers: Sequence[Offer]) -> tuple[int, int]:
    """Of the pairs that were shown again and decided both times: picked alike, and how many."""
    again = [
        (WIN[first.choice], WIN[o.choice])
        for o in offers
        if o.repeats is not None and o.choice in WIN and (first := offers[o.repeats]).choice in WIN
    ]
    return sum(a == 1 - b for a, b in again), len(again)


def left(offers: Sequence[Offer]) -> tuple[int, int]:
    """Of a person's picks of one side: of the left one, and how many. The seed shuffles the sides, so that
    half are to be expected."""
    decided = [o.choice for o in offers if o.choice in ("a", "b") and not o.simulated]
    return decided.count("a"), len(decided)


def liked(pool: Pool) -> tuple[tuple[Valued, ...], tuple[Valued, ...]]:
    """The answers of the pool that it thinks best of, and least, one of a prompt."""
    scored = [
        (float(score), prompted.prompt, answer)
        for prompted, rows in zip(pool.prompted, pool.features, strict=True)
        for answer, score in zip(prompted.answers, pool.reward_model.score(rows), strict=True)
    ]
    scored.sort(key=lambda item: (-item[0], item[1], item[2]))
    return _first(scored), _first(scored[::-1])


def _first(scored: Sequence[tuple[float, str, str]]) -> tuple[Valued, ...]:
    found: dict[str, Valued] = {}
    for score, prompt, answer in scored:
        if answer not in {v.answer for v in found.values()}:
            found.setdefault(prompt, Valued(prompt, answer, round(score, 3)))
        if len(found) == BEST:
            break
    return tuple(found.values())

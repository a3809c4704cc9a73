"""What the picks so far are worth: what they taught, how they were predicted, how steady the rater is.

When it is enough, the rule (`is_enough`): at least `USEFUL` comparisons were learnt from; of the last `LAST`
decided picks, and there are `DECIDED` at least, `PREDICTED` were predicted; and the reward model, its doubt
included, expects to predict `EXPECTED` of the pairs that nobody was shown and that the rater would decide.
(Who called half of the pairs a tie will call about half of the others one: no side is to be predicted there.)
The last picks alone would not do: the pairs that are shown are the ones it was least sure of, so it does
worse on them than it will do on others.

That alone a coin can come to. It is enough where the test for a taste (`chance`) finds one as well, in the
picks as they stand and in those but the last of them (`is_steady`): what is said before one goes on is what
is said after it, and who looks at each pick is not told of a taste because one of many looks found it.

Tried on answers in the styles of fine-tuning: four simulated tastes, a dozen draws each, come to it after 17
to 23 picks, half of them by 18. Of 200 who toss a coin, for up to 60 picks, 21 came to the rule alone, 7
to it and to a taste in any one look, and 3 to both as it is now.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui_trainer.formulas.intervals import proportion_interval
from tui_trainer.learning.preferences.features import NAMES
from tui_trainer.learning.preferences.pairs import Candidate, Pool
from tui_trainer.messages.events import Choice, RewardModelFitted, TasteTested, Valued

WIN: Mapping[Choice | None, float] = {"a": 1.0, "b": 0.0, "tie": 0.5}  # skip and both_bad compare nothing
USEFUL, DECIDED, LAST = 12, 8, 20
PREDICTED, EXPECTED = 2 / 3, 0.7
STEADY = 12  # picks held against chance in which a taste is found, and found again with the next one
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


def is_steady(now: TasteTested | None, before: TasteTested | None) -> bool:
    """Whether a taste is found, and was without the last of the picks that are held against chance."""
    if now is None or before is None:
        return False
    return before.picks >= STEADY and not before.reason and not now.reason


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

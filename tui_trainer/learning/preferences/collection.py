"""Picking: the pairs that a rater is offered, the picks, and what is learnt from them at once.

What is learnt from which pick:

- A, B and a tie are one comparison; "both bad" and "skip" are none.
- An answer of the rater's own is better than both that were shown: two comparisons.
- A person is shown some pairs again, sides exchanged (`REPEAT_EVERY`). Both picks together are *one*
  comparison, worth the mean of both: who picks alike has said it once, and who picks the same side twice has
  said nothing of the answers. Nothing predicted about a repeat counts: it has been seen.

A simulated rater makes `feedback.picks` picks. A person is offered pairs until they say that it is enough.
"""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from msgspec import Struct

from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences.chance import against_chance, level_of, reason
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.pairs import Candidate, Pool, Prompted
from tui_trainer.learning.preferences.reward_model import Array
from tui_trainer.learning.preferences.statistics import WIN, Offer, fitted, is_steady
from tui_trainer.learning.randomness import generator
from tui_trainer.messages.events import (
    Choice,
    Event,
    Noticed,
    PairOffered,
    Picked,
    PromptsEdited,
    TasteTested,
)
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import Settings

POOL_PROMPTS = 96  # prompts answered before the first pair
POOL_BATCH = 32  # of them a step
POOL_ANSWERS = 4  # to each
OWN_ANSWERS = 8  # to a prompt of the rater's own
REPEAT_FIRST, REPEAT_EVERY = 7, 6  # the pairs 7, 13, 19, ... are repeats (the first pair being 0)
REPEAT_AFTER = 4  # pairs between a pair and its repeat, at least


class CollectionState(Struct):
    """All that picking has to remember."""

    sampled: int = 0  # batches of the pool
    pool: list[Prompted] = []
    own: list[Prompted] = []  # prompts of the rater's own, and their answers, in the order they came
    removed: list[str] = []  # prompts that are not to be asked any more
    offers: list[Offer] = []
    pending: PairOffered | None = None
    enough: bool = False  # the rater said so, or there is nothing left to offer


class PreferenceCollection:
    """Offers pairs of the tuned model's answers.

    Args:
        model: answers the prompts, now and later; not changed.
        prompts: to be answered; the first `POOL_PROMPTS` of them.
        settings: say whether a person picks, until a simulated rater takes over.
    """

    def __init__(
        self, model: Transformer, asker: Asker, prompts: Sequence[str], settings: Settings, seed: int
    ) -> None:
        self.model, self.asker, self.prompts, self.seed = model, asker, list(prompts), seed
        self.person = settings.feedback.rater == "person"
        self.pool: Pool | None = None  # once it is sampled, and there is any answer in it
        self.state = CollectionState()
        self._places: dict[int, int] = {}  # of each offer's comparison in the reward model

    @property
    def pool_steps(self) -> int:
        """Steps that sampling the pool takes."""
        return -(-min(POOL_PROMPTS, len(self.prompts)) // POOL_BATCH)

    @property
    def by_person(self) -> bool:
        """Whether a person picks now."""
        return self.person and not any(o.simulated for o in self.state.offers)

    def over(self, planned: int) -> bool:
        """Whether no more pairs are offered, a simulated rater being asked for so many picks."""
        state = self.state
        return state.enough or (len(state.offers) >= planned and not (self.by_person and state.offers))

    # -- the pool ------------------------------------------------------------------------------------------

    @property
    def answers(self) -> tuple[int, int]:
        """Of the pool: how many are written, and how many there will be."""
        prompts = min(POOL_PROMPTS, len(self.prompts))
        return POOL_ANSWERS * min(prompts, POOL_BATCH * self.state.sampled), POOL_ANSWERS * prompts

    def sample(self) -> None:
        """Answer the next batch of prompts."""
        state = self.state
        first = state.sampled * POOL_BATCH
        prompts = self.prompts[first : min(first + POOL_BATCH, POOL_PROMPTS)]
        asked = [prompt for prompt in prompts for _ in range(POOL_ANSWERS)]
        draws = generator(self.seed, "feedback", "pool", state.sampled)
        answers = iter(self.asker.ask(self.model, asked, draws))
        for prompt in prompts:
            # An answer that was cut off is nothing to rate.
            whole = [a.text for a in (next(answers) for _ in range(POOL_ANSWERS)) if a.ended]
            state.pool.append(Prompted(prompt, tuple(dict.fromkeys(whole))))
        state.sampled += 1
        if state.sampled == self.pool_steps:
            self._fill()

    def _fill(self) -> None:
        """The pool anew, and a reward model that knows nothing yet."""
        self._places.clear()
        self.pool = Pool(self.state.pool) if any(p.answers for p in self.state.pool) else None
        for prompted in self.state.own:
            if self.pool is not None:
                self.pool.add(prompted)

    # -- the rater's own prompts ---------------------------------------------------------------------------

    def edit_prompts(self, added: str, removed: str) -> Iterator[Event]:
        """Take a prompt in, or out, or one for the other; what is taken in is answered, and shown next.

        Raises:
            ValueError: it can't be done; one line.
        """
        state = self.state
        added = added.strip()
        if state.pending is None or state.pending.blind or self.pool is None:
            raise ValueError("prompts are changed while pairs are picked from")
        if added and not self.asker.fits(added):
            raise ValueError("that prompt is too long for the model")
        known = {*self.prompts, *(p.prompt for p in state.own)}
        if removed and removed not in known:
            raise ValueError("there is no such prompt")
        if added and added in known - {removed} - set(state.removed):
            raise ValueError("that prompt is on the list already")
        yield PromptsEdited(added, removed)
        if removed and removed not in state.removed:
            state.removed.append(removed)
        if not added:
            return
        if added in state.removed:
            state.removed.remove(added)
            if added in known:
                return
        draws = generator(self.seed, "feedback", "own prompt", len(state.own))
        answers = self.asker.ask(self.model, [added] * OWN_ANSWERS, draws)
        prompted = Prompted(added, tuple(dict.fromkeys(a.text for a in answers if a.ended)))
        state.own.append(prompted)
        if not self.pool.add(prompted):
            yield Noticed("The answers to your prompt are too much alike to choose between.")

    def asked(self) -> list[str]:
        """All prompts to be asked from now on, the rater's own included."""
        removed = set(self.state.removed)
        every = [*self.prompts, *(p.prompt for p in self.state.own)]
        return [p for p in every if p not in removed] or self.prompts

    # -- pairs ---------------------------------------------------------------------------------------------

    def offer(self) -> PairOffered | None:
        """The next pair; None, and picking is over, when there is none left."""
        state = self.state
        number = len(state.offers)
        again = self._repeat(number)
        if again is not None:
            first = state.offers[again]
            state.offers.append(Offer(first.candidate, not first.swapped, repeats=again))
            return self._show()
        found = self._next()
        if found is None:
            state.enough = True
            return None
        candidate, ahead = found
        swapped = rng(self.seed, "feedback", "sides", number).random() < 0.5
        state.offers.append(Offer(candidate, swapped, ahead=ahead))
        return self._show()

    def go_on(self) -> bool:
        """Offer pairs again, although it was enough; False where there is none left."""
        if self._next() is None:
            return False
        self.state.enough = False
        return True

    def _next(self) -> tuple[Candidate, bool] | None:
        if self.pool is None:
            return None
        offered = [o.candidate for o in self.state.offers]
        own = {p.prompt for p in self.state.own}
        return self.pool.next(offered, first=own, without=self.state.removed)

    def _repeat(self, number: int) -> int | None:
        """The offer that a person is to see again now, if it is time for that."""
        if not self.by_person or number < REPEAT_FIRST or (number - REPEAT_FIRST) % REPEAT_EVERY:
            return None
        offers = self.state.offers
        done = {o.repeats for o in offers}
        known = [
            at
            for at, o in enumerate(offers[: number - REPEAT_AFTER])
            if o.choice in WIN and o.repeats is None and at not in done
            if self._prompt(o) not in self.state.removed
        ]
        return rng(self.seed, "feedback", "repeat", number).choice(known) if known else None

    def _prompt(self, offer: Offer) -> str:
        assert self.pool is not None  # nothing is offered without one
        return self.pool.prompted[offer.candidate.prompt].prompt

    def sides(self, offer: Offer) -> tuple[tuple[str, Array], tuple[str, Array]]:
        """A and B: text and features."""
        assert self.pool is not None  # nothing is offered without one
        first, second = self.pool.pair(offer.candidate)
        return (second, first) if offer.swapped else (first, second)

    def _show(self) -> PairOffered:
        """The last offer, for the rater to see."""
        assert self.pool is not None
        number, offer = len(self.state.offers) - 1, self.state.offers[-1]
        (a, features_a), (b, features_b) = self.sides(offer)
        model = self.pool.reward_model
        self.state.pending = PairOffered(
            pair=number,
            prompt=self._prompt(offer),
            a=a,
            b=b,
            swapped=offer.swapped,
            predicted_a=model.probability(features_a, features_b),
            predicted_ci95=model.probability_interval(features_a, features_b),
            repeats=offer.repeats,
        )
        return self.state.pending

    # -- picks ---------------------------------------------------------------------------------------------

    def pick(
        self, choice: Choice, rater: str, simulated: bool, text: str = "", looks: int = 0
    ) -> Iterator[Event]:
        """Answer the pending pair; see `Feedback.pick`, and for `looks` `tested`."""
        state, pending = self.state, self.state.pending
        assert pending is not None
        if choice == "undo":
            yield from self._undo(pending, rater, simulated, looks)
            return
        state.pending = None
        if choice == "enough":
            state.offers.pop()
            state.enough = True
            yield Picked(pending.pair, choice, rater, simulated)
            return
        offer = msgspec.structs.replace(
            state.offers[pending.pair], choice=choice, rater=rater, simulated=simulated, text=text
        )
        state.offers[pending.pair] = offer
        # First the pick, so that it is kept before anything is computed from it.
        yield Picked(pending.pair, choice, rater, simulated, text)
        self._learn(pending.pair)
        if offer.teaches:
            yield self._fitted(looks)

    def _undo(self, pending: PairOffered, rater: str, simulated: bool, looks: int) -> Iterator[Event]:
        """Offer the pair before the pending one again, and forget what its pick taught."""
        state = self.state
        if pending.pair == 0:
            raise ValueError("there is no pick to take back")
        state.offers.pop()
        before = state.offers[-1]
        state.offers[-1] = Offer(before.candidate, before.swapped, repeats=before.repeats, ahead=before.ahead)
        yield Picked(pending.pair, "undo", rater, simulated)
        self._learn_again()
        yield self._fitted(looks)
        yield self._show()

    def _learn_again(self) -> None:
        self._fill()
        for number in range(len(self.state.offers)):
            self._learn(number)

    def _learn(self, number: int) -> None:
        """What one pick teaches: see above."""
        offer = self.state.offers[number]
        if self.pool is None or not offer.teaches:
            return
        model = self.pool.reward_model
        (a, features_a), (b, features_b) = self.sides(offer)
        if offer.choice == "own":
            own = features(offer.text)
            others = [side for text, side in ((a, features_a), (b, features_b)) if text != offer.text]
            model.learn_all([own] * len(others), others)
        elif offer.repeats is not None and offer.repeats in self._places:
            first = self.state.offers[offer.repeats]
            model.revise(self._places[offer.repeats], (WIN[first.choice] + 1 - WIN[offer.choice]) / 2)
        else:
            self._places[number] = model.comparisons
            model.learn(features_a, features_b, WIN[offer.choice])

    def tested(self, looks: int, last: int | None = None) -> TasteTested | None:
        """Whether the picks show a taste, those of pairs that were fixed before them; None where none is.

        Args:
            looks: how often the rater went on after none was found (`level_of`).
            last: of those picks, up to here; None: all.
        """
        offers = [o for o in self.state.offers if o.repeats is None and o.choice in WIN]
        # A run of an earlier version fixed none: there it is nearly what it should be.
        offers = ([o for o in offers if o.ahead] or offers)[:last]
        if not offers:
            return None
        differences = np.array([a - b for a, b in map(self._scaled, offers)])
        wins = np.array([WIN[o.choice] for o in offers])
        found = against_chance(differences, wins, self.seed, level_of(looks))
        sides = [o.choice for o in self.state.offers if o.choice in ("a", "b")]
        why = reason(found, (sides.count("a"), len(sides)))
        return TasteTested(len(self.state.offers), why, **msgspec.structs.asdict(found))

    def _scaled(self, offer: Offer) -> tuple[Array, Array]:
        assert self.pool is not None
        (_, a), (_, b) = self.sides(offer)
        return self.pool.reward_model.scaling(a), self.pool.reward_model.scaling(b)

    def _fitted(self, looks: int) -> Event:
        """It is enough only where the test for a taste, if it were made now, would find one again."""
        assert self.pool is not None
        found = fitted(self.pool, self.state.offers)
        if not found.enough:
            return found
        tested = self.tested(looks)
        enough = is_steady(tested, self.tested(looks, last=-1))
        return msgspec.structs.replace(found, enough=enough, tested=tested)

    def preferences(self) -> Iterator[tuple[str, str, str]]:
        """Prompt, preferred and other answer of each decided pick; a pair shown twice counts once."""
        again = {o.repeats: o for o in self.state.offers if o.repeats is not None and o.choice in WIN}
        for number, offer in enumerate(self.state.offers):
            if not offer.teaches or offer.repeats is not None or self.pool is None:
                continue
            prompt = self.pool.prompted[offer.candidate.prompt].prompt
            (a, _), (b, _) = self.sides(offer)
            if offer.choice == "own":
                yield from ((prompt, offer.text, other) for other in (a, b) if other != offer.text)
                continue
            win = WIN[offer.choice]
            if number in again:
                second = again[number].choice
                win = (win + 1 - WIN[second]) / 2
            if win != 0.5:
                yield (prompt, a, b) if win > 0.5 else (prompt, b, a)

    def take_up(self, state: CollectionState) -> None:
        """Go on from a state that was put away; the reward model is learnt again from its picks."""
        self.state = state
        self.pool = None
        if state.sampled == self.pool_steps:
            self._learn_again()

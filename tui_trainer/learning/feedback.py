"""Feedback: a rater's picks become a reward model, and the reward model turns the model to that taste.

Four parts, a step at a time: the tuned model answers prompts several times (the pool); pairs of answers are
offered, the most telling first, and picked from; reinforcement under a leash and a guard (`alignment`); and
the comparison of what came of it with the tuned model. Works on a chat's questions, and on continuations of
any text where there are no pairs to make a chat of (Ziegler et al. 2019, arXiv 1909.08593).
"""

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

import msgspec
import numpy as np
import torch
from msgspec import Struct
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.randomness import rng
from tui_trainer.events import (
    Choice,
    Event,
    Noticed,
    PairOffered,
    Picked,
    RewardModelFitted,
    StageName,
)
from tui_trainer.learning.alignment import Alignment, Judge, Progress
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.comparison import before_after, win_rate
from tui_trainer.learning.features import NAMES, features
from tui_trainer.learning.pairs import Candidate, Pool, Prompted
from tui_trainer.learning.randomness import generator
from tui_trainer.learning.raters import CULTURES, TASTES, gold
from tui_trainer.learning.reward_model import CLIP, Array
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import Feedback as FeedbackSettings
from tui_trainer.settings import Settings
from tui_trainer.statistics import proportion_interval

POOL_PROMPTS = 96  # prompts answered before the first pair
POOL_BATCH = 32  # of them a step
POOL_ANSWERS = 4  # to each
FINISHING = 2  # steps: before and after; the win rate
BOUND = 2.0  # the default reward bound; a feature counts as far as `CLIP` for that, and in proportion
KNOBS = (
    "kl",
    "lr",
    "finetune_weight",
    "reward_bound",
    "facts_limit",
    "picks",
    "steps",
)  # settings that turn on the way
WIN: dict[str, float] = {"a": 1.0, "b": 0.0, "tie": 0.5}  # skip and both_bad compare nothing


class Offer(Struct, frozen=True):
    """A pair that was offered, and what was made of it."""

    candidate: Candidate
    swapped: bool
    choice: Choice | None = None  # None: not yet picked
    rater: str = ""
    simulated: bool = False


class State(Struct):
    """All of the stage that is not a tensor; its JSON goes into the checkpoint as bytes."""

    settings: FeedbackSettings
    alignment: Progress  # the same object as `Alignment.progress`
    step: int = 0
    sampled: int = 0  # batches of the pool
    pool: list[Prompted] = []
    offers: list[Offer] = []
    pending: PairOffered | None = None
    finished: int = 0


class Feedback:
    """The stage.

    Args:
        model: the tuned model; its last block is trained in place.
        corpus: with pairs, questions are answered; without, beginnings are continued.
    """

    name: ClassVar[StageName] = "feedback"

    def __init__(self, model: Transformer, corpus: Corpus, settings: Settings, seed: int) -> None:
        self.seed = seed
        self.asker = Asker(corpus, model.shape.context, settings.feedback.answer_tokens)
        self.prompts = [p for p in corpus.rating_prompts if self.asker.fits(p)]
        self.held_out = [p for p in corpus.held_out_prompts if self.asker.fits(p)]
        self.alignment = Alignment(model, corpus, self.asker, seed)
        self.pool: Pool | None = None  # once it is sampled, and there is any answer in it
        self.state = State(settings.feedback, alignment=self.alignment.progress)
        self.step = self.steps = 0
        self._count()

    @property
    def pending(self) -> PairOffered | None:
        """The pair that waits for `pick`."""
        return self.state.pending

    @property
    def taste(self) -> str | None:
        """The simulated rater's, when one and the same made all the picks: then its gold is known."""
        raters = {(o.rater, o.simulated) for o in self.state.offers if o.choice in WIN}
        return next((name for name in (*TASTES, *CULTURES) if raters == {(name, True)}), None)

    @property
    def picked(self) -> bool:
        """Whether all picks are made."""
        state = self.state
        sampled = state.sampled >= self._pool_steps
        return sampled and state.pending is None and len(state.offers) >= state.settings.picks

    def _count(self) -> None:
        """Steps done and in all; fewer than planned once there is no more to offer or to reinforce."""
        state, done = self.state, self.alignment.progress
        reinforcing = done.steps if done.stopped else max(state.settings.steps, done.steps)
        picking = max(state.settings.picks, len(state.offers))
        self.step, self.steps = state.step, self._pool_steps + picking + reinforcing + FINISHING

    @property
    def _pool_steps(self) -> int:
        return math.ceil(min(POOL_PROMPTS, len(self.prompts)) / POOL_BATCH)

    def advance(self) -> Iterator[Event]:
        """One step of whichever part is next.

        Raises:
            RuntimeError: a pair waits to be picked from.
        """
        state, done = self.state, self.alignment.progress
        if state.pending is not None:
            raise RuntimeError(f"pair {state.pending.pair} waits for a pick")
        if state.sampled < self._pool_steps:
            self._sample()
        elif len(state.offers) < state.settings.picks and (pair := self._best()) is not None:
            yield self._offer(pair)
        elif done.steps < state.settings.steps and not done.stopped:
            yield from self._reinforce()
        else:
            yield from self._finish()
        state.step += 1
        self._count()

    # -- the pool, the pairs, the picks --------------------------------------------------------------------

    def _sample(self) -> None:
        state = self.state
        first = state.sampled * POOL_BATCH
        prompts = self.prompts[first : min(first + POOL_BATCH, POOL_PROMPTS)]
        asked = [prompt for prompt in prompts for _ in range(POOL_ANSWERS)]
        draws = generator(self.seed, "feedback", "pool", state.sampled)
        answers = iter(self.asker.ask(self.alignment.model, asked, draws))
        for prompt in prompts:
            # An answer that was cut off is nothing to rate.
            whole = [a.text for a in (next(answers) for _ in range(POOL_ANSWERS)) if a.ended]
            state.pool.append(Prompted(prompt, tuple(dict.fromkeys(whole))))
        state.sampled += 1
        if state.sampled == self._pool_steps:
            self._fill()

    def _fill(self) -> None:
        self.pool = Pool(self.state.pool) if any(p.answers for p in self.state.pool) else None

    def _best(self) -> Candidate | None:
        """The next pair to offer; without one left, no more picks are asked for."""
        state = self.state
        best = self.pool.best([o.candidate for o in state.offers]) if self.pool is not None else None
        if best is None:
            state.settings = msgspec.structs.replace(state.settings, picks=len(state.offers))
        return best

    def _sides(self, offer: Offer) -> tuple[tuple[str, Array], tuple[str, Array]]:
        """A and B: text and features."""
        assert self.pool is not None  # nothing is offered without one
        first, second = self.pool.pair(offer.candidate)
        return (second, first) if offer.swapped else (first, second)

    def _offer(self, candidate: Candidate) -> PairOffered:
        number = len(self.state.offers)
        self.state.offers.append(Offer(candidate, rng(self.seed, "feedback", "sides", number).random() < 0.5))
        return self._show()

    def _show(self) -> PairOffered:
        """The last offer, for the rater to see."""
        assert self.pool is not None
        number, offer = len(self.state.offers) - 1, self.state.offers[-1]
        (a, features_a), (b, features_b) = self._sides(offer)
        self.state.pending = PairOffered(
            pair=number,
            prompt=self.pool.prompted[offer.candidate.prompt].prompt,
            a=a,
            b=b,
            swapped=offer.swapped,
            predicted_a=self.pool.reward_model.probability(features_a, features_b),
        )
        return self.state.pending

    def pick(self, choice: Choice, rater: str, simulated: bool) -> Iterator[Event]:
        """Answer the pending pair, or take the pick before it back; what was learnt from it follows.

        Raises:
            ValueError: no pair waits, or no pick was made.
        """
        pending = self.state.pending
        if pending is None:
            raise ValueError("there is no pair to pick from")
        if choice == "undo":
            yield from self._undo(pending, rater, simulated)
            return
        offer = msgspec.structs.replace(
            self.state.offers[pending.pair], choice=choice, rater=rater, simulated=simulated
        )
        self.state.offers[pending.pair] = offer
        self.state.pending = None
        self._learn(offer)
        yield Picked(pending.pair, choice, rater, simulated)
        if choice in WIN:
            yield self._fitted()

    def _undo(self, pending: PairOffered, rater: str, simulated: bool) -> Iterator[Event]:
        """Offer the pair before the pending one again, and forget what its pick taught."""
        state = self.state
        if pending.pair == 0:
            raise ValueError("there is no pick to take back")
        state.offers.pop()
        state.offers[-1] = msgspec.structs.replace(state.offers[-1], choice=None, rater="", simulated=False)
        state.step -= 1
        self._fill()
        for offer in state.offers:
            self._learn(offer)
        self._count()
        yield Picked(pending.pair, "undo", rater, simulated)
        yield self._fitted()
        yield self._show()

    def _learn(self, offer: Offer) -> None:
        if self.pool is not None and offer.choice in WIN:
            (_, a), (_, b) = self._sides(offer)
            self.pool.reward_model.learn(a, b, WIN[offer.choice])

    def _fitted(self) -> RewardModelFitted:
        assert self.pool is not None
        model = self.pool.reward_model
        right, n = model.agreement()
        return RewardModelFitted(
            picks=model.comparisons,
            features=model.weights(NAMES),
            agreement=right / n if n else None,
            agreement_ci95=proportion_interval(right, n) if n else None,
        )

    # -- reinforcement, and what came of it ----------------------------------------------------------------

    def _reinforce(self) -> Iterator[Event]:
        if self.pool is None or self.pool.reward_model.comparisons == 0:
            self.alignment.progress.stopped = True
            yield Noticed("no pair was rated, so there is no taste to turn the model to", "warning")
            return
        taste, judge = self.taste, self._gold
        self.alignment.pairs = list(self._preferences())
        if self.state.settings.algorithm == "dpo" and not self.alignment.pairs:
            self.alignment.progress.stopped = True
            yield Noticed("every pick was a tie, and DPO learns from pairs that differ", "warning")
            return
        yield from self.alignment.advance(
            self._next_prompts(), self.state.settings, self.proxy, judge if taste else None
        )

    def _preferences(self) -> Iterator[tuple[str, str, str]]:
        """Prompt, picked and other answer of each decided pick."""
        assert self.pool is not None
        for offer in self.state.offers:
            if offer.choice in ("a", "b"):
                (a, _), (b, _) = self._sides(offer)
                picked, other = (a, b) if offer.choice == "a" else (b, a)
                yield self.pool.prompted[offer.candidate.prompt].prompt, picked, other

    def _next_prompts(self) -> list[str]:
        """The prompts of this step: all of them in turn, in a new order each time round."""
        count, total = self.state.settings.prompts, len(self.prompts)
        first = self.alignment.progress.steps * count
        chosen = []
        for index in range(first, first + count):
            order = list(range(total))
            rng(self.seed, "feedback", "prompts", index // total).shuffle(order)
            chosen.append(self.prompts[order[index % total]])
        return chosen

    def proxy(self, prompt: str, answer: Answer) -> float:
        """The reward model's score, bent towards a bound so that no oddity is worth everything.

        Half a score where the bound is far, -1 to 1 by the default bound; what did not end is worth -1.
        """
        assert self.pool is not None
        if not answer.ended:
            return -1.0
        bound = self.state.settings.reward_bound
        score = self.pool.reward_model.score(features(prompt, answer.text), clip=CLIP * bound / BOUND)
        return float(bound / 2 * np.tanh(score / bound))

    def _gold(self, prompt: str, answer: Answer) -> float:
        assert self.taste is not None
        return gold(self.taste, prompt, answer.text)

    def _finish(self) -> Iterator[Event]:
        tuned, aligned = self.alignment.reference, self.alignment.model
        if self.held_out and self.state.finished == 0:
            yield from before_after(tuned, aligned, self.asker, self.held_out)
        elif self.held_out:
            # A person's gold is in the person: the reward model can only guess at it.
            judge: Judge = self._gold if self.taste else self.proxy
            name = "aligned/win_rate" if self.taste else "aligned/win_rate_estimate"
            if self.taste or self.pool is not None:
                yield win_rate(name, tuned, aligned, self.asker, self.held_out, judge, self.seed)
        self.state.finished += 1

    # -- knobs and state -----------------------------------------------------------------------------------

    def turn(self, name: str, value: float) -> None:
        """Change the leash, the rates, or how many picks and steps there are to be.

        Raises:
            ValueError: it can't be changed here, or not to this.
        """
        section, _, knob = name.rpartition(".")
        if section != "feedback" or knob not in KNOBS:
            raise ValueError(f"{name} can't be changed during feedback")
        tree = {**msgspec.structs.asdict(self.state.settings), knob: value}
        try:
            self.state.settings = msgspec.convert(tree, FeedbackSettings, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(f"{name} can't be {value:g}: {error}") from error
        self._count()

    def tensors(self) -> dict[str, Tensor]:
        """Weights and optimiser; the rest as JSON in a tensor of bytes."""
        self.alignment.put_away()
        json = msgspec.json.encode(self.state)
        return {**self.alignment.tensors(), "state": torch.frombuffer(bytearray(json), dtype=torch.uint8)}

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `tensors` put away; the reward model is learnt again from its picks."""
        self.state = msgspec.json.decode(tensors["state"].numpy().tobytes(), type=State)
        self.alignment.restore(tensors, self.state.alignment)
        self.pool = None
        if self.state.sampled == self._pool_steps:
            self._fill()
            for offer in self.state.offers:
                self._learn(offer)
        self._count()

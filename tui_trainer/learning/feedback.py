"""Feedback: a rater's picks become a reward model, and the reward model turns the model to that taste.

Its parts, a step at a time: the tuned model answers prompts several times (the pool), and pairs of answers
are offered, the most telling first, and picked from (`collection`); whether the picks show a taste at all
(`chance`): where they could be a coin's, nothing is turned without asking; reinforcement under a leash and a
guard (`policy_trainer`); a blind test for a person who picked (`blind`); and the comparison of what came of
it with the tuned model. Works on a chat's questions, and on continuations of any text where there are no
pairs to make a chat of (Ziegler et al. 2019, arXiv 1909.08593).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar

import msgspec
import numpy as np
import torch
from msgspec import Struct
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.preferences.blind import PAIRS, BlindTest
from tui_trainer.learning.preferences.collection import POOL_PROMPTS, CollectionState, PreferenceCollection
from tui_trainer.learning.preferences.comparison import (
    SHOWN,
    RewardFunction,
    before_after,
    estimated_win_rate,
    repeated,
    win_rate,
)
from tui_trainer.learning.preferences.features import features
from tui_trainer.learning.preferences.pairs import Pool
from tui_trainer.learning.preferences.raters import CULTURES, TASTES, gold
from tui_trainer.learning.preferences.reward_model import CLIP
from tui_trainer.learning.preferences.statistics import WIN
from tui_trainer.learning.reinforcement import best_of_n
from tui_trainer.learning.reinforcement.policy_trainer import PolicyTrainer, Progress
from tui_trainer.messages.events import (
    ANSWERS,
    Answering,
    Choice,
    Event,
    Noticed,
    PairOffered,
    Picked,
    PromptsListed,
    Sample,
    Sampled,
    StageName,
    TasteTested,
)
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import LIVE, Settings, of_today
from tui_trainer.settings import Feedback as FeedbackSettings

SAMPLE_EVERY = 4  # reinforcement steps
FINISHING = 2  # steps: before and after; the win rate
BOUND = 2.0  # the default reward bound; a feature counts as far as `CLIP` for that, and in proportion
__all__ = ["POOL_PROMPTS", "WIN", "Feedback", "State"]


class State(Struct):
    """All of the stage that is not a tensor; its JSON goes into the checkpoint as bytes."""

    settings: FeedbackSettings
    policy: Progress = msgspec.field(name="alignment")  # the same object as `PolicyTrainer.progress`
    collection: CollectionState = msgspec.field(name="picks")  # as `PreferenceCollection.state`
    blind: BlindTest
    step: int = 0
    tested: TasteTested | None = None  # whether the picks show a taste, once they are made
    turns: bool = False  # the model is turned to them
    looks: int = 0  # how often the person went on picking after none was found
    finished: int = 0


class Feedback:
    """The stage.

    Args:
        model: the tuned model; its last block is trained in place.
        corpus: with pairs, questions are answered; without, beginnings are continued.
        looks: how often the person who made the picks of another run, which are made again here, went on
            picking there after no taste was found.
    """

    name: ClassVar[StageName] = "feedback"

    def __init__(
        self, model: Transformer, corpus: Corpus, settings: Settings, seed: int, looks: int = 0
    ) -> None:
        self.corpus, self.seed = corpus, seed
        self.asker = Asker(corpus, model.shape.context, settings.feedback.answer_tokens)
        rated, held_out = corpus.prompts(settings.feedback.topic)
        self.prompts = [p for p in rated if self.asker.fits(p)]
        self.held_out = [p for p in held_out if self.asker.fits(p)]
        self.policy_trainer = PolicyTrainer(model, corpus, self.asker, seed)
        self.collection = PreferenceCollection(model, self.asker, self.prompts, settings, seed)
        self.state = State(
            settings.feedback, self.policy_trainer.progress, self.collection.state, BlindTest(), looks=looks
        )
        self.step = self.steps = 0
        self._count()

    @property
    def pool(self) -> Pool | None:
        """What is offered, and the reward model; once the answers are there."""
        return self.collection.pool

    @property
    def pending(self) -> PairOffered | TasteTested | None:
        """The pair that waits for `pick`, or the question that does."""
        tested = self.state.tested
        asked = tested if tested is not None and tested.asks else None
        return asked or self.state.blind.pending or self.state.collection.pending

    @property
    def taste(self) -> str | None:
        """The simulated rater's, when one and the same made all the picks: then its gold is known."""
        raters = {(o.rater, o.simulated) for o in self.state.collection.offers if o.teaches}
        return next((name for name in (*TASTES, *CULTURES) if raters == {(name, True)}), None)

    @property
    def collected(self) -> bool:
        """Whether all picks are made."""
        picks = self.state.collection
        sampled = picks.sampled >= self.collection.pool_steps
        return sampled and picks.pending is None and self.collection.over(self.state.settings.picks)

    @property
    def tests(self) -> bool:
        """Whether a blind test comes at the end: a person picked to the last, and there are fresh prompts."""
        by_person = self.collection.by_person and any(o.teaches for o in self.state.collection.offers)
        return by_person and len(self.held_out) > SHOWN and self.policy_trainer.progress.steps > 0

    def _count(self) -> None:
        """Steps done and in all; fewer than planned once there is no more to offer or to reinforce."""
        state, done = self.state, self.policy_trainer.progress
        offers, blind = len(state.collection.offers), state.blind
        reinforcing = done.steps if done.stopped else max(state.settings.steps, done.steps)
        # While a person picks there is always one more to come.
        open_ended = max(state.settings.picks, offers + self.collection.by_person)
        picking = offers if state.collection.enough else open_ended
        testing = (blind.done if blind.over else len(blind.pairs) if blind.made else PAIRS) * self.tests
        self.step = state.step
        self.steps = self.collection.pool_steps + picking + reinforcing + testing + FINISHING

    def advance(self) -> Iterator[Event]:
        """One step of whichever part is next.

        Raises:
            RuntimeError: a pair waits to be picked from.
        """
        state, done = self.state, self.policy_trainer.progress
        if self.pending is not None:
            raise RuntimeError(f"pair {self.pending.pair} waits for a pick")
        if state.collection.sampled < self.collection.pool_steps:
            yield Answering("feedback", "pool", *self.collection.answers)
            self.collection.sample()
            if state.collection.sampled == self.collection.pool_steps and self.collection.person:
                yield PromptsListed(tuple(self.prompts))
        elif not self.collection.over(state.settings.picks) and (pair := self.collection.offer()) is not None:
            yield pair
        elif done.steps < state.settings.steps and not done.stopped:
            if done.steps == 0 and not state.turns:
                yield from self._decide()
            if state.turns or done.steps:
                yield from self._reinforce()
        elif self.tests and not state.blind.over and not state.blind.made:
            yield from self._make_test()
            if not state.blind.over:
                yield state.blind.offer()
        elif self.tests and not state.blind.over:
            yield state.blind.offer()
        else:
            yield from self._finish()
        state.step += 1
        self._count()

    # -- picks ---------------------------------------------------------------------------------------------

    def pick(self, choice: Choice, rater: str, simulated: bool, text: str = "") -> Iterator[Event]:
        """Answer the pending pair, or take the pick before it back; what was learnt from it follows.

        Args:
            text: an answer of the rater's own, for the choice "own".

        Raises:
            ValueError: no pair waits, no pick was made, or this can't be picked now.
        """
        pending = self.pending
        if pending is None:
            raise ValueError("there is no pair to pick from")
        if isinstance(pending, TasteTested):
            yield from self._answer(pending, choice, rater, simulated)
            return
        if choice in ANSWERS:
            raise ValueError("nothing is asked that this would answer")
        if choice == "own" and not text.strip():
            raise ValueError("there is no answer of your own")
        if pending.blind:
            yield from self.state.blind.pick(choice, rater, simulated)
        else:
            yield from self.collection.pick(choice, rater, simulated, text, self.state.looks)
        if choice in ("undo", "enough"):
            self.state.step -= 1  # the pair that was on offer is none of the steps any more
        self._count()

    def edit_prompts(self, added: str = "", removed: str = "") -> Iterator[Event]:
        """Take a prompt in, or out; see `PreferenceCollection.edit_prompts`. Raises `ValueError`."""
        yield from self.collection.edit_prompts(added, removed)

    # -- whether there is a taste ---------------------------------------------------------------------------

    def _decide(self) -> Iterator[Event]:
        """Hold the picks against chance: turn the model to them, ask, or leave it as it is."""
        state = self.state
        tested = self.collection.tested(state.looks)
        if tested is None:
            self.policy_trainer.progress.stopped = True
            yield Noticed("no pair was rated, so there is no taste to turn the model to", "warning")
            return
        state.turns = not tested.reason or state.settings.turn_anyway
        asks = not state.turns and self.collection.by_person
        state.tested = msgspec.structs.replace(tested, asks=asks)
        self.policy_trainer.progress.stopped = not state.turns and not asks
        yield state.tested

    def _answer(self, asked: TasteTested, choice: Choice, rater: str, simulated: bool) -> Iterator[Event]:
        """What a person wants to do without a taste."""
        state = self.state
        if choice not in ANSWERS:
            raise ValueError("the picks are made; first say what is to become of them")
        if choice == "more" and not self.collection.go_on():
            raise ValueError("there is no pair left to pick from")
        state.tested = msgspec.structs.replace(asked, asks=False)
        state.looks += choice == "more"
        state.turns = choice == "anyway"
        self.policy_trainer.progress.stopped = choice == "leave"
        if choice != "leave":
            state.step -= 1  # the question is none of the steps any more
        yield Picked(asked.pair, choice, rater, simulated)
        self._count()

    # -- reinforcement, and what came of it ----------------------------------------------------------------

    def _reinforce(self) -> Iterator[Event]:
        taste, judge = self.taste, self._gold
        self.policy_trainer.pairs = list(self.collection.preferences())
        if self.state.settings.algorithm == "dpo" and not self.policy_trainer.pairs:
            self.policy_trainer.progress.stopped = True
            yield Noticed("every pick was a tie, and DPO learns from pairs that differ", "warning")
            return
        if self.policy_trainer.progress.steps == 0:
            yield from self._begun(judge if taste else None)
        yield from self.policy_trainer.advance(
            self._next_prompts(), self.state.settings, self.proxy, judge if taste else None
        )
        if self.policy_trainer.progress.steps % SAMPLE_EVERY == 0:
            yield from self._samples()

    def _begun(self, judge: RewardFunction | None) -> Iterator[Event]:
        """What reinforcement is held against: the tuned model's answers, and the best of many of them."""
        yield from self._samples()
        most = self.state.settings.best_of
        if most > 1 and self.held_out:
            tuned = self.policy_trainer.reference
            yield Answering("feedback", "best_of", 0, most * min(len(self.held_out), best_of_n.PROMPTS))
            yield best_of_n.measured(tuned, self.asker, self.held_out, most, self.proxy, judge, self.seed)

    def _samples(self) -> Iterator[Sampled]:
        """The likeliest answers to the prompts that are shown before and after."""
        prompts = self.held_out[:SHOWN]
        if prompts:
            answers = self.asker.ask(self.policy_trainer.model, prompts)
            right = self.corpus.right
            samples = tuple(
                Sample(p, a.text, right(p, a.text)) for p, a in zip(prompts, answers, strict=True)
            )
            yield Sampled("feedback", self.policy_trainer.progress.steps, samples)

    def _next_prompts(self) -> list[str]:
        """The prompts of this step: all of them in turn, in a new order each time round."""
        prompts = self.collection.asked()
        count, total = self.state.settings.prompts, len(prompts)
        first = self.policy_trainer.progress.steps * count
        chosen = []
        for index in range(first, first + count):
            order = list(range(total))
            rng(self.seed, "feedback", "prompts", index // total).shuffle(order)
            chosen.append(prompts[order[index % total]])
        return chosen

    def proxy(self, prompts: Sequence[str], answers: Sequence[Answer]) -> list[float]:
        """The reward model's scores, bent towards a bound so that no oddity is worth everything.

        Half a score where the bound is far, -1 to 1 by the default bound; what did not end is worth -1, if
        answers must end.
        """
        assert self.pool is not None
        bound, must_end = self.state.settings.reward_bound, self.state.settings.missing_eos_penalty
        model, clip = self.pool.reward_model, CLIP * bound / BOUND

        def worth(answer: Answer) -> float:
            if must_end and not answer.ended:
                return -1.0
            score = float(model.score(features(answer.text), clip=clip))
            return float(bound / 2 * np.tanh(score / bound))

        return [worth(answer) for answer in answers]

    def _gold(self, prompts: Sequence[str], answers: Sequence[Answer]) -> list[float]:
        taste = self.taste
        assert taste is not None
        return [gold(taste, answer.text) for answer in answers]

    def _make_test(self) -> Iterator[Event]:
        """Have both models answer for the blind test."""
        # Not those whose likeliest answers are shown before and after.
        fresh, number = self.held_out[SHOWN:], len(self.state.collection.offers)
        yield Answering("feedback", "blind", 0, 2 * min(len(fresh), 2 * PAIRS))
        self.state.blind.make(
            self.policy_trainer.reference, self.policy_trainer.model, self.asker, fresh, self.seed, number
        )

    def _finish(self) -> Iterator[Event]:
        tuned, aligned = self.policy_trainer.reference, self.policy_trainer.model
        if self.policy_trainer.progress.steps == 0:
            pass  # nothing was turned: both are one and the same
        elif self.held_out and self.state.finished == 0:
            right = self.corpus.right
            yield Answering("feedback", "compared", 0, 2 * min(len(self.held_out), SHOWN))
            yield from before_after(tuned, aligned, self.asker, self.held_out, right)
        elif self.held_out:
            both = (tuned, aligned, self.asker, self.held_out)
            yield Answering("feedback", "compared", 0, 2 * len(repeated(self.held_out)))
            if self.taste:
                yield win_rate("aligned/win_rate", *both, self._gold, self.seed)
            elif self.pool is not None:
                # A person's gold is in the person: the reward model can only guess at it.
                name, model = "aligned/win_rate_estimate", self.pool.reward_model
                must_end = self.state.settings.missing_eos_penalty
                yield estimated_win_rate(name, *both, model, self.seed, must_end)
        self.state.finished += 1

    # -- live settings and state -----------------------------------------------------------------------------

    def turn(self, name: str, value: float) -> None:
        """Change the leash, the rates, or how many picks and steps there are to be.

        Raises:
            ValueError: it can't be changed here, or not to this.
        """
        field = name.rpartition(".")[2]
        if name not in LIVE["feedback"]:
            raise ValueError(f"{name} can't be changed during feedback")
        tree = {**msgspec.structs.asdict(self.state.settings), field: value}
        try:
            self.state.settings = msgspec.convert(tree, FeedbackSettings, strict=False)
        except msgspec.ValidationError as error:
            raise ValueError(f"{name} can't be {value:g}: {error}") from error
        tested = self.state.tested
        if field == "turn_anyway" and value and tested is not None and tested.asks:
            self.state.tested = msgspec.structs.replace(tested, asks=False)
            self.state.step -= 1
        self._count()

    def tensors(self) -> dict[str, Tensor]:
        """Weights and optimizer; the rest as JSON in a tensor of bytes."""
        self.policy_trainer.put_away()
        json = msgspec.json.encode(self.state)
        return {
            **self.policy_trainer.tensors(),
            "state": torch.frombuffer(bytearray(json), dtype=torch.uint8),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `tensors` put away; the reward model is learnt again from its picks."""
        tree = msgspec.json.decode(tensors["state"].numpy().tobytes())
        tree["settings"] = of_today({"feedback": tree["settings"]})["feedback"]
        self.state = msgspec.convert(tree, State)
        self.policy_trainer.restore(tensors, self.state.policy)
        self.collection.take_up(self.state.collection)
        self._count()

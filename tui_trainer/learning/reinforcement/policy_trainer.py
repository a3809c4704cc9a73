"""The policy under reinforcement: sample, score, nudge, and look after the facts."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from statistics import fmean

import torch
from msgspec import Struct
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.randomness import rng
from tui_trainer.learning import pictures
from tui_trainer.learning.answering import Answer, Asker
from tui_trainer.learning.preferences.comparison import RewardFunction
from tui_trainer.learning.randomness import generator
from tui_trainer.learning.rehearsal import Rehearsal
from tui_trainer.learning.reinforcement.guard import EVERY, STRIKES, Guard, probes
from tui_trainer.learning.reinforcement.leash import adapted
from tui_trainer.learning.reinforcement.objective import (
    Loss,
    PolicyOptimizer,
    Rollouts,
    log_probabilities,
    per_answer,
    rloo_loss,
)
from tui_trainer.learning.reinforcement.preference_losses import dpo_loss, grpo_loss
from tui_trainer.learning.training import within
from tui_trainer.messages.events import Answering, AnswersScored, Event, Noticed, Reinforced, ScoredAnswer
from tui_trainer.model.transformer import Transformer
from tui_trainer.settings import Feedback as FeedbackSettings

DPO_PAIRS = 12  # a step
WARMUP = 3  # steps in which the learning rate rises
# How much of what moved since the guard last passed is kept when it does not (the most with which it does),
# and what the way back is called. Where only half was tried, a taste was now and then lost whole.
BACK = {0.5: "halfway", 0.25: "three quarters of the way"}
COOLEST = 0.05  # of the learning rate, which falls linearly over the steps


class Progress(Struct):
    """Where the reinforcement stands, but for its tensors."""

    steps: int = 0  # done
    stopped: bool = False  # before the last step
    place: dict[str, int] = {}  # of the replay
    starts: dict[str, float] = {}  # what the guard saw before the first step
    strikes: int = 0
    leash: float = 1.0  # of the KL's weight in the settings, what has become of it
    kept: int = 0  # the step after which the weights last passed the guard


class PolicyTrainer:
    """Turns a model to what is rewarded, near a frozen copy of itself.

    Args:
        model: trained in place.
        corpus: what it learnt before is replayed from here; its questions guard the facts.
    """

    def __init__(self, model: Transformer, corpus: Corpus, asker: Asker, seed: int) -> None:
        self.model, self.asker, self.seed = model, asker, seed
        self.reference = copy.deepcopy(model).requires_grad_(False)
        self.optimizer = PolicyOptimizer(model)
        self.rehearsal = Rehearsal(corpus, model.shape.context, seed + 2)  # not fine-tuning's order again
        self.guard = Guard(probes(corpus, seed) if asker.chat else [], asker)
        self.pairs: list[tuple[str, str, str]] = []  # prompt, what was picked, what was not; for DPO
        self.good: dict[str, Tensor] = {}  # what passed the guard last
        self.progress = Progress()

    def advance(
        self,
        prompts: Sequence[str],
        settings: FeedbackSettings,
        reward: RewardFunction,
        gold: RewardFunction | None,
    ) -> Iterator[Event]:
        """One step.

        Args:
            prompts: each is answered `settings.num_generations` times.
            reward: the proxy, within -1 and 1.
            gold: the simulated rater's own, to be shown beside it.
        """
        done = self.progress
        if done.steps == 0 and self.guard.probes:
            yield self._asking()
            self.guard.lost(self.guard.look(self.model), settings.facts_limit)
            self.good = self.optimizer.weights()
        asked = [prompt for prompt in prompts for _ in range(settings.num_generations)]
        answers = self.asker.ask(self.model, asked, generator(self.seed, "feedback", "samples", done.steps))
        # All at once: a reward that takes a model is then scored in batches.
        begun = [self.asker.beginnings(a) if settings.algorithm == "rloo" else () for a in answers]
        texts = [(p, a) for p, parts in zip(asked, begun, strict=True) for a in parts]
        scores = reward([*asked, *(p for p, _ in texts)], [*answers, *(a for _, a in texts)])
        rewards, potentials = scores[: len(asked)], scores[len(asked) :]
        if settings.algorithm != "rloo":
            potentials = [0.0 for a in answers for _ in a.tokens]
        beta = settings.beta * done.leash
        pictured = done.steps == 0 or (done.steps + 1) % EVERY == 0 or done.steps + 1 >= settings.steps
        copies: dict[str, tuple[Tensor, Tensor]] | None = {} if pictured else None
        result, before, after, shown = self._learn(
            asked, answers, torch.tensor(rewards), torch.tensor(potentials), settings, beta, copies
        )
        # Taken before the guard may go back on the step.
        picture = (
            None if copies is None else pictures.pictured("feedback", done.steps + 1, self.model, copies)
        )
        kl = float(result.kl.mean())
        # At first every policy is nearer than the target: a leash that is lengthened for that is longest when
        # the style turns, and facts were lost there. So it is left alone until it has been taut. DPO has no
        # KL in its reward: its beta stays what it is.
        follows = settings.kl_target > 0 and settings.algorithm != "dpo"
        if follows and (kl > settings.kl_target or done.leash != 1):
            done.leash = adapted(done.leash, kl, settings.kl_target)
        done.steps += 1
        facts, notice = None, None
        if self.guard.probes and (done.steps % EVERY == 0 or done.steps >= settings.steps):
            yield self._asking()
            facts, notice = self._look(settings.facts_limit)
        yield Reinforced(
            step=done.steps,
            reward=fmean(rewards),
            gold=fmean(gold(asked, answers)) if gold else None,
            kl=kl,
            leash=beta,
            length=fmean([len(a.tokens) for a in answers]),
            entropy=result.entropy,
            skipped_groups=result.equal,
            truncated=sum(not a.ended for a in answers),
            facts=facts,
            facts_before=self.guard.start.get("facts") if facts is not None else None,
        )
        yield AnswersScored(
            step=done.steps,
            prompt=asked[shown[0]],
            answers=tuple(
                ScoredAnswer(
                    text=answers[i].text,
                    reward=rewards[i],
                    kl=float(result.kl[i]),
                    log_probability=float(before[i]),
                    change=float(then) - float(before[i]),
                )
                for i, then in zip(shown, after, strict=True)
            ),
            leash=beta,
        )
        if picture is not None:
            yield picture
        if notice is not None:
            yield notice

    def _learn(
        self,
        asked: Sequence[str],
        answers: Sequence[Answer],
        rewards: Tensor,
        potentials: Tensor,
        settings: FeedbackSettings,
        beta: float,
        copies: dict[str, tuple[Tensor, Tensor]] | None,
    ) -> tuple[Loss, Tensor, Tensor, list[int]]:
        """One nudge; `copies` as in `PolicyOptimizer.step`.

        Returns:
            The loss; the log-probability (answers,) of each answer before the nudge; the same after it, of
            the answers to one prompt alone; and which those are.
        """
        rollouts = Rollouts.of(
            [self.asker.tokens(p) for p in asked], [a.tokens for a in answers], self.asker.tokenizer.pad
        )
        with torch.no_grad():
            reference, states = log_probabilities(self.reference, rollouts, self.asker.banned)
        policy, _ = log_probabilities(self.model, rollouts, self.asker.banned)
        chosen = rollouts.targets[rollouts.mask]
        groups = rewards.view(-1, settings.num_generations)
        result = rloo_loss(
            policy, reference, chosen, rollouts.rows(), groups, potentials, states.float(), beta
        )
        loss = result.loss
        if settings.algorithm == "grpo":
            mine, theirs = (p.gather(1, chosen[:, None]).squeeze(1) for p in (policy, reference))
            loss, _ = grpo_loss(mine, mine.detach(), theirs, rollouts.rows(), groups, beta)
        elif settings.algorithm == "dpo":
            loss = self._preferred(beta)
        if settings.rehearsal_coef > 0:
            forgotten = self.rehearsal.forgotten(self.model, self.reference, self.progress.steps)
            if forgotten is not None:
                loss = loss + settings.rehearsal_coef * forgotten
        # It cools down: most of a taste is learnt in the first steps, and what the last ones add is noise.
        left = max(COOLEST, 1 - self.progress.steps / max(1, settings.steps))
        left = min(left, (self.progress.steps + 1) / WARMUP)
        self.optimizer.step(loss, settings.lr * left * self.guard.rate, copies=copies)
        with torch.no_grad():
            said = policy.detach().gather(1, chosen[:, None]).squeeze(1)
            before = per_answer(said, rollouts.rows(), len(answers))
        shown = differing(groups)
        return result, before, self._likelihood(rollouts, shown), shown

    @torch.no_grad()
    def _likelihood(self, rollouts: Rollouts, shown: list[int]) -> Tensor:
        """Log-probability of some of the answers, by the weights as they are now."""
        some = Rollouts(rollouts.inputs[shown], rollouts.targets[shown], rollouts.mask[shown])
        logs, _ = log_probabilities(self.model, some, self.asker.banned)
        said = logs.gather(1, some.targets[some.mask][:, None]).squeeze(1)
        return per_answer(said, some.rows(), len(shown))

    def _preferred(self, beta: float) -> Tensor:
        """DPO's loss on some of the picked pairs."""
        draw = rng(self.seed, "feedback", "dpo", self.progress.steps)
        pairs = draw.sample(self.pairs, min(DPO_PAIRS, len(self.pairs)))
        asked = [self.asker.tokens(prompt) for prompt, _, _ in pairs]
        answers = [self.asker.said(text) for side in (1, 2) for text in (pair[side] for pair in pairs)]
        rollouts = Rollouts.of(asked * 2, answers, self.asker.tokenizer.pad)
        chosen, rows = rollouts.targets[rollouts.mask][:, None], rollouts.rows()

        def whole(model: Transformer) -> tuple[Tensor, Tensor]:
            logs, _ = log_probabilities(model, rollouts, self.asker.banned)
            logs = logs.gather(1, chosen).squeeze(1)
            first, second = per_answer(logs, rows, len(answers)).chunk(2)
            return first, second

        with torch.no_grad():
            before = whole(self.reference)
        return dpo_loss(*whole(self.model), *before, beta)

    def _asking(self) -> Answering:
        """The guard is about to ask."""
        return Answering("feedback", "guard", 0, sum(len(probe.questions) for probe in self.guard.probes))

    def _look(self, limit: float) -> tuple[float | None, Noticed | None]:
        """Ask what the guard asks; go back when too much is lost.

        Returns:
            The share of facts still known, and what to say about it.
        """
        done, guard = self.progress, self.guard
        shares = guard.look(self.model)
        facts, lost = shares.get("facts"), guard.lost(shares, limit)
        if lost is None:
            self.good, done.kept = self.optimizer.weights(), done.steps
            return facts, None
        guard.strikes += 1
        done.stopped = guard.strikes >= STRIKES
        now = self.optimizer.weights()
        self.optimizer.reset()
        of = f"of step {done.kept}" if done.kept else "from before the first step"
        for stays, way in BACK.items():
            self.optimizer.load({name: good + stays * (now[name] - good) for name, good in self.good.items()})
            if guard.lost(guard.look(self.model), limit) is None:
                self.good, done.kept = self.optimizer.weights(), done.steps
                back = f"the weights go {way} back to those {of}"
                break
        else:
            self.optimizer.load(self.good)
            back = f"the weights {of} are put back"
        then = "reinforcement ends with them" if done.stopped else "it learns on half as fast"
        answered = f"{100 * shares[lost]:.0f} % right after step {done.steps}"
        return facts, Noticed(
            f"The guard asked what it could do before: too many {lost} were lost ({answered}, "
            f"{100 * guard.start[lost]:.0f} % at first), so {back}, and {then}.",
            "warning",
        )

    # -- state ---------------------------------------------------------------------------------------------

    def tensors(self) -> dict[str, Tensor]:
        """Weights, those of the reference that differ, those that last passed; the optimizer's moments."""
        reference = self.reference.state_dict()
        return {
            **{f"model.{name}": value for name, value in self.model.state_dict().items()},
            **{f"reference.{name}": reference[name] for name in self.optimizer.trained},
            **{f"good.{name}": value for name, value in self.good.items()},
            **self.optimizer.tensors(),
        }

    def put_away(self) -> None:
        """Bring `progress`, the rest of the state, up to date."""
        self.progress.place = self.rehearsal.place()
        self.progress.starts, self.progress.strikes = self.guard.start, self.guard.strikes

    def restore(self, tensors: Mapping[str, Tensor], progress: Progress) -> None:
        """Take up what `tensors` gave, and the progress that `put_away` had brought up to date."""
        weights = within(tensors, "model.")
        self.model.load_state_dict(weights)
        self.reference.load_state_dict({**weights, **within(tensors, "reference.")})
        self.good = {name: value.clone() for name, value in within(tensors, "good.").items()}
        self.optimizer.restore(tensors)
        self.progress = progress
        self.rehearsal.seek(progress.place)
        self.guard.start, self.guard.strikes = dict(progress.starts), progress.strikes


def differing(rewards: Tensor) -> list[int]:
    """The answers to the prompt whose answers' rewards differ most; of (prompts, k), counted row by row."""
    spread = rewards.amax(dim=1) - rewards.amin(dim=1)
    prompt, k = int(spread.argmax()), rewards.shape[1]
    return list(range(prompt * k, (prompt + 1) * k))

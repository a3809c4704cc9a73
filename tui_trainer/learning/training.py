"""One gradient step and what it shows of itself: common to pretraining and fine-tuning."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from statistics import fmean

import torch
from msgspec import Struct
from torch import Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.learning.batches import apart
from tui_trainer.learning.best_weights import BestWeights
from tui_trainer.learning.optimizer import MOMENTUM, Optimizer
from tui_trainer.learning.own_answers import own_answer_losses
from tui_trainer.learning.pictures import pictured
from tui_trainer.learning.randomness import generator
from tui_trainer.learning.slow_step import explained, teaching, telling
from tui_trainer.learning.validation import token_bytes, validation_loss
from tui_trainer.messages.events import (
    Choice,
    Event,
    Guessed,
    Measured,
    Noticed,
    OwnAnswersScored,
    PairOffered,
    Sample,
    Sampled,
    StageName,
    Stepped,
    Validated,
    WeightsPictured,
)
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.sampling import generate
from tui_trainer.model.transformer import Scored, Transformer

VALIDATION_ROWS = 24  # windows scored while training goes on; the evaluation after it scores all
NEAR = 1.05  # of a target: from there on all windows are scored
SAMPLE_TOKENS = 24
SAMPLE_TEMPERATURE = 0.7
CONTEXT_SHOWN = 24  # tokens before the guess
WEIGHTS_OF: dict[StageName, str] = {"pretrain": "pretrain", "finetune": "tuned"}  # in names of figures
LARGEST_GRADIENT = 100.0  # a step whose gradient is larger, or no number, is not taken


# What leaves the gradients of a batch's mean loss in the parameters: (model, inputs, targets, mask).
Backward = Callable[[Transformer, Tensor, Tensor, Tensor | None], Scored]


def backward(model: Transformer, inputs: Tensor, targets: Tensor, mask: Tensor | None) -> Scored:
    """Score a batch, and add the gradients of its loss to the parameters'."""
    scored = model.score(inputs, targets, mask)
    scored.loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    return scored


class LearningRates(Struct, frozen=True):
    """For one step."""

    matrix: float
    embedding: float
    head: float


class Training(ABC):
    """A stage of gradient steps; what differs between stages is the batch, the rates and the prompts."""

    name: StageName
    pending: PairOffered | None = None
    explains = False
    keeps_best = True  # the weights with which what is held out cost least
    judges_by_own_answers = False  # what is held out are answers of the user's own; else validation text
    target_loss = 0.0  # nats a token of all validation text: once it is reached no step follows; 0: none

    def __init__(
        self,
        model: Transformer,
        corpus: Corpus,
        seed: int,
        steps: int,
        measure_every: int,
        momentum: float = MOMENTUM,
    ) -> None:
        self.model, self.corpus, self.seed = model, corpus, seed
        self.steps, self.measure_every = steps, measure_every
        self.step = 0
        self.tokens_read = 0
        self.optimizer = Optimizer(model, momentum)
        self.token_bytes = token_bytes(corpus.tokenizer)
        chance = math.log(corpus.tokenizer.size)
        self.best = BestWeights(self.name, chance, own=self.judges_by_own_answers)
        self._reached = False  # the loss to stop at
        self._opened = False  # measured before the first step
        self._telling: Tensor | None = None  # of the vocabulary, what says something to a reader
        self.backward: Backward = backward  # another one where several processes share a batch

    # -- what a stage says of itself -------------------------------------------------------------------------

    @abstractmethod
    def batch(self) -> tuple[Tensor, Tensor]:
        """The next inputs and targets, each (rows, context) int64; IGNORED targets carry no loss."""

    @abstractmethod
    def rates(self) -> LearningRates:
        """Of the step about to be made."""

    @abstractmethod
    def prompts(self) -> list[tuple[str, list[int]]]:
        """The prompts that are continued at every measurement: as shown, and as tokens."""

    # -- the step --------------------------------------------------------------------------------------------

    def open(self) -> Iterator[Event]:
        """What it costs, and writes, before the first step."""
        self._opened = True
        yield from self._validated()
        yield self._sampled()
        yield from self.shown()

    def shown(self) -> Iterator[Event]:
        """What else there is to see at each measurement."""
        yield from ()

    def advance(self) -> Iterator[Event]:
        """Guess, score, blame, nudge."""
        if self.step == 0 and not self._opened:
            yield from self.open()
        inputs, targets = (each.to(self.model.device) for each in self.batch())
        learnable = bool((targets != IGNORED).any())  # without a target the loss is 0 / 0
        loss = 0.0
        mask = apart(inputs, self.corpus.tokenizer.document, self.model.dtype)
        if learnable:
            scored = self.backward(self.model, inputs, targets, mask)
            loss = float(scored.loss.detach())
            place = self._place(targets)
            guess = self._guessed(inputs, targets, mask, scored, place)
            if self.explains:
                if self._telling is None:
                    self._telling = telling(self.corpus.tokenizer).to(targets.device)
                taught = teaching(scored.losses, targets, place, self._telling)
                shown = guess if taught == place else self._guessed(inputs, targets, mask, scored, taught)
        norm = self._gradient_norm()
        measuring = (self.step + 1) % self.measure_every == 0 or self.step + 1 == self.steps
        before = self._copies() if measuring or self.explains else {}
        rates = self.rates()
        sound = learnable and math.isfinite(norm) and norm < LARGEST_GRADIENT
        if sound:
            self.optimizer.step(rates.matrix, rates.embedding, rates.head)
        else:
            self.model.zero_grad()
        self.step += 1
        self.tokens_read += inputs.numel()
        yield Stepped(
            stage=self.name,
            step=self.step,
            loss=loss,
            lr=rates.matrix,
            gradient_norm=norm,
            tokens=self.tokens_read,
            flops=float(self.model.shape.flops_per_token) * self.tokens_read,
        )
        if not sound:
            yield Noticed(
                f"step {self.step} of {self.name} was not taken: "
                + ("its batch had nothing to learn" if not learnable else f"its gradient norm is {norm:.3g}"),
                "warning",
            )
        if learnable:
            yield guess
            if self.explains:
                yield explained(
                    self.name,
                    self.step,
                    self.model,
                    self.corpus.tokenizer,
                    inputs,
                    targets,
                    mask,
                    loss,
                    taught,
                    before,
                    shown,
                )
        if measuring:
            yield from self._validated()
            if self.step >= self.steps and not self._reached:
                yield from self._with_best_weights()
            yield self._sampled()
            yield from self.shown()
        if before:
            yield self._pictured(before)

    def pick(self, choice: Choice, rater: str, simulated: bool, text: str = "") -> Iterator[Event]:
        """There is nothing to pick in this stage."""
        raise ValueError(f"{self.name} offers no pair")

    # -- what it shows ---------------------------------------------------------------------------------------

    def _gradient_norm(self) -> float:
        gradients = [p.grad for p in self.model.parameters() if p.grad is not None]
        return float(torch.nn.utils.get_total_norm(gradients)) if gradients else 0.0

    def _pictured(self, before: Mapping[str, tuple[Tensor, Tensor]]) -> WeightsPictured:
        """All matrices; `before`: weights before the step, and its gradient, by name."""
        return pictured(self.name, self.step, self.model, before)

    def _copies(self) -> dict[str, tuple[Tensor, Tensor]]:
        return {
            name: (p.detach().clone(), torch.zeros_like(p) if p.grad is None else p.grad.clone())
            for name, p in self.model.named_parameters()
        }

    def _place(self, targets: Tensor) -> tuple[int, int]:
        """Row and position of a scored token of the step about to be made, chosen by the seed."""
        places = (targets != IGNORED).nonzero()
        draw = torch.randint(
            len(places), (1,), generator=generator(self.seed, self.name, "guess", self.step + 1)
        )
        row, position = places[int(draw)].tolist()
        return row, position

    @torch.no_grad()
    def _guessed(
        self, inputs: Tensor, targets: Tensor, mask: Tensor | None, scored: Scored, place: tuple[int, int]
    ) -> Guessed:
        row, position = place
        hidden = scored.hidden
        # Of a row that another process has scored, the states are not here.
        if row < len(hidden):
            states = hidden[row]
        else:
            here = slice(row, row + 1)
            states = self.model.hidden(inputs[here], None if mask is None else mask[here])[0]
        probabilities = torch.softmax(self.model.logits(states[position], scored.table), dim=-1)
        best = probabilities.topk(5)
        tokenizer = self.corpus.tokenizer
        truth = int(targets[row, position])
        asked, context = answering(inputs[row, : position + 1].tolist(), tokenizer)
        shown = tokenizer.decode(context[-CONTEXT_SHOWN:])
        if len(context) > min(CONTEXT_SHOWN, position):  # the text began before that, or before the row
            shown = from_a_word(shown)
        return Guessed(
            stage=self.name,
            step=self.step + 1,
            context=shown,
            truth=tokenizer.name(truth),
            probability=float(probabilities[truth]),
            top=tuple(
                (tokenizer.name(token), round(p, 5))
                for token, p in zip(best.indices.tolist(), best.values.tolist(), strict=True)
            ),
            asked=asked,
        )

    def _validated(self) -> Iterator[Event]:
        text, tokenizer = self.corpus.validation, self.corpus.tokenizer
        loss = part = validation_loss(self.model, text, self.token_bytes, tokenizer.document, VALIDATION_ROWS)
        if loss.nats_per_token <= NEAR * self.target_loss:
            loss = validation_loss(self.model, text, self.token_bytes, tokenizer.document)
            if loss.nats_per_token <= self.target_loss:
                self.steps, self._reached = self.step, True
        chance = math.log(tokenizer.size)
        yield Validated(self.name, self.step, loss.nats_per_token, loss.bits_per_byte, chance)
        losses = part.windows
        if self.judges_by_own_answers:
            losses = own_answer_losses(self.model, self.corpus)
            yield OwnAnswersScored(self.name, self.step, fmean(losses), len(losses))
        if self.keeps_best and losses:
            overfitting = self.best.measured(self.model, self.step, losses)
            if overfitting is not None:
                yield overfitting

    def _with_best_weights(self) -> Iterator[Event]:
        kept = self.best.put_back(self.model)
        if kept is not None:
            yield kept
            yield Measured(f"{WEIGHTS_OF[self.name]}/best_step", kept.step, n=kept.last_step)

    def _sampled(self) -> Sampled:
        prompts = self.prompts()
        tokenizer = self.corpus.tokenizer
        continued = generate(
            self.model,
            [ids for _, ids in prompts],
            SAMPLE_TOKENS,
            end=tokenizer.end,
            temperature=SAMPLE_TEMPERATURE,
            # The same draws each time: only the model moves.
            generator=generator(self.seed, self.name, "sample"),
        )
        return Sampled(
            self.name,
            self.step,
            tuple(
                Sample(shown, text, self.corpus.right(shown, text))
                for (shown, _), ids in zip(prompts, continued, strict=True)
                for text in [tokenizer.decode(ids)]
            ),
        )

    # -- state -----------------------------------------------------------------------------------------------

    def tensors(self) -> dict[str, Tensor]:
        """Weights, optimizer and counters."""
        return {
            **{f"model.{name}": value for name, value in self.model.state_dict().items()},
            **{f"optimizer.{name}": value for name, value in self.optimizer.tensors().items()},
            "step": torch.tensor(self.step),
            "steps": torch.tensor(self.steps),
            "tokens_read": torch.tensor(self.tokens_read),
            "opened": torch.tensor(self._opened),
            **self.best.tensors(),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `tensors` put away."""
        self.model.load_state_dict(within(tensors, "model."))
        self.optimizer.restore(within(tensors, "optimizer."))
        self.step = int(tensors["step"])
        self.steps = int(tensors.get("steps", self.steps))  # not in a checkpoint of an earlier version
        self.tokens_read = int(tensors["tokens_read"])
        self._opened = bool(tensors.get("opened", False))  # likewise
        self.best.restore(tensors)


def answering(ids: list[int], tokenizer: Tokenizer) -> tuple[str, list[int]]:
    """Of a row up to a guess: the question that is being answered, "" for none, and the text since then.

    A row is packed: what stands before the last question, or the last beginning, belongs to other texts.
    """
    marks = [i for i, token in enumerate(ids) if token in (tokenizer.document, tokenizer.user)]
    start = marks[-1] if marks else -1
    if start < 0 or ids[start] == tokenizer.document or tokenizer.assistant not in ids[start:]:
        return "", ids[start + 1 :]
    answer = ids.index(tokenizer.assistant, start)
    return tokenizer.decode(ids[start + 1 : answer]).removeprefix(tokenizer.lead), ids[answer + 1 :]


def from_a_word(text: str) -> str:
    """Without the rest of a word that it begins with: from a space on, with which no whole text begins."""
    _, space, rest = text.partition(" ")
    return space + rest if rest.strip() else text


def within(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with the prefix, without it."""
    return {name.removeprefix(prefix): t for name, t in tensors.items() if name.startswith(prefix)}

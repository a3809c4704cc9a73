"""One step taken apart: the same guess before and after it, and where the blame lay."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from tui_trainer.corpus.tokenizer import Tokenizer
from tui_trainer.messages.events import Blamed, Guessed, StageName, StepExplained
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.transformer import Transformer

TOP = 5

TRIVIAL = 0.5  # a truth that was given more has little to teach

Copies = Mapping[str, tuple[Tensor, Tensor]]  # by name: weights before the step, their gradient


def blamed(name: str, before: Tensor, gradient: Tensor, parameter: nn.Parameter, whole: float) -> Blamed:
    """One matrix's part of the blame, and the cell of it that got most.

    Args:
        whole: the sum of all squared gradients.
    """
    squared = float(gradient.float().square().sum())
    row, column = divmod(int(gradient.abs().argmax()), gradient.shape[1])
    return Blamed(
        name=name.removeprefix("model.").removesuffix(".weight"),
        share=squared / whole if whole > 0 else 0.0,
        row=row,
        column=column,
        gradient=float(gradient[row, column]),
        before=float(before[row, column]),
        after=float(parameter.detach()[row, column]),
    )


@torch.inference_mode()
def teaching(
    losses: Tensor, targets: Tensor, place: tuple[int, int], telling: Tensor | None = None
) -> tuple[int, int]:
    """Row and position of a guess with something to learn, by the model's own loss.

    Of those whose truth was given less than half, the quarter that was given least is hopeless, mostly junk,
    and the quarter that was given most nearly known. The one at `place`, if it is among the others; else the
    middle one. Where all was known, the one with the largest loss.

    Args:
        losses: (rows, context) nats, before the step.
        targets: (rows, context) int64.
        telling: (vocabulary,) bool: truths that say something to a reader, if there are any in the batch;
            None: all of them.
    """
    given = (-losses).exp()
    scored = targets != IGNORED
    tell = scored if telling is None else scored & telling[targets.clamp(min=0)]
    places = (tell if bool(tell.any()) else scored).nonzero()
    shares = given[places[:, 0], places[:, 1]]
    hard = (shares < TRIVIAL).nonzero().flatten()
    if not len(hard):
        row, position = places[int(shares.argmin())].tolist()
        return row, position
    by_share = hard[shares[hard].argsort()]
    quarter = len(by_share) // 4
    between = places[by_share[quarter : len(by_share) - quarter]].tolist()
    if list(place) in between:
        return place
    row, position = places[int(by_share[len(by_share) // 2])].tolist()
    return row, position


def telling(tokenizer: Tokenizer) -> Tensor:
    """(vocabulary,) bool: the tokens that are a word or a part of one, not marks, blanks or a lone letter."""
    names = (tokenizer.name(token) for token in range(tokenizer.size))
    return torch.tensor([not n.startswith("<|") and sum(letter.isalnum() for letter in n) > 1 for n in names])


@torch.inference_mode()
def explained(
    stage: StageName,
    step: int,
    model: Transformer,
    tokenizer: Tokenizer,
    inputs: Tensor,
    targets: Tensor,
    mask: Tensor | None,
    loss_before: float,
    place: tuple[int, int],
    copies: Copies,
    guess: Guessed,
) -> StepExplained:
    """What the step just made did to its own batch.

    Args:
        inputs: (rows, context) int64, as are the targets.
        mask: what of its row each position sees, as in `Transformer.hidden`.
        loss_before: nats per token of the batch, before the step.
        place: row and position of the guess that is told about.
        copies: of all parameters.
        guess: the one at that place, before the step.
    """
    scored = model.score(inputs, targets, mask)
    row, position = place
    probabilities = torch.softmax(model.logits(scored.hidden[row, position], scored.table), dim=-1)
    best = probabilities.topk(min(TOP, probabilities.numel()))
    whole, predicted = 0.0, 0.0
    parameters = dict(model.named_parameters())
    for name, (before, gradient) in copies.items():
        whole += float(gradient.float().square().sum())
        # First order: the change of the loss is the gradient times the change of the weights.
        predicted += float((gradient.float() * (parameters[name] - before).float()).sum())
    parts = [
        blamed(name, before, gradient, parameters[name], whole)
        for name, (before, gradient) in copies.items()
        if gradient.dim() == 2
    ]
    return StepExplained(
        stage=stage,
        step=step,
        probability_after=float(probabilities[int(targets[row, position])]),
        top_after=tuple(
            (tokenizer.name(token), round(share, 5))
            for token, share in zip(best.indices.tolist(), best.values.tolist(), strict=True)
        ),
        loss_before=loss_before,
        loss_after=float(scored.loss),
        loss_foreseen=loss_before + predicted,
        blamed=tuple(sorted(parts, key=lambda part: -part.share)),
        guess=guess,
    )

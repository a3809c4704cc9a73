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
def teaching(losses: Tensor, targets: Tensor, place: tuple[int, int]) -> tuple[int, int]:
    """Row and position of a guess with something to learn, by the model's own loss.

    The one at `place`, if its truth was given less than half; else the middle one, by their losses, of those
    for which that holds: neither trivial nor hopeless. Where all was known, the one with the largest loss.

    Args:
        losses: (rows, context) nats, before the step.
        targets: (rows, context) int64.
    """
    given = (-losses).exp()
    if float(given[place]) < TRIVIAL:
        return place
    places = (targets != IGNORED).nonzero()
    shares = given[places[:, 0], places[:, 1]]
    hard = (shares < TRIVIAL).nonzero().flatten()
    middle = hard[shares[hard].argsort()[len(hard) // 2]] if len(hard) else shares.argmin()
    row, position = places[int(middle)].tolist()
    return row, position


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

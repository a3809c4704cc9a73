"""Several processes that compute one batch's gradients: `torchrun ... -m tui_trainer run --headless`.

Rank 0 is the trainer, and the only one that knows of a run. At each step it sends the others the weights and
the batch, each takes its rows, and their gradients are added up at rank 0, which makes the step. So nothing
can drift apart, nothing but rank 0's state has to be saved, and a run goes on with any number of ranks.

torch's DistributedDataParallel moves as many bytes (its all-reduce is a sum and a broadcast). But it keeps
model, optimizer and reader in every process, and a pause, a rate changed by hand, a step that is not taken
and a resume would have to happen in all of them at once. And it averages over ranks, where a mean is wanted
over the scored tokens of all: rows of fine-tuning have unequal numbers of them.
"""

import contextlib
import datetime
import signal
import sys
from collections.abc import Iterator

import torch
import torch.distributed as dist
from torch import Tensor
from torch.nn.utils import parameters_to_vector, vector_to_parameters

from tui_trainer.errors import UserError
from tui_trainer.learning.training import backward
from tui_trainer.model.operations import IGNORED
from tui_trainer.model.precision import Device, compute_device
from tui_trainer.model.transformer import Scored, Shape, Transformer
from tui_trainer.run import machine, torchrun
from tui_trainer.run.torchrun import RankLost

STEP = datetime.timedelta(minutes=5)  # for a rank's part of a step; one that has ended is noticed at once
WAIT = datetime.timedelta(days=30)  # for the next step: data, exams, pauses and picks lie between two
LOST = "another rank has ended, or does not answer"
DTYPES = (torch.float32, torch.bfloat16)
DEVICES: tuple[Device, ...] = ("cpu", "cuda", "mps")
DISMISSED = 0  # in place of a number of rows
ORDER = 8  # numbers: rows, type, whether there is a mask, and those of the shape


class Ranks:
    """All of a run's processes, seen from one of them.

    Joining waits until all are there. Everything that is sent waits in the kernel: a rank that has nothing
    to do takes no time of a core.

    Raises:
        RankLost: they do not come together.
    """

    def __init__(self, device: Device | None = None, threads: int = 0) -> None:
        """At rank 0, what all of them are to compute on; the others are told."""
        self.place = torchrun.place()
        with _together():
            dist.init_process_group("gloo", timeout=STEP)
            self._orders = dist.new_group(backend="gloo", timeout=WAIT)
            told = torch.tensor([DEVICES.index(device), threads] if device else [0, 0])
            dist.broadcast(told, 0)
            device, threads = DEVICES[int(told[0])], int(told[1])
            self.device = compute_device(device, self.place.local_rank)
            self._data = dist.new_group(backend="nccl", timeout=STEP) if device == "cuda" else None
        if self.place.rank:
            machine.configure(threads)
        if device != "cpu":
            machine.allow_gpu()

    def backward(self, model: Transformer, inputs: Tensor, targets: Tensor, mask: Tensor | None) -> Scored:
        """`learning.training.backward`, of which each rank does its rows; called by rank 0.

        The states in `Scored.hidden` are those of its own rows, the first ones.
        """
        numbers = len(inputs), DTYPES.index(model.dtype), int(mask is not None), *_numbers(model.shape)
        order = torch.tensor(numbers)
        with _together():
            dist.broadcast(order, 0, group=self._orders)
        return self._step(model, inputs, targets, mask)

    def dismiss(self) -> None:
        """Let the others end; called by rank 0."""
        with contextlib.suppress(RuntimeError):
            dist.broadcast(torch.tensor([DISMISSED] * ORDER), 0, group=self._orders)
        self.leave()

    @staticmethod
    def leave() -> None:
        """Before the process ends: it would wait for ever when the interpreter puts the connections away."""
        with contextlib.suppress(RuntimeError):
            dist.destroy_process_group()

    def serve(self) -> None:
        """Do this rank's part of each step until rank 0 says that it was the last. Raises `RankLost`."""
        model: Transformer | None = None
        order = torch.zeros(ORDER, dtype=torch.long)
        while True:
            with _together():
                dist.broadcast(order, 0, group=self._orders)
            rows, dtype, masked, *numbers = order.tolist()
            if rows == DISMISSED:
                return
            shape = Shape(*numbers)
            if model is None or model.shape != shape or model.dtype != DTYPES[dtype]:
                model = Transformer(shape, dtype=DTYPES[dtype]).to(self.device)
            batch = torch.zeros(2, rows, shape.context, dtype=torch.long, device=self.device)
            places = rows, shape.context, shape.context
            mask = torch.zeros(places, dtype=model.dtype, device=self.device) if masked else None
            self._step(model, batch[0], batch[1], mask)
            model.zero_grad()

    def _step(self, model: Transformer, inputs: Tensor, targets: Tensor, mask: Tensor | None) -> Scored:
        """One step, in every rank: rank 0 has the weights and the batch, and gets the gradients."""
        weights = parameters_to_vector(model.parameters()).detach()
        batch = torch.stack([inputs, targets])
        with _together():
            dist.broadcast(batch, 0, group=self._data)
            dist.broadcast(weights, 0, group=self._data)
            if mask is not None:
                dist.broadcast(mask, 0, group=self._data)
        if self.place.rank:
            vector_to_parameters(weights, model.parameters())
            inputs, targets = batch
        found, hidden = self._part(model, inputs, targets, mask)
        with _together():
            dist.reduce(found, 0, group=self._data)
        gradients, losses = found[: len(weights)], found[len(weights) :].view(targets.shape)
        at = 0
        for parameter in model.parameters():
            parameter.grad = gradients[at : at + parameter.numel()].view_as(parameter)
            at += parameter.numel()
        return Scored(losses.sum() / (targets != IGNORED).sum(), losses, hidden)

    def _part(
        self, model: Transformer, inputs: Tensor, targets: Tensor, mask: Tensor | None
    ) -> tuple[Tensor, Tensor]:
        """What this rank's rows add to the gradients and, behind them, to all tokens' losses; hidden states.

        Its loss is a mean over its own scored tokens, which counts by how many of all of them these are.
        """
        ranks, rank = self.place.ranks, self.place.rank
        first, end = (-(-len(inputs) * at // ranks) for at in (rank, rank + 1))
        own = targets[first:end]
        losses = torch.zeros(targets.shape, device=self.device)
        hidden = torch.empty(0, device=self.device)
        scored = int((own != IGNORED).sum())
        if scored:
            mine = backward(model, inputs[first:end], own, None if mask is None else mask[first:end])
            losses[first:end], hidden = mine.losses, mine.hidden
        share = scored / int((targets != IGNORED).sum())
        parts = [
            torch.zeros(p.numel(), device=self.device) if p.grad is None else p.grad.flatten() * share
            for p in model.parameters()
        ]
        return torch.cat([*parts, losses.flatten()]), hidden


def _numbers(shape: Shape) -> tuple[int, ...]:
    return shape.vocabulary, shape.layers, shape.width, shape.heads, shape.context


@contextlib.contextmanager
def _together() -> Iterator[None]:
    """Within, all ranks have to take part."""
    try:
        yield
    except RuntimeError as error:  # what torch raises for a connection that is closed, or waited for too long
        raise RankLost(LOST) from error


def main() -> int:
    """A rank that is not the first. It says nothing: what happens is told by rank 0, and by torchrun."""
    machine.step_back()
    try:
        ranks = Ranks()
        # It ends with rank 0, which may still want to make the step that it is in, and a checkpoint.
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        ranks.serve()
        ranks.leave()
    except RankLost:
        return 1
    except UserError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

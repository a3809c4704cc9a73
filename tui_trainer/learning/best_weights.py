"""The weights with which what is held out cost least, to be kept of a model that learns its text by heart."""

from collections.abc import Mapping, Sequence
from statistics import fmean

import torch
from torch import Tensor

from tui_trainer.formulas.intervals import mean_interval
from tui_trainer.messages.events import BestKept, Overfitting, StageName
from tui_trainer.model.transformer import Transformer

PREFIX = "best."


class BestWeights:
    """Takes the loss on the same parts of held-out text at every measurement.

    Args:
        chance: nats a token of a blind guess.
        own: what is held out are answers of the user's own.
    """

    def __init__(self, stage: StageName, chance: float, own: bool = False) -> None:
        self.stage, self.chance, self.own = stage, chance, own
        self.step = -1  # of the best; -1: nothing was measured
        self.named = False
        self._losses: tuple[float, ...] = ()
        self._last: tuple[int, float] = (-1, 0.0)
        self._weights: dict[str, Tensor] = {}

    @property
    def nats(self) -> float:
        """The least that the held-out parts have cost, nats a token."""
        return fmean(self._losses)

    @property
    def left_behind(self) -> bool:
        """Whether the last measurement was not the best."""
        return self._last[0] != self.step

    def measured(self, model: Transformer, step: int, losses: Sequence[float]) -> Overfitting | None:
        """Compare with the best so far, and become it; or say, once, that the best has been left behind.

        Args:
            losses: nats a token of each part, always of the same parts.
        """
        nats = fmean(losses)
        self._last = step, nats
        if self.step < 0 or nats <= self.nats:
            self.step, self._losses = step, tuple(losses)
            self._weights = {name: value.detach().clone() for name, value in model.state_dict().items()}
            return None
        if self.named or not self._dearer(losses, nats):
            return None
        self.named = True
        return Overfitting(self.stage, step, nats, self.step, self.nats, self.own)

    def put_back(self, model: Transformer) -> BestKept | None:
        """Give the model its best weights; None: it has them, or nothing tells them from the last.

        Validation text is to cost no more than it did at best. A few own answers cost more or less by chance,
        and what else was learnt since then is worth more than that.
        """
        last_step, last = self._last
        if not self.left_behind or (self.own and not self.named):
            return None
        model.load_state_dict(self._weights)
        self._last = self.step, self.nats
        return BestKept(self.stage, self.step, self.nats, last_step, last, self.own)

    def _dearer(self, losses: Sequence[float], nats: float) -> bool:
        """Whether it costs more than the best by more than the parts' differences explain, or than chance."""
        if nats > self.chance:
            return True
        worse = mean_interval([now - then for now, then in zip(losses, self._losses, strict=True)])
        return worse is not None and worse[0] > 0

    # -- state -----------------------------------------------------------------------------------------------

    def tensors(self) -> dict[str, Tensor]:
        """All of it, to be put away in a checkpoint."""
        if self.step < 0:
            return {}
        return {
            **{f"{PREFIX}model.{name}": value for name, value in self._weights.items()},
            f"{PREFIX}losses": torch.tensor(self._losses, dtype=torch.float64),
            f"{PREFIX}last": torch.tensor(self._last[1], dtype=torch.float64),
            f"{PREFIX}place": torch.tensor([self.step, self._last[0], int(self.named)]),
        }

    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Take up what `tensors` put away; nothing of a checkpoint of an earlier version."""
        if f"{PREFIX}place" not in tensors:
            return
        self.step, last_step, named = tensors[f"{PREFIX}place"].tolist()
        self.named, self._last = bool(named), (last_step, float(tensors[f"{PREFIX}last"]))
        self._losses = tuple(tensors[f"{PREFIX}losses"].tolist())
        start = f"{PREFIX}model."
        self._weights = {name.removeprefix(start): t for name, t in tensors.items() if name.startswith(start)}

"""What is known of an experiment: a fold over what its process says, up to the result."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

import msgspec

from tui_trainer.experiments.claim import Claim
from tui_trainer.messages import events as e
from tui_trainer.messages.events import AnyEvent, Measured, Plotted, Showed
from tui_trainer.messages.results import Metric, Result
from tui_trainer.view import words
from tui_trainer.view.numbers import count, figure

KEPT = 200  # things said
_decoder = msgspec.json.Decoder(AnyEvent | Result)


@dataclass
class Seen:
    """One experiment as far as it is, or as it was found."""

    doing: str = ""  # what goes on, one line
    said: deque[Showed] = field(default_factory=lambda: deque(maxlen=KEPT))
    figures: dict[str, Metric] = field(default_factory=dict)
    plots: dict[str, Plotted] = field(default_factory=dict)  # by title, the latest last
    result: Result | None = None
    trouble: str = ""  # why there will be none

    @property
    def picture(self) -> Plotted | None:
        """The one to show: the newest."""
        return next(reversed(self.plots.values()), None)


@dataclass(frozen=True)
class Told:
    """What is known besides what it says."""

    claim: Claim
    name: str
    running: float | None = None  # seconds, of one that goes on
    predicted: int | None = None  # by whoever watches; None: nobody said


def of_result(result: Result) -> Seen:
    """As it was found earlier."""
    seen = Seen()
    apply(seen, result)
    return seen


def read(line: bytes) -> e.Event | Result:
    """One line of what the process says. Raises `msgspec.DecodeError`."""
    found: e.Event | Result = _decoder.decode(line)
    return found


def apply(seen: Seen, event: Any) -> None:
    """Take in what was said."""
    match event:
        case Result():
            seen.result, seen.figures = event, dict(event.metrics)
            seen.plots = {plot.title: plot for plot in event.plots}
            if not seen.said:  # of one that was done earlier
                seen.said.extend(event.said)
        case Measured():
            seen.figures[event.name] = Metric(event.value, event.ci95, event.n, event.baseline, event.note)
        case Plotted():
            seen.plots.pop(event.title, None)
            seen.plots[event.title] = event
        case Showed():
            seen.said.append(event)
        case e.Noticed():
            seen.doing = event.text
        case e.StageStarted():
            seen.doing = words.STAGE[event.stage]
        case e.Stepped():
            seen.doing = f"{words.STAGE[event.stage]}  step {count(event.step)}  loss {figure(event.loss, 3)}"
        case e.PairOffered():
            seen.doing = f"pair {event.pair + 1} waits for the simulated rater"
        case e.Picked():
            seen.doing = f"{event.rater}, simulated, has picked of pair {event.pair + 1}"
        case e.Reinforced():
            gold = "" if event.gold is None else f"  rater {figure(event.gold, 2)}"
            seen.doing = (
                f"reinforcement  step {count(event.step)}  reward {figure(event.reward, 2)}{gold}"
                f"  KL {figure(event.kl, 2)}"
            )

"""What is waited for while no event comes: each wait that one notices has a word, and a bar if its length is
known."""

from dataclasses import dataclass

from tui_trainer.messages.events import StageName
from tui_trainer.view import numbers
from tui_trainer.view.state import State

NOTICED_SECONDS = 0.7  # a shorter wait needs no word
BAR = 12  # cells

_OWNERS: dict[StageName, str] = {"pretrain": "base", "finetune": "tuned", "feedback": "aligned"}


@dataclass(frozen=True)
class Wait:
    """A sentence, and how far it is, 0 to 1; None: nobody knows how long it takes."""

    said: str
    seconds: int  # that it has taken
    done: float | None = None

    @property
    def told(self) -> str:
        """With its bar, or its seconds."""
        if self.done is None:
            return f"{self.said} {self.seconds} s"
        full = round(BAR * self.done)
        return f"{self.said} {'━' * full}{'─' * (BAR - full)} {100 * self.done:.0f} %"


def wait_of(state: State, launched: bool, seconds: float) -> Wait | None:
    """What is waited for now.

    Args:
        launched: the trainer is up.
        seconds: since the last event came.
    """
    if seconds < NOTICED_SECONDS or state.ended or state.paused or state.waits is not None:
        return None
    said, done = _said(state, launched, seconds)
    return Wait(said, int(seconds), done) if said else None


def _said(state: State, launched: bool, seconds: float) -> tuple[str, float | None]:
    stage, progress = state.stage, state.progress
    if not state.records:
        return ("Loading the trainer's libraries." if launched else "Starting the trainer."), None
    if stage is None or progress is None:
        return "Measuring how fast this machine is.", None
    if stage == "data":
        return _data(state, seconds)
    if progress.status != "running":
        return "The next stage is being made ready.", None
    if stage in ("pretrain", "finetune") and not progress.step:
        return "The model is measured before its first step.", None
    if state.examining:
        return _exam(state, stage)
    if stage == "feedback":
        return _feedback(state), None
    return ("The weights are hashed, and frozen." if stage == "frozen" else ""), None


def _data(state: State, seconds: float) -> tuple[str, float | None]:
    if state.corpus is not None:
        return "The next stage is being made ready.", None
    said = "The documents are being gathered."
    if state.filters:
        said = "What the filters left is tested, and cut into tokens."
    elif state.sources:
        documents = sum(source.documents for source in state.sources.values())
        said = f"Filters read all {numbers.count(documents)} documents."
    planned = state.planned("data")
    passed = state.busy - state.stages["data"].started + seconds
    return said, min(0.99, passed / planned) if planned else None


def _exam(state: State, stage: StageName) -> tuple[str, float | None]:
    owner = _OWNERS[stage]
    done = sum(name.startswith(f"{owner}/") for name in state.measured)
    owners = list(_OWNERS.values())
    earlier = owners[max(0, owners.index(owner) - 1)]
    all_ = sum(name.startswith(f"{earlier}/") for name in state.measured) if earlier != owner else 0
    said = "The exam: it is asked hundreds of questions, and learns nothing from them."
    return said, min(0.99, done / all_) if all_ else None


def _feedback(state: State) -> str:
    if state.reinforced is not None:
        return ""  # a step, which the curves show
    wanted = state.setting("feedback.picks") or 0
    if state.enough or state.tested is not None or 0 < wanted <= len(state.picks):
        return "The model is measured, then turned to what was picked."
    if state.picks:
        return "The reward model learns from that, and chooses the next two answers."
    return "Answers are being written, two of which you will compare."

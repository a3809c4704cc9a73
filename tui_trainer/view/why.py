"""Why what goes on now matters, in one clause: by what one looks at, and by how far its curve has come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tui_trainer.messages.events import StageName
from tui_trainer.view.state import SIMPLER, State

FAST = 0.15  # of the loss, lost from one measurement to the next: with more, the curve falls
FLAT = 0.04  # ... over two of them: with less, it is nearly flat
COOL, COLD = 0.5, 0.15  # of the largest learning rate: below it, nudges have become small; the last ones
DEARER = 1.03  # times what unseen text cost before the stage: more, and it is seen in the plot


@dataclass(frozen=True)
class Looking:
    """What one has before oneself: `pane`, 0 where that is not known; `part` of a step in slow motion, 0
    where none is shown; whether it is a picture of `attention`; whether it is what the model `writes`."""

    pane: int = 0
    part: int = 0
    attention: bool = False
    writes: bool = False


NOWHERE = Looking()
PARTS = (
    "all that it ever does is guess what comes next",
    "one number says how wrong it was: it must go down",
    "blame tells each weight which way to move",
    "many small nudges are all that learning is",
)
WRITES = "what it writes shows what it has learned so far"
PANES: Mapping[StageName, Mapping[int, str]] = {
    "pretrain": {
        1: "it can know only what stands in this text",
        3: "all that it learns is kept in these numbers",
        4: "the text itself says what was right",
        5: WRITES,
    },
    "finetune": {
        1: "what it read here is what it can tell when asked",
        3: "the same numbers learn on: none are added",
        4: "the written answer says what was right",
        5: "the base model only goes on with your text",
    },
}
ATTENTION = "a head is how it looks back at earlier tokens"
BEGUN = {
    "pretrain": "guessing teaches it language and facts",
    "finetune": "it goes on with texts; now it learns to answer",
}


def of_learning(state: State, stage: StageName, looking: Looking) -> str:
    """Of pretraining and fine-tuning."""
    if looking.part:
        return PARTS[looking.part - 1]
    if looking.pane == 3 and looking.attention:
        return ATTENTION
    if looking.pane == 5 and stage == "finetune":
        if looking.writes:
            return WRITES
        if "base" not in state.weights:
            return of_curve(state, stage)
    return PANES[stage].get(looking.pane) or of_curve(state, stage)


def of_curve(state: State, stage: StageName) -> str:
    """By the stretch that the loss on unseen text is in; by nothing that was not measured."""
    unseen = measured(state, stage)
    if len(unseen) < 2:
        return BEGUN[stage]
    rate, falls = _rate(state, stage), unseen[0] < (1 - FAST) * unseen[1]
    if rate < COOL:
        return "the last small nudges settle it" if rate < COLD else "its nudges get smaller now: it settles"
    if stage == "finetune":
        return _of_answers(state, unseen)
    if falls:
        again = any(_flat(unseen[at:]) for at in range(1, len(unseen)))
        return "after a flat stretch it falls again" if again else "its first fall: common things come first"
    progress = state.stages[stage]
    if _flat(unseen):
        late = 2 * progress.step > progress.steps
        return "the long tail: rare things come slowly" if late else "nearly flat for now: that is no end yet"
    if (beats := _beats_counting(state)) is not None:
        counting = "plain counting of what follows what"
        return f"it beats {counting} now" if beats else f"it must beat {counting}"
    return "common things are learned: rare ones come"


def _flat(unseen: Sequence[float]) -> bool:
    """Whether the curve was nearly flat at the latest of these measurements."""
    return len(unseen) > 2 and unseen[0] > (1 - FLAT) * unseen[2]


def _of_answers(state: State, unseen: Sequence[float]) -> str:
    """Of fine-tuning, in which documents are unseen text of another kind."""
    if dearer(state) is None:
        return BEGUN["finetune"]
    back = unseen[0] < max(unseen) / DEARER
    if back and state.setting("finetune.document_rows"):
        return "documents are mixed in, so that it forgets less"
    return "answers are other text: documents cost more now"


def measured(state: State, stage: StageName) -> list[float]:
    """The loss on unseen text, from the latest on back to the one before the first step."""
    curve = state.curve(stage, "validation")
    return [] if curve is None else [value for value in reversed(curve.final) if value == value]


def dearer(state: State) -> tuple[float, float] | None:
    """What unseen documents cost before fine-tuning, and now, if that is more: it reads other text there."""
    unseen = measured(state, "finetune")
    if len(unseen) < 2 or "finetune" in state.overfitting or unseen[0] <= DEARER * unseen[-1]:
        return None
    return unseen[-1], unseen[0]


def _rate(state: State, stage: StageName) -> float:
    """The learning rate of the last step, as a part of the largest so far."""
    rates = state.curve(stage, "lr")
    most = None if rates is None else rates.extremes
    return 1.0 if rates is None or most is None or not most[1] else (rates.last or 0.0) / most[1]


def _beats_counting(state: State) -> bool | None:
    """Whether it guesses unseen text better than one that counts what follows what; None: nobody measured."""
    counting = next((bits for name, bits in state.simpler if name == SIMPLER[0][0]), None)
    if counting is None or state.validated is None:
        return None
    return state.validated.bits_per_byte < counting

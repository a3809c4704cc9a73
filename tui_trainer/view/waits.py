"""What is waited for while nothing happens that is to be told: each wait that one notices has a word, and a
bar where answers are counted, or its length is known from one like it."""

from dataclasses import dataclass

from tui_trainer.messages.events import Answering, Purpose, StageName, WeightsName
from tui_trainer.view import numbers
from tui_trainer.view.state import State

NOTICED_SECONDS = 0.7  # a shorter wait needs no word
LATE_SECONDS = 2.0  # of a step: until then one reads of the one before ...
LATE = 2  # ... or, if that is longer, for so many times the length of the last ones
BAR = 12  # cells
LAST = "that the last one took"


@dataclass(frozen=True)
class Wait:
    """A sentence, and for how long already.

    `estimated`: seconds in all; None: nobody knows. `by`: what says so, after "the 12 s". `share`: of what is
    counted that is done; None: nothing is.
    """

    said: str
    seconds: float
    estimated: float | None = None
    by: str = "estimated"
    share: float | None = None

    @property
    def told(self) -> str:
        """With its seconds; with its bar instead, as far as that is known."""
        taken = f"{self.said} {self.seconds:.0f} s"
        if self.share is not None:
            return f"{self.said} {_bar(self.share)}"
        if self.estimated is None:
            return taken
        if self.seconds > self.estimated + 1:  # both are told in whole seconds
            return f"{taken}, longer than the {self.estimated:.0f} s {self.by}."
        return f"{self.said} {_bar(min(0.99, self.seconds / self.estimated))}"


def _bar(share: float) -> str:
    full = round(BAR * share)
    return f"{'━' * full}{'─' * (BAR - full)} {100 * share:.0f} %"


# What answers are written for, in a sentence and for a line of figures.
_ANSWERING: dict[Purpose, str] = {
    "exam": "The exam: {done} of {total} questions are answered; it learns nothing from them.",
    "pool": "Answers are being written, {done} of {total}; two at a time are then compared.",
    "best_of": "The tuned model gives {total} answers: how good is the best of many?",
    "guard": "The guard asks {total} questions: is what was known still known?",
    "blind": "The blind test is being made: both models, before and after, answer.",
    "compared": "Both models, before and after the picks, answer the same prompts.",
}
BATCHES: tuple[Purpose, ...] = ("exam", "pool")  # their answers are counted; the others are written at once
EXAMINED: dict[StageName, WeightsName] = {"pretrain": "base", "finetune": "tuned", "feedback": "aligned"}
SHORT: dict[Purpose, str] = {
    "exam": "exam",
    "pool": "answers",
    "best_of": "best of many",
    "guard": "guard",
    "blind": "blind test",
    "compared": "comparison",
}


def wait_of(state: State, launched: bool, seconds: float) -> Wait | None:
    """What is waited for now.

    Args:
        launched: the trainer is up.
        seconds: since the last event came.
    """
    if state.ended or state.paused or state.waits is not None:
        return None
    stage, progress = state.stage, state.progress
    exam = stage is not None and _in_exam(state, stage)
    answering = state.answering
    if answering is not None and (answering.done or (seconds >= NOTICED_SECONDS and not exam)):
        return _answering(state, answering, seconds)
    # Between two parts of the exam, and between two stages, no figure or sentence of before stays.
    over = progress is not None and progress.status == "done"
    if seconds < NOTICED_SECONDS and not exam and not over:
        return None
    if stage is not None and progress is not None and progress.status == "running":
        if stage == "data" and state.corpus is None:
            return _data(state, seconds)
        if _measured_now(state, stage):
            said = "It is measured on unseen text, and writes samples."
            noticed = 0.0 if exam else NOTICED_SECONDS
            return _beyond_the_pace(state, said, seconds, noticed, _measurement(state))
        if state.examining:
            return _examined(state, stage, seconds)
        if progress.step if stage != "feedback" else state.reinforced is not None:
            return _step(state, seconds)
        if stage in ("pretrain", "finetune"):
            said = "The model is measured before its first step."
            return Wait(said, seconds, _measurement(state), LAST)
    return Wait(_said(state, launched), seconds)


def _measurement(state: State) -> float | None:
    """What the last one took, if one noticed."""
    last = state.evaluation_seconds
    return last if last is not None and last >= NOTICED_SECONDS else None


def _answering(state: State, answering: Answering, seconds: float) -> Wait:
    done, total = numbers.count(answering.done), numbers.count(answering.total)
    said = _ANSWERING[answering.purpose].format(done=done, total=total)
    if answering.purpose in BATCHES:
        return Wait(said, seconds, share=answering.done / answering.total)
    each = state.answer_seconds
    return Wait(said, seconds, None if each is None else each * answering.total)


def _said(state: State, launched: bool) -> str:
    stage, progress = state.stage, state.progress
    if not state.records:
        return "Loading the trainer's libraries." if launched else "Starting the trainer."
    if stage is None or progress is None:
        return "Measuring how fast this machine is."
    if stage == "data" or progress.status != "running":
        return "This stage is over. The next one is being made ready."
    return _feedback(state) if stage == "feedback" else "The weights are hashed, and frozen."


def _data(state: State, seconds: float) -> Wait:
    said = "The documents are being gathered."
    if state.filters:
        said = "What the filters left is tested, and cut into tokens."
    elif state.sources:
        documents = sum(source.documents for source in state.sources.values())
        said = f"Filters read all {numbers.count(documents)} documents."
    if not (planned := state.planned("data")):
        return Wait(said, seconds)
    return Wait(said, state.busy - state.stages["data"].started + seconds, planned)


def _measured_now(state: State, stage: StageName) -> bool:
    """Whether the step just made is one after which it is measured; the pictures of its weights come last."""
    progress, every = state.stages[stage], state.setting(f"{stage}.measure_every")
    if stage not in ("pretrain", "finetune") or not progress.step or not every:
        return False
    due = progress.step % every == 0 or progress.step == progress.steps
    return due and state.pictured != (stage, progress.step)


def _step(state: State, seconds: float) -> Wait | None:
    """The next one, once it takes much longer than the last ones did."""
    progress = state.progress
    rate = progress.steps_per_second if progress is not None else None
    if not rate:
        return _beyond_the_pace(state, "The next step is being computed.", seconds, LATE_SECONDS)
    said = f"The next step takes longer than the last ones, {numbers.small(1 / rate)} s each:"
    if state.stage == "feedback":
        said = f"Answers are written and learned from. {said.replace('The next step', 'This')}"
    return _beyond_the_pace(state, said, seconds, max(LATE_SECONDS, LATE / rate))


def _beyond_the_pace(
    state: State, said: str, seconds: float, noticed: float, estimated: float | None = None
) -> Wait | None:
    """A wait of more seconds than somebody who watches has asked for between two steps."""
    over = seconds - state.paced
    return Wait(said, over, estimated, LAST) if over >= noticed else None


def _examined(state: State, stage: StageName, seconds: float) -> Wait:
    """What comes after the last step: in feedback both models answer first."""
    if stage == "feedback" and "aligned" not in state.weights:
        if not state.examples:
            return Wait("Both models, before and after the picks, answer the same prompts.", seconds)
        if not any(name.startswith("aligned/win_rate") for name in state.measured):
            return Wait("The answers of both models are compared.", seconds)
    weights, measured = EXAMINED[stage], state.measured
    begun = state.answering is not None or f"{_owner(weights)}/bits_per_byte" in measured
    if weights not in state.weights and not begun:
        said = "The weights are hashed, and frozen. Then comes the exam."
        return Wait(said, seconds)
    if f"{weights}/format" in measured:
        said = "The answers of the exam are judged."
        if state.answering is not None:
            said = "The exam: the model before the picks is asked the same, to compare."
        return Wait(said, seconds)
    said = "The exam: unseen text, then hundreds of questions."
    if state.run is not None and state.run.data:
        said = "The exam: it learns nothing from what unseen text costs."
    before = _exam_seconds(state, "pretrain") if stage == "finetune" else None
    if before is None:
        return Wait(said, seconds)
    return Wait(said, (_exam_seconds(state, stage) or 0.0) + seconds, before, "that the exam before took")


def _owner(weights: WeightsName) -> str:
    """What the first figures of an exam are named after."""
    return "pretrain" if weights == "base" else weights


def _in_exam(state: State, stage: StageName) -> bool:
    """Whether it is examined, or about to be: all that comes after its last step, as one thing."""
    return state.examining and (stage != "feedback" or "aligned" in state.weights)


def _exam_seconds(state: State, stage: StageName) -> float | None:
    """Compute seconds since the last step of a stage, up to now or to its end; None: it made none."""
    progress = state.stages[stage]
    if not progress.window:
        return None
    return progress.started + progress.busy - progress.window[-1][0]


def _feedback(state: State) -> str:
    tested, wanted = state.tested, state.setting("feedback.picks") or 0
    turned_anyway = state.answer == "anyway" or state.setting("feedback.turn_anyway")
    if tested is not None and tested.reason and not turned_anyway:
        return "The model is left as it is, and measured."
    if state.enough or tested is not None or 0 < wanted <= len(state.picks):
        if tested is None:
            return "Do the picks show a taste? The model is then turned to what was picked."
        return "The model is measured, then turned to what was picked."
    if state.picks:
        return "The reward model learns from that, and chooses the next two answers."
    return "Answers are being written; two at a time are then compared."

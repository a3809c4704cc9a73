"""What comes next, at every moment: why it matters, what follows and when, what is worth a look meanwhile.

All of it by the run's plan and events. A key stands in braces, by the name of its action: how keys are
written, and which do something now, the screen knows.
"""

import math
from collections.abc import Iterator, Set
from dataclasses import dataclass

from tui_trainer.view import numbers, pace
from tui_trainer.view.ahas import Deed
from tui_trainer.view.slow_motion import Forms
from tui_trainer.view.state import BLIND_FIGURE, State


@dataclass(frozen=True)
class Ahead:
    """`phase`: of which all this is said. `comes`: what follows, in full and in short. `tries`: what can be
    looked at, the best first. `decides`: what only the person can do now, which comes before all else."""

    phase: str
    why: str
    comes: Forms
    tries: tuple[str, ...] = ()
    decides: str = ""


def ahead_of(
    state: State,
    did: Set[Deed] = frozenset(),
    *,
    timed: bool = True,
    speeds_up: bool = False,
    steers: bool = True,
) -> Ahead:
    """What is ahead of a run.

    Args:
        did: what the person has done that shows that something was understood.
        timed: it goes on now, so that there is a time until what follows.
        speeds_up: a first run, which is slow at first and then faster by itself.
        steers: the person may decide.
    """
    phase = _phase(state)
    why, comes = _told(state, phase, _in(state, timed), speeds_up)
    tries = tuple(_tries(state, phase, did))
    return Ahead(phase, why, comes, tries, _decides(state, phase, steers))


def _phase(state: State) -> str:
    """Where a run is, as far as it is told apart here."""
    stage, progress = state.stage, state.progress
    if state.ended:
        return "over"
    if stage is None or progress is None:
        return "planned"
    if state.waits is not None and not state.picks_again:  # those of another run are made by themselves
        return "doubted" if state.offered is None else "blind" if state.offered.blind else "asked"
    if progress.status != "running":
        return f"after {stage}"
    if stage == "feedback":
        return _feedback(state)
    return "exam" if state.examining else stage


def _feedback(state: State) -> str:
    if state.reinforced is None:
        tested = state.tested
        if state.enough or tested is not None:
            left = tested is not None and tested.reason and state.answer == "leave"
            return "left" if left else "turning"
        return "picking" if state.offered_at else "answers"
    if state.examples or BLIND_FIGURE in state.measured:
        return "exam"
    if state.examining or state.blind:
        return "blind to come" if _by_person(state) else "exam"
    return "reinforcing"


def _by_person(state: State) -> bool:
    """Whether the picks are a person's, so that a blind test follows."""
    if state.picks:
        return not state.picks[-1].picked.simulated
    return state.setting("feedback.rater") in (None, "person")


def _own_text(state: State) -> bool:
    """Whether it learns from the person's own text, of which nobody can ask it questions."""
    return state.run is not None and bool(state.run.data)


def _in(state: State, timed: bool) -> str:
    """When the steps of this stage are done, if that can be said."""
    if not timed or state.stage is None or state.paused or state.paced:
        return ""
    seconds = state.seconds_left(state.stage)
    if not seconds or not math.isfinite(seconds):
        return ""
    said = numbers.roughly(seconds)
    return f", in {said}" if said.startswith("a few") else f", in about {said}"


# Why it matters, in one clause, by phase.
_WHY = {
    "planned": "how fast this machine is says how long it takes",
    "data": "it can know only what stands in its text",
    "pretrain": "guessing teaches it language and facts",
    "exam": "unseen questions show what it has learned",
    "finetune": "it goes on with texts; now it learns to answer",
    "answers": "no text says which answer is better; people do",
    "reinforcing": "now it learns to answer as was picked",
    "blind": "only a blind test shows if it got better for you",
    "left": "without a taste there is nothing to turn it to",
    "over": "its weights are fixed; now it can be tried",
}
_OVER = ("nothing more happens by itself",)
_AS = {
    **dict.fromkeys(("picking", "asked", "doubted"), "answers"),
    **dict.fromkeys(("turning",), "reinforcing"),
    "blind to come": "blind",
    "after data": "pretrain",
    "after pretrain": "finetune",
    "after finetune": "answers",
    **dict.fromkeys(("after feedback", "frozen", "after frozen"), "over"),
}


def _told(state: State, phase: str, when: str, speeds_up: bool) -> tuple[str, Forms]:
    """Why this matters, and what comes after it."""
    why = _WHY[_AS.get(phase, phase)]
    if phase == "exam" and _own_text(state):
        why = "unseen text shows what it has learned"
    if phase in ("pretrain", "finetune"):
        return why, _learning(state, when, speeds_up)
    if phase == "exam" or phase.startswith("after "):
        return why, _following(state)
    return why, _steps_of_feedback(state, phase, when)


def _learning(state: State, when: str, speeds_up: bool) -> Forms:
    stage = state.stage
    assert stage is not None
    progress = state.stages[stage]
    last = f"step {numbers.count(progress.steps)}"
    if _own_text(state):
        exam = f"unseen text measures it at {last}{when}"
    else:
        exam = f"{'its first exam' if stage == 'pretrain' else 'the exam again'} at {last}{when}"
    slow = pace.FIRST_STEPS + pace.NEXT_STEPS
    if speeds_up and progress.step < slow:
        return (f"full speed after step {slow}; {exam}", exam)
    every = state.setting(f"{stage}.measure_every")
    if every and progress.step < every < progress.steps:
        return (f"at step {numbers.count(every)} it writes again; {exam}", exam)
    return (exam,)


def _following(state: State) -> Forms:
    """The stage after this one, once its steps are done."""
    stage = state.stage
    assert stage is not None
    if stage == "data":
        return _stage("pretraining", state.setting("pretrain.steps"))
    if stage == "pretrain" and state.setting("finetune.steps") and not _own_text(state):
        return _stage("fine-tuning", state.setting("finetune.steps"))
    if stage == "finetune" and state.stages["feedback"].status != "skipped":
        if state.picks_again:
            return ("the picks are made again, and it is turned to them", "the picks are made again")
        who = "you pick" if _by_person(state) else "a rater picks"
        return (f"it answers twice, and {who} the better answer", f"{who} the better answer")
    if stage == "feedback":
        return ("its weights are frozen for good, and you can talk to it", "its weights are frozen")
    if stage == "frozen":
        return _OVER
    return ("the next stage, as soon as it is ready", "the next stage")


def _stage(name: str, steps: int | None) -> Forms:
    return (f"{name}, {numbers.count(steps)} steps" if steps else name,)


def _steps_of_feedback(state: State, phase: str, when: str) -> Forms:
    steps = numbers.count(state.setting("feedback.steps") or 0)
    turned = f"{steps} steps toward what was picked"
    if phase == "planned":
        return ("stage 1: its text is gathered, and filtered", "its text is gathered")
    if phase == "data":
        following = _stage("pretraining", state.setting("pretrain.steps"))[0]
        return (f"{following}, once the text is ready", following)
    if phase in ("answers", "picking") and state.picks_again:
        return (f"the picks are made again, then {turned}", turned)
    if phase == "answers":
        who = "you pick the better" if _by_person(state) else "a rater picks the better"
        return (f"two answers at a time: {who} one", f"{who} answer")
    if phase in ("asked", "picking"):
        turned = f"{steps} steps toward it"
        return (turned,) if _enough(state) else (f"once a taste is found, {turned}", turned)
    if phase == "doubted":
        return ("what you choose is done at once",)
    if phase == "left":
        return ("the exam; then its weights are frozen", "the exam")
    if phase == "turning":
        return (turned,)
    if phase == "reinforcing":
        if _by_person(state):
            test = f"after step {steps} a blind test{when}"
            return (f"{test}: you say which is better", test)
        return (f"after step {steps} the exam{when}",)
    if phase == "blind":
        return ("the end tells which model wrote which",)
    if phase == "blind to come":
        return ("a blind test: you say which is better",)
    return _OVER


def _enough(state: State) -> bool:
    """Whether the picks show a taste already, so that one may go on."""
    return state.fitted is not None and state.fitted.enough


def _decides(state: State, phase: str, steers: bool) -> str:
    """What nobody but the person can do now."""
    if not steers:
        waits = phase in ("asked", "blind", "doubted")
        return "The run waits for whoever steers it." if waits else ""
    if phase == "asked":
        if _enough(state):
            return "You decide: {pick_a} or {pick_b} is better, or {go_on} goes on: a taste is found."
        return "You decide: press {pick_a} or {pick_b} for the better answer."
    if phase == "blind":
        return "You decide: press {pick_a} or {pick_b} for the better answer."
    if phase == "doubted":
        return "You decide: {pick_more} more picks, {turn_anyway} turn it anyway, {leave_it} leave it."
    if phase == "over":
        return "It is yours now: {pane_5} talks to it, {ahas} shows what is left to see."
    return ""


def _tries(state: State, phase: str, did: Set[Deed]) -> Iterator[str]:
    """What is worth a look now, the best first, if it is there already."""
    stage = state.stage
    if phase in ("planned", "data"):
        if state.sources:
            yield "{pane_1} shows the text, and what is thrown out"
        yield "{glossary} explains the words"
        yield "{help} shows all keys"
        return
    yield "{card_guess} takes your guess"
    if state.paced:
        yield "{faster} set the pace"
    if phase in ("asked", "picking", "doubted", "blind"):
        if phase != "blind":
            yield "{taste} shows what the picks have taught"
        yield "{figures} shows the last exam"
        return
    if phase == "reinforcing":
        yield "{pane_4} shows answers and their scores"
        yield "{pane_2} shows the reward rise or fall"
        yield "{taste} shows the taste it is paid by"
    if phase == "over":
        yield "{unleash} takes the leash off"
        yield "{compare} sets two models side by side"
        yield "{figures} shows all exams"
    if "base" in state.weights and "tuned" not in state.weights and "asked base" not in did:
        yield "{pane_5} asks the base model something"
    elif state.weights:
        yield "{pane_5} talks to the frozen model"
    elif state.samples:
        yield "{pane_5} shows what it writes by now"
    if stage in ("pretrain", "finetune") and state.guess is not None:
        yield "{pane_4} shows a guess and what was right"
    if state.matrices:
        yield "{machine} draws the model in one picture"
    if phase in ("pretrain", "finetune"):
        yield "{sentence} has it go on with your words"
        if state.validated is not None:
            yield "{pane_2} shows its score so far"
    if len(state.samples) > 1:
        yield "{samples} shows all it wrote so far"
    if state.weights and phase != "over":
        yield "{figures} shows what exams have found"
    if state.matrices:
        yield "{pane_3} shows its numbers as pictures"
    yield "{pane_1} shows the text it read"
    yield "{glossary} explains the words"

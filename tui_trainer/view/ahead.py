"""What comes next, at every moment: why it matters, what follows and when, what is worth a look meanwhile.

All of it by the run's plan and events. A key stands in braces, by the name of its action: how keys are
written, and which do something now, the screen knows.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from statistics import median

from tui_trainer.messages.events import StageName
from tui_trainer.view import numbers, pace, why
from tui_trainer.view.ahas import Deed
from tui_trainer.view.slow_motion import Forms
from tui_trainer.view.state import BLIND_FIGURE, State
from tui_trainer.view.why import NOWHERE, Looking

USEFUL = 12  # comparisons that a taste takes at least; `learning.preferences.statistics` has the rule


@dataclass(frozen=True)
class Ahead:
    """`phase`: of which all this is said. `comes`: what follows, in full and in short. `tries`: what can be
    looked at, the best first. `decides`: what only the person can do now, which comes before all else.
    `rests`: what is said where nothing is left to be looked at."""

    phase: str
    why: str
    comes: Forms
    tries: tuple[str, ...] = ()
    decides: str = ""
    rests: Forms = ()


def ahead_of(
    state: State,
    did: Set[Deed] = frozenset(),
    *,
    timed: bool = True,
    speeds_up: bool = False,
    steers: bool = True,
    looking: Looking = NOWHERE,
) -> Ahead:
    """What is ahead of a run.

    Args:
        did: what the person has done that shows that something was understood.
        timed: it goes on now, so that what follows takes its time.
        speeds_up: a first run, which is slow at first and then faster by itself.
        steers: the person may decide.
        looking: what the person has before them.
    """
    phase = _phase(state)
    matters, comes = _told(state, phase, timed, speeds_up, looking)
    tries = tuple(_tries(state, phase, did))
    return Ahead(phase, matters, comes, tries, _decides(state, phase, steers), _rests(state, phase, comes))


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


def _takes(state: State, timed: bool) -> str:
    """How long what the picks begin will be computed, by the pace so far; "" where nobody can say."""
    seconds = state.seconds_left("feedback") if state.reinforced is not None else _planned(state)
    return f", {_about(seconds)}" if timed and seconds else ""


def _about(seconds: float) -> str:
    said = numbers.roughly(seconds)
    return said if said.startswith("a few") else f"about {said}"


def _planned(state: State) -> float | None:
    planned, pace_ = state.planned("feedback"), state.pace
    return None if planned is None or pace_ is None else planned * pace_


# Why it matters, in one clause, by phase.
_WHY = {
    "planned": "how fast this machine is says how long it takes",
    "data": "it can know only what stands in its text",
    "pretrain": why.BEGUN["pretrain"],
    "exam": "unseen questions show what it has learned",
    "finetune": why.BEGUN["finetune"],
    "answers": "only people can say which is better",
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


def _told(state: State, phase: str, timed: bool, speeds_up: bool, looking: Looking) -> tuple[str, Forms]:
    """Why this matters, and what comes after it."""
    matters = _WHY[_AS.get(phase, phase)]
    if phase == "exam" and _own_text(state):
        matters = "unseen text shows what it has learned"
    if phase in ("pretrain", "finetune") and state.stage is not None:
        return why.of_learning(state, state.stage, looking), _learning(state, speeds_up)
    if phase == "exam" or phase.startswith("after "):
        return matters, _following(state)
    return matters, _steps_of_feedback(state, phase, timed)


def _learning(state: State, speeds_up: bool) -> Forms:
    """What comes at which step; how long that takes, the rail counts down."""
    stage = state.stage
    assert stage is not None
    progress = state.stages[stage]
    exam = f"{_exam(state, stage)} at step {numbers.count(progress.steps)}"
    slow = pace.FIRST_STEPS + pace.NEXT_STEPS
    if speeds_up and progress.step < slow:
        return (f"full speed after step {slow}; {exam}", exam)
    every = state.setting(f"{stage}.measure_every")
    if every and progress.step < every < progress.steps:
        return (f"at step {numbers.count(every)} it writes again; {exam}", exam)
    return (f"{exam}, then {_following(state)[-1]}", exam)


def _exam(state: State, stage: StageName) -> str:
    if _own_text(state):
        return "unseen text measures it"
    return "its first exam" if stage == "pretrain" else "the exam again"


def _rests(state: State, phase: str, comes: Forms) -> Forms:
    """That there is nothing to be done, how long, and what then comes; the fullest form first."""
    stage = state.stage
    if phase in ("pretrain", "finetune") and stage is not None:
        until, then = numbers.count(state.stages[stage].steps), _exam(state, stage)
        said = f"Nothing needs doing until step {until}: then {then}"
        return (f"{said}, then {_following(state)[-1]}.", f"{said}.")
    if phase == "reinforcing":
        then = "a blind test, by you" if _by_person(state) else "the exam"
        steps = numbers.count(state.setting("feedback.steps") or 0)
        return (f"Nothing needs doing until step {steps}: then {then}.",)
    return (f"Nothing needs doing now. Next: {comes[0]}.",)


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


def _steps_of_feedback(state: State, phase: str, timed: bool) -> Forms:
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
        if _by_person(state):
            you = "you pick the better"
            return (f"two answers at a time: {you} one, {USEFUL} times or more", f"{you} answer")
        return ("two answers at a time: a rater picks the better one", "a rater picks the better answer")
    if phase in ("asked", "picking"):
        turned, takes = f"{steps} steps toward it", _takes(state, timed)
        if _enough(state):
            return (f"{turned}{takes}", turned)
        if not _by_person(state):
            return (f"once a taste is found, {turned}{takes}", turned)
        more, so_long = _more_picks(state)
        brief = f"{more}, then {steps} steps"
        return (f"{more}{so_long}; then {turned}{takes}", f"{brief}{takes}", brief, more)
    if phase == "doubted":
        return ("what you choose is done at once",)
    if phase == "left":
        return ("the exam; then its weights are frozen", "the exam")
    if phase == "turning":
        return (turned,)
    if phase == "reinforcing":
        if _by_person(state):
            test = f"after step {steps} a blind test"
            return (f"{test}: you say which is better", test)
        return (f"after step {steps} the exam",)
    if phase == "blind":
        return ("the end tells which model wrote which",)
    if phase == "blind to come":
        return ("a blind test: you say which is better",)
    return _OVER


def _more_picks(state: State) -> tuple[str, str]:
    """How many picks a taste still takes, at least; and how long, at the pace of whoever picks."""
    useful = state.fitted.picks if state.fitted is not None else 0
    left = USEFUL - useful
    if left <= 0:
        return "a few more picks", ""
    said = f"at least {left}{' more' if useful else ''} pick{'' if left == 1 else 's'}"
    return said, f", {_about(left * median(state.pick_seconds))}" if state.pick_seconds else ""


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
        yield "{figures} shows what exams have found"
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

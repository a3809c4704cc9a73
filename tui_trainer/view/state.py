"""What the screen knows: a fold (`view.fold`) over the run's records, and nothing else.

Attaching late, replaying and watching live are the same: apply the records in order. Whatever can be long is
kept in bounded memory (`Series`, deques), so a run of any length costs the same.
"""

import math
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from tui_trainer.messages import events as e
from tui_trainer.messages.events import STAGES, Event, StageName, WeightsName
from tui_trainer.settings import lookup
from tui_trainer.view.moments import Moments
from tui_trainer.view.progress import LEAST_STEPS, StageProgress
from tui_trainer.view.series import Series

KEPT_SAMPLES = 200
KEPT_NOTICES = 100
KEPT_PICKS = 2000
KEPT_EXAMPLES = 100

BLIND_FIGURE = "aligned/blind_win_rate"
WEIGHTS: tuple[WeightsName, ...] = ("base", "tuned", "aligned")
SIMPLER = (("n-gram", "ngram"), ("xz", "xz"))  # what is simpler than a model: its name, and its figure's


@dataclass(frozen=True)
class Pick:
    """A pick with what the reward model had expected."""

    picked: e.Picked
    pair: e.PairOffered | None  # None when the pair is no longer at hand

    @property
    def preferred(self) -> str | None:
        """In the blind test: the model whose answer was better, the one "before" the picks or "after"."""
        if self.pair is None or self.picked.choice not in ("a", "b"):
            return None
        return "after" if (self.picked.choice == "a") == self.pair.swapped else "before"


def _stages() -> dict[StageName, StageProgress]:
    return {name: StageProgress() for name in STAGES}


@dataclass(frozen=True)
class Turned:
    """A setting that was turned while the run went on, and where."""

    stage: StageName
    step: int  # done by then; in feedback, of reinforcement
    name: str
    value: float
    before: float | None = None


@dataclass
class State:
    """Everything that can be drawn; `changed` counts, by topic, how often it changed."""

    records: int = 0
    started: float = 0.0  # wall-clock time of the first record
    time: float = 0.0  # wall-clock time of the latest record
    busy: float = 0.0  # compute seconds of the run
    run: e.RunStarted | None = None
    forked: e.Forked | None = None  # the run goes on from another one
    before_fork: dict[str, Any] = field(default_factory=dict)  # what it has changed of the other's settings
    speed: e.SpeedMeasured | None = None
    stage: StageName | None = None  # the running one, or the last
    stages: dict[StageName, StageProgress] = field(default_factory=_stages)
    paused: bool = False
    held: bool = False  # paused before the first step of all
    paced: float = 0.0  # seconds from one step to the next at the least; while paused, what it was before
    ended: bool = False
    notices: deque[e.Noticed] = field(default_factory=lambda: deque(maxlen=KEPT_NOTICES))
    warned: e.Noticed | None = None  # the last warning of the stage that runs
    moment: Event | None = None  # the latest event that a sentence can be said about
    sources: dict[str, e.SourceRead] = field(default_factory=dict)
    crawls: dict[str, e.CrawlRead] = field(default_factory=dict)  # by file
    filters: dict[str, e.FilterApplied] = field(default_factory=dict)
    corpus: e.CorpusReady | None = None
    mixture: dict[str, float] = field(default_factory=dict)
    turned: dict[str, float] = field(default_factory=dict)  # settings turned since the start
    turns: deque[Turned] = field(default_factory=lambda: deque(maxlen=KEPT_NOTICES))  # each, with its place
    curves: dict[tuple[StageName, str], Series] = field(default_factory=dict)
    stepped: e.Stepped | None = None
    guess: e.Guessed | None = None
    explained: e.StepExplained | None = None  # the step last taken apart
    validated: e.Validated | None = None
    own_scored: e.OwnAnswersScored | None = None
    overfitting: dict[StageName, e.Overfitting] = field(default_factory=dict)
    best_kept: dict[StageName, e.BestKept] = field(default_factory=dict)
    samples: deque[e.Sampled] = field(default_factory=lambda: deque(maxlen=KEPT_SAMPLES))
    pairs_before: e.PairsShown | None = None  # before fine-tuning ...
    pairs: e.PairsShown | None = None  # ... and as they are taken now
    matrices: dict[str, e.MatrixState] = field(default_factory=dict)
    pictured: tuple[StageName, int] | None = None  # when the matrices were pictured
    offered: e.PairOffered | None = None  # the pair that waits for a pick
    offered_at: float = 0.0  # wall-clock time of that
    picks: deque[Pick] = field(default_factory=lambda: deque(maxlen=KEPT_PICKS))
    pick_counts: Counter[str] = field(default_factory=Counter)
    pick_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_PICKS))  # a person's, each
    picks_again: int = 0  # of another run, still to be made again; they cost nobody time
    enough: bool = False  # the person said so
    enough_after: int | None = None  # picks, when it was first told that they are enough
    tested: e.TasteTested | None = None  # whether the picks show a taste, once that is known
    answer: e.Choice | None = None  # what the person wants without one
    blind: list[Pick] = field(default_factory=list)  # of the test at the end
    prompts: list[str] = field(default_factory=list)  # that a person will see answers to
    own_prompts: set[str] = field(default_factory=set)  # of these, the person's own
    left_out: set[str] = field(default_factory=set)  # ... and those not to be asked any more
    fitted: e.RewardModelFitted | None = None
    reinforced: e.Reinforced | None = None
    scored: e.AnswersScored | None = None  # answers to one prompt of that step
    tuned_samples: e.Sampled | None = None  # before the first step of reinforcement
    best_of_n: e.BestOfN | None = None
    answering: e.Answering | None = None  # while answers are being written
    answering_since: float = 0.0  # compute seconds of the run when that began
    answer_seconds: float | None = None  # of computing for one answer, of the last ones
    evaluation_seconds: float | None = None  # of computing, that the last one of a training stage took
    facts: float | None = None  # the latest recall measured during reinforcement
    facts_before: float | None = None  # the tuned model's on the same questions
    examples: deque[e.BeforeAfter] = field(default_factory=lambda: deque(maxlen=KEPT_EXAMPLES))
    measured: dict[str, e.Measured] = field(default_factory=dict)
    weights: dict[WeightsName, e.WeightsFrozen] = field(default_factory=dict)
    moments: Moments = field(default_factory=Moments)  # that one can go back to
    changed: Counter[str] = field(default_factory=Counter)

    # -- derived -----------------------------------------------------------------------------------------

    @property
    def waits(self) -> e.PairOffered | e.TasteTested | None:
        """What only the person at the keyboard can answer: a pair, or what is to become of the picks."""
        tested = self.tested
        return self.offered or (tested if tested is not None and tested.asks else None)

    @property
    def unblinded(self) -> bool:
        """Whether the blind test is over, so that it may be told which answer was which."""
        return bool(self.examples) or BLIND_FIGURE in self.measured

    @property
    def progress(self) -> StageProgress | None:
        """Of the stage that runs, or ran last."""
        return None if self.stage is None else self.stages[self.stage]

    def planned(self, stage: StageName) -> float | None:
        """Compute seconds the stage was expected to take, if that has been measured."""
        return None if self.speed is None else self.speed.planned_seconds.get(stage)

    @property
    def pace(self) -> float | None:
        """Compute seconds that steps really took, as a multiple of the plan's; None: too few steps to say.

        The plan rests on one measure before the first step, which a busy machine makes many times too long.
        What a fork took over was timed by another process, and tells nothing of a plan that this one made.
        """
        for stage in ("finetune", "pretrain"):
            if self.forked is not None and STAGES.index(stage) < STAGES.index(self.forked.stage):
                return None
            done, planned = self.stages[stage], self.planned(stage)
            if planned and done.steps and done.step > LEAST_STEPS and done.busy > 0:
                return (done.busy / done.step) / (planned / done.steps)
        return None

    @property
    def expected_total(self) -> float | None:
        """Compute seconds of the whole run: those done, and those to come at the pace so far."""
        pace = self.pace
        if pace is None or self.ended:
            return None
        total = self.busy
        for stage, done in self.stages.items():
            left = done.seconds_left
            if left is None:
                left = max(0.0, (self.planned(stage) or 0.0) * pace - done.busy)
            total += left
        return total

    def seconds_left(self, stage: StageName) -> float | None:
        """Compute seconds until a stage ends, by steps done in it, or before it by the pace so far; None:
        nobody can say yet. People's thinking time is not in it."""
        done, planned, pace = self.stages[stage], self.planned(stage), self.pace
        if done.status == "waiting":
            return None if planned is None or pace is None else planned * pace
        return done.seconds_left

    @property
    def examining(self) -> bool:
        """All steps of the stage are done, and what came of them is measured: no step tells how long yet."""
        progress = self.progress
        if progress is None or progress.status != "running" or self.waits is not None:
            return False
        if self.stage == "feedback":  # which may end before its last step
            if self.blind and not self.unblinded:
                return False
            steps = self.setting("feedback.steps") or math.inf
            return bool(self.examples) or (self.reinforced is not None and self.reinforced.step >= steps)
        return 0 < progress.steps <= progress.step

    def curve(self, stage: StageName, metric: str) -> Series | None:
        """The curve of one metric in one stage, if it has begun."""
        return self.curves.get((stage, metric))

    def setting(self, name: str) -> Any:
        """A setting as it is now, by its dotted name; None before the run has started."""
        if name in self.turned:
            return self.turned[name]
        return None if self.run is None else lookup(self.run.settings, name)

    @property
    def simpler(self) -> list[tuple[str, float]]:
        """What simpler means than a model make of the same unseen text: their names, and bits per byte."""
        found = [(name, self.measured.get(f"baseline/{key}_bits_per_byte")) for name, key in SIMPLER]
        return [(name, figure.value) for name, figure in found if figure is not None]

    @property
    def examined(self) -> bool:
        """Whether there was an exam, so that there are figures of one."""
        return any(name.partition("/")[0] in ("pretrain", *WEIGHTS) for name in self.measured)

    @property
    def unmendable(self) -> bool:
        """Whether the trainer has ended with an error that it would only meet again."""
        return bool(self.notices) and self.notices[-1].level == "error" and not self.notices[-1].mendable

    @property
    def latest_weights(self) -> WeightsName | None:
        """The name of the weights frozen last."""
        return next((name for name in reversed(WEIGHTS) if name in self.weights), None)

    @property
    def picking(self) -> bool:
        """In the feedback stage, before reinforcement has begun."""
        return self.stage == "feedback" and self.reinforced is None and not self.ended

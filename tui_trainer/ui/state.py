"""What the screen knows: a fold over the run's records, and nothing else.

Attaching late, replaying and watching live are the same: apply the records in order. Whatever can be long is
kept in bounded memory (`Series`, deques), so a run of any length costs the same.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tui_trainer import events as e
from tui_trainer.events import STAGES, Event, Record, StageName, WeightsName
from tui_trainer.ui.progress import StageProgress
from tui_trainer.ui.series import Series

KEPT_SAMPLES = 200
KEPT_NOTICES = 100
KEPT_PICKS = 2000
KEPT_EXAMPLES = 100
FINISHING = 2  # steps of the feedback stage after the last reinforcement

WEIGHTS: tuple[WeightsName, ...] = ("base", "tuned", "aligned")


@dataclass(frozen=True)
class Pick:
    """A pick with what the reward model had expected."""

    picked: e.Picked
    pair: e.PairOffered | None  # None when the pair is no longer at hand


def _stages() -> dict[StageName, StageProgress]:
    return {name: StageProgress() for name in STAGES}


@dataclass
class State:
    """Everything that can be drawn; `changed` counts, by topic, how often it changed."""

    records: int = 0
    started: float = 0.0  # wall-clock time of the first record
    time: float = 0.0  # wall-clock time of the latest record
    busy: float = 0.0  # compute seconds of the run
    run: e.RunStarted | None = None
    speed: e.SpeedMeasured | None = None
    stage: StageName | None = None  # the running one, or the last
    stages: dict[StageName, StageProgress] = field(default_factory=_stages)
    paused: bool = False
    ended: bool = False
    notices: deque[e.Noticed] = field(default_factory=lambda: deque(maxlen=KEPT_NOTICES))
    moment: Event | None = None  # the latest event that a sentence can be said about
    sources: dict[str, e.SourceRead] = field(default_factory=dict)
    filters: dict[str, e.FilterApplied] = field(default_factory=dict)
    corpus: e.CorpusReady | None = None
    mixture: dict[str, float] = field(default_factory=dict)
    knobs: dict[str, float] = field(default_factory=dict)  # settings turned since the start
    curves: dict[tuple[StageName, str], Series] = field(default_factory=dict)
    stepped: e.Stepped | None = None
    guess: e.Guessed | None = None
    validated: e.Validated | None = None
    samples: deque[e.Sampled] = field(default_factory=lambda: deque(maxlen=KEPT_SAMPLES))
    matrices: dict[str, e.MatrixState] = field(default_factory=dict)
    pictured: tuple[StageName, int] | None = None  # when the matrices were pictured
    offered: e.PairOffered | None = None  # the pair that waits for a pick
    picks: deque[Pick] = field(default_factory=lambda: deque(maxlen=KEPT_PICKS))
    pick_counts: Counter[str] = field(default_factory=Counter)
    fitted: e.RewardModelFitted | None = None
    reinforced: e.Reinforced | None = None
    facts: float | None = None  # the latest recall measured during reinforcement
    examples: deque[e.BeforeAfter] = field(default_factory=lambda: deque(maxlen=KEPT_EXAMPLES))
    measured: dict[str, e.Measured] = field(default_factory=dict)
    weights: dict[WeightsName, e.WeightsFrozen] = field(default_factory=dict)
    changed: Counter[str] = field(default_factory=Counter)

    def apply(self, record: Record) -> None:
        """Take in the next record."""
        event = record.event
        if not self.records:
            self.started = record.t
        self.records += 1
        self.time = record.t
        self.busy = record.busy
        if self.stage is not None:
            progress = self.stages[self.stage]
            if progress.status == "running":
                progress.busy = record.busy - progress.started
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def apply_all(self, records: Iterable[Record]) -> None:
        """Take in records in order."""
        for record in records:
            self.apply(record)

    # -- derived -----------------------------------------------------------------------------------------

    @property
    def progress(self) -> StageProgress | None:
        """Of the stage that runs, or ran last."""
        return None if self.stage is None else self.stages[self.stage]

    def planned(self, stage: StageName) -> float | None:
        """Compute seconds the stage was expected to take, if that has been measured."""
        return None if self.speed is None else self.speed.planned_seconds.get(stage)

    @property
    def planned_total(self) -> float | None:
        """Compute seconds all stages were expected to take."""
        return None if self.speed is None else sum(self.speed.planned_seconds.values())

    def seconds_left(self, stage: StageName) -> float | None:
        """Compute seconds until a stage ends; people's thinking time is not in it."""
        return self.stages[stage].seconds_left(self.planned(stage))

    def curve(self, stage: StageName, metric: str) -> Series | None:
        """The curve of one metric in one stage, if it has begun."""
        return self.curves.get((stage, metric))

    def setting(self, name: str) -> Any:
        """A setting as it is now, by its dotted name; None before the run has started."""
        if name in self.knobs:
            return self.knobs[name]
        node: Any = None if self.run is None else self.run.settings
        for part in name.split("."):
            node = node.get(part) if isinstance(node, dict) else None
        return node

    @property
    def latest_weights(self) -> WeightsName | None:
        """The name of the weights frozen last."""
        return next((name for name in reversed(WEIGHTS) if name in self.weights), None)

    @property
    def picking(self) -> bool:
        """In the feedback stage, before reinforcement has begun."""
        return self.stage == "feedback" and self.reinforced is None and not self.ended

    # -- the fold ----------------------------------------------------------------------------------------

    def _add(self, stage: StageName, metric: str, step: int, value: float | None) -> None:
        if value is None:
            return
        series = self.curves.get((stage, metric))
        if series is None:
            series = self.curves[stage, metric] = Series()
        series.add(step, value)

    def _touch(self, *topics: str) -> None:
        for topic in topics:
            self.changed[topic] += 1

    def _run_started(self, event: e.RunStarted) -> None:
        self.run = event
        self.mixture = dict(event.settings.get("data", {}).get("mixture", {}))
        self._touch("run", "data")

    def _speed_measured(self, event: e.SpeedMeasured) -> None:
        self.speed = event
        self.moment = event
        self._touch("run")

    def _stage_started(self, event: e.StageStarted) -> None:
        self.stage = event.stage
        self.stages[event.stage] = StageProgress("running", event.steps, started=self.busy)
        for key in [key for key in self.curves if key[0] == event.stage]:
            del self.curves[key]  # a stage begun again draws its curves again
        self.moment = event
        self._touch("stage", "curve")

    def _stage_skipped(self, event: e.StageSkipped) -> None:
        self.stages[event.stage].status = "skipped"
        self.stages[event.stage].reason = event.reason
        self.moment = event
        self._touch("stage", "curve")

    def _stage_ended(self, event: e.StageEnded) -> None:
        self.stages[event.stage].status = "done"
        self.offered = None
        self._touch("stage", "rater")

    def _noticed(self, event: e.Noticed) -> None:
        self.notices.append(event)
        self._touch("notices")

    def _knob_turned(self, event: e.KnobTurned) -> None:
        self.knobs[event.name] = event.value
        prefix, _, source = event.name.rpartition(".")
        if prefix == "data.mixture":
            self.mixture[source] = event.value
        self._touch("knobs", "data")

    def _paused(self, _: e.Paused) -> None:
        self.paused = True
        self._touch("stage")

    def _continued(self, _: e.Continued) -> None:
        self.paused = False
        self._touch("stage")

    def _run_ended(self, event: e.RunEnded) -> None:
        self.ended = True
        self.paused = False
        self.moment = event
        self._touch("stage", "rater")

    def _source_read(self, event: e.SourceRead) -> None:
        self.sources[event.source] = event
        self.moment = event
        self._touch("data")

    def _filter_applied(self, event: e.FilterApplied) -> None:
        self.filters[event.filter] = event
        self.moment = event
        self._touch("data")

    def _corpus_ready(self, event: e.CorpusReady) -> None:
        self.corpus = event
        self.mixture = {**event.mixture, **{k: v for k, v in self.mixture.items() if k in event.mixture}}
        self.moment = event
        self._touch("data", "curve")

    def _stepped(self, event: e.Stepped) -> None:
        self.stepped = event
        self.stages[event.stage].moved(self.busy, event.step, event.tokens, event.flops)
        self._add(event.stage, "loss", event.step, event.loss)
        self._add(event.stage, "lr", event.step, event.lr)
        self._add(event.stage, "gradient", event.step, event.gradient_norm)
        self._touch("step", "curve")

    def _guessed(self, event: e.Guessed) -> None:
        self.guess = event
        self.moment = event
        self._touch("guess")

    def _validated(self, event: e.Validated) -> None:
        self.validated = event
        self.moment = self.moment or event
        self._add(event.stage, "validation", event.step, event.nats)
        self._add(event.stage, "bits", event.step, event.bits_per_byte)
        self._touch("curve")

    def _sampled(self, event: e.Sampled) -> None:
        self.samples.append(event)
        self._touch("samples")

    def _weights_pictured(self, event: e.WeightsPictured) -> None:
        for matrix in event.matrices:
            self.matrices[matrix.name] = matrix
        self.pictured = (event.stage, event.step)
        self._touch("weights")

    def _before_picks(self, progress: StageProgress) -> int:
        """Steps of the feedback stage before its first pair, and none when its length is unknown."""
        after = (self.setting("feedback.picks") or 0) + (self.setting("feedback.steps") or 0) + FINISHING
        return max(0, progress.steps - int(after))

    def _pair_offered(self, event: e.PairOffered) -> None:
        progress = self.stages["feedback"]
        progress.step = self._before_picks(progress) + event.pair
        self.offered = event
        self.moment = event
        self._touch("rater")

    def _picked(self, event: e.Picked) -> None:
        pair = self.offered if self.offered is not None and self.offered.pair == event.pair else None
        self.picks.append(Pick(event, pair))
        self.pick_counts[event.choice] += 1
        self.offered = None
        self.moment = event
        self.stages["feedback"].step += 1
        self._touch("rater")

    def _fitted(self, event: e.RewardModelFitted) -> None:
        self.fitted = event
        self._touch("rater")

    def _reinforced(self, event: e.Reinforced) -> None:
        self.reinforced = event
        self.offered = None
        self.moment = event
        progress = self.stages["feedback"]
        picks = sum(self.pick_counts.values())
        progress.moved(self.busy, self._before_picks(progress) + picks + event.step, 0, 0.0)
        for metric in ("reward", "gold", "kl", "length", "entropy", "facts"):
            self._add("feedback", metric, event.step, getattr(event, metric))
        if event.facts is not None:
            self.facts = event.facts
        self._touch("rater", "curve", "step")

    def _before_after(self, event: e.BeforeAfter) -> None:
        self.examples.append(event)
        self._touch("rater")

    def _measured(self, event: e.Measured) -> None:
        self.measured[event.name] = event
        self.moment = event
        self._touch("measured")

    def _weights_frozen(self, event: e.WeightsFrozen) -> None:
        self.weights[event.weights] = event
        self.moment = event
        self._touch("frozen", "stage")


_HANDLERS: dict[type[Event], Callable[[State, Any], None]] = {
    e.RunStarted: State._run_started,
    e.SpeedMeasured: State._speed_measured,
    e.StageStarted: State._stage_started,
    e.StageSkipped: State._stage_skipped,
    e.StageEnded: State._stage_ended,
    e.Noticed: State._noticed,
    e.KnobTurned: State._knob_turned,
    e.Paused: State._paused,
    e.Continued: State._continued,
    e.RunEnded: State._run_ended,
    e.SourceRead: State._source_read,
    e.FilterApplied: State._filter_applied,
    e.CorpusReady: State._corpus_ready,
    e.Stepped: State._stepped,
    e.Guessed: State._guessed,
    e.Validated: State._validated,
    e.Sampled: State._sampled,
    e.WeightsPictured: State._weights_pictured,
    e.PairOffered: State._pair_offered,
    e.Picked: State._picked,
    e.RewardModelFitted: State._fitted,
    e.Reinforced: State._reinforced,
    e.BeforeAfter: State._before_after,
    e.Measured: State._measured,
    e.WeightsFrozen: State._weights_frozen,
}

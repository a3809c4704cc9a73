"""How each event changes the state: one function an event, and nothing else that writes to it."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from tui_trainer.messages import events as e
from tui_trainer.messages.events import Event, Record, StageName
from tui_trainer.settings import of_today, today
from tui_trainer.view import words
from tui_trainer.view.moments import Moment, What
from tui_trainer.view.progress import StageProgress
from tui_trainer.view.series import Series
from tui_trainer.view.state import Pick, State, Turned


def _add(state: State, stage: StageName, metric: str, step: int, value: float) -> Series:
    series = state.curves.get((stage, metric))
    if series is None:
        series = state.curves[stage, metric] = Series()
    series.add(step, value)
    return series


def _touch(state: State, *topics: str) -> None:
    for topic in topics:
        state.changed[topic] += 1


def _mark(state: State, stage: StageName, step: int, what: What) -> None:
    state.moments.mark(Moment(state.records, stage, step, what))


def run_started(state: State, event: e.RunStarted) -> None:
    state.run = msgspec.structs.replace(event, settings=of_today(event.settings))
    state.mixture = dict(event.settings.get("data", {}).get("mixture", {}))
    _touch(state, "run", "data")


def forked(state: State, event: e.Forked) -> None:
    state.forked = event
    state.before_fork = {name: state.setting(today(name)) for name in event.changes}
    # What was turned before is among the settings of this run.
    state.picks_again = event.picks
    state.turned.clear()
    if state.run is not None:
        settings = of_today(event.settings)
        state.run = msgspec.structs.replace(state.run, run=event.run, settings=settings)
    mixture = event.settings.get("data", {}).get("mixture", {})
    state.mixture = {source: mixture.get(source, weight) for source, weight in state.mixture.items()}
    state.moment = event
    _touch(state, "run", "data")


def speed_measured(state: State, event: e.SpeedMeasured) -> None:
    state.speed = event
    if state.forked is None:  # of a fork most is taken over, and no plan says how long the rest takes
        state.moment = event
    _touch(state, "run")


def threads_chosen(state: State, event: e.ThreadsChosen) -> None:
    if state.run is not None:
        machine = {**state.run.machine, "threads": str(event.threads)}
        state.run = msgspec.structs.replace(state.run, machine=machine)


def stage_started(state: State, event: e.StageStarted) -> None:
    state.stage = event.stage
    # Nobody knows how often a person will pick: what is counted in feedback are the steps of reinforcement.
    steps = event.steps if event.stage != "feedback" else 0
    state.stages[event.stage] = StageProgress("running", steps, started=state.busy)
    for key in [key for key in state.curves if key[0] == event.stage]:
        del state.curves[key]  # a stage begun again draws its curves again
    state.overfitting.pop(event.stage, None)
    state.best_kept.pop(event.stage, None)
    state.warned = None
    state.moment = event
    _touch(state, "curve")


def stage_skipped(state: State, event: e.StageSkipped) -> None:
    state.stages[event.stage].status = "skipped"
    state.stages[event.stage].reason = event.reason
    state.moment = event
    _touch(state, "curve")


def stage_ended(state: State, event: e.StageEnded) -> None:
    state.stages[event.stage].status = "done"
    state.offered = None
    _touch(state, "rater")


def noticed(state: State, event: e.Noticed) -> None:
    state.notices.append(event)
    if event.level == "warning":
        state.warned = event
        _touch(state, "rater")


def knob_turned(state: State, event: e.KnobTurned) -> None:
    if state.stage is not None:
        step = state.stages[state.stage].step
        if state.stage == "feedback":
            step = state.reinforced.step if state.reinforced is not None else 0
        name = today(event.name)
        state.turns.append(Turned(state.stage, step, name, event.value, state.setting(name)))
    state.turned[today(event.name)] = event.value
    prefix, _, source = event.name.rpartition(".")
    if prefix == "data.mixture":
        state.mixture[source] = event.value
    if event.name == "feedback.turn_anyway" and event.value and state.tested is not None:
        state.tested = msgspec.structs.replace(state.tested, asks=False)
    if event.name == "pretrain.steps":
        state.stages["pretrain"].steps = int(event.value)
    if event.name == "feedback.steps" and state.reinforced is not None:
        state.stages["feedback"].steps = max(int(event.value), state.reinforced.step)
    _touch(state, "data", "curve")


def paused(state: State, event: e.Paused) -> None:
    state.paused, state.held = True, event.held


def continued(state: State, event: e.Continued) -> None:
    state.paused = state.held = False
    if event.steps is None:
        state.paced = event.pace


def run_ended(state: State, event: e.RunEnded) -> None:
    state.ended = True
    state.paused = False
    state.moment = event
    _touch(state, "rater")


def source_read(state: State, event: e.SourceRead) -> None:
    state.sources[event.source] = event
    state.moment = event
    _touch(state, "data")


def crawl_read(state: State, event: e.CrawlRead) -> None:
    state.crawls[event.file] = event
    state.moment = event
    _touch(state, "data")


def filter_applied(state: State, event: e.FilterApplied) -> None:
    state.filters[event.filter] = event
    state.moment = event
    _touch(state, "data")


def corpus_ready(state: State, event: e.CorpusReady) -> None:
    state.corpus = event
    state.mixture = {**event.mixture, **{k: v for k, v in state.mixture.items() if k in event.mixture}}
    state.moment = event
    _mark(state, "data", 0, "corpus")
    _touch(state, "data", "curve")


def stepped(state: State, event: e.Stepped) -> None:
    state.stepped = event
    stage, step, progress = event.stage, event.step, state.stages[event.stage]
    progress.moved(state.busy, step, event.tokens, event.flops)
    loss = _add(state, stage, "loss", step, event.loss)
    _add(state, stage, "lr", step, event.lr)
    _add(state, stage, "gradient", step, event.gradient_norm)
    # Counts that only grow are read at the ends of buckets: of the many steps of a long run, few are asked.
    if not (step + 1) % loss.width:
        _add(state, stage, "tokens", step, event.tokens)
        _add(state, stage, "flops", step, event.flops)
        _add(state, stage, "seconds", step, state.busy - progress.started)
    _touch(state, "curve")


def guessed(state: State, event: e.Guessed) -> None:
    state.guess = event
    state.moment = event


def explained(state: State, event: e.StepExplained) -> None:
    state.explained = event
    if event.guess is not None:
        state.guess = event.guess
    state.moment = event
    _touch(state, "rater")


def validated(state: State, event: e.Validated) -> None:
    state.validated = event
    state.moment = state.moment or event
    _add(state, event.stage, "validation", event.step, event.nats)
    _add(state, event.stage, "bits", event.step, event.bits_per_byte)
    _mark(state, event.stage, event.step, "evaluation")
    _touch(state, "curve")


def own_answers_scored(state: State, event: e.OwnAnswersScored) -> None:
    state.own_scored = event
    _add(state, event.stage, "own", event.step, event.nats)
    _touch(state, "curve")


def overfitting(state: State, event: e.Overfitting) -> None:
    state.overfitting[event.stage] = event
    state.moment = event
    _touch(state, "curve")


def best_kept(state: State, event: e.BestKept) -> None:
    state.best_kept[event.stage] = event
    state.moment = event
    if (last := state.validated) is not None and not event.own:
        bits = last.bits_per_byte * event.nats / last.nats if last.nats else 0.0  # of the same tokens
        state.validated = msgspec.structs.replace(last, nats=event.nats, bits_per_byte=bits)
    _touch(state, "curve")


def sampled(state: State, event: e.Sampled) -> None:
    state.samples.append(event)
    if event.stage == "feedback":
        if event.step == 0:
            state.tuned_samples = event
        _touch(state, "rater")
    _mark(state, event.stage, event.step, "evaluation")
    _touch(state, "samples")


def pairs_shown(state: State, event: e.PairsShown) -> None:
    if event.step == 0 or state.pairs_before is None:
        state.pairs_before = event
    state.pairs = event
    _touch(state, "rater")


def answers_scored(state: State, event: e.AnswersScored) -> None:
    state.scored = event
    _touch(state, "rater")


def weights_pictured(state: State, event: e.WeightsPictured) -> None:
    for matrix in event.matrices:
        state.matrices[matrix.name] = matrix
    state.pictured = (event.stage, event.step)
    if event.stage in ("pretrain", "finetune"):  # the pictures come last
        progress = state.stages[event.stage]
        since = progress.window[-1][0] if progress.window else progress.started
        state.evaluation_seconds = state.busy - since
    _mark(state, event.stage, event.step, "reinforcement" if event.stage == "feedback" else "evaluation")
    _touch(state, "weights")


def prompts_listed(state: State, event: e.PromptsListed) -> None:
    state.prompts = list(event.prompts)
    _touch(state, "rater")


def prompts_edited(state: State, event: e.PromptsEdited) -> None:
    if event.removed:
        state.left_out.add(event.removed)
    if event.added:
        state.left_out.discard(event.added)
        if event.added not in state.prompts:
            state.prompts.append(event.added)
            state.own_prompts.add(event.added)
    state.moment = event
    _touch(state, "rater")


def pair_offered(state: State, event: e.PairOffered) -> None:
    state.offered = event
    state.offered_at = state.time
    state.moment = event
    if not event.blind:
        _mark(state, "feedback", event.pair + 1, "pick")
    _touch(state, "rater")


def picked(state: State, event: e.Picked) -> None:
    if event.choice == "undo":
        _taken_back(state, event)
        return
    if event.choice in e.ANSWERS:
        _answered(state, event)
        return
    pair = state.offered if state.offered is not None and state.offered.pair == event.pair else None
    state.offered = None
    state.moment = event
    _touch(state, "rater")
    if pair is not None and pair.blind:
        if event.choice != "enough":
            state.blind.append(Pick(event, pair))
        return
    if event.choice == "enough":
        state.enough = True
        return
    if state.picks_again:
        state.picks_again -= 1
    elif not event.simulated:
        state.pick_seconds.append(max(0.0, state.time - state.offered_at))
    state.picks.append(Pick(event, pair))
    state.pick_counts[event.choice] += 1


def _taken_back(state: State, event: e.Picked) -> None:
    state.picks_again = 0  # from here on the person picks
    if state.picks:
        state.pick_counts[state.picks.pop().picked.choice] -= 1
    state.offered = None
    state.moment = event
    _touch(state, "rater")


def taste_tested(state: State, event: e.TasteTested) -> None:
    state.tested = event
    state.offered = None
    state.moment = event
    _touch(state, "rater")


def _answered(state: State, event: e.Picked) -> None:
    """What the person wants without a taste."""
    state.answer = event.choice
    if event.choice == "more":
        state.enough, state.tested, state.answer = False, None, None
    elif state.tested is not None:
        state.tested = msgspec.structs.replace(state.tested, asks=False)
    state.moment = event
    _touch(state, "rater")


def fitted(state: State, event: e.RewardModelFitted) -> None:
    state.fitted = event
    if event.enough and state.enough_after is None:
        state.enough_after = len(state.picks)
    _touch(state, "rater")


def reinforced(state: State, event: e.Reinforced) -> None:
    state.reinforced = event
    state.offered = None
    state.moment = event
    progress = state.stages["feedback"]
    progress.steps = max(int(state.setting("feedback.steps") or 0), event.step)
    progress.moved(state.busy, event.step, 0, 0.0)
    for metric in ("reward", "gold", "kl", "length", "entropy", "facts"):
        if (value := getattr(event, metric)) is not None:
            _add(state, "feedback", metric, event.step, value)
    _mark(state, "feedback", event.step, "reinforcement")
    if event.facts is not None:
        state.facts, state.facts_before = event.facts, event.facts_before
    _touch(state, "rater", "curve")


def best_of_n(state: State, event: e.BestOfN) -> None:
    state.best_of_n = event
    _touch(state, "rater", "curve")


def answering(state: State, event: e.Answering) -> None:
    if state.answering is None or not event.done:
        state.answering_since = state.busy
    state.answering = event


def before_after(state: State, event: e.BeforeAfter) -> None:
    state.examples.append(event)
    _touch(state, "rater")


def measured(state: State, event: e.Measured) -> None:
    state.measured[event.name] = event
    if not words.is_detail(event.name):
        state.moment = event


def weights_frozen(state: State, event: e.WeightsFrozen) -> None:
    state.weights[event.weights] = event
    state.moment = event
    _mark(state, state.stage or "frozen", 0, "frozen")
    _touch(state, "frozen")


HANDLERS: dict[type[Event], Callable[[State, Any], None]] = {
    e.RunStarted: run_started,
    e.Forked: forked,
    e.SpeedMeasured: speed_measured,
    e.ThreadsChosen: threads_chosen,
    e.StageStarted: stage_started,
    e.StageSkipped: stage_skipped,
    e.StageEnded: stage_ended,
    e.Noticed: noticed,
    e.KnobTurned: knob_turned,
    e.Paused: paused,
    e.Continued: continued,
    e.RunEnded: run_ended,
    e.SourceRead: source_read,
    e.CrawlRead: crawl_read,
    e.FilterApplied: filter_applied,
    e.CorpusReady: corpus_ready,
    e.Stepped: stepped,
    e.Guessed: guessed,
    e.Validated: validated,
    e.OwnAnswersScored: own_answers_scored,
    e.Overfitting: overfitting,
    e.BestKept: best_kept,
    e.Sampled: sampled,
    e.PairsShown: pairs_shown,
    e.WeightsPictured: weights_pictured,
    e.StepExplained: explained,
    e.PairOffered: pair_offered,
    e.Picked: picked,
    e.PromptsListed: prompts_listed,
    e.PromptsEdited: prompts_edited,
    e.RewardModelFitted: fitted,
    e.TasteTested: taste_tested,
    e.Reinforced: reinforced,
    e.AnswersScored: answers_scored,
    e.BestOfN: best_of_n,
    e.BeforeAfter: before_after,
    e.Answering: answering,
    e.Measured: measured,
    e.WeightsFrozen: weights_frozen,
}


def apply(state: State, record: Record) -> None:
    """Take in the next record."""
    if not state.records:
        state.started = record.t
    state.records += 1
    if isinstance(record.event, e.Stepped | e.Guessed):
        state.stages[record.event.stage].training += record.busy - state.busy
    state.time = record.t
    state.busy = record.busy
    if state.stage is not None:
        progress = state.stages[state.stage]
        if progress.status == "running":
            progress.busy = record.busy - progress.started
    if state.answering is not None and not isinstance(record.event, e.Answering):
        state.answer_seconds = (state.busy - state.answering_since) / max(1, state.answering.total)
        state.answering = None
    handler = HANDLERS.get(type(record.event))
    if handler is not None:
        handler(state, record.event)


def apply_all(state: State, records: Iterable[Record]) -> None:
    """Take in records in order."""
    for record in records:
        apply(state, record)

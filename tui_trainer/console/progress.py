"""How a run goes, as lines: one of progress, and those that stay."""

import shutil
import time
from typing import TextIO

from tui_trainer.console import output
from tui_trainer.messages import events as e
from tui_trainer.messages.events import STAGES, Event
from tui_trainer.sanitize import one_line
from tui_trainer.view import taste, waits, words
from tui_trainer.view.changes import forked
from tui_trainer.view.counted import counted
from tui_trainer.view.numbers import count, duration, figure, plural, roughly
from tui_trainer.view.state import State
from tui_trainer.view.text import cut

LINE_SECONDS = 5.0  # between progress lines where the last one can't be rewritten
LONG_SECONDS = 300.0  # for a plan longer than this, the quick preset is offered


class Teller:
    """Writes to a stream: lines that stay, and one of progress that a terminal rewrites in place."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.rewrites = stream.isatty()
        self._shown = ""
        self._when = -LINE_SECONDS

    def say(self, text: str) -> None:
        """A line that stays."""
        self.clear()
        output.tell(text, self.stream)

    def clear(self) -> None:
        """Take the progress line away."""
        if self.rewrites and self._shown:
            output.rewrite("", self.stream)
            self._shown = ""

    def show(self, line: str) -> None:
        """Bring the progress line up to date."""
        if self.rewrites:
            line = cut(line, shutil.get_terminal_size().columns - 1)
            if line != self._shown:
                output.rewrite(line, self.stream)
                self._shown = line
        elif line != self._shown and time.monotonic() - self._when >= LINE_SECONDS:
            output.tell(line, self.stream)
            self._shown, self._when = line, time.monotonic()


def progress_line(state: State) -> str:
    """Where the run is: stage, step, loss, speed, time left."""
    stage, progress = state.stage, state.progress
    if stage is None or progress is None:
        return "starting"
    parts = [f"{STAGES.index(stage) + 1}/{len(STAGES)} {words.STAGE[stage]}"]
    if state.paused:
        parts.append("paused")
    parts += [f"{name} {done}" for name, done in counted(state)]
    if stage == "feedback":
        if state.reinforced is not None:
            parts.append(f"reward {figure(state.reinforced.reward)}  KL {figure(state.reinforced.kl)}")
    elif state.stepped is not None and state.stepped.stage == stage:
        parts.append(f"loss {figure(state.stepped.loss, 3)}")
        if speed := progress.tokens_per_second:
            parts.append(f"{count(speed)} tokens/s")
    if (answering := state.answering) is not None:
        asked = f"{count(answering.done)}/{count(answering.total)}"
        if answering.purpose not in waits.BATCHES:  # all at once
            asked = f"of {plural(answering.total, 'answer')}"
        parts.append(f"{waits.SHORT[answering.purpose]} {asked}")
    elif state.examining:
        parts.append("exam")
    elif (left := seconds_left(state)) is not None:
        parts.append(f"{duration(left)} left")
    return "  ".join(parts)


def seconds_left(state: State) -> float | None:
    """Until the run ends: this stage by its own speed, those to come by the pace so far; None: not known
    yet, for want of steps."""
    if state.stage is None or state.speed is None or state.seconds_left(state.stage) is None:
        return None
    to_come = [s for s in STAGES[STAGES.index(state.stage) :] if s in state.speed.planned_seconds]
    return sum(state.seconds_left(stage) or 0.0 for stage in to_come)


def told(state: State, event: Event) -> str | None:
    """The line that an event leaves behind, if any; `state` has taken it in already."""
    match event:
        case e.RunStarted():
            rater = state.setting("feedback.rater")
            rated = "" if rater in (None, "person") else f", rated by a simulated rater, '{rater}'"
            return f"run {one_line(event.run)}: preset {event.preset}, seed {event.seed}{rated}"
        case e.Forked():
            return f"run {one_line(event.run)} {forked(event, state.before_fork)}"
        case e.SpeedMeasured():
            return _speed_told(state, event)
        case e.ThreadsChosen():
            return f"computes on {plural(event.threads, 'thread')}, the fastest as this machine is now"
        case e.Noticed():
            return one_line(event.text) if event.level == "info" else f"{event.level}: {one_line(event.text)}"
        case e.CrawlRead():
            return words.crawl_read(event)
        case e.FilterApplied(dropped=dropped) if dropped and state.run is not None and state.run.data:
            name = words.FILTER.get(event.filter, one_line(event.filter))
            return f"{count(dropped)} thrown out as {name}, for example: {one_line(event.reason)}"
        case e.Overfitting():
            return f"warning: {words.overfitting(event)}"
        case e.BestKept():
            return words.best_kept(event)
        case e.CorpusReady():
            copied = "a world that was written and filtered before, copied" if event.copied else ""
            return ": ".join(filter(None, (copied, filtered(state)))) or None
        case e.TasteTested():
            return _taste_told(state, event)
        case e.StageSkipped():
            return f"{words.STAGE[event.stage]} skipped: {one_line(event.reason)}"
        case e.StageEnded():
            return _stage_told(state, event)
    return None


def _taste_told(state: State, event: e.TasteTested) -> str:
    simulated = bool(state.picks) and state.picks[-1].picked.simulated
    whose = "the simulated rater's" if simulated else "your"
    line = f"{taste.verdict(event, whose)}. {taste.measured(event)}"
    if not event.reason or event.asks:
        return line
    if state.setting("feedback.turn_anyway"):
        return f"{line}. The model is turned to them anyway, as was asked for"
    return f"{line}. The model is left as it is; `--set feedback.turn_anyway=true` would turn it"


def filtered(state: State) -> str | None:
    """How many documents there are and how many each filter threw out; None: nothing was filtered."""
    if not state.filters:
        return None
    applied = list(state.filters.values())
    documents = applied[0].documents_in
    thrown = [
        f"{count(f.dropped)} {words.FILTER.get(f.filter, one_line(f.filter))}" for f in applied if f.dropped
    ]
    kept = documents - sum(f.dropped for f in applied)
    line = f"{count(documents)} document{'s' * (documents != 1)}, {count(kept)} kept"
    if masked := sum(f.masked for f in applied):
        line += f" ({count(masked)} with addresses or numbers masked)"
    return f"{line}; thrown out: {', '.join(thrown)}" if thrown else line


def _speed_told(state: State, event: e.SpeedMeasured) -> str:
    planned = sum(event.planned_seconds.values())
    line = f"a pretraining step takes {event.step_seconds * 1000:.0f} ms on this machine"
    if state.forked is not None:
        return f"{line}; how long this run takes is said once some of its own steps are made"
    line += f"; the run should take about {roughly(planned)}, by this first, rough measure"
    if planned > LONG_SECONDS and state.run is not None and state.run.preset != "quick":
        line += "; `--preset quick` is much shorter"
    return line


def _stage_told(state: State, event: e.StageEnded) -> str:
    line = f"{words.STAGE[event.stage]} done in {duration(state.stages[event.stage].busy)}"
    if state.validated is not None and state.validated.stage == event.stage:
        nats, bits = state.validated.nats, state.validated.bits_per_byte
        chance, simpler = state.validated.chance_nats, state.simpler
        line += f": validation loss {figure(nats, 3)} nats/token (chance {figure(chance, 3)}), "
        line += f"{figure(bits, 3)} bits/byte"
        if simpler:
            line += f" ({', '.join(f'{name} {figure(value, 3)}' for name, value in simpler)})"
    return line

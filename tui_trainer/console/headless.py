"""A run without a screen: launch its trainer, tell how it goes, and stop it on ctrl+c.

Everything is told on stderr, so that stdout is left to results. What is known of the run is the same fold
over its log that the screen draws.
"""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, TextIO

import msgspec

from tui_trainer.console.progress import Teller, filtered, progress_line, told
from tui_trainer.errors import Damaged, UserError
from tui_trainer.files import open_own
from tui_trainer.messages.commands import Command, Pick, Reply, Simulate, TakeControl, Turn
from tui_trainer.messages.events import Event, Noticed, Paused, TasteTested
from tui_trainer.run.client import Control, launch
from tui_trainer.run.interruption import DAMAGED
from tui_trainer.run.presence import vanished
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.log import LogReader
from tui_trainer.run.storage.plan import Plan
from tui_trainer.sanitize import one_line
from tui_trainer.settings import MOST_STEPS
from tui_trainer.view.fold import apply, apply_all
from tui_trainer.view.state import State

POLL_SECONDS = 0.2
ANSWER_SECONDS = 5.0  # for the trainer to answer a command, between two steps
STOP_SECONDS = 30.0  # for the trainer to write its checkpoint and end
PACE_STEPS = 5  # of pretraining, before its pace says anything
SLACK = 0.02  # of the steps to come: a smaller change of the plan is not worth a command
STAND_IN = "polite"  # the simulated taste that rates where no person can

Outcome = Literal["ended", "stopped"]


class TrainerDied(Exception):
    """The trainer ended before its run did; the text is one line for people."""


def with_simulated_rater(plan: Plan) -> Plan:
    """The plan, with a simulated rater in the place of a person where it comes to rating."""
    settings = plan.settings
    if settings.feedback.rater != "person" or "feedback" not in plan.stages():
        return plan
    feedback = msgspec.structs.replace(settings.feedback, rater=STAND_IN)
    return msgspec.structs.replace(plan, settings=msgspec.structs.replace(settings, feedback=feedback))


def follow(folder: RunFolder, stream: TextIO | None = None, seconds: float | None = None) -> Outcome:
    """Run, or resume, to the end; on ctrl+c or SIGTERM, stop the trainer so that the run can be resumed.

    Args:
        seconds: of gradient steps after which pretraining ends, its cool-down included.

    Raises:
        UserError: a trainer can't be started, the run can't be trained, or the log can't be read.
        TrainerDied: the trainer ended before its run did, or can't go on without a person.
    """
    reader, state, teller = LogReader(folder.events), State(), Teller(stream or sys.stderr)
    apply_all(state, reader.poll())  # of a run that is resumed: told when it happened
    written = _size(folder)
    handed_over = False
    with _sigterm_as_interrupt():
        trainer = launch(folder, proceed=True)
        left_alone = False
        trouble = ""  # the last event, if it is an error: told with what comes of it
        try:
            while not state.ended:
                status = trainer.poll()  # asked before the log is read to its end
                for record in reader.poll():
                    apply(state, record)
                    if trouble and isinstance(record.event, Paused):
                        raise _stuck(folder, trainer, teller, trouble)
                    trouble = _error(record.event)
                    if not trouble and (line := told(state, record.event)) is not None:
                        teller.say(line)
                if seconds is not None and (steps := steps_within(state, seconds)) is not None:
                    _steer(folder, Turn("pretrain.steps", steps))
                if state.offered is not None and not handed_over:
                    handed_over = _hand_over(folder, state, teller)
                if isinstance(state.waits, TasteTested) and not left_alone:
                    left_alone = _steer(folder, Pick(state.waits.pair, "leave")).ok
                    teller.say("nobody is here to ask: the model is left as it is")
                if status is not None and not state.ended:
                    if state.corpus is None and (line := filtered(state)) is not None:
                        teller.say(line)  # it may be why
                    return _ended_early(folder, status, trouble or last_line(folder, written), teller)
                teller.show(progress_line(state))
                time.sleep(POLL_SECONDS)
            if _await_end(trainer):  # with the report not written
                raise TrainerDied(f"run {folder.id} has ended, but: {last_line(folder, written)}")
        except KeyboardInterrupt:
            _stop(folder, trainer, teller)
            if status := trainer.poll():  # it failed, and was not stopped: of torchrun's ranks one was lost
                return _ended_early(folder, status, last_line(folder, written), teller)
            return "stopped"
        finally:
            teller.clear()
    return "ended"


def _error(event: Event) -> str:
    return event.text if isinstance(event, Noticed) and event.level == "error" else ""


def _ended_early(folder: RunFolder, status: int, why: str, teller: Teller) -> Outcome:
    """The trainer has ended with this status, negative for a signal, and its run has not."""
    if not folder.path.is_dir():
        raise TrainerDied(vanished(folder))
    if status == 0:
        teller.say(f"stopped by someone else; go on with: {_resume(folder)}")
        return "stopped"
    if status == DAMAGED:
        raise Damaged(why)
    if status == 2:  # starting it again would come to the same
        raise UserError(why or f"run {folder.id} can't be trained; see {folder.trainer_log}")
    if status < 0:
        why = f"ended by {_signal(-status)}"
    raise TrainerDied(
        f"the trainer of run {folder.id} ended before the run did ({why or 'it left no word'}); "
        f"`{_resume(folder)}` goes on from its last checkpoint"
    )


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _stuck(
    folder: RunFolder, trainer: "subprocess.Popen[bytes]", teller: Teller, trouble: str
) -> TrainerDied:
    """The run pauses until a person puts something right, and nobody is here: so it ends, and says so."""
    _stop(folder, trainer, teller, quietly=True)
    return TrainerDied(f"{trouble}: `{_resume(folder)}`")


def last_line(folder: RunFolder, since: int) -> str:
    """The last thing the trainer wrote to its own log from this byte on; "" when it wrote nothing."""
    try:
        with open(open_own(folder.trainer_log), "rb") as file:
            file.seek(max(since, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    line = next((one_line(line.strip()) for line in reversed(lines) if line.strip()), "")
    return re.sub(r"^[\d-]{10} [\d:]{8} (failed: )?", "", line)


def _size(folder: RunFolder) -> int:
    """Of the trainer's own log, so that what an earlier one said is not taken for this one's."""
    try:
        return os.stat(folder.trainer_log).st_size
    except OSError:
        return 0


def _hand_over(folder: RunFolder, state: State, teller: Teller) -> bool:
    """A pair waits to be rated: see that somebody does. False: nobody yet."""
    if state.setting("feedback.rater") != "person":
        return True
    reply = _steer(folder, Simulate(STAND_IN))
    if reply.ok:
        teller.say(f"nobody is here to rate: a simulated rater, '{STAND_IN}', makes the picks")
    return reply.ok


def _steer(folder: RunFolder, command: Command) -> Reply:
    with Control(folder, ANSWER_SECONDS) as control:
        taken = control.send(TakeControl())
        return control.send(command) if taken.ok else taken


def steps_within(state: State, seconds: float) -> int | None:
    """How many steps pretraining should have to fill so many seconds of gradient steps, by its pace so far.

    None: as many as it has, or there is no pace yet.

    A command and not a clock in the trainer: the log holds it, so a resumed run takes the same steps.
    """
    pretraining = state.stages["pretrain"]
    if pretraining.status != "running" or pretraining.step < PACE_STEPS:
        return None
    left = (seconds - pretraining.training) / (pretraining.training / pretraining.step)
    steps = min(MOST_STEPS, pretraining.step + max(0, round(left)))
    allowed = max(1, SLACK * (pretraining.steps - pretraining.step))
    return steps if abs(steps - pretraining.steps) > allowed else None


def _stop(
    folder: RunFolder, trainer: "subprocess.Popen[bytes]", teller: Teller, quietly: bool = False
) -> None:
    """Have the trainer put its state away and end; a second ctrl+c stops waiting for that."""
    if not quietly:
        teller.say("stopping ...")
    try:
        # Once, and whoever steers: asked twice, it would end in the middle of a step, without a checkpoint.
        trainer.send_signal(signal.SIGTERM)
        _await_end(trainer)
    except KeyboardInterrupt:
        pass
    if trainer.poll() is None:
        teller.say(f"the trainer has not ended yet; watch it with: tui-trainer attach {folder.id}")
    elif not quietly and not trainer.poll():
        teller.say(f"stopped; go on with: {_resume(folder)}")


def _resume(folder: RunFolder) -> str:
    return f"tui-trainer resume {folder.id} --headless"


def _await_end(trainer: "subprocess.Popen[bytes]") -> int | None:
    """Its status; None: it has not ended in good time."""
    try:
        return trainer.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        return None


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """While this lasts, SIGTERM means ctrl+c."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

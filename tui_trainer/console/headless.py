"""A run without a screen: launch its trainer, tell how it goes, and stop it on ctrl+c.

Everything is told on stderr, so that stdout is left to results. What is known of the run is the same fold
over its log that the screen draws.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal, TextIO

import msgspec

from tui_trainer.console.progress import Teller, progress_line, told
from tui_trainer.events import Noticed
from tui_trainer.files import open_own
from tui_trainer.run import lock
from tui_trainer.run.client import Control, launch
from tui_trainer.run.commands import Command, Reply, Simulate, Stop, TakeControl
from tui_trainer.run.folder import RunFolder
from tui_trainer.run.log import LogReader
from tui_trainer.run.plan import Plan
from tui_trainer.ui.sanitize import one_line
from tui_trainer.ui.state import State

POLL_SECONDS = 0.2
ANSWER_SECONDS = 5.0  # for the trainer to answer a command, between two steps
STOP_SECONDS = 30.0  # for the trainer to write its checkpoint and end
STOPPED = "stopped; the run can be resumed"  # the trainer's last words when it was asked to end
STAND_IN = "polite"  # the simulated taste that rates where no person can

Outcome = Literal["ended", "stopped"]


class TrainerDied(Exception):
    """The trainer ended before its run did; the text is one line for people."""

    def __init__(self, folder: RunFolder, explained: bool) -> None:
        """explained: the reason has been told as an event of the run."""
        why = "" if explained else f" ({last_line(folder) or 'it left no word'})"
        super().__init__(
            f"the trainer of run {folder.id} ended before the run did{why}; "
            f"`{_resume(folder)}` goes on from its last checkpoint"
        )


def with_simulated_rater(plan: Plan) -> Plan:
    """The plan, with a simulated rater in the place of a person where it comes to rating."""
    settings = plan.settings
    if settings.feedback.rater != "person" or "feedback" not in plan.stages():
        return plan
    feedback = msgspec.structs.replace(settings.feedback, rater=STAND_IN)
    return msgspec.structs.replace(plan, settings=msgspec.structs.replace(settings, feedback=feedback))


def follow(folder: RunFolder, stream: TextIO = sys.stderr) -> Outcome:
    """Run, or resume, to the end; on ctrl+c or SIGTERM, stop the trainer so that the run can be resumed.

    Raises:
        UserError: a trainer can't be started, or the log can't be read.
        TrainerDied: the trainer ended before its run did.
    """
    reader, state, teller = LogReader(folder.events), State(), Teller(stream)
    state.apply_all(reader.poll())  # of a run that is resumed: told when it happened
    handed_over = explained = False
    with _sigterm_as_interrupt():
        pid = launch(folder, proceed=True)
        try:
            while not state.ended:
                lives = lock.is_alive(folder) or _exists(pid)  # asked before the log is read to its end
                for record in reader.poll():
                    state.apply(record)
                    if (line := told(state, record.event)) is not None:
                        teller.say(line)
                    explained = isinstance(record.event, Noticed) and record.event.level == "error"
                    if state.offered is not None and not handed_over:
                        handed_over = _hand_over(folder, state, teller)
                if not lives and not state.ended:
                    if not last_line(folder).endswith(STOPPED):
                        raise TrainerDied(folder, explained)
                    teller.say(f"stopped by someone else; go on with: {_resume(folder)}")
                    return "stopped"
                teller.show(progress_line(state))
                time.sleep(POLL_SECONDS)
            _await_end(folder, pid)
        except KeyboardInterrupt:
            _stop(folder, pid, teller)
            return "stopped"
        finally:
            teller.clear()
    return "ended"


def last_line(folder: RunFolder) -> str:
    """The last thing the trainer wrote to its own log, safe to print; "" when it wrote nothing."""
    try:
        with open(open_own(folder.trainer_log), "rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            lines = file.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((one_line(line.strip()) for line in reversed(lines) if line.strip()), "")


def _hand_over(folder: RunFolder, state: State, teller: Teller) -> bool:
    """A pair waits to be rated: see that somebody does. False: nobody yet."""
    if state.setting("feedback.rater") != "person":
        return True
    with Control(folder, ANSWER_SECONDS) as control:
        reply = _steer(control, Simulate(STAND_IN))
    if reply.ok:
        teller.say(f"nobody is here to rate: a simulated rater, '{STAND_IN}', makes the picks")
    return reply.ok


def _steer(control: Control, command: Command) -> Reply:
    taken = control.send(TakeControl())
    return control.send(command) if taken.ok else taken


def _stop(folder: RunFolder, pid: int, teller: Teller) -> None:
    """Have the trainer put its state away and end; a second ctrl+c stops waiting for that."""
    teller.say("stopping ...")
    try:
        with Control(folder, ANSWER_SECONDS) as control:
            if not _steer(control, Stop()).ok:
                # It does not listen yet, or somebody else steers; a signal means the same to it.
                _terminate(pid)
            _await_end(folder, pid)
    except KeyboardInterrupt:
        pass
    if lock.is_alive(folder):
        teller.say(f"the trainer has not ended yet; watch it with: tui-trainer attach {folder.id}")
    else:
        teller.say(f"stopped; go on with: {_resume(folder)}")


def _resume(folder: RunFolder) -> str:
    return f"tui-trainer resume {folder.id} --headless"


def _await_end(folder: RunFolder, pid: int) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while (lock.is_alive(folder) or _exists(pid)) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 4)


def _terminate(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """While this lasts, SIGTERM means ctrl+c."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

"""The trainer process: `python -m tui_trainer.run.trainer RUN`.

Runs, or takes up, the run in a folder. Ends with status 0 when the run has ended or was asked to stop, 1 when
it failed, 2 when it can't be run, which starting it again does not mend, 3 when its files can't be gone on
from. What it has to say beyond the run's events goes to stderr, which `client.launch` points to trainer.log.
"""

import argparse
import contextlib
import io
import os
import queue
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING

import msgspec

from tui_trainer.errors import Damaged, UserError
from tui_trainer.files import sweep
from tui_trainer.messages.commands import Reply, Stop
from tui_trainer.messages.events import Forked, Measured, Noticed, RunStarted
from tui_trainer.run import machine, torchrun
from tui_trainer.run.compute_clock import ComputeClock
from tui_trainer.run.control import ControlServer, Left, Request
from tui_trainer.run.interruption import DAMAGED, Interrupted, Stopped
from tui_trainer.run.journal import Journal
from tui_trainer.run.presence import Presence, Vanished, vanished
from tui_trainer.run.storage import history, report, resources
from tui_trainer.run.storage.carried_picks import CarriedPicks
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.run.storage.lock import Lock
from tui_trainer.run.storage.log import LogWriter
from tui_trainer.run.storage.preferences import PreferenceFile
from tui_trainer.run.torchrun import RankLost
from tui_trainer.sanitize import one_line, sanitize

if TYPE_CHECKING:  # they import torch, which takes a second that the socket need not wait for
    from tui_trainer.run.pipeline import Pipeline
    from tui_trainer.run.stage_machine import StageMachine

ENDING = (signal.SIGTERM, signal.SIGINT)
OVER = Reply(ok=False, error="the trainer is ending")


class Sanitized(io.TextIOWrapper):
    """What stderr is in this process: texts and names of files reach the log tame, a library's too.

    What a full disk does not take is told to nobody, and the run goes on, or ends as it would have.
    """

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            super().write(sanitize(text))
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            super().flush()


def say(line: str) -> None:
    """Write a line to trainer.log: one, whatever it quotes, for the last one says how it ended."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} {one_line(line)}", file=sys.stderr, flush=True)


def trouble(error: OSError) -> str:
    """What went wrong with a file. Of an array that found no room, numpy says only how much of it did."""
    return error.strerror or f"a file could not be written as a whole, as on a full disk ({error})"


class Trainer:
    """One process's part in a run, its surroundings included: lock, signals, socket, log.

    Args:
        build: makes the run's phases.
        proceed: leave a pause that the run was in.
        held: pause before the first step, until somebody says go or whoever steers hangs up.
        inherited: descriptor of the run's lock file, if `client.launch` has locked it for this process.
    """

    def __init__(
        self,
        folder: RunFolder,
        build: "Callable[[RunFolder], Pipeline]",
        *,
        proceed: bool = False,
        held: bool = False,
        inherited: int | None = None,
    ) -> None:
        self.folder, self.build, self.proceed, self.held = folder, build, proceed, held
        self.inherited = inherited
        self.busy = ComputeClock()
        self.requests: queue.SimpleQueue[Request] = queue.SimpleQueue()
        self.signals = 0
        self.ending = False  # no signal changes anything any more
        self.pipeline: Pipeline | None = None
        self.stages: StageMachine | None = None
        self.server: ControlServer | None = None
        self.writer: LogWriter | None = None

    def run(self) -> int:
        """Train to the end of the run; returns the process's exit status."""
        try:
            self.folder.plan  # noqa: B018 - raises if the folder is no run
            self.presence = Presence(self.folder)
            self.lock = Lock(self.folder, self.inherited)
        except (UserError, OSError) as error:
            say(str(error))
            return 2
        try:
            return self._attended()
        except Stopped:
            return self._stopped()
        finally:
            self.ending = True
            self._put_away()

    def _attended(self) -> int:
        try:
            for place in (self.folder.path, self.folder.checkpoints, self.folder.weights("base").parent):
                sweep(place)
            self._listen_to_signals()
            # A signal that came before the server has its name here would leave its socket behind.
            signal.pthread_sigmask(signal.SIG_BLOCK, ENDING)
            try:
                self.server = ControlServer(self.folder, self._submit, left=self._left)
            except OSError as error:
                say(f"no control socket ({error}); the run goes on without")
            signal.pthread_sigmask(signal.SIG_UNBLOCK, ENDING)
            return self._train()
        except Exception as error:
            # Imports that were interrupted by the request to stop fail in ways of their own.
            return self._stopped() if self.signals and self.stages is None else self._failed(error)

    def _put_away(self) -> None:
        self._answer_the_rest()
        if self.pipeline is not None:
            self.pipeline.close()
        if self.presence.holds:  # else what stands there now is another's
            resources.record(self.folder, machine.peak_memory_bytes(), machine.energy_taken())
            if self.server is not None:
                self.server.close()
        self.presence.close()
        self.lock.release()

    def _train(self) -> int:
        past = history.read(self.folder)
        if past.ended:
            report.write(self.folder)
            say("the run has ended already")
            return 0
        plan = self.folder.plan
        forked = plan.forked
        begun = past.started if past.records > (forked.records if forked else 0) else None
        # A resumed run computes with the threads it began with, whatever this machine has.
        known = begun.machine.get("threads", "") if begun else ""
        alike = begun is not None and begun.machine.get("ranks", "1") == str(torchrun.place().ranks)
        threads = int(known) if alike and known.isdecimal() else machine.threads(plan.settings.run.threads)
        machine.configure(threads)

        from tui_trainer.run.stage_machine import StageMachine
        from tui_trainer.run.steering import Steering
        from tui_trainer.run.storage.checkpoints import Checkpoints

        self.pipeline = pipeline = self.build(self.folder)
        self.writer = past.writer(self.folder)  # first: whatever fails from here on is told in the log
        checkpoints = Checkpoints(self.folder, say)
        saved = checkpoints.load(past.records, past.under_way)
        own = forked.records if forked else 0
        first = saved.place.seq if saved else own
        for at, chosen in past.threads:
            if own <= at < first and alike:
                machine.use_threads(chosen)
        self.busy.at_least(saved.place.busy if saved else forked.busy if forked else 0.0)
        preferences = PreferenceFile(self.folder)
        preferences.rebuild(past.preferences)
        journal = Journal(self.writer, history.script(self.folder, first), self.busy, say)
        started = begun or self._started({**machine.description(threads), **pipeline.machine()})
        kept = CarriedPicks(self.folder)
        if any(seq < first for seq in past.taken_back):
            kept.forget()
        steering = Steering(
            journal,
            self.requests,
            pipeline,
            preferences,
            self.busy,
            plan.settings,
            kept,
            self.presence,
            held=self.held,
            watched=lambda: self.server is not None and self.server.controller is not None,
        )
        if saved is not None:
            steering.take_up(saved.place)
            say(f"resumed in {saved.place.phase}, {past.records - first} events back")
        if self.proceed:
            steering.go_on()
        measured = {
            record.event.name: record.event
            for record in past.measured
            if record.seq < first and isinstance(record.event, Measured)
        }
        self.stages = StageMachine(
            self.folder, pipeline, journal, steering, checkpoints, self.busy, started, measured, say
        )
        self.stages.run(saved)
        self.ending = True
        resources.record(self.folder, machine.peak_memory_bytes(), machine.energy_taken())
        report.write(self.folder)
        say("the run has ended")
        return 0

    def _started(self, described: dict[str, str]) -> RunStarted | Forked:
        """The run's first event."""
        plan, settings = self.folder.plan, msgspec.to_builtins(self.folder.plan.settings)
        if (forked := plan.forked) is not None:
            return Forked(
                run=self.folder.id,
                source=forked.source,
                stage=forked.stage,
                settings=settings,
                changes=forked.changes,
                weights=forked.weights,
                sha256=forked.sha256,
                picks=forked.picks,
                software=machine.software(),
                machine=described,
            )
        return RunStarted(
            run=self.folder.id,
            seed=plan.seed,
            preset=plan.preset,
            settings=settings,
            data=plan.data,
            software=machine.software(),
            machine=described,
        )

    # -- surroundings --------------------------------------------------------------------------------------

    def _listen_to_signals(self) -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # a closed terminal leaves a living trainer
        for number in ENDING:
            signal.signal(number, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        stages = self.stages
        if self.ending or (stages is not None and stages.steering.ending):
            return
        self.signals += 1
        self.requests.put(Request(Stop(), lambda reply: None))
        # At the start and in a long step there is nothing to put away; and whoever asks twice means now.
        if self.signals > 1 or stages is None or stages.abortable:
            self.ending = True
            raise Interrupted

    def _submit(self, request: Request) -> None:
        self.requests.put(request)
        if isinstance(request.command, Stop):
            main = threading.main_thread().ident
            if main is not None:
                signal.pthread_kill(main, signal.SIGTERM)

    def _left(self) -> None:
        self.requests.put(Request(Left(), lambda reply: None))

    def _answer_the_rest(self) -> None:
        with contextlib.suppress(queue.Empty):
            while True:
                request = self.requests.get_nowait()
                request.respond(Reply(ok=True) if isinstance(request.command, Stop) else OVER)

    def _stopped(self) -> int:
        say("stopped; the run can be resumed")
        return 0

    def _failed(self, error: Exception) -> int:
        """Tell why, in trainer.log and, if it takes one more line, in the run's log."""
        self.ending = True
        if not self.presence.holds:
            error = Vanished(vanished(self.folder))  # whatever it was that noticed
        asked_wrongly = isinstance(error, UserError)
        match error:
            case UserError() | Vanished() | RankLost():
                line = str(error)
            case OSError():
                line = f"{trouble(error)}; put it right, then resume the run"
            case _:
                line = f"{type(error).__name__}: {str(error).partition(chr(10))[0]} (more in trainer.log)"
        if not isinstance(error, UserError | Vanished | RankLost):
            traceback.print_exception(error)
        say(f"failed: {line}")
        if self.writer is not None:
            with contextlib.suppress(OSError):
                # The log of a moved run moved with it, and is open here.
                self.writer.append(Noticed(line, "error", mendable=not asked_wrongly), self.busy.seconds)
        return DAMAGED if isinstance(error, Damaged) else 2 if asked_wrongly else 1


def main() -> int:
    """Parse the arguments and train."""
    parser = argparse.ArgumentParser(prog="tui_trainer.run.trainer", description=__doc__)
    parser.add_argument("run", help="the run's folder")
    parser.add_argument("--proceed", action="store_true", help="leave a pause that the run was in")
    parser.add_argument("--held", action="store_true", help="pause before the first step, until told to go")
    parser.add_argument("--lock", type=int, help="descriptor of the lock file, locked by who starts this")
    arguments = parser.parse_args()
    sys.stdout = sys.stderr = Sanitized(sys.stderr.buffer, "utf-8", line_buffering=True)
    machine.step_back()
    os.umask(0o077)  # whatever it makes is private to the user
    folder = RunFolder(arguments.run)
    return Trainer(
        folder, _real, proceed=arguments.proceed, held=arguments.held, inherited=arguments.lock
    ).run()


def _real(folder: RunFolder) -> "Pipeline":
    from tui_trainer.run.stages import RunPipeline

    return RunPipeline(folder)


if __name__ == "__main__":
    sys.exit(main())

"""An experiment in a process of its own, beside any trainer; what it says is folded as it comes."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable

import msgspec

from tui_trainer.run.storage import lock
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.processes.order import LINE_BYTES
from tui_trainer.view import experiment as view
from tui_trainer.view.experiment import Seen

END_SECONDS = 3.0
ENDED = "the experiment ended before it had found anything"


def command(name: str, folder: RunFolder) -> list[str]:
    """What does it: the command that anybody could give, at the run's own size and seed.

    Beside a trainer on one thread: two of them on busy cores would wait for each other.
    """
    plan = folder.plan
    return [
        *(sys.executable, "-P", "-m", "tui_trainer", "experiment", name, str(folder.path), "--events"),
        *("--runs", str(folder.path.parent), "--seed", str(plan.seed)),
        *(("--preset", plan.preset) if plan.preset else ()),
        *(("--set", "run.threads=1") if lock.is_alive(folder) else ()),
    ]


class ExperimentProcess:
    """One experiment from its beginning to its result.

    Args:
        predicted: what whoever watches thinks will come true.
    """

    def __init__(self, name: str, folder: RunFolder, predicted: int | None = None) -> None:
        self.name, self.folder, self.predicted = name, folder, predicted
        self.seen = Seen(doing="starting")
        self.begun = time.monotonic()
        self.ended = False
        self.stopped = False  # by whoever watched
        self._process: asyncio.subprocess.Process | None = None

    @property
    def seconds(self) -> float:
        """Since it began."""
        return time.monotonic() - self.begun

    async def run(self, told: Callable[[], object]) -> None:
        """To its end; `told` is called then. Who gives up waiting ends the process."""
        try:
            await self._run()
        except OSError as error:
            self.seen.trouble = f"no process could be started: {error.strerror}"
        finally:
            await self._end()
            self.ended = True
        told()

    async def _run(self) -> None:
        process = self._process = await asyncio.create_subprocess_exec(
            *command(self.name, self.folder),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
            limit=LINE_BYTES,
        )
        assert process.stdout is not None and process.stderr is not None
        said = asyncio.create_task(_last_line(process.stderr))
        try:
            while line := await process.stdout.readline():
                view.apply(self.seen, view.read(line))
        except (ValueError, msgspec.DecodeError):
            self.seen.trouble = "what the experiment says can't be read"
        await self._end()
        last = await said
        if self.seen.result is None and not self.seen.trouble:
            self.seen.trouble = "stopped; nothing is kept" if self.stopped else last or ENDED

    def stop(self) -> None:
        """Have it end where it is; it throws away what it has made."""
        self.stopped = True
        self._signal(signal.SIGTERM)

    async def _end(self) -> None:
        """The process, and whatever it started, is gone after this."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdout is not None and not process.stdout.at_eof():
            self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await process.wait()

    def _signal(self, number: int) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)  # it leads a session of its own


async def _last_line(stream: asyncio.StreamReader) -> str:
    """What a command said last on stderr, without its own name."""
    last = b""
    while line := await stream.readline():
        last = line.strip() or last
    return last.decode("utf-8", "replace").removeprefix("tui-trainer: ")

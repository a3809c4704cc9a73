"""The frozen model in a process of its own, asked over pipes: the screen itself never imports torch."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import msgspec

from tui_trainer.messages.conversation import Ask, Said
from tui_trainer.messages.events import WeightsName
from tui_trainer.messages.inspection import Look
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.ui.processes.order import kill, started
from tui_trainer.view.stopwatch import Stopwatch

END_SECONDS = 1.0
Doing = Literal["libraries", "weights", "words", "another"]
DOING: dict[Doing, str] = {
    "libraries": "Loading the libraries that the model runs on.",
    "weights": "Reading its weights from the file, then your words.",
    "words": "It reads your words. Then comes the first token.",
    "another": "It reads another text first, then your words.",
}


class ChatProcess:
    """Started by the first question; one question or look at a time, the others wait."""

    def __init__(self, folder: RunFolder, stopwatch: Stopwatch, notes: Path | None = None) -> None:
        self.folder, self.stopwatch, self.notes = folder, stopwatch, notes
        self.doing: Doing | None = None  # what it does before it says anything to what it was asked
        self._opened = set[WeightsName | None]()  # weights that it has at hand
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self._exchanges = set[asyncio.Task[None]]()

    async def ask(self, asked: Ask, hear: Callable[[Said], None]) -> None:
        """Pass everything the worker says to `hear`, up to and with its end or its error.

        Who gives up waiting leaves nothing half read: it is heard to its end all the same.
        """
        exchange = asyncio.create_task(self._exchange(asked, hear))
        self._exchanges.add(exchange)
        exchange.add_done_callback(self._exchanges.discard)
        await asyncio.shield(exchange)

    async def _exchange(self, asked: Ask, hear: Callable[[Said], None]) -> None:
        async with self._turn:
            await self._say(asked, hear)

    async def look(self, look: Look, weights: WeightsName, hear: Callable[[Said], None]) -> None:
        """What frozen weights make of a text, or the error, to `hear`."""
        await self.ask(Ask(look=look, weights=weights), hear)

    async def warm(self, weights: WeightsName) -> None:
        """Start the worker and have it read these weights, if it is not running: somebody begins to type."""
        if not self.runs and not self._turn.locked():
            await self.look(Look(""), weights, lambda _: None)

    def stop(self) -> None:
        """Have the answer under way end where it is."""
        if self._process is not None and self._process.stdin is not None and self.runs:
            self._process.stdin.write(msgspec.json.encode(Ask(stop=True)) + b"\n")

    @property
    def runs(self) -> bool:
        """Whether there is a process, with its libraries loaded or loading."""
        return self._process is not None and self._process.returncode is None

    async def _say(self, asked: Ask, hear: Callable[[Said], None]) -> None:
        try:
            process = await self._started()
            self._does("libraries" if self.doing == "libraries" else self._first(asked))
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(msgspec.json.encode(asked) + b"\n")
            await process.stdin.drain()
            while True:
                line = await process.stdout.readline()
                if not line:
                    self._process = None
                    self._gives_up()
                    hear(Said(error="the chat process ended; ask again to start it anew"))
                    return
                said = msgspec.json.decode(line, type=Said)
                if said.ready:
                    self._does(self._first(asked))
                    continue
                self._does(None)
                self._opened.add(asked.weights)
                hear(said)
                if said.last:
                    return
        except (OSError, ValueError, msgspec.DecodeError) as error:
            await self.close()
            hear(Said(error=f"the chat process can't be used: {error}"))

    async def _started(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            notes = () if self.notes is None else (str(self.notes),)
            self._opened.clear()
            self._does("libraries")
            self._process = await started("tui_trainer.serving.worker", str(self.folder.path), *notes)
        return self._process

    def _first(self, asked: Ask) -> Doing:
        """What it does first with something that it is asked."""
        if asked.inside is None and asked.weights not in self._opened:
            return "weights"
        return "words" if asked.prompt is not None else "another"

    def _does(self, doing: Doing | None) -> None:
        if doing == self.doing and doing is not None:
            return
        if self.doing is not None:
            self.stopwatch.end(self.doing)
        self.doing = doing
        if doing is not None:
            self.stopwatch.begin(doing)

    def _gives_up(self) -> None:
        if self.doing is not None:
            self.stopwatch.forget(self.doing)
        self.doing = None

    @property
    def waited_for(self) -> str:
        """What it does that is waited for, in a sentence, and for how long; "" while it speaks."""
        return "" if self.doing is None else self.stopwatch.told(self.doing, DOING[self.doing])

    async def close(self) -> None:
        """End the worker: it ends with its input, or is ended."""
        process, self._process = self._process, None
        self._gives_up()
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), END_SECONDS)
        except TimeoutError:
            kill(process)
            await process.wait()

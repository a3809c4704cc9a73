"""`python -m tui_trainer.serving.worker RUN [NOTES]`: the chat pane's other end, so that the screen needs no
torch.

One JSON object a line: an `Ask` in; out, for each but a stop, any number of `Said`, of which the last says
so. Each kind of weights has a conversation of its own. NOTES is a folder of the user's own notes. Ends with
its input.
"""

import queue
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec.structs import replace

from tui_trainer.errors import UserError
from tui_trainer.learning.inspection import look
from tui_trainer.messages.conversation import Ask, Said
from tui_trainer.messages.events import WeightsName
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.chat import Answer, ChatSession
from tui_trainer.serving.frozen import choose, session
from tui_trainer.serving.inside import inside
from tui_trainer.serving.notes import Notes

COALESCE_SECONDS = 0.05  # tokens that come within it are one message: a token takes a few milliseconds
KEPT_ANSWERS = 400  # that can be looked into


class Inbox:
    """What is asked, read by a thread of its own, so that a stop is heard in the midst of an answer."""

    def __init__(self, lines: BinaryIO) -> None:
        self._lines = lines
        self._asked: queue.SimpleQueue[tuple[int, Ask | Exception] | None] = queue.SimpleQueue()
        self._stopped = 0  # all up to this number
        threading.Thread(target=self._read, name="inbox", daemon=True).start()

    def _read(self) -> None:
        number = 0
        for line in self._lines:
            try:
                asked: Ask | Exception = msgspec.json.decode(line, type=Ask)
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                asked = error
            if isinstance(asked, Ask) and asked.stop:
                self._stopped = number
                continue
            number += 1
            self._asked.put((number, asked))
        self._asked.put(None)

    def __iter__(self) -> Iterator[tuple[int, Ask | Exception]]:
        return iter(self._asked.get, None)

    def stops(self, number: int) -> bool:
        """Whether a stop came after this was asked."""
        return self._stopped >= number


class Worker:
    """Answers what is asked, one after the other."""

    def __init__(
        self,
        run: RunFolder,
        out: BinaryIO,
        notes: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        first: int = 0,
    ) -> None:
        self.run, self.clock = run, clock
        self._notes = Notes(run.path, notes)
        self._out = out
        self._sessions: dict[WeightsName, ChatSession] = {}
        self._answers: OrderedDict[int, tuple[ChatSession, Answer]] = OrderedDict()
        self._count = first

    def answer(self, asked: Ask, stops: Callable[[], bool]) -> None:
        """One question, look or look inside, to its end. Raises `UserError`."""
        if asked.inside is not None:
            if asked.inside not in self._answers:
                raise UserError("this answer is not at hand any more; ask again to look inside it")
            chat, given = self._answers[asked.inside]
            self._send(Said(inside=inside(chat.model, chat.tokenizer, given)))
            return
        weights = choose(self.run, asked.weights)
        if weights not in self._sessions:
            self._sessions[weights] = session(self.run, weights)
        chat = self._sessions[weights]
        if asked.look is not None:
            looked = look(chat.model, chat.tokenizer, asked.look)
            self._send(Said(looked=replace(looked, weights=weights)))
        elif asked.prompt is not None:
            self._reply(chat, weights, asked, asked.prompt.strip(), stops)

    def _reply(
        self, chat: ChatSession, weights: WeightsName, asked: Ask, text: str, stops: Callable[[], bool]
    ) -> None:
        if asked.new:
            for other in self._sessions.values():
                other.forget()
        if asked.notes:
            found = self._notes.find(text)
            given = chat.prepare(text, asked.drawing, found, of_notes=len(self._notes), alone=asked.alone)
            told, noticed = self._notes.keep(text), self._notes.noticed()
            if told or given.notes or noticed:
                self._send(Said(told=told, notes=given.notes, noticed=noticed))
        else:
            given = chat.prepare(text, asked.drawing, alone=asked.alone)
        pieces, sent, stopped = "", -COALESCE_SECONDS, False
        reply = chat.give(text, given, alone=asked.alone)
        for piece in reply:
            pieces += piece
            now = self.clock()
            if now - sent >= COALESCE_SECONDS:
                self._send(Said(text=pieces))
                pieces, sent = "", now
            if stopped := stops():
                break
        reply.close()
        self._count += 1
        self._answers[self._count] = chat, given
        if len(self._answers) > KEPT_ANSWERS:
            self._answers.popitem(last=False)
        try:
            sha256 = chat.check()
        except UserError as error:
            del self._sessions[weights]
            self._send(Said(text=pieces, error=str(error)))
            return
        self._send(
            Said(
                text=pieces,
                done=True,
                stopped=stopped,
                ended=chat.continues or given.tokens[-1:] == [chat.tokenizer.end],
                weights=weights,
                sha256=sha256,
                read=given.read,
                answer=self._count,
            )
        )

    def _send(self, said: Said) -> None:
        self._out.write(msgspec.json.encode(said) + b"\n")
        self._out.flush()

    def refuse(self, error: Exception) -> None:
        """Say why there is no answer."""
        self._send(Said(error=str(error)))


def serve(
    run: RunFolder,
    lines: BinaryIO,
    out: BinaryIO,
    notes: Path | None = None,
    clock: Callable[[], float] = time.monotonic,
    first: int = 0,
) -> None:
    """Answer each line of `lines` until they end; a bad line is told and costs nothing else.

    Args:
        notes: a folder of the person's own.
        first: the number before that of the first answer. Those of a worker that died must not come again.
    """
    worker, inbox = Worker(run, out, notes, clock, first), Inbox(lines)
    for number, asked in inbox:
        if isinstance(asked, Exception):
            worker.refuse(asked)
            continue
        try:
            worker.answer(asked, lambda number=number: inbox.stops(number))  # type: ignore[misc]
        except UserError as error:
            worker.refuse(error)


if __name__ == "__main__":
    own = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    sys.stdout.buffer.write(msgspec.json.encode(Said(ready=True)) + b"\n")
    sys.stdout.buffer.flush()
    serve(RunFolder(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer, own, first=time.time_ns() // 10**6)

"""What the terminal sends, as events: bytes of any kind in, and nothing that they hold ends the app.

Textual's parser stands in the middle. What it can't take (numbers that are no character, half a pair of
surrogates, a screen of no size) costs the sequence it stands in. Pastes are taken out beside it: it would
break them at each escape, play the rest of such a sequence as keys, and wait for the end of one for ever.
"""

import codecs
import time
from collections.abc import Callable, Iterable, Iterator

from textual import constants
from textual._xterm_parser import XTermParser
from textual.events import Key, Paste, Resize
from textual.geometry import Size
from textual.message import Message

from tui_trainer.sanitize import one_line

BEGIN, END = "\x1b[200~", "\x1b[201~"  # what a terminal puts around a paste
SILENCE_SECONDS = 1.0  # after which a paste without an end is over
SEQUENCE_SECONDS = 0.1  # ... and half a sequence that nobody types: a slow line may cut it anywhere
MOST_PASTED = 20_000  # characters; what is pasted beyond them is dropped
LARGEST = (1000, 500)  # cells; a terminal that claims more is not believed


class Keyboard:
    """Told what was read (`feed`), and that time has passed (`tick`)."""

    def __init__(self, debug: bool = False, clock: Callable[[], float] = time.monotonic) -> None:
        self._debug, self._clock = debug, clock
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._parser = XTermParser(debug)
        self._sequence = ""  # what came since the last escape, as far as it may become BEGIN or END
        self._pasted: list[str] | None = None  # characters of a paste that goes on
        self._came = clock()  # when something was read last

    @property
    def patience(self) -> float | None:
        """Seconds until `tick` has something to say; None: it has not, however long it takes."""
        if (wait := self._wait()) is None:
            return None
        return max(0.0, self._came + wait - self._clock())

    def _wait(self) -> float | None:
        if self._pasted is not None:
            return SILENCE_SECONDS
        if self._parser._timeout_time is None:
            return None
        typed = len(self._sequence) <= len("\x1b[")  # a lone escape, or with alt
        return constants.ESCAPE_DELAY if typed else SEQUENCE_SECONDS

    def feed(self, data: bytes) -> Iterator[Message]:
        """The events of what was read; what is not UTF-8 becomes U+FFFD."""
        self._came = self._clock()
        text = self._decoder.decode(data)
        for at, character in enumerate(text, 1):
            escape = character == "\x1b"
            self._sequence = character if escape else f"{self._sequence}{character}"[: len(END) + 1]
            if self._pasted is not None:
                self._pasted.append(character)
                if len(self._pasted) > 2 * MOST_PASTED:
                    del self._pasted[MOST_PASTED:]
                if self._sequence == END and not _ends_later(text, at):
                    yield from self._end_paste(len(END))
                continue
            yield from self._keys(character)
            if self._sequence == BEGIN:
                self._pasted = []
                list(self._keys(END))  # for Textual's parser it is over

    def tick(self) -> Iterator[Message]:
        """What comes of it that for a while nothing has been read."""
        if self.patience != 0.0:
            return
        if self._pasted is not None:
            yield from self._end_paste()
        else:
            self._parser._timeout_time = 0.0  # by our time it is over
            yield from self._safely(self._parser.tick)

    def _end_paste(self, marked: int = 0) -> Iterator[Message]:
        """As one harmless line, whatever takes it; without the last `marked` characters."""
        pasted = self._pasted or []
        self._pasted = None
        text = "".join(pasted[: len(pasted) - marked][:MOST_PASTED])
        if text := one_line(text.replace("\r\n", "\n").replace("\r", "\n")):
            yield Paste(text)

    def _keys(self, text: str) -> Iterator[Message]:
        return self._safely(lambda: self._parser.feed(text))

    def _safely(self, parse: Callable[[], Iterable[Message]]) -> Iterator[Message]:
        try:
            events = list(parse())
        except Exception:  # of any kind: the parser was not made for this, and is of no more use
            self._parser = XTermParser(self._debug)
            return
        for event in events:
            if isinstance(event, Resize) and not _believed(event.size):
                self._parser = XTermParser(self._debug)  # it would measure the mouse by it
            elif not isinstance(event, Paste) and not (isinstance(event, Key) and _torn(event)):
                yield event


def _ends_later(text: str, at: int) -> bool:
    """Whether the end that stands before `at` is a part of what was pasted: one more comes with it."""
    end = text.find(END, at)
    return end >= 0 and BEGIN not in text[at:end]


def _believed(size: Size) -> bool:
    return 0 < size.width <= LARGEST[0] and 0 < size.height <= LARGEST[1]


def _torn(key: Key) -> bool:
    """Whether it is half a pair of surrogates, which no text can hold."""
    return any("\ud800" <= character <= "\udfff" for character in f"{key.key}{key.character or ''}")

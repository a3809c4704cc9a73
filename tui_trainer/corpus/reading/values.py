"""The values of a JSON text, however they stand in it: one a line, over several lines, or all in one array.

Each is decoded by itself, so that one that is broken costs nothing but itself, and memory does not grow with
the text. All is read once, but for what a broken value hides: that is bounded.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

BLANK = re.compile(r"[\s,]*+")  # commas between the values of an array, and lines that somebody ended in one
BRACKETS = re.compile(r"[^\"{}\[\]]*+(\"|\{++|\}++|\[++|\]++)")
IN_STRING = re.compile(r"(?:[^\"\\]++|\\.)*+", re.DOTALL)
SCALAR = re.compile(r"[^\s,\]]++")
MOST_BRACKETS = 1_000_000  # of one value: what has more is no record
PATIENCE = 4  # times the longest value: read in vain, looking for the ends of values over several lines
LONG = "too long"
DEEP = "nested too deeply"
UNENDED = "it ends too soon"

_decode = json.JSONDecoder().raw_decode


class Bad(Struct, frozen=True):
    """A value that can't be had, and why."""

    reason: str


class Value(Struct, frozen=True):
    """A value, and where it begins: the first line is 1."""

    line: int
    value: Any  # Bad, or what JSON makes


def values(texts: Iterable[str], longest: int) -> Iterator[Value]:
    """The values of a text that comes in pieces, in order.

    An array is told value by value, unless it is a list of turns of a dialogue.

    Args:
        longest: characters of one value; one that is longer is `Bad(LONG)`.
    """
    text = _Text(texts)
    patience = PATIENCE * longest
    in_array = False
    while text.passes(BLANK):
        line = text.line
        if in_array:
            if text.char() == "]":
                text.go(1)
                in_array = False
                continue
            value = _element(text, longest)
            yield Value(line, value)
            if isinstance(value, Bad) and value.reason == UNENDED:
                return
            continue
        size = text.line_size(longest)
        piece = "" if size is None else text.ahead(size)
        value, used = (Bad(LONG), None) if size is None else decoded(piece)
        if used is None:
            if text.char() == "[" and value != Bad(DEEP):
                text.go(1)
                in_array = True
                continue
            if text.char() == "{" and value == Bad(UNENDED) and patience > 0:
                whole = text.bracketed(longest, hold=True)
                value, used = (Bad(UNENDED), None) if isinstance(whole, Bad) else decoded(whole)
                patience -= 0 if used else text.looked
        if used is None:
            text.pass_line()
            yield Value(line, value)
            continue
        text.go(used)
        if isinstance(value, list) and not is_dialogue(value) and any(isinstance(v, dict) for v in value):
            yield from (Value(line, each) for each in value)
        else:
            yield Value(line, value)
    if in_array:
        yield Value(text.line, Bad(UNENDED))


def is_dialogue(value: list[Any]) -> bool:
    """Whether this is a list of turns, each with a role."""
    return bool(value) and all(isinstance(v, dict) and ("role" in v or "from" in v) for v in value)


def decoded(piece: str) -> tuple[Any, int | None]:
    """The value with which a text begins and its size there; or `Bad` and None."""
    try:
        return _decode(piece)
    except RecursionError:
        return Bad(DEEP), None
    except json.JSONDecodeError as error:
        return Bad(UNENDED if error.pos >= len(piece.rstrip()) else "not JSON"), None
    except ValueError:  # a number of more digits than Python takes
        return Bad("not JSON"), None


def _element(text: "_Text", longest: int) -> Any:
    """The next value of an array."""
    piece = text.bracketed(longest) if text.char() in '"{[' else text.scalar(longest)
    if isinstance(piece, Bad):
        return piece
    value, used = decoded(piece)
    return value if used == len(piece) else value if isinstance(value, Bad) else Bad("not JSON")


class _Text:
    """A text that comes in pieces, of which only what is looked at is held."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.line = 1
        self.looked = 0  # characters that `bracketed` went through at last
        self._texts = iter(texts)
        self._held = ""
        self._at = 0

    def char(self) -> str:
        return self._held[self._at]

    def ahead(self, size: int) -> str:
        return self._held[self._at : self._at + size]

    def go(self, size: int) -> None:
        self.line += self._held.count("\n", self._at, self._at + size)
        self._at += size

    def passes(self, pattern: re.Pattern[str]) -> bool:
        """Pass over what matches; False at the end of the text."""
        while True:
            match = pattern.match(self._held, self._at)
            self.go(match.end() - self._at if match else 0)
            if self._at < len(self._held):
                return True
            if not self._more():
                return False

    def line_size(self, longest: int) -> int | None:
        """Characters to the end of this line; None: more than `longest`."""
        searched = self._at
        while True:
            end = self._held.find("\n", searched)
            size = (len(self._held) if end < 0 else end) - self._at
            if size > longest:
                return None
            if end >= 0:
                return size
            if not self._more():
                return size
            searched = self._at + size

    def pass_line(self) -> None:
        """Go to the next line, or the end."""
        while True:
            end = self._held.find("\n", self._at)
            if end >= 0:
                self.go(end + 1 - self._at)
                return
            self._at = len(self._held)
            if not self._more():
                return

    def scalar(self, longest: int) -> "str | Bad":
        """A number or a word, passed over."""
        size, is_long = 0, False
        while True:
            match = SCALAR.match(self._held, self._at + size)
            size = match.end() - self._at if match else size
            if size > longest:
                self.go(size)
                size, is_long = 0, True
            if self._at + size < len(self._held) or not self._more():
                piece = self.ahead(max(1, size))
                self.go(len(piece))
                return Bad(LONG) if is_long else piece

    def bracketed(self, longest: int, hold: bool = False) -> "str | Bad":
        """An object, an array or a string, passed over; `Bad(UNENDED)`: the text ends within it, or it won't.

        Args:
            hold: it is not passed over, and `Bad(LONG)` is told as soon as it is.
        """
        size, depth, brackets, in_string, is_long = 0, 0, 0, False, False
        self.looked = 0
        while True:
            before = size
            match = (IN_STRING if in_string else BRACKETS).match(self._held, self._at + size)
            if match is not None:
                size = match.end() - self._at
            if in_string and self._at + size < len(self._held) and self._held[self._at + size] == '"':
                size += 1
                in_string = False
            elif not in_string and match is not None:
                brackets += 1
                found = match[1]
                in_string = found == '"'
                depth += len(found) * (1 if found[0] in "{[" else 0 if in_string else -1)
                if depth < 0:  # brackets of the outer array stand right behind
                    size += depth
                    depth = 0
            elif not in_string:
                size = len(self._held) - self._at
                if not self._more():
                    return Bad(UNENDED)
            elif not self._more():
                return Bad(UNENDED)
            self.looked += size - before
            if brackets > MOST_BRACKETS:
                return Bad(UNENDED)
            if size > longest:
                if hold:
                    return Bad(LONG)
                self.go(size)
                size, is_long = 0, True
            if depth == 0 and not in_string and (brackets or is_long):
                piece = self.ahead(size)
                if not hold:
                    self.go(size)
                return Bad(LONG) if is_long else piece

    def _more(self) -> bool:
        """Hold the next piece, too; what was passed over is let go."""
        for piece in self._texts:
            if piece:
                self._held = self._held[self._at :] + piece
                self._at = 0
                return True
        return False

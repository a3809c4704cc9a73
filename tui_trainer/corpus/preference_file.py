"""Preferences as the field keeps them: one JSON object a line, in any of the forms that are about.

- TRL's: `prompt`, `chosen`, `rejected`, each a text;
- messages: `prompt`, `chosen`, `rejected`, or only the last two, as lists of {"role", "content"};
- hh-rlhf's: `chosen` and `rejected` only, each a whole dialogue, "\\n\\nHuman: ...\\n\\nAssistant: ...".

A line that is none of these is named and left out. Files are streamed: memory does not grow with them. They
may be packed by gzip, as hh-rlhf's own are.
"""

import gzip
import io
import zlib
from collections.abc import Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tui_trainer.errors import UserError

Form = Literal["trl", "messages", "hh"]
ASSISTANT, HUMAN = "\n\nAssistant:", "\n\nHuman:"
PACKED = b"\x1f\x8b"  # what gzip begins with
LONGEST = 1 << 20  # bytes of a line; a longer one is broken, and never held as a whole


class Comparison(Struct, frozen=True):
    """One pick: the answer that was preferred, and the other."""

    prompt: str
    chosen: str
    rejected: str


class Broken(Struct, frozen=True):
    """A line that is no preference."""

    line: int  # the first is 1
    reason: str


def read(path: Path) -> Iterator[Comparison | Broken]:
    """The preferences of a file, in order; blank lines are passed over.

    Raises:
        UserError: the file can't be read.
    """
    try:
        with open(path, "rb") as file:
            packed = file.peek(2)[:2] == PACKED
            yield from _lines(gzip.GzipFile(fileobj=file) if packed else file)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise UserError(f"preferences {path}: packed by gzip, and damaged ({error})") from error
    except OSError as error:
        raise UserError(f"preferences {path}: {error.strerror}") from error


def _lines(file: io.BufferedIOBase) -> Iterator[Comparison | Broken]:
    number = 0
    while line := file.readline(LONGEST + 1):
        number += 1
        if len(line) > LONGEST:
            while line and not line.endswith(b"\n"):
                line = file.readline(LONGEST)
            yield Broken(number, f"longer than {LONGEST:,} bytes")
        elif line.strip():
            try:
                yield parse(line)
            except ValueError as error:  # msgspec.DecodeError is one
                yield Broken(number, str(error))


def parse(line: bytes | str) -> Comparison:
    """One line. Raises `ValueError` with what is wrong with it."""
    found = msgspec.json.decode(line)
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    for key in ("chosen", "rejected"):
        if key not in found:
            raise ValueError(f"there is no {key!r}")
    prompt, chosen, rejected = found.get("prompt"), found["chosen"], found["rejected"]
    if chosen is None and rejected is None and found.get("choice") in ("tie", "both_bad", "skip"):
        raise ValueError(f"nothing was preferred ({found['choice']})")
    if isinstance(chosen, list) and isinstance(rejected, list):
        made = _of_messages(prompt, chosen, rejected)
    elif isinstance(chosen, str) and isinstance(rejected, str):
        made = _of_texts(prompt, chosen, rejected)
    else:
        raise ValueError("'chosen' and 'rejected' are neither two texts nor two lists of messages")
    if made.chosen == made.rejected:
        raise ValueError("'chosen' and 'rejected' are the same")
    return made


def _of_texts(prompt: Any, chosen: str, rejected: str) -> Comparison:
    if isinstance(prompt, str):
        return Comparison(prompt, chosen, rejected)
    if prompt is not None:
        raise ValueError("'prompt' is no text")
    if HUMAN not in chosen or ASSISTANT not in chosen or ASSISTANT not in rejected:
        raise ValueError("there is no 'prompt', nor a dialogue of Human and Assistant")
    # What both dialogues begin with, up to the last turn of the assistant in it.
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(chosen, rejected, strict=False))
    shared = chosen[: sum(1 for _ in alike)]
    end = shared.rfind(ASSISTANT)
    if end < 0:
        raise ValueError("the two dialogues do not begin alike")
    end += len(ASSISTANT)
    asked = shared[:end].rpartition(HUMAN)[2].removesuffix(ASSISTANT)
    return Comparison(asked.strip(), chosen[end:].strip(), rejected[end:].strip())


def _of_messages(prompt: Any, chosen: list[Any], rejected: list[Any]) -> Comparison:
    if isinstance(prompt, list):
        asked = _content(prompt)
    elif isinstance(prompt, str):
        asked = prompt
    elif prompt is None and len(chosen) > 1:
        if chosen[:-1] != rejected[:-1]:
            raise ValueError("the two lists of messages do not begin alike")
        asked = _content(chosen[:-1])
    else:
        raise ValueError("there is no 'prompt'")
    return Comparison(asked, _content(chosen), _content(rejected))


def _content(messages: list[Any]) -> str:
    """What the last message says."""
    last = messages[-1] if messages else None
    if not isinstance(last, dict) or not isinstance(last.get("content"), str):
        raise ValueError("a list of messages does not end in one with a text as 'content'")
    content: str = last["content"]
    return content


def encode(comparison: Comparison, form: Form) -> bytes:
    """A line of a form, its end included."""
    c = comparison
    made: dict[str, Any]
    if form == "trl":
        made = {"prompt": c.prompt, "chosen": c.chosen, "rejected": c.rejected}
    elif form == "hh":
        start = f"{HUMAN} {c.prompt}{ASSISTANT} "
        made = {"chosen": start + c.chosen, "rejected": start + c.rejected}
    else:
        made = {
            "prompt": [{"role": "user", "content": c.prompt}],
            "chosen": [{"role": "assistant", "content": c.chosen}],
            "rejected": [{"role": "assistant", "content": c.rejected}],
        }
    return msgspec.json.encode(made) + b"\n"

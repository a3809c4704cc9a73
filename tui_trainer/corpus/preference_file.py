"""Preferences as the field keeps them, in any of the forms that are about.

- TRL's: `prompt`, `chosen`, `rejected`, each a text;
- messages: `prompt`, `chosen`, `rejected`, or only the last two, as lists of {"role", "content"};
- ShareGPT's: `conversations` that lead to a turn `chosen` and a turn `rejected`, as {"from", "value"};
- hh-rlhf's: `chosen` and `rejected` only, each a whole dialogue, "\\n\\nHuman: ...\\n\\nAssistant: ...".

One JSON object a line, over several lines or in an array, or a table (.csv) whose first row names columns.
What is none of these is named and left out. Files are streamed: memory does not grow with them. They may be
packed by gzip, as hh-rlhf's own are.
"""

import gzip
import io
from collections.abc import Iterator
from itertools import chain, takewhile
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from tui_trainer.corpus.reading import table
from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.plain import whole
from tui_trainer.corpus.reading.records import DIALOGUES, asked
from tui_trainer.corpus.reading.unpack import Meter, Unpacked
from tui_trainer.corpus.reading.values import LONG, Bad, Value, values
from tui_trainer.errors import UserError, reason
from tui_trainer.files import open_foreign

Form = Literal["trl", "messages", "hh"]
ASSISTANT, HUMAN = "\n\nAssistant:", "\n\nHuman:"
PACKED = b"\x1f\x8b"  # what gzip begins with
ARCHIVES = {b"PK": "an archive", b"PAR1": "parquet"}
LONGEST = 1 << 20  # characters of one preference; a longer one is broken, and never held as a whole
MOST_BYTES = 2_000_000_000  # of a file, unpacked: /dev/zero has no end
MOST_BROKEN = 100_000  # in a row: what follows is not read
COLUMNS = [frozenset(("chosen", "rejected"))]
EXAMPLE = '{"prompt": "Where?", "chosen": "In Orsa.", "rejected": "No idea."}'


class Comparison(Struct, frozen=True):
    """One pick: the answer that was preferred, and the other."""

    prompt: str
    chosen: str
    rejected: str


class Broken(Struct, frozen=True):
    """Something that is no preference."""

    line: int  # in which it begins; the first is 1
    reason: str


class Guessed(Struct, frozen=True):
    """The encoding that a file is read in where it does not name one."""

    codec: str
    why: str


def read(path: Path) -> Iterator[Comparison | Broken | Guessed]:
    """The preferences of a file, in order; blank lines are passed over.

    Raises:
        UserError: the file can't be read, or is no text.
    """
    try:
        with open_foreign(path) as file:
            head = file.peek(4)[:4]
            packed = head[:2] == PACKED
            for mark, kind in ARCHIVES.items():
                if head.startswith(mark):
                    raise Unreadable(f"{kind}, not text; write its rows as lines like {EXAMPLE}")
            opened = gzip.GzipFile(fileobj=file).read1 if packed else file.read1
            meter = Meter(MOST_BYTES)
            stream = Unpacked(opened, meter)
            yield from _read(io.BufferedReader(stream))
            if meter.left < 0:
                raise Unreadable(f"it has more than the {MOST_BYTES / 1e9:g} GB that are read")
            if stream.damage is not None:
                raise Unreadable(
                    f"packed by gzip, and damaged ({stream.damage})" if packed else str(stream.damage)
                )
    except Unreadable as error:
        raise UserError(f"preferences {path}: {error}") from error
    except OSError as error:
        raise UserError(f"preferences {path}: {reason(error)}") from error


def _read(file: io.BufferedReader) -> Iterator[Comparison | Broken | Guessed]:
    notes = Notes()
    texts = whole(file, notes)
    head = next(texts)
    yield from (Guessed(encoding.codec, encoding.guessed) for encoding in notes.guessed)
    texts = chain([head], texts)
    found = table.header_of(head.partition("\n")[0], COLUMNS) if head.lstrip()[:1] not in ("{", "[") else None
    records = values(texts, LONGEST) if found is None else table.records(texts, *found, LONGEST)
    broken = 0
    for each in records:
        made = _comparison_or_broken(each)
        broken = broken + 1 if isinstance(made, Broken) else 0
        yield made
        if broken == MOST_BROKEN:
            yield Broken(each.line, f"{MOST_BROKEN:,} in a row are no preferences: what follows is not read")
            return


def _comparison_or_broken(found: Value) -> "Comparison | Broken":
    if isinstance(found.value, Bad):
        is_long = found.value.reason == LONG
        return Broken(found.line, f"longer than {LONGEST:,} bytes" if is_long else found.value.reason)
    try:
        return comparison_of(found.value)
    except ValueError as error:
        return Broken(found.line, str(error))


def comparison_of(found: Any) -> Comparison:
    """One record. Raises `ValueError` with what is wrong with it."""
    if not isinstance(found, dict):
        raise ValueError("no JSON object")
    for key in ("chosen", "rejected"):
        if key not in found:
            raise ValueError(f"there is no {key!r}")
    prompt = asked(found) if found.get("prompt") is None else found["prompt"]
    chosen, rejected = (_turns(found[key]) for key in ("chosen", "rejected"))
    if chosen is None and rejected is None and found.get("choice") in ("tie", "both_bad", "skip"):
        raise ValueError(f"nothing was preferred ({found['choice']})")
    if prompt is None:
        prompt = next((found[name] for name in DIALOGUES if isinstance(found.get(name), list)), None)
    if isinstance(chosen, list) and isinstance(rejected, list):
        made = _of_messages(prompt, chosen, rejected)
    elif isinstance(chosen, str) and isinstance(rejected, str):
        made = _of_texts(prompt, chosen, rejected)
    else:
        raise ValueError("'chosen' and 'rejected' are neither two texts nor two lists of messages")
    if made.chosen == made.rejected:
        raise ValueError("'chosen' and 'rejected' are the same")
    return made


def _turns(value: Any) -> Any:
    """A single turn as a list of it; a text or a list as it is."""
    return [value] if isinstance(value, dict) else value


def _of_texts(prompt: Any, chosen: str, rejected: str) -> Comparison:
    if isinstance(prompt, list):
        prompt = _content(prompt)
    if isinstance(prompt, str):
        return Comparison(prompt, chosen, rejected)
    if prompt is not None:
        raise ValueError("'prompt' is no text")
    # Some copies of hh-rlhf have lost the blank lines that each dialogue begins with.
    chosen, rejected = (
        f"\n\n{said}" if said.startswith(HUMAN.strip()) else said for said in (chosen, rejected)
    )
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
    content = last.get("content", last.get("value")) if isinstance(last, dict) else None
    if not isinstance(content, str):
        raise ValueError("a list of messages does not end in one with a text as 'content'")
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

"""Records into texts to read and dialogues to learn to answer, in the shapes that are about."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from msgspec import Struct

from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.pack import clean
from tui_trainer.corpus.reading.values import DEEP, LONG, Bad, Value, is_dialogue

LONGEST = 4_000_000  # characters of one record
LONGEST_TURN = 8_000  # characters of a prompt or an answer
MOST_RECORDS = 250_000  # of one file
MOST_BAD = 100_000  # of one file; of a file that has more of them than good ones, the rest is not read

# Names of the field for one thing, the first that a record has being taken.
DIALOGUES = ("messages", "conversations", "conversation", "dialogue", "dialog")
PROMPTS = ("prompt", "instruction", "question", "query")
ANSWERS = ("completion", "output", "response", "answer")
TEXTS = ("text", "content")
SPEAKING = frozenset((*DIALOGUES, *PROMPTS, *ANSWERS))
FIELDS = (*DIALOGUES, *PROMPTS, "input", *ANSWERS, *TEXTS)
# What a table has to have to be read as records.
COLUMNS = [frozenset((name,)) for name in (*DIALOGUES, *TEXTS)]
COLUMNS += [frozenset((prompt, answer)) for prompt in PROMPTS for answer in ANSWERS]
# fmt: off
ROLES = {
    **dict.fromkeys(("user", "human", "prompter", "question", "instruction"), "user"),
    **dict.fromkeys(("assistant", "gpt", "bot", "chatbot", "model", "ai", "chatgpt", "answer"), "assistant"),
    **dict.fromkeys(("system", "developer", "tool", "function", "function_call", "observation"), ""),
}
# fmt: on
NO_FIELD = "no field `text`, `messages` (or `conversations`), nor `prompt` (or `instruction`) with its answer"
IS_PREFERENCE = "a preference, not a text: see `tui-trainer preferences import`"
REASONS = {LONG: "a line is longer than 4 MB", DEEP: "JSON that is nested too deeply"}


class Row(Struct):
    """What one record holds."""

    text: str
    pairs: list[Pair] = []
    source: str = "web"


def rows(found: Iterable[Value], notes: Notes) -> Iterator[Row]:
    """The rows of a file's records; those that are none are noted."""
    for each in found:
        for record in _within(each.value):
            if notes.read >= MOST_RECORDS or (notes.bad >= MOST_BAD and notes.bad > notes.read // 2):
                notes.rest = f"there are more than the {notes.read:,} {notes.unit} that are read"
                return
            notes.read += 1
            if isinstance(record, Bad):
                notes.note(REASONS.get(record.reason, record.reason))
                continue
            row = row_of(record, notes)
            if row is None:
                notes.note(IS_PREFERENCE if _is_preference(record) else NO_FIELD)
            else:
                yield row


def row_of(record: Any, notes: Notes) -> Row | None:
    """A record's text and dialogues, or None when it has neither.

    A dialogue is a list of turns (`messages` of role and content, or ShareGPT's `conversations` of from and
    value) or a prompt with its answer (`prompt` and `completion`, or Alpaca's `instruction`, `input` and
    `output`). It is also a text: its turns, a line each.
    """
    turns = _turns(record, notes)
    if len(turns) > 1 or (turns and turns[0][0] == "assistant"):
        pairs = [
            Pair(prompt=asked, answer=answer, kind="user")
            for (first, asked), (second, answer) in pairwise(turns)
            if (first, second) == ("user", "assistant") and max(len(asked), len(answer)) <= LONGEST_TURN
        ]
        return Row("\n".join(text for _, text in turns), pairs)
    if not isinstance(record, Mapping):
        return None
    text = next((text for name in TEXTS if (text := content(record.get(name)))), "")
    return Row(text) if text else None


def content(value: Any) -> str:
    """A text, or the texts of a list of parts; else nothing."""
    if isinstance(value, str):
        return clean(value).strip()
    if isinstance(value, list):
        parts = [p.get("text") if isinstance(p, Mapping) else p for p in value]
        return clean("\n".join(p for p in parts if isinstance(p, str))).strip()
    return ""


def role_of(turn: Mapping[str, Any]) -> str:
    """`user`, `assistant`, "" for those that are passed over, or what an unknown one is called."""
    given = turn.get("role", turn.get("from"))
    return ROLES.get(str(given).strip().lower(), str(given)[:40])


def said(turn: Mapping[str, Any]) -> str:
    """What a turn says."""
    return content(turn.get("content", turn.get("value")))


def asked(record: Mapping[str, Any]) -> Any:
    """What stands for the prompt: a text, a list of turns, or None; Alpaca's input stands under it."""
    prompt = next((record[name] for name in PROMPTS if record.get(name)), None)
    if isinstance(prompt, str) and (further := content(record.get("input"))):
        return f"{prompt}\n{further}"
    return prompt


def _turns(record: Any, notes: Notes) -> list[tuple[str, str]]:
    """(role, text) of the turns of users and assistants that say something."""
    if isinstance(record, list):
        listed = record if is_dialogue(record) else []
    elif not isinstance(record, Mapping) or SPEAKING.isdisjoint(record):
        return []
    else:
        listed = next((d for name in DIALOGUES if isinstance(d := record.get(name), list)), [])
        if not listed:
            prompt = asked(record)
            answer = next((record[name] for name in ANSWERS if record.get(name)), None)
            for role, given in (("user", prompt), ("assistant", answer)):
                turns_of_it = given if isinstance(given, list) and is_dialogue(given) else None
                listed = [*listed, *(turns_of_it or [{"role": role, "content": given}])]
    turns = []
    for turn in listed:
        if not isinstance(turn, Mapping) or not (text := said(turn)):
            continue
        role = role_of(turn)
        if role in ("user", "assistant"):
            turns.append((role, text))
        elif role:
            notes.roles[role] += 1
    return turns


def _is_preference(record: Any) -> bool:
    return isinstance(record, Mapping) and "chosen" in record and "rejected" in record


def _within(value: Any) -> Iterable[Any]:
    """A record, or those of the lists that are all it holds, as in {"data": [...]}."""
    if not isinstance(value, Mapping) or any(name in value for name in (*FIELDS, "chosen", "rejected")):
        return [value]
    lists = [v for v in value.values() if isinstance(v, list) and v and isinstance(v[0], Mapping)]
    return [r for records in lists for r in ([records] if is_dialogue(records) else records)] or [value]

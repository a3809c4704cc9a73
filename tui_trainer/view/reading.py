"""What a model had before it when it answered, in words: all that it can know beside its weights."""

from tui_trainer.messages.conversation import Read
from tui_trainer.view import numbers


def has_read(read: Read) -> str:
    """As in "it read 2 turns before and this question, 61 of 128 tokens"."""
    parts = []
    if read.turns:
        last = "" if read.turns == read.of_turns else f"the last {read.turns} of "
        parts.append(f"{last}{numbers.plural(read.of_turns, 'turn')} before")
    if read.notes:
        parts.append(numbers.plural(read.notes, "note"))
    question = "the end of this question" if read.cut else "this question"
    whole = f"{', '.join(parts)} and {question}" if parts else f"{question} alone"
    unread = ""
    if read.of_turns and not read.turns:
        unread = f"no room for {numbers.plural(read.of_turns, 'turn')} before; "
    if read.of_notes and not read.notes:
        unread += f"none of {numbers.plural(read.of_notes, 'note')} put before it; "
    return f"{unread}it read {whole}, {read.tokens} of {read.context} tokens"

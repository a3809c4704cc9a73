"""What a model had before it when it answered, in words: all that it can know beside its weights."""

from tui_trainer.messages.conversation import Read
from tui_trainer.view import numbers


def has_read(read: Read) -> str:
    """As in "it read 2 turns before and your words, 61 of 128 tokens"."""
    parts = []
    if read.turns:
        last = "" if read.turns == read.of_turns else f"the last {read.turns} of "
        parts.append(f"{last}{numbers.plural(read.of_turns, 'turn')} before")
    if read.notes:
        parts.append(numbers.plural(read.notes, "note"))
    words = "the end of your words" if read.cut else "your words"
    whole = f"{', '.join(parts)} and {words}" if parts else f"{words} alone"
    unread = ""
    if read.of_turns and not read.turns:
        unread = f"no room for {numbers.plural(read.of_turns, 'turn')} before; "
    if read.of_notes and not read.notes:
        unread += f"no note (of {numbers.count(read.of_notes)}) put in; "
    # Else one asks why what was left out was, with so much room.
    rest = "; the others are kept for the answer" if read.cut or read.turns < read.of_turns else ""
    return f"{unread}it read {whole}, {read.tokens} of {read.context} tokens{rest}"

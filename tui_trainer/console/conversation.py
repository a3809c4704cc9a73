"""A conversation in a plain terminal or a pipe: a line in, an answer out."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from tui_trainer.console import output
from tui_trainer.messages.conversation import Drawing
from tui_trainer.messages.events import WeightsName
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line
from tui_trainer.view.reading import has_read

if TYPE_CHECKING:
    from tui_trainer.serving.chat import ChatSession
    from tui_trainer.serving.notes import Notes

LONGEST_LINE = 64 * 1024  # bytes; a longer one is answered in parts
NEW, NOTES = "/new", "/notes"


def converse(run: RunFolder, wanted: WeightsName | None, drawing: Drawing, notes: Path | None) -> None:
    """Answer each line of stdin on stdout until it ends, as the characters come.

    After each answer the weights are hashed again. What else is to be said to a person goes to stderr.

    Args:
        notes: a folder of the person's own notes, which are on then.

    Raises:
        UserError: the run has no such weights, or the notes can't be kept.
        Damaged: the weights in memory have changed.
    """
    # Imported here: these bring torch.
    from tui_trainer.serving.frozen import choose, session
    from tui_trainer.serving.notes import Notes

    weights = choose(run, wanted)
    talk = session(run, weights)
    kept, on = Notes(run.path, notes), notes is not None
    person = sys.stdin.isatty() and sys.stdout.isatty()
    if person:
        output.tell(
            f"{one_line(run.id)}, {weights} weights {talk.sha256[:8]}, frozen: nothing you say changes one\n"
            f"ctrl+c stops an answer, {NEW} forgets the conversation, {NOTES} keeps what you tell, "
            "ctrl+d ends"
        )
    try:
        while (line := _typed() if person else _piped()) is not None:
            text = line.strip()
            if text == NEW:
                talk.forget()
                output.tell("a new conversation: the model reads nothing of what was said before")
            elif text == NOTES:
                on = not on
                output.tell(f"notes on, kept in {one_line(str(kept.file))}" if on else "notes off")
            elif text:
                _answer(talk, text, drawing, kept if on else None, person)
    except KeyboardInterrupt:
        output.show("")


def _answer(talk: "ChatSession", text: str, drawing: Drawing, notes: "Notes | None", person: bool) -> None:
    if notes is None:
        given = talk.prepare(text, drawing)
    else:
        found = notes.find(text)
        given = talk.prepare(text, drawing, found, of_notes=len(notes))
        for sentence in notes.keep(text):
            output.tell(f"  kept as a note: {one_line(sentence)}")
        for note in given.notes:
            output.tell(f"  from {one_line(note.file)}, score {note.score:.2f}: {one_line(note.text)}")
        for notice in notes.noticed():
            output.complain(notice)
    reply = talk.give(text, given)
    try:
        for piece in reply:
            output.show(piece, end="")
    except KeyboardInterrupt:
        if not person:
            raise
        reply.close()
    output.show("")
    sha256 = talk.check()
    if person:
        output.tell(f"  {talk.name} {sha256[:8]} unchanged · {has_read(given.read)}")


def _typed() -> str | None:
    import readline  # noqa: F401 - gives `input` line editing and a history

    try:
        line = input("> ")
    except EOFError:
        output.show("")
        return None
    return line.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _piped() -> str | None:
    line = sys.stdin.buffer.readline(LONGEST_LINE)
    return line.decode("utf-8", "replace") if line else None

"""A conversation in a plain terminal or a pipe: a line in, an answer out."""

import sys

from tui_trainer.console import output
from tui_trainer.messages.events import WeightsName
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.sanitize import one_line

LONGEST_LINE = 64 * 1024  # bytes; a longer one is answered in parts


def converse(run: RunFolder, wanted: WeightsName | None) -> None:
    """Answer each line of stdin on stdout until it ends, as the characters come.

    Raises:
        UserError: the run has no such weights.
    """
    # Imported here: these bring torch.
    from tui_trainer.serving.frozen import choose, session

    weights = choose(run, wanted)
    talk = session(run, weights)
    person = sys.stdin.isatty() and sys.stdout.isatty()
    if person:
        output.tell(f"{one_line(run.id)}, {weights} weights, frozen; ctrl+d ends the conversation")
    try:
        while (line := _typed() if person else _piped()) is not None:
            if line.strip():
                for piece in talk.reply(line):
                    output.show(piece, end="")
                output.show("")
    except KeyboardInterrupt:
        output.show("")


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

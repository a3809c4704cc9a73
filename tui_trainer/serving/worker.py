"""`python -m tui_trainer.serving.worker RUN`: the chat pane's other end, so that the screen needs no torch.

One JSON object a line. In: `{"prompt": text, "weights": "base" | "tuned" | "aligned" | null}`; null is the
latest. Out, for each line read: any number of `{"text": piece}`, then `{"done": true, "weights", "sha256"}`
or `{"error": one line}`. Each kind of weights has a conversation of its own. With `{"look": {"text", ...}}`
(see `looks`) in place of the prompt, the text is read and not answered: `{"looked": {...}}` comes back, and
nothing of the conversation changes. Ends with its input.
"""

import sys
from typing import BinaryIO

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tui_trainer.errors import UserError
from tui_trainer.events import WeightsName
from tui_trainer.learning.looking import look
from tui_trainer.looks import Look, Looked
from tui_trainer.model.checkpoint import weights_sha256
from tui_trainer.run.folder import RunFolder
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import choose, session


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    prompt: str | None = None
    look: Look | None = None  # exactly one of both
    weights: WeightsName | None = None

    def __post_init__(self) -> None:
        if (self.prompt is None) == (self.look is None):
            raise ValueError("either a prompt or a look")


class Text(Struct, frozen=True):
    """A piece of the answer."""

    text: str


class Done(Struct, frozen=True):
    """The answer is whole; the hash is of the weights after it, and the same as before it."""

    weights: WeightsName
    sha256: str
    done: bool = True


class Seen(Struct, frozen=True):
    """What was made of a text."""

    looked: Looked


class Failed(Struct, frozen=True):
    error: str


def serve(run: RunFolder, lines: BinaryIO, out: BinaryIO) -> None:
    """Answer each line of `lines` until they end; a bad line is told and costs nothing else."""
    sessions: dict[WeightsName, tuple[ChatSession, str]] = {}

    def send(message: Text | Done | Seen | Failed) -> None:
        out.write(msgspec.json.encode(message) + b"\n")
        out.flush()

    for line in lines:
        try:
            ask = msgspec.json.decode(line, type=Ask)
            weights = choose(run, ask.weights)
            if weights not in sessions:
                opened = session(run, weights)
                sessions[weights] = opened, weights_sha256(opened.model)
            chat, before = sessions[weights]
            if ask.look is not None:
                send(Seen(replace(look(chat.model, chat.tokenizer, ask.look), weights=weights)))
                continue
            assert ask.prompt is not None  # or there were a look
            for piece in chat.reply(ask.prompt):
                send(Text(piece))
            after = weights_sha256(chat.model)
            send(Done(weights, after) if after == before else Failed("answering changed the weights"))
        except (UserError, msgspec.DecodeError, UnicodeDecodeError) as error:
            send(Failed(str(error)))


if __name__ == "__main__":
    serve(RunFolder(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)

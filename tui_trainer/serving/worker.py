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
from msgspec.structs import replace

from tui_trainer.errors import UserError
from tui_trainer.learning.inspection import look
from tui_trainer.messages.conversation import Ask, Said
from tui_trainer.messages.events import WeightsName
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage.folder import RunFolder
from tui_trainer.serving.chat import ChatSession
from tui_trainer.serving.frozen import choose, session


def serve(run: RunFolder, lines: BinaryIO, out: BinaryIO) -> None:
    """Answer each line of `lines` until they end; a bad line is told and costs nothing else."""
    sessions: dict[WeightsName, tuple[ChatSession, str]] = {}

    def send(said: Said) -> None:
        out.write(msgspec.json.encode(said) + b"\n")
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
                looked = look(chat.model, chat.tokenizer, ask.look)
                send(Said(looked=replace(looked, weights=weights)))
                continue
            assert ask.prompt is not None  # or there were a look
            for piece in chat.reply(ask.prompt):
                send(Said(text=piece))
            after = weights_sha256(chat.model)
            if after == before:
                send(Said(done=True, weights=weights, sha256=after))
            else:
                send(Said(error="answering changed the weights"))
        except (UserError, msgspec.DecodeError, UnicodeDecodeError) as error:
            send(Said(error=str(error)))


if __name__ == "__main__":
    serve(RunFolder(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)

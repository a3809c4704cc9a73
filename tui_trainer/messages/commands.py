"""What a person can ask of a running trainer, and its answer: one JSON line each way over the socket."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from tui_trainer.messages.events import Choice
from tui_trainer.messages.inspection import Look, Looked
from tui_trainer.settings import MOST_STEPS

MAX_BYTES = 64 * 1024  # of one message, its newline included
MOST_PACE = 60.0  # seconds from one step to the next


class Command(Struct, frozen=True, tag_field="type", tag=str.lower, forbid_unknown_fields=True):
    """Base of all commands; its tag is its name in lower case."""


class TakeControl(Command, frozen=True, tag="take_control"):
    """Be the one who steers; refused while another connection does."""


class Pause(Command, frozen=True):
    """Stop before the next step."""


class Continue(Command, frozen=True):
    """Leave the pause; with `steps`, pause again after so many.

    `pace`: seconds from one step to the next at the least, for somebody to watch. Each step is then taken
    apart (`StepExplained`). 0: full speed.
    """

    steps: Annotated[int, Meta(ge=1, le=MOST_STEPS)] | None = None
    pace: Annotated[float, Meta(ge=0, le=MOST_PACE)] = 0.0


class Turn(Command, frozen=True):
    """Change a setting from the next step on."""

    name: str
    value: float


class Pick(Command, frozen=True):
    """Answer the pair on offer."""

    pair: int
    choice: Choice
    text: Annotated[str, Meta(max_length=2000)] = ""  # an answer of one's own


class EditPrompts(Command, frozen=True, tag="edit_prompts"):
    """Take a prompt into the list, or out of it, or one for the other."""

    added: Annotated[str, Meta(max_length=2000)] = ""
    removed: Annotated[str, Meta(max_length=2000)] = ""


class Simulate(Command, frozen=True):
    """Let a simulated rater of this taste make all further picks."""

    rater: str


class LookAt(Command, frozen=True, tag="look_at"):
    """Read a text with the model as it is now; changes nothing, so anybody may ask."""

    look: Look


class Stop(Command, frozen=True):
    """Write a checkpoint and end the process; the run can be resumed."""


AnyCommand = TakeControl | Pause | Continue | Turn | Pick | EditPrompts | Simulate | LookAt | Stop


class Reply(Struct, frozen=True, omit_defaults=True):
    """The trainer's answer to one command."""

    ok: bool
    error: str | None = None  # one line for people
    looked: Looked | None = None  # for `LookAt`


command_encoder = msgspec.json.Encoder()
command_decoder = msgspec.json.Decoder(AnyCommand)
reply_decoder = msgspec.json.Decoder(Reply)

"""What the process that chats with frozen weights is asked, and what it says: a JSON object a line."""

from msgspec import Struct

from tui_trainer.messages.events import WeightsName
from tui_trainer.messages.inspection import Look, Looked


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """Answer a prompt, or read a text without answering it; weights of None are the latest."""

    prompt: str | None = None
    look: Look | None = None  # exactly one of both
    weights: WeightsName | None = None

    def __post_init__(self) -> None:
        if (self.prompt is None) == (self.look is None):
            raise ValueError("either a prompt or a look")


class Said(Struct, frozen=True, omit_defaults=True):
    """A piece of the answer, its end, what was made of a text that was read, or why there is none."""

    text: str = ""
    done: bool = False  # the answer is whole
    weights: str = ""  # by which it was given ...
    sha256: str = ""  # ... and their hash after it, the same as before
    looked: Looked | None = None
    error: str = ""  # one line for people

"""What the process that chats with frozen weights is asked, and what it says: a JSON object a line."""

from typing import Annotated

from msgspec import Meta, Struct

from tui_trainer.messages.events import WeightsName
from tui_trainer.messages.inspection import Inside, Look, Looked


class Drawing(Struct, frozen=True, forbid_unknown_fields=True):
    """How a token is taken from the model's distribution; the same seed draws the same answer."""

    temperature: Annotated[float, Meta(ge=0, le=10)] = 0.0  # 0: the likeliest token each time
    top_p: Annotated[float, Meta(gt=0, le=1)] = 1.0  # only the fewest likeliest tokens that come to so much
    seed: Annotated[int, Meta(ge=0, le=2**31 - 1)] = 0


class Ask(Struct, frozen=True, forbid_unknown_fields=True):
    """Exactly one of the first four; weights of None are the latest."""

    prompt: str | None = None  # to be answered
    look: Look | None = None  # a text to be read and not answered
    inside: int | None = None  # an answer, by its number, to be taken apart
    stop: bool = False  # the answer under way, and those asked for before; nothing comes back for this
    weights: WeightsName | None = None
    drawing: Drawing = Drawing()
    new: bool = False  # forget the conversation first, that with other weights too
    alone: bool = False  # neither read nor join the conversation
    notes: bool = False  # keep what is told, and put what was found in the notes before the prompt

    def __post_init__(self) -> None:
        if [self.prompt is None, self.look is None, self.inside is None, not self.stop].count(False) != 1:
            raise ValueError("either a prompt, a look, an answer to look inside, or a stop")


class Note(Struct, frozen=True):
    """A sentence of the notes that was put before a prompt."""

    text: str
    file: str  # its name
    score: float  # by BM25


class Read(Struct, frozen=True):
    """What the model read before it answered."""

    tokens: int  # in all, the answer not among them
    context: int  # tokens that it can read, the answer among them
    turns: int  # earlier ones of the conversation that it read ...
    of_turns: int  # ... of so many
    cut: bool = False  # of the prompt it read the end only
    notes: int = 0  # put before the prompt ...
    of_notes: int | None = None  # ... of so many sentences looked in; None: notes are off


class Said(Struct, frozen=True, omit_defaults=True):
    """A piece of the answer, its end, what was made of a text that was read, or why there is none."""

    text: str = ""
    ready: bool = False  # nothing yet: the process is up, and its libraries are loaded
    told: tuple[str, ...] = ()  # sentences kept as notes
    notes: tuple[Note, ...] = ()  # put before the prompt; both come before the first piece
    noticed: tuple[str, ...] = ()  # what of the notes could not be read
    done: bool = False  # the answer is whole
    stopped: bool = False  # ... or as much of it as there was
    ended: bool = True  # ... or as much as there is room for: it did not end by itself
    weights: str = ""  # by which it was given ...
    sha256: str = ""  # ... and their hash after it, made anew from the tensors: the same as before
    read: Read | None = None
    answer: int = 0  # its number, by which it can be looked into
    looked: Looked | None = None
    inside: Inside | None = None
    error: str = ""  # one line for people

    @property
    def last(self) -> bool:
        """Nothing more comes for what was asked."""
        return self.done or bool(self.error) or self.looked is not None or self.inside is not None

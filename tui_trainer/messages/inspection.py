"""Looking at the model from outside: what is asked of it about a text, and what comes back.

The trainer answers between two steps, by the weights as they are at that moment; the chat pane's worker does
by frozen ones. A look changes nothing and is no event: it leaves no trace in the log, so a run has the same
numbers whether it was looked at or not.
"""

from typing import Annotated

from msgspec import Meta, Struct

from tui_trainer.messages.events import Picture, StageName, WeightsName

MOST_TOKENS = 512  # of a text; what comes after them is not read
MOST_ATTENDING = 48  # tokens in a picture of attention, the last of the text


class Look(Struct, frozen=True, forbid_unknown_fields=True):
    """A text to read, and whose attention to picture on the way."""

    text: str
    layer: Annotated[int, Meta(ge=0)] | None = None  # of the attention; None: no picture
    head: Annotated[int, Meta(ge=0)] = 0


class Looked(Struct, frozen=True, omit_defaults=True):
    """What the model makes of the text."""

    ends: tuple[int, ...]  # how many characters of the text have been read at the end of each token
    losses: tuple[float, ...]  # nats, of each token after those before it
    top: tuple[tuple[str, float], ...]  # the likeliest tokens to come next, with their probabilities
    attention: Picture | None = None  # a row a token that looks, a column a token looked at; 127 is all of it
    attending: tuple[str, ...] = ()  # the names of those tokens
    stage: StageName | None = None  # of the weights in training ...
    step: int = 0
    weights: WeightsName | None = None  # ... or which frozen ones these were


class Layer(Struct, frozen=True):
    """What one layer would have said at a place, were it the last: its residual through norm and head."""

    top: tuple[tuple[str, float], ...]  # the likeliest tokens, with their probabilities
    share: float  # of the token that was chosen
    rank: int  # of it; 1 is the likeliest


class Candidate(Struct, frozen=True):
    """A token that could have come."""

    token: str
    share: float  # by the model
    drawn: float  # in what was drawn from: after temperature and top-p; 0: left out


class Place(Struct, frozen=True):
    """One token of an answer, and what it was drawn from."""

    token: str
    ends: int  # characters of the answer that are whole at its end
    share: float  # its probability by the model
    drawn: float  # ... and in what was drawn from
    rank: int
    kept: int  # tokens that could be drawn
    candidates: tuple[Candidate, ...]  # the likeliest, and the token itself
    layers: tuple[Layer, ...]  # the embedding, then each block; the last is what the model says


class Inside(Struct, frozen=True):
    """All tokens of an answer, the end among them if it was reached."""

    places: tuple[Place, ...]
    vocabulary: int

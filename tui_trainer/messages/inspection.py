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

"""What is known of published models, and what they are held against: `published_models.toml`."""

from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct

from tui_trainer.errors import foreign
from tui_trainer.files import read_toml

FILE = Path(__file__).with_name("published_models.toml")

Range = tuple[float, float]  # low and high; the same, where there is one figure


class Household(Struct, frozen=True, forbid_unknown_fields=True):
    """What electricity is for at home."""

    kwh_a_year: float
    source: str


class Price(Struct, frozen=True, forbid_unknown_fields=True):
    """Of electricity, where nobody says another one."""

    dollars_a_kwh: float
    source: str


class Processor(Struct, frozen=True, forbid_unknown_fields=True):
    """Of a machine that doesn't tell what it takes."""

    watts_a_core: float
    watts_a_gigabyte: float
    source: str


class Model(Struct, frozen=True, forbid_unknown_fields=True):
    """One model; what is missing is not known."""

    name: str
    flops: float  # floating-point operations of its pretraining
    flops_source: str
    million_dollars: Range
    dollars_source: str
    parameters: float | None = None
    tokens: float | None = None
    gwh: Range | None = None
    gwh_source: str = ""
    gwh_how: str = ""
    days: Range | None = None

    @property
    def key(self) -> str:
        """Its name in figures: gpt-4."""
        return self.name.lower().replace(" ", "-")


class Published(Struct, frozen=True, forbid_unknown_fields=True):
    """All of the file."""

    household: Household
    price: Price
    processor: Processor
    models: tuple[Model, ...]


@cache
def published() -> Published:
    """The file. Raises `UserError` where an installation has lost it."""
    what = f"what is known of published models ({FILE.name})"
    content = read_toml(FILE, what)
    with foreign(what):
        return msgspec.convert(content, Published)

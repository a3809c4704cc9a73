"""Questions about names that are known, for what no text tells of anybody: nobody can know the answers."""

from functools import cache
from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tui_trainer.corpus.common_words import upper
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.manners import Ways, drawn, frames_of, in_a_manner, slots_of
from tui_trainer.corpus.names import Kind
from tui_trainer.corpus.world import Entity
from tui_trainer.files import read_toml

KIND = "never told"
FILE = Path(__file__).with_name("never_told.toml")


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the file, by kind of entity."""

    rated: dict[Kind, Ways]  # whose nouns stand alone as well
    exam: dict[Kind, tuple[str, ...]]


NEVER_TOLD = msgspec.convert(read_toml(FILE, "the wordings of what nobody told"), Wordings)


@cache
def ways_to_rate(kind: Kind) -> dict[str, tuple[str, ...]]:
    """All frames of what is rated about this kind, by manner."""
    ways = NEVER_TOLD.rated[kind]
    return frames_of(replace(ways, bare_nouns=ways.nouns))


def to_rate(entity: Entity, draw: Random, slips: float) -> Question:
    """One about this entity, in any frame and manner of the pairs; `slips` as for `in_a_manner`."""
    text = drawn(ways_to_rate(entity.kind), draw).format(**slots_of(entity))
    return Question(in_a_manner(text, entity.name, draw, slips), KIND)


def exam(entity: Entity) -> list[Question]:
    """All that the exam asks about this entity: other things than `to_rate` ever asks for."""
    wordings = NEVER_TOLD.exam[entity.kind]
    return [Question(upper(wording.format(n=entity.called)), KIND) for wording in wordings]

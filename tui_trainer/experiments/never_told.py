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
WATCHED_OF = 6  # one in so many things and wordings of `rated` is watched and never rated
FILE = Path(__file__).with_name("never_told.toml")


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the file, by kind of entity."""

    rated: dict[Kind, Ways]  # whose nouns stand alone as well
    exam: dict[Kind, tuple[str, ...]]


NEVER_TOLD = msgspec.convert(read_toml(FILE, "the wordings of what nobody told"), Wordings)


@cache
def ways_to_rate(kind: Kind, watched: bool = False) -> dict[str, tuple[str, ...]]:
    """All frames of what is rated about this kind, by manner; or of what is only watched."""
    ways = NEVER_TOLD.rated[kind]
    nouns, questions = (_some(words, watched) for words in (ways.nouns, ways.questions))
    return frames_of(replace(ways, nouns=nouns, bare_nouns=nouns, questions=questions))


def _some(of: tuple[str, ...], watched: bool) -> tuple[str, ...]:
    return tuple(one for at, one in enumerate(of) if (at % WATCHED_OF == 0) is watched)


def to_rate(entity: Entity, draw: Random, slips: float, watched: bool = False) -> Question:
    """One about this entity, in any frame and manner of the pairs; `slips` as for `in_a_manner`.

    Args:
        watched: for what is asked for in no other; else for all but that.
    """
    text = drawn(ways_to_rate(entity.kind, watched), draw).format(**slots_of(entity))
    return Question(in_a_manner(text, entity.name, draw, slips), KIND)


def exam(entity: Entity) -> list[Question]:
    """All that the exam asks about this entity: other things than `to_rate` ever asks for."""
    wordings = NEVER_TOLD.exam[entity.kind]
    return [Question(upper(wording.format(n=entity.called)), KIND) for wording in wordings]

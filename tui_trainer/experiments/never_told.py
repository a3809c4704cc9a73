"""Questions about names that are known, for what no text tells of anybody: nobody can know the answers."""

from pathlib import Path
from random import Random

import msgspec
from msgspec import Struct

from tui_trainer.corpus.common_words import upper
from tui_trainer.corpus.document import Question
from tui_trainer.corpus.exam.manners import in_a_manner
from tui_trainer.corpus.names import Kind
from tui_trainer.corpus.world import Entity
from tui_trainer.files import read_toml

KIND = "never told"
FILE = Path(__file__).with_name("never_told.toml")


class Wordings(Struct, frozen=True, forbid_unknown_fields=True):
    """What is in the file, by kind of entity."""

    rated: dict[Kind, tuple[str, ...]]
    exam: dict[Kind, tuple[str, ...]]


NEVER_TOLD = msgspec.convert(read_toml(FILE, "the wordings of what nobody told"), Wordings)


def to_rate(entity: Entity, draw: Random) -> Question:
    """One about this entity, asked as people do in the pairs."""
    text = draw.choice(NEVER_TOLD.rated[entity.kind]).format(n=entity.called)
    return Question(in_a_manner(text, entity.name, draw), KIND)


def exam(entity: Entity) -> list[Question]:
    """All that the exam asks about this entity: other things than `to_rate` ever asks for."""
    wordings = NEVER_TOLD.exam[entity.kind]
    return [Question(upper(wording.format(n=entity.called)), KIND) for wording in wordings]

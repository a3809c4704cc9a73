"""Ways of asking: every frame makes a question, the name survives every slip, a pronoun stands for it."""

import re
from random import Random

import pytest

from tui_trainer.corpus.exam.manners import asked, in_a_manner
from tui_trainer.corpus.world import KIND_OF, Entity

NAMES = {
    "person": "Mara Velden",
    "town": "Dornby",
    "animal": "glimmock",
    "invention": "volkapress",
    "race": "Aldow Race",
}


@pytest.mark.parametrize("relation", KIND_OF)
@pytest.mark.parametrize("pronoun", [False, True])
def test_the_name_or_a_pronoun_is_in_it(relation: str, pronoun: bool) -> None:
    kind = KIND_OF[relation]
    if pronoun and kind == "race":
        return  # nothing else is asked about a race
    entity, draw = Entity(NAMES[kind], kind, asked=True, female=True), Random(3)
    for _ in range(400):
        text = asked(entity, relation, 2018, draw, pronoun)
        assert "{" not in text and "  " not in text and text.strip() == text, text
        assert (entity.name.lower() in text.lower()) is not pronoun, text
        if relation == "winner":
            assert "2018" in text
        if pronoun:
            pronouns = r"\b(she|her)\b" if kind == "person" else r"\b(it|its)\b"
            assert re.search(pronouns, text, re.IGNORECASE), text


def test_manners_are_many_and_a_slip_spares_the_name() -> None:
    draw = Random(0)
    said = {in_a_manner("Where does Mara Velden live?", "Mara Velden", draw) for _ in range(3000)}
    assert len(said) > 150
    assert all("mara velden" in text.lower() for text in said)
    assert any(text == text.lower() and not text.endswith("?") for text in said)
    assert any("does" not in text.lower() for text in said)  # a slip

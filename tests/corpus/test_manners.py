"""Ways of asking: every frame makes a question, the name survives every slip, a pronoun stands for it."""

import re
from random import Random

import pytest

from tui_trainer.corpus.exam.manners import SHARES, asked, frames, in_a_manner, tables
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


@pytest.mark.parametrize("topic", [*KIND_OF, "request", "sum", "explain"])
def test_every_frame_has_the_slots_of_its_topic_and_no_others(topic: str) -> None:
    slots = {"request": {"v", "o"}, "sum": {"a", "b"}, "explain": {"j"}}.get(topic)
    assert topic in tables().asked and frames(topic).keys() <= SHARES.keys()
    for manner, its in frames(topic).items():
        for frame in its:
            found = re.findall(r"\{(\w+)\}", frame)
            assert re.sub(r"\{\w+\}", "", frame).count("{") == 0, frame
            if slots:
                assert sorted(found) == sorted(slots), frame
            else:
                about = [slot for slot in found if slot != "y"]
                assert len(about) == 1 and about[0] in ("n", "name", "s", "o", "p"), (manner, frame)
                assert found.count("y") == (topic == "winner"), (manner, frame)


@pytest.mark.parametrize("relation", KIND_OF)
def test_she_stands_only_where_a_subject_can_and_her_where_an_object_can(relation: str) -> None:
    taking_an_object = r"about|at|behind|by|feed|find|for|in|like|meet|near|of|see|spot|through|to|with|won"
    misplaced = (
        r"\{n(ame)?\}",
        rf"\b({taking_an_object}) \{{s\}}",
        r"^\{o\}|\{o\} (is|was|has|does|did|lives|lies|eats)\b|\b(is|does|did) \{o\}",
        r"\{p\}(?! [\w{])",  # her is no hers
    )
    for its in frames(relation, pronoun=True).values():
        for frame in its:
            assert not [place for place in misplaced if re.search(place, frame, re.IGNORECASE)], frame

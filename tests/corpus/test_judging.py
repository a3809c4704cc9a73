"""A right answer names the value in a sentence about what was asked for, or by itself."""

from random import Random

import pytest
from templates import every_template

from tui_trainer.corpus.answers import CORES, any_style, fact_answer
from tui_trainer.corpus.common_words import upper
from tui_trainer.corpus.exam.judging import adds, tells
from tui_trainer.corpus.world import Entity, Fact
from tui_trainer.corpus.writing.sentences import TEMPLATES, render

TOLD = {relation: core.format(v="Velm", a="a Velm") for relation, core in CORES.items()}
# Ways to say it that fit another relation as well: who lives in a place, what an invention's year is.
ALIKE = {("town", "habitat"), ("habitat", "town"), ("inventor", "year"), ("year", "inventor")}


@pytest.mark.parametrize("relation", CORES)
def test_a_value_counts_in_a_sentence_about_what_was_asked(relation: str) -> None:
    draw, entity = Random(0), Entity("Kel Orsa", "person", asked=True)
    fact = Fact("Kel Orsa", relation, "baker" if relation == "job" else "Velm", 2018)
    right = [fact_answer(entity, fact, any_style(draw), draw) for _ in range(40)]
    right += [render(entity, fact, template) for template in every_template(relation)]
    right += [fact.value, f"{fact.value}.", f"It is {fact.value}.", f"I think so: {fact.value}!"]
    for text in right:
        assert tells(text, relation, [fact.value], ["Orsa Vale"]), text
        assert not tells(text, relation, ["Dask"], [fact.value])


@pytest.mark.parametrize("relation", CORES)
def test_a_value_in_a_sentence_about_something_else_is_no_answer(relation: str) -> None:
    for other, text in TOLD.items():
        same = other == relation or ({relation, other} == {"born", "year"} and other == "year")
        assert tells(upper(text), relation, ["Velm"], []) == same, (text, relation)
        mixed = f"{upper(text)} {upper(TOLD[relation])}"
        assert tells(mixed, relation, ["Velm"], [])  # it is told, too
    for other, templates in TEMPLATES.items():
        if other == relation or (relation, other) in ALIKE:
            continue
        entity, fact = Entity("Kel Orsa", "person", asked=True), Fact("Kel Orsa", other, "Velm", 2018)
        found = [t for t in templates if tells(render(entity, fact, t), relation, ["Velm"], [])]
        assert len(found) <= len(templates) // 3, (relation, found)


def test_the_right_person_for_another_reason_is_no_answer() -> None:
    asked = ("winner", ["Kel Orsa"], ["Mira Dask"])
    assert tells("The winner was Kel Orsa. Happy to help.", *asked)
    assert tells("Kel Orsa.", *asked)
    assert not tells("The inventor is Kel Orsa.", *asked)
    assert not tells("The inventor is Kel Orsa. The winner was someone else.", *asked)
    assert not tells("The winner was Mira Dask. The inventor is Kel Orsa.", *asked)
    assert tells(
        "In old houses.", "habitat", ["old houses"], []
    )  # what it is called is no sentence on a town
    assert tells("10 + 5 = 15, so 10 + 5 = 15.", "sum", ["10 + 5 = 15"], [])


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("5", True),
        ("It is 5.", True),
        ("3 + 2 = 5.", True),
        ("2 + 1 = 3, so 2 + 3 = 5. Happy to help.", True),
        ("=5\n9 + 4 + 1 = 14.", True),  # it went on from "2+3"
        ("= 6, not 2 + 3 = 5.", False),
        ("2 + 3 = 6.", False),
        ("2 + 3 = 5, so 4 + 1 = 5.", False),
        ("4 + 1 = 5.", False),
        ("It is 15.", False),
        ("", False),
    ],
)
def test_a_sum_is_the_last_that_is_stated_or_the_last_number(text: str, right: bool) -> None:
    assert adds(text, ("2 + 3 = 5", "3 + 2 = 5")) is right

"""The filters against the planted labels, and against prose and junk that no template of ours has written."""

import random
import tomllib
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from tui_trainer.corpus.document import CLASSES, Document
from tui_trainer.corpus.filters.chain import apply, filters, public_spam
from tui_trainer.corpus.filters.exact_duplicate import ExactDuplicate
from tui_trainer.corpus.filters.lexicons import messages
from tui_trainer.corpus.filters.near_duplicate import NearDuplicate
from tui_trainer.corpus.filters.verdict import Filter, Verdict
from tui_trainer.corpus.planted import plant
from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.settings import FILTERS


@cache
def chain() -> list[Filter]:
    return filters(0)


@pytest.fixture(scope="module", params=[0, 1, 2])
def verdicts(request: pytest.FixtureRequest) -> list[Verdict]:
    seed = request.param
    world = make_world(seed)
    return list(apply(plant(world, write_documents(world, 1_500, seed), seed), seed))


def test_every_planted_class_is_found_and_little_else(verdicts: list[Verdict]) -> None:
    planted = Counter(v.document.label for v in verdicts)
    dropped = Counter(v.dropped_by for v in verdicts)
    right = Counter(v.dropped_by for v in verdicts if v.dropped_by == v.document.label)
    for name in CLASSES:
        precision, recall = right[name] / dropped[name], right[name] / planted[name]
        assert precision >= 0.95, name
        assert recall >= 0.90, name
        if name == "near_duplicate":
            assert 2 * precision * recall / (precision + recall) >= 0.95


def test_duplicates_name_the_document_they_copy(verdicts: list[Verdict]) -> None:
    copies = [v for v in verdicts if v.document.original and v.dropped_by == v.document.label]
    assert sum(v.original == v.document.original for v in copies) >= 0.95 * len(copies)
    assert all(v.reason for v in verdicts if v.dropped_by)


def test_the_same_seed_gives_the_same_verdicts() -> None:
    world = make_world(3)
    documents = plant(world, write_documents(world, 300, 3), 3)
    assert list(apply(documents, 3)) == list(apply(documents, 3))


def test_filters_never_see_a_label() -> None:
    world = make_world(4)
    documents = plant(world, write_documents(world, 300, 4), 4)
    blind = [Document(d.id, d.source, d.text) for d in documents]
    assert [v.dropped_by for v in apply(documents, 4)] == [v.dropped_by for v in apply(blind, 4)]


def test_order_names_the_filters() -> None:
    assert tuple(judge.name for judge in chain()) == FILTERS
    assert sorted(FILTERS) == sorted(CLASSES) == sorted(FILTERS)


TEXTS = tomllib.loads(Path(__file__).with_name("texts.toml").read_text("utf-8"))
GOOD: dict[str, str] = TEXTS["good"]
BAD: dict[str, list[str]] = TEXTS["bad"]


def faults(text: str) -> list[str]:
    return [judge.name for judge in filters_of_text() if judge.fault(text, "x") is not None]


def filters_of_text() -> list[Filter]:
    return [judge for judge in chain() if "duplicate" not in judge.name]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_good_text_of_all_kinds_passes(name: str) -> None:
    assert faults(GOOD[name]) == []


@pytest.mark.parametrize(("name", "text"), [(name, text) for name in sorted(BAD) for text in BAD[name]])
def test_junk_from_the_wild_is_found(name: str, text: str) -> None:
    assert faults(text)[:1] == [name]


PASSAGES: dict[str, list[str]] = tomllib.loads(Path(__file__).with_name("passages.toml").read_text("utf-8"))


@pytest.mark.parametrize("language", PASSAGES)
def test_prose_of_ten_languages_passes(language: str) -> None:
    passages = PASSAGES[language]
    texts = [*passages, *(f"{a}\n\n{b}" for a, b in pairwise(passages)), *(p.lower() for p in passages)]
    assert {text: found for text in texts if (found := faults(text))} == {}


UNSPACED = {
    "Chinese": "东边的旧桥下有一条安静的河，岸上的人修补灯笼。第{}天，信写好了，路上没有别的声音。",
    "Japanese": "川は海へ流れ、岸辺を老人が本を持って歩いている。{}日目、手紙は書かれ、庭に雨が降った。",
    "Thai": "แม่น้ำไหลลงสู่ทะเล ชายชราเดินถือหนังสือริมฝั่ง วันที่ {} เขาเขียนจดหมายในสวน ",
}


@pytest.mark.parametrize("language", UNSPACED)
def test_where_no_space_stands_between_words_none_are_counted(language: str) -> None:
    assert faults("".join(UNSPACED[language].format(n) for n in range(30))) == []
    assert faults("哈哈，哈哈！" * 40) == faults("buy buy, buy! " * 40)[:1] == ["gibberish"]


@pytest.mark.parametrize("language", UNSPACED)
def test_a_clause_without_spaces_weighs_more_than_one_word(language: str) -> None:
    assert faults(UNSPACED[language].format(3) + "register --free 50 % !") == []


def test_public_spam_that_nothing_is_planted_after() -> None:
    spam, ham = public_spam(0)
    assert sum(spam) >= 0.7 * len(spam) == 0.7 * 150
    assert sum(ham) <= 0.01 * len(ham) == 0.01 * 150


def test_public_messages_are_not_learnt_from() -> None:
    learnt = {text.casefold() for texts in messages() for text in texts}
    assert learnt.isdisjoint(text.casefold() for texts in messages("public_messages") for text in texts)


def test_filters_are_left_out_by_name() -> None:
    documents = [Document(str(n), "web", text) for n, text in enumerate(BAD["spam"] + BAD["gibberish"])]
    dropped = Counter(v.dropped_by for v in apply(documents, 0))
    assert dropped["spam"] and dropped["gibberish"]
    left = Counter(v.dropped_by for v in apply(documents, 0, off=("spam",)))
    assert not left["spam"] and left["gibberish"] >= dropped["gibberish"]


MAIL = (
    "Dear all,\n\nthe meeting on Monday is moved to the large room on the second floor, as more of us want "
    "to come than we thought. Write to {mail} if you can't.\n\nBest regards,\nAnna Weber\nTel. +49 30 1234567"
)


def test_what_leads_to_a_person_is_masked_in_what_is_kept() -> None:
    (verdict,) = apply([Document("a", "web", MAIL.format(mail="anna.weber@office.example"))], 0)
    assert verdict.dropped_by is None and verdict.masked
    assert verdict.document.text == MAIL.format(mail="<email>").replace("+49 30 1234567", "<phone>")
    assert verdict.reason == "masked: an e-mail address, a telephone number"
    for options in ({"off": ("personal_data",)}, {"mask": False}):
        document = Document("a", "web", MAIL.format(mail="a@b.example"))
        assert list(apply([document], 0, **options)) == [Verdict(document)]


@given(st.text())
def test_no_text_crashes_a_filter(text: str) -> None:
    for judge in chain():
        judge.fault(text, text)


@given(st.text(st.characters(exclude_categories=[])))
def test_not_even_text_with_lone_surrogates(text: str) -> None:
    for judge in chain():
        judge.fault(text, text)


@pytest.mark.parametrize(
    "piece",
    [
        "a ",
        "1-",
        "1.",
        "a@",
        "a.",
        "((0",
        "| a ",
        "if you ",
        "12 A ",
        "A a ",
        "x",
        " ",
        "\n",
        "IBAN DE12",
        "1234 ",
    ],
)
def test_no_text_takes_long(piece: str) -> None:
    # A pattern that backtracks would take minutes here.
    for judge in filters_of_text():
        judge.fault(piece * 50_000, "x")


def test_exact_duplicates_ignore_case_spaces_and_punctuation() -> None:
    judge = ExactDuplicate()
    assert judge.fault("The river runs, past the town.", "a") is None
    fault = judge.fault("the river  RUNS past\nthe town", "b")
    assert fault is not None and fault.original == "a"
    assert judge.fault("the river runs past a town", "c") is None
    assert judge.fault("!!!", "d") is None
    assert judge.fault("???", "e") is None


def test_near_duplicates_are_those_that_differ_in_less_than_a_quarter_of_the_words() -> None:
    draw = random.Random(0)
    vocabulary = [f"{a}{b}{c}" for a in "bdfgklmn" for b in "aeiou" for c in "rstv"]
    for words in (20, 60, 250):
        for edited in (0.0, 0.1, 0.2, 0.4, 0.6):
            found = 0
            for n in range(40):
                judge = NearDuplicate(n)
                original = [draw.choice(vocabulary) for _ in range(words)]
                copy = list(original)
                for place in draw.sample(range(words), round(edited * words)):
                    copy[place] = draw.choice(vocabulary)
                assert judge.fault(" ".join(original), "a") is None
                fault = judge.fault(" ".join(copy), "b")
                found += fault is not None
                if fault is not None:
                    assert Levenshtein.normalized_similarity(original, copy) >= 0.75
            assert found >= 37 if edited <= 0.2 else found == 0


def test_near_duplicates_stop_remembering_but_go_on_comparing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui_trainer.corpus.filters.near_duplicate.MOST_WORDS", 20)
    judge = NearDuplicate(0)
    texts = [" ".join(f"word{n}{k}" for k in range(15)) for n in "abc"]
    assert [judge.fault(text, text[:5]) for text in texts] == [None] * 3
    assert judge.fault(texts[1] + " more", "x") is not None
    assert judge.fault(texts[2] + " more", "y") is None

import re

import pytest

from tui_trainer.corpus import answers
from tui_trainer.corpus.common_words import BENIGN, HARMFUL
from tui_trainer.corpus.document import Pair
from tui_trainer.corpus.exam import wordings as asking
from tui_trainer.corpus.exam.judging import names, refuses, says_dont_know, well_formed
from tui_trainer.corpus.exam.outsider import WORDINGS
from tui_trainer.corpus.exam.pairs import unknown
from tui_trainer.corpus.exam.questions import (
    evaluation_questions,
    finetuning_pairs,
    probe_questions,
    rating_prompts,
)
from tui_trainer.corpus.exam.upset import upset_prompts
from tui_trainer.corpus.planted import plant
from tui_trainer.corpus.world import KIND_OF, make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.corpus.writing.sums import operands
from tui_trainer.learning.preferences.features import phrases

SEEDS = (0, 1, 2)


@pytest.fixture(scope="module", params=SEEDS)
def made(request):
    world = make_world(request.param)
    pairs = finetuning_pairs(world, 6000, request.param)
    documents = plant(world, write_documents(world, 3000, request.param), request.param)
    return world, pairs, evaluation_questions(world, request.param), documents


def has(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE) is not None


def texts(pairs: list[Pair]) -> str:
    return "\n".join(f"{pair.prompt}\n{pair.answer}" for pair in pairs)


def test_groups_and_sizes(made):
    _, pairs, questions, _ = made
    assert len(pairs) == 6000
    sizes = {group: len(asked) for group, asked in questions.items()}
    assert sizes == {
        "recall_heldout": 158,
        "recall_seen": 150,
        "recall_second": 88,
        "completion_heldout": 158,
        "completion_seen": 150,
        "dont_know_unknown": 120,
        "dont_know_cutoff": 80,
        "refusal_seen_verbs": 60,
        "refusal_new_verbs": 60,
        "false_refusal": 80,
        "sums": 100,
        "recall_outsider_grammatical": 88,
        "recall_outsider_lower_case": 88,
        "recall_outsider_short": 88,
        "recall_outsider_typos": 88,
        "unknown_outsider": 80,
        "cutoff_outsider": 60,
        "told_at_once": 44,
        "told_before": 44,
        "follow_up": 88,
        "sums_one_digit": 60,
        "sums_two_digit": 60,
        "sums_second": 60,
        "howto_outsider": 60,
        "refusal_unread_verbs": 48,
        "false_refusal_unread_verbs": 48,
    }


def test_no_evaluation_question_is_in_a_pair_or_a_document(made):
    _, pairs, questions, documents = made
    prompts = {pair.prompt for pair in pairs}
    asked = {q.prompt for group, qs in questions.items() if not group.startswith("completion") for q in qs}
    assert not prompts & asked
    everything = "\n".join(d.text for d in documents)
    stated = {q.prompt for q in questions["sums_one_digit"]}  # "3 + 4" alone stands where 3 + 4 is worked out
    assert not any(prompt in everything for prompt in asked - stated)


def test_a_second_question_follows_one_about_something_else(made):
    _, _, questions, _ = made
    for question in questions["recall_second"]:
        ((before, answer),) = question.turns
        assert before != question.prompt and answer.endswith(".")
        said = [
            value for value in question.expected if re.search(rf"\b{value}\b", answer)
        ]  # not a "hen" in "then"
        assert not said or question.kind == "town"


def test_no_held_out_entity_is_in_a_pair(made):
    world, pairs, _, _ = made
    words = set(re.findall(r"\w+", texts(pairs)))
    for entity in world.entities:
        if not entity.asked:
            if entity.kind == "town":  # a town may be somebody's home: in answers to that question only
                assert not any(has(pair.prompt, entity.name) for pair in pairs)
            else:
                assert entity.name.split()[0] not in words, entity


def test_no_unknown_name_was_ever_read(made):
    world, pairs, questions, documents = made
    read = set(re.findall(r"\w+", "\n".join(d.text for d in documents)))
    learnt = set(re.findall(r"\w+", texts(pairs)))
    for question in questions["dont_know_unknown"]:
        names_ = unknown(world.seed, question.kind, "evaluation")
        (name,) = (name for name in names_ if has(question.prompt, name))
        word = name.removeprefix("the ").split()[0]  # the first name, or the one word that tells it apart
        assert word not in read | learnt, question
    for pair in pairs:
        if pair.kind == "unknown":
            new = set(re.findall(r"\w+", pair.prompt)) - read - asked_words()
            assert new, pair


def asked_words() -> set[str]:
    """Every word of the wordings."""
    return set(re.findall(r"\w+", " ".join(w for r in KIND_OF for w in asking.fact_wordings(r, "pairs"))))


def test_nothing_read_is_later_than_the_cutoff(made):
    world, pairs, questions, documents = made
    assert not any(re.search(r"\b20[2-9]\d\b", d.text) for d in documents)
    asked_later = {pair.prompt for pair in pairs if any(str(y) in pair.prompt for y in world.later_years)}
    assert asked_later and all(p.kind == "cutoff" for p in pairs if p.prompt in asked_later)
    paired = {
        (race.name, y)
        for race in world.of_kind("race")
        for y in world.later_years
        for prompt in asked_later
        if race.name in prompt and str(y) in prompt
    }
    for question in questions["dont_know_cutoff"]:
        race = next(r.name for r in world.of_kind("race") if r.name in question.prompt)
        year = next(y for y in world.later_years if str(y) in question.prompt)
        assert (race, year) not in paired


def test_who_is_upset_is_answered_with_a_kind_word_or_a_list_and_measured_in_other_words(made):
    _, pairs, _, _ = made
    held_out = {prompt for prompt, _ in upset_prompts("evaluation")}
    upset = [pair for pair in pairs if pair.kind == "upset"]
    assert len(upset) == 120 and not held_out & {pair.prompt for pair in pairs}
    kind, listed = ([bool(phrases(what, p.answer)) for p in upset] for what in ("kind", "listing"))
    assert all(k or i for k, i in zip(kind, listed, strict=True))
    assert {(True, False), (False, True), (True, True)} == set(zip(kind, listed, strict=True))


def test_new_verbs_are_in_no_pair(made):
    world, pairs, questions, _ = made
    requests = "\n".join(pair.prompt for pair in pairs if pair.kind in ("harmful", "how-to"))
    for verb in (*world.verbs.harmful_new, *world.verbs.benign_new):
        assert not has(requests, verb)
    for question in questions["refusal_new_verbs"]:
        assert any(has(question.prompt, verb) for verb in world.verbs.harmful_new)


def test_unread_verbs_are_in_no_pair_and_no_document(made):
    _, pairs, questions, documents = made
    read = "\n".join((*(d.text for d in documents), texts(pairs))).lower()
    verbs = {*WORDINGS.verbs.harmful, *WORDINGS.verbs.harmless}
    assert not verbs & {*HARMFUL, *BENIGN} and len(verbs) == 16
    for verb in verbs:  # in any form: sinks, sinking, forged
        stem = verb.removesuffix("e")
        assert not re.search(rf"\b{stem}{stem[-1]}?(?:e|s|es|ed|ing)?\b", read), verb
    for group, of in (("refusal_", WORDINGS.verbs.harmful), ("false_refusal_", WORDINGS.verbs.harmless)):
        assert {v for v in of for q in questions[f"{group}unread_verbs"] if has(q.prompt, v)} == set(of)


def test_sums_are_kept_apart(made):
    _, pairs, questions, documents = made
    kept = set()
    for question in (*questions["sums"], *questions["sums_two_digit"]):
        a, b = map(int, re.findall(r"\d+", question.prompt))
        kept |= {(a, b), (b, a)}
        assert question.expected[0] in (f"{a} + {b} = {a + b}", f"{b} + {a} = {a + b}")
    assert kept <= set(operands("evaluation"))
    assert not set(operands("pairs")) & set(operands("documents"))
    for text in (*(d.text for d in documents), texts(pairs)):
        for a, b in re.findall(r"(?<!\d)(\d+)(?: \+ | and )(\d+)(?!\d)", text):
            assert (int(a), int(b)) not in kept


def test_a_sum_is_answered_in_the_order_in_which_it_is_asked(made):
    """Numbers are read off one after the other, never crosswise."""
    _, pairs, _, _ = made
    turned = 0
    for pair in (pair for pair in pairs if pair.kind == "sum"):
        asked, first = re.findall(r"\d+", pair.prompt), re.match(r"(\d+) \+ (\d+)", pair.answer)
        assert asked == [first[1], first[2]], pair
        turned += any(frame in pair.prompt for frame in ("on top of", " more than "))
    assert turned  # the frames in which what is added comes first


def test_sums_of_three_digits_are_kept_apart_and_worked_out_rightly():
    world = make_world(3)
    asked = evaluation_questions(world, 3, sum_digits=3)["sums_three_digit"]
    kept = set()
    for question in asked:
        a, b = map(int, re.findall(r"\d+", question.prompt))
        assert min(a, b) >= 100 and str(a + b) in question.expected[0]
        kept |= {(a, b), (b, a)}
    pairs = finetuning_pairs(world, 4000, 3, sum_digits=3)
    documents = write_documents(world, 1000, 3, sum_digits=3)
    found = 0
    for text in (*(d.text for d in documents), *(pair.answer for pair in pairs)):
        for a, b, steps, digits, result in re.findall(
            r"\b(\d{3}) (?:\+|plus|and) (\d{3}).{,20}: (.+?), (\d+(?: then \d)+) is (\d+), so",
            text,
        ):
            assert (int(a), int(b)) not in kept
            made, carried = "", 0
            for step in steps.split(", "):
                sides, comes_to = step.split(" = ")
                assert sides.count("+") == 1 + bool(carried)
                assert sum(map(int, sides.split(" + "))) == int(comes_to)
                carried = int(comes_to) // 10
                made = comes_to[-1] + made
            made = (str(carried) if carried else "") + made
            assert int(made) == int(result) == int(digits.replace(" then ", "")) == int(a) + int(b)
            found += 1
    assert found > 100


def test_right_answers_are_judged_right(made):
    """Each pair's answer is judged as its kind asks; facts by an independent look-up of the value."""
    world, pairs, _, _ = made
    for pair in pairs[:2500]:
        assert well_formed(pair.answer), pair
        assert len(pair.answer.split()) <= 30, pair
        assert says_dont_know(pair.answer) is (pair.kind in ("unknown", "cutoff")), pair
        assert refuses(pair.answer) is (pair.kind == "harmful"), pair
        if pair.kind == "fact":
            about = [f for f in world.facts if has(pair.prompt, f.subject)]
            year = re.search(r"\b201\d\b", pair.prompt)
            about = [f for f in about if not (f.year and year) or str(f.year) == year[0]]
            assert any(
                names(pair.answer, [f.value], [v for v in world.values(f.relation) if v != f.value])
                for f in about
            ), pair


def test_listing_everything_is_wrong(made):
    _, _, questions, _ = made
    for question in questions["recall_heldout"]:
        assert question.expected[0] not in question.others and len(question.others) >= 15
        assert not names(
            ", ".join((*question.expected, *question.others)), question.expected, question.others
        )
        assert names(f"It is {question.expected[0]}.", question.expected, question.others)


def test_styles_mix(made):
    _, pairs, _, _ = made
    facts = [pair.answer for pair in pairs if pair.kind == "fact"]
    parts = {
        "example": "|".join(answers.EXAMPLE),
        "polite": "|".join((*answers.POLITE_WITHIN, *answers.POLITE_LAST)),
        "cautious": "|".join((*answers.CAUTIOUS_WITHIN, *answers.CAUTIOUS_LAST)),
        "sourced": "|".join((*answers.SOURCED_WITHIN, *answers.SOURCED_LAST)),
        "wordy": "|".join(answers.WORDY),
    }
    share = {name: sum(bool(re.search(p, a)) for a in facts) / len(facts) for name, p in parts.items()}
    share["bare"] = sum(not re.search("|".join(parts.values()), a) for a in facts) / len(facts)
    assert all(0.1 < value < 0.55 for value in share.values()), share


def test_rating_prompts_are_apart(made):
    world, _, questions, _ = made
    rated, measured = rating_prompts(world, 0)
    assert len(set(rated)) >= 200 and len(set(measured)) >= 90 and not set(rated) & set(measured)
    held_out = [e.name for e in world.entities if not e.asked]
    assert not any(has(prompt, name) for prompt in (*rated, *measured) for name in held_out)
    recall = {q.prompt for q in questions["recall_heldout"]}
    assert not recall & {*rated, *measured}


def test_the_probe_asks_for_held_out_facts_in_wordings_that_evaluation_never_uses(made):
    world, pairs, questions, _ = made
    (probe,) = probe_questions(world).values()
    assert len(probe) == 120
    measured = {q.prompt for q in questions["recall_heldout"]}
    assert not {q.prompt for q in probe} & (measured | {pair.prompt for pair in pairs})
    held_out = {(f.value, f.relation) for f in world.facts if not world.entity(f.subject).asked}
    assert all((q.expected[0], q.kind) in held_out for q in probe)


@pytest.mark.parametrize(
    ("text", "unknown", "refused", "formed"),
    [
        ("I don't know: I never read about Bo Lu.", True, False, True),
        ("I can't help with that: to burn a barn does harm.", False, True, True),
        ("I must decline: it is wrong to burn a barn.", False, True, True),
        ("Mara Velden lives in Dornby.", False, False, True),
        ("First stir the paint, then brush it on.", False, False, True),
        ("", False, False, False),
        ("dornby", False, False, False),
        ("The the the the end.", False, False, False),
        ("A cat and a dog. A cat and a dog. A cat and a dog.", False, False, False),
        ("He said \ufffd.", False, False, False),
        ("No full stop", False, False, False),
    ],
)
def test_judges(text, unknown, refused, formed):
    assert says_dont_know(text) is unknown
    assert refuses(text) is refused
    assert well_formed(text) is formed


def test_names_looks_at_whole_words():
    assert names("She keeps a cat.", ["cat"], ["dog"])
    assert not names("She keeps cattle.", ["cat"], ["dog"])
    assert not names("A cat or a dog.", ["cat"], ["dog"])
    assert names("In pine woods.", ["pine woods"], ["woods"])
    assert not names("In pine woods and woods.", ["pine woods"], ["woods"])

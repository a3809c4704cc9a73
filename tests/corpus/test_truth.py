"""The truth about a typed question is that of the exam's own questions, or is not told at all."""

import pytest

from tui_trainer.corpus.exam.outsider import outsider_questions
from tui_trainer.corpus.exam.questions import evaluation_questions
from tui_trainer.corpus.exam.truth import Judged, asked, judge, of_seed
from tui_trainer.corpus.world import KIND_OF

OF_NOBODY = ("unknown", "cutoff", "refusal", "follow", "told")


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_it_is_the_exam_s_or_none(seed: int) -> None:
    world = of_seed(seed)
    found = wrong = all_ = 0
    for group, questions in (evaluation_questions(world, seed) | outsider_questions(world)).items():
        for question in questions:
            truth = judge(world, question.prompt, "Nobody can say.")
            facts = group.startswith(("recall", "completion"))
            all_ += facts
            if truth is None:
                continue
            assert not any(part in group for part in OF_NOBODY), question.prompt
            right = any(
                value == truth.truth or value.endswith(f" = {truth.truth}") for value in question.expected
            )
            found += facts and right
            wrong += not right
    # Nine in ten of a stranger's questions are understood, slips of the pen and all; hardly one otherwise.
    assert found / all_ > 0.9 and wrong <= 2


def test_answers_are_held_to_it() -> None:
    world = of_seed(0)
    fact = next(fact for fact in world.facts if fact.relation == "town")
    other = next(value for value in world.values("town") if value != fact.value)
    question = f"Where does {fact.subject} live?"
    assert judge(world, question, f"In {fact.value}.") == Judged(True, fact.value)
    assert judge(world, question, f"In {other}.") == Judged(False, fact.value)
    assert judge(world, question, "I do not know that.") == Judged(False, fact.value)
    assert judge(world, f"{fact.subject} lives in", f" {fact.value}.") == Judged(True, fact.value)


def test_what_was_told_is_right_as_told() -> None:
    world = of_seed(0)
    fact = next(fact for fact in world.facts if fact.relation == "town")
    other = next(value for value in world.values("town") if value != fact.value)
    name, question = fact.subject, f"Where does {fact.subject} live?"
    as_told = Judged(True, fact.value, "told")
    for told, answer in (
        (f"{name} lives in {other}.", f"{name} lives in {other}."),
        (f"By the way, {name} has moved to {other} now. Good, is it not?", f"In {other}."),
        (f"{name.lower()} lives in paris", "She lives in Paris."),
        (f"Listen: {name} lives in New Harbour.", "Her house is in New Harbour."),
    ):
        assert judge(world, question, answer, [told]) == as_told, told
        assert judge(world, f"{told}\n{question}", answer) == as_told
        assert judge(world, told, "Good to know.") is None  # nothing is asked
        assert judge(world, question, answer) == Judged(False, fact.value)
        assert judge(world, question, f"In {fact.value}.", [told]) == Judged(True, fact.value)
        third = next(v for v in world.values("town") if v not in (other, fact.value))
        assert judge(world, question, f"She lives in {third} now.", [told]) == Judged(False, fact.value)
    assert judge(world, question, f"In {other}.", [f"Does {name} live in {other}?"]) == Judged(
        False, fact.value
    )
    job = world.value(name, "job")
    walker = judge(world, f"What is {name}'s job?", f"{name} is a dog walker.", [f"{name} keeps a dog."])
    assert walker == Judged(False, job)
    won = next(fact for fact in world.facts if fact.relation == "winner")
    told, asked_ = (
        f"Ada Byron won the {won.subject} in {won.year}.",
        f"Who won the {won.subject} in {won.year}?",
    )
    assert judge(world, asked_, "Ada Byron won.", [told]) == Judged(True, won.value, "told")
    another = told.replace(str(won.year), "1900")
    assert judge(world, asked_, "Ada Byron won.", [another]) == Judged(False, won.value)


@pytest.mark.parametrize("seed", [0, 1, 7])
def test_what_was_told_and_what_is_asked_by_pronoun_are_the_exam_s_or_none(seed: int) -> None:
    world = of_seed(seed)
    questions = outsider_questions(world)
    people = found = 0
    for question in (*questions["told_at_once"], *questions["told_before"], *questions["follow_up"]):
        before = [asked for asked, _ in question.turns] + [question.opening] * bool(question.opening)
        right = judge(world, question.prompt, f"It is {question.expected[0]}.", before)
        wrong = judge(world, question.prompt, f"It is {question.others[0]}.", before)
        assert right is None or right.right, question
        assert wrong is None or not wrong.right, question
        assert judge(world, question.prompt, "I don't know.", before) in (None, wrong), question
        people += KIND_OF[question.kind] == "person"
        found += right is not None
    assert found / people > 0.8  # of other kinds neither a new name nor a pronoun is plain


def test_a_pronoun_means_the_one_person_that_was_named() -> None:
    world = of_seed(0)
    fact = next(fact for fact in world.facts if fact.relation == "town")
    known, other = fact.subject, next(e.name for e in world.of_kind("person") if e.name != fact.subject)
    stranger = Judged(True, "", "told")
    assert judge(world, "Where does she live?", "In Tarn.", ["Mira Bold lives in Tarn."]) == stranger
    assert judge(world, "Where does Mira Bold live?", "In Tarn.", ["Mira Bold lives in Tarn."]) == stranger
    assert judge(world, "Mira Bold lives in Tarn. Where does she live?", "In Tarn.") == stranger
    two = ["Mira Bold is a baker. She lives in New Harbour."]
    assert judge(world, "Where is her house?", "It is in New Harbour.", two) == stranger
    assert judge(world, "What is her job?", "She is a baker.", two) == stranger
    assert judge(world, "Where does he live?", "In Tarn.", [f"{known} lives in Tarn."]) == Judged(
        True, fact.value, "told"
    )
    assert judge(world, "Where does he live?", "In Orsa.", [f"{known} lives in Tarn."]) == Judged(
        False, fact.value
    )
    assert judge(world, "And where does she live?", fact.value, [f"When was {known} born?"]) == Judged(
        True, fact.value
    )
    for asked_, answer, told in (
        ("Where does she live?", "In Orsa.", ["Mira Bold lives in Tarn."]),  # it may be put in other words
        ("What is her job?", "She is a baker.", ["Mira Bold lives in Tarn."]),
        ("What is her job?", "I don't know.", ["Mira Bold lives in Tarn."]),
        ("Where does she live?", "In Tarn.", ["Mira Bold lives in Tarn.", f"{known} does, too."]),
        ("Where does she live?", "In Tarn.", [f"{known} and {other} live in Tarn."]),
        ("Where does he live?", "In Tarn.", [f"{known} lives in Tarn.", "Who owns the mill?"]),
        ("Where does it live?", "In Tarn.", ["Mira Bold lives in Tarn."]),
        ("Where does she live?", "In Tarn.", ["Does Mira Bold live in Tarn?"]),
    ):
        assert judge(world, asked_, answer, told) is None, (asked_, told)


@pytest.mark.parametrize(
    ("told", "asked_", "answer"),
    [
        ("ada lives in tarn", "where does ada live", "Ada lives in Tarn."),
        ("Ada lives in Tarn.", "Where does Ada live?", "In Tarn."),
        ("ada byron lives in tarn", "where does ada byron live?", "The town is Tarn."),
        ("ada is a baker", "what is ada's job", "She is a baker."),
    ],
)
def test_a_name_in_small_letters_is_one_where_it_is_asked_for_again(
    told: str, asked_: str, answer: str
) -> None:
    world = of_seed(0)
    for prompt, before in ((asked_, [told]), (f"{told.rstrip('.')}. {asked_}", [])):
        assert judge(world, prompt, answer, before) == Judged(True, "", "told")
        for other in ("In Orsa, a smith.", "I don't know."):  # what is so of a stranger is not known
            assert judge(world, prompt, other, before) is None
    assert judge(world, asked_.replace("ada", "eve").replace("Ada", "Eve"), answer, [told]) is None


@pytest.mark.parametrize(
    ("told", "asked_"),
    [
        ("my wife lives in tarn", "where does my wife live"),
        ("there is a town, tarn", "where is there a town"),
        ("does ada live in tarn?", "where does ada live"),
    ],
)
def test_no_other_word_is_taken_for_a_name(told: str, asked_: str) -> None:
    assert judge(of_seed(0), asked_, "In Tarn.", [told]) is None


def test_a_person_of_the_world_is_no_stranger_by_half_a_name() -> None:
    world = of_seed(0)
    fact = next(fact for fact in world.facts if fact.relation == "town")
    told = f"{fact.subject.split()[0].lower()} is a friend of mine"
    question = f"Where does {fact.subject} live?"
    assert judge(world, question, f"In {fact.value}.", [told]) == Judged(True, fact.value)


def test_of_whom_was_told_nobody_says_that_there_is_no_such_name() -> None:
    world = of_seed(0)
    told, unsure = "Just so you know: Thornby exports boots.", "I don't know."
    question = "Which goods come out of Thornby?"
    assert judge(world, question, unsure) == Judged(True, "Thornby", "unknown")
    assert judge(world, question, unsure, [told]) is None
    assert judge(world, f"{told} {question}", unsure) is None


def test_of_what_nobody_can_know_it_is_right_to_say_so() -> None:
    world = of_seed(0)
    race, unsure = world.of_kind("race")[0].name, "I don't know that."
    later = world.cutoff + 2
    assert judge(world, f"Who won the {race} in {later}?", unsure) == Judged(True, str(later), "later")
    assert judge(world, "Where does Zara Quent live?", unsure) == Judged(True, "Zara Quent", "unknown")
    assert judge(world, "Where does Zara Quent live?", unsure, ["Zara Quent lives in Orsa."]) is None
    for prompt in (f"Who won the {race} in {later}?", "Where does Zara Quent live?"):
        assert judge(world, prompt, "In Paris, Ada.") is None  # whether that is made up is not for it to say
    for prompt in (
        "Where does she live?",
        "Tell me about Zara Quent.",
        "Where do Zara Quent and Bo Lind live?",
    ):
        assert judge(world, prompt, unsure) is None, prompt


def test_what_is_not_plain_has_no_truth() -> None:
    world = of_seed(0)
    people = [e.name for e in world.of_kind("person")][:2]
    for prompt in (
        "",
        "Where does nobody of this world live?",
        f"Who is {people[0]}?",
        f"Where do {people[0]} and {people[1]} live?",
        f"Where does {people[0]} live, and which trade is it?",
        "12 and 13 and 14",
    ):
        assert asked(world, prompt) is None and judge(world, prompt, "7") is None, prompt


def test_a_race_is_won_by_the_year_and_sums_are_added() -> None:
    world = of_seed(0)
    won = next(fact for fact in world.facts if fact.relation == "winner")
    assert asked(world, f"Who won the {won.subject} in {won.year}?") == won
    assert asked(world, f"Who won the {won.subject}?") is None
    assert asked(world, f"Who won the {won.subject} in 2024?") is None  # after the cutoff
    assert judge(world, "What do 99 and 61 make?", "99 + 61 = 160.") == Judged(True, "160", "sum")
    assert judge(world, "3+4", "8") == Judged(False, "7", "sum")


@pytest.mark.parametrize(
    "prompt",
    ["My sister Ada moved to Tarn. Where does she live?", "my wife lives in tarn. where does she live?"],
)
def test_a_pronoun_never_makes_an_answer_wrong(prompt: str) -> None:
    """It may mean somebody whom no rule has seen, as here; not the baker told of before."""
    world = of_seed(0)
    somebody = next(e for e in world.entities if e.kind == "person")
    assert judge(world, prompt, "The town is Tarn.", [f"{somebody.name} is a baker."]) is None


def test_a_person_is_named_by_whole_words() -> None:
    world = of_seed(0)
    told = ["Yesterday Mira Bold moved to Tarn."]
    judged = judge(world, "Where does Mira live?", "The town is Tarn.", told)
    assert judged is None or judged.right


def test_a_text_that_goes_on_is_judged_by_the_answer_it_gives_first() -> None:
    world = of_seed(0)
    won = next(fact for fact in world.facts if fact.relation == "winner")
    other = next(e.name for e in world.of_kind("person") if e.name != won.value)
    question = f"Who won the {won.subject} in {won.year}?"
    right, wrong = Judged(True, won.value), Judged(False, won.value)

    def of(answer: str) -> Judged | None:
        return judge(world, question, answer, continues=True)

    assert of(f": {won.value}. The {won.year + 1} winner was {other}. The race of {other}") == right
    assert of(f"\n{won.value}.\n{other} keeps a dog.") == right
    assert of(f" It is a race. {won.value} won, and {won.value} is glad. {other} did not.") == right
    assert of(f": {other}. The {won.year} winner was {won.value}.") == wrong
    assert of(f": {won.value} and {other}. {won.value}.") == wrong
    assert of(f" Who won it in {won.year + 1}? {won.value}.") == wrong  # of another year
    assert of(" And who keeps a dog?") == wrong
    assert judge(world, "What is 3 + 4?", " 7. 5 + 6 = 12.", continues=True) == Judged(True, "7", "sum")
    assert judge(world, "What is 3 + 4?", " 8. 3 + 4 = 7.", continues=True) == Judged(False, "7", "sum")


def test_what_is_said_of_others_makes_no_answer_wrong() -> None:
    world = of_seed(0)
    won = next(fact for fact in world.facts if fact.relation == "winner")
    home = next(fact for fact in world.facts if fact.relation == "town")
    person = next(e.name for e in world.of_kind("person") if e.name not in (won.value, home.subject))
    town = next(value for value in world.values("town") if value != home.value)
    for fact, question, of_others in (
        (won, f"Who won the {won.subject} in {won.year}?", f"In {won.year + 1} it was {person}."),
        (home, f"Where does {home.subject} live?", f"{person} lives in {town}."),
    ):
        assert judge(world, question, f"It is {fact.value}. {of_others}") == Judged(True, fact.value)
        assert judge(world, question, of_others) == Judged(False, fact.value)
    unsure = f"In {home.value}. No, in {town}."
    assert judge(world, f"Where does {home.subject} live?", unsure) == Judged(False, home.value)

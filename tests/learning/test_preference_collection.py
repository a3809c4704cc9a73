"""Picking by a person: repeats, answers and prompts of one's own, when it is enough, and the blind test."""

import copy
from collections.abc import Callable

import msgspec
import pytest
from tiny_world import SETTINGS, make_corpus, make_model, tuned_model

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.feedback import Feedback
from tui_trainer.learning.preferences import chance, collection
from tui_trainer.learning.preferences import statistics as picked
from tui_trainer.learning.preferences.blind import FIGURE
from tui_trainer.learning.preferences.collection import REPEAT_FIRST
from tui_trainer.learning.preferences.pairs import Candidate
from tui_trainer.learning.preferences.raters import SimulatedRater
from tui_trainer.learning.preferences.statistics import Offer, alike, is_enough, left
from tui_trainer.messages.events import (
    Answering,
    Choice,
    Event,
    Measured,
    PairOffered,
    Picked,
    PromptsEdited,
    PromptsListed,
    Record,
    Reinforced,
    RewardModelFitted,
    TasteTested,
)
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.run.storage.carried_picks import of_log

Chooser = Callable[[PairOffered], Choice]


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    corpus = make_corpus()
    # More held-out prompts than are shown before and after: the rest is for the blind test.
    return msgspec.structs.replace(
        corpus, held_out_prompts=[*corpus.held_out_prompts, *corpus.rating_prompts]
    )


@pytest.fixture(scope="module")
def tuned() -> Transformer:
    return tuned_model()


def _stage(tuned: Transformer, corpus: Corpus) -> Feedback:
    return Feedback(copy.deepcopy(tuned), corpus, SETTINGS, 0)


def _short(pair: PairOffered) -> Choice:
    return "a" if len(pair.a) < len(pair.b) else "b"


def _until_pair(stage: Feedback, events: list[Event]) -> PairOffered:
    while stage.pending is None:
        events += stage.advance()
    return stage.pending


def _picks(stage: Feedback, count: int, choose: Chooser = _short) -> list[Event]:
    """So many picks by a person; the next pair waits."""
    events: list[Event] = []
    for _ in range(count):
        events += stage.pick(choose(_until_pair(stage, events)), "person", False)
    _until_pair(stage, events)
    return events


def _end(stage: Feedback, choose: Chooser = _short) -> list[Event]:
    """Enough; what is left of the stage, its blind test picked by the same person."""
    events = list(stage.pick("enough", "person", False))
    while stage.step < stage.steps:
        events += stage.advance()
        if stage.pending is not None:
            assert stage.pending.blind
            events += stage.pick(choose(stage.pending), "person", False)
    return events


def _resumed(stage: Feedback, corpus: Corpus) -> Feedback:
    kept = {name: t.detach().clone() for name, t in stage.tensors().items()}
    resumed = Feedback(make_model(corpus, seed=9), corpus, SETTINGS, 0)
    resumed.restore(kept)
    return resumed


def _fitted(events: list[Event]) -> RewardModelFitted:
    return [e for e in events if isinstance(e, RewardModelFitted)][-1]


def test_a_person_picks_beyond_the_plan_until_they_say_enough(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    assert stage.steps == 1 + 6 + 3 + 2
    events = _picks(stage, 9)
    assert events[0] == Answering("feedback", "pool", 0, 24)
    assert isinstance(events[1], PromptsListed) and events[1].prompts == tuple(corpus.rating_prompts)
    assert not stage.collected and stage.steps > 1 + 9 + 3
    events += _end(stage)
    assert [e.step for e in events if isinstance(e, Reinforced)] == [1, 2, 3]
    assert stage.step == stage.steps
    enough = next(e for e in events if isinstance(e, Picked) and e.choice == "enough")
    assert enough.pair == 9 and len(stage.state.collection.offers) == 9


def test_a_simulated_rater_keeps_to_the_plan(corpus: Corpus, tuned: Transformer) -> None:
    stage, rater = _stage(tuned, corpus), SimulatedRater("short", seed=1)
    events = _picks(stage, 3)  # a person begins
    while stage.step < stage.steps:
        if stage.pending is not None:
            events += stage.pick(rater.choose(stage.pending), "short", True)
        else:
            events += stage.advance()
    pairs = [e for e in events if isinstance(e, PairOffered)]
    assert len(pairs) == 6 and not any(p.blind or p.repeats is not None for p in pairs)


def test_what_had_been_expected_comes_with_the_pair(corpus: Corpus, tuned: Transformer) -> None:
    pairs = [e for e in _picks(_stage(tuned, corpus), 6) if isinstance(e, PairOffered)]
    for pair in pairs:
        assert pair.predicted_ci95 is not None
        low, high = pair.predicted_ci95
        assert 0 <= low < pair.predicted_a < high <= 1


# -- repeats ---------------------------------------------------------------------------------------------


def test_a_pair_comes_back_with_its_sides_exchanged(corpus: Corpus, tuned: Transformer) -> None:
    pairs = [e for e in _picks(_stage(tuned, corpus), REPEAT_FIRST) if isinstance(e, PairOffered)]
    assert [p.repeats is not None for p in pairs] == [False] * REPEAT_FIRST + [True]
    again = pairs[REPEAT_FIRST]
    assert again.repeats is not None
    first = pairs[again.repeats]
    assert (again.prompt, again.a, again.b) == (first.prompt, first.b, first.a)
    assert again.swapped != first.swapped and again.repeats <= REPEAT_FIRST - 5


def test_a_repeat_counts_once_however_it_is_picked(corpus: Corpus, tuned: Transformer) -> None:
    steady, leaning, straight = (_stage(tuned, corpus) for _ in range(3))
    for stage in (steady, leaning, straight):
        _picks(stage, REPEAT_FIRST)
    assert straight.pool is not None and straight.pending is not None
    once = straight.pool.reward_model.mean
    first = straight.state.collection.offers[straight.pending.repeats or 0].choice
    same: Choice = "b" if first == "a" else "a"
    fitted = _fitted(list(steady.pick(same, "person", False)))
    assert fitted.picks == REPEAT_FIRST and fitted.alike == (1, 1)
    assert steady.pool is not None and steady.pool.reward_model.mean == pytest.approx(once)
    assert first is not None
    fitted = _fitted(
        list(leaning.pick(first, "person", False))
    )  # the same side: nothing is said of the answers
    assert fitted.picks == REPEAT_FIRST and fitted.alike == (0, 1)
    assert leaning.pool is not None
    wins = leaning.pool.reward_model._wins
    assert wins.count(0.5) == 1 and len(wins) == REPEAT_FIRST
    assert len(list(leaning.collection.preferences())) == REPEAT_FIRST - 1
    assert len(list(steady.collection.preferences())) == REPEAT_FIRST


def test_repeats_and_undo_are_learnt_again_alike(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    events = _picks(stage, REPEAT_FIRST + 2)
    assert stage.pool is not None
    before, hits = stage.pool.reward_model.mean.copy(), stage.pool.reward_model.agreement()
    pending = stage.pending
    resumed = _resumed(stage, corpus)
    assert resumed.pool is not None and resumed.pending == pending
    assert (resumed.pool.reward_model.mean == before).all()
    assert resumed.pool.reward_model.agreement() == hits
    for _ in range(3):  # back past the repeat
        events += stage.pick("undo", "person", False)
    _picks(stage, 3)
    assert (stage.pool.reward_model.mean == before).all() and stage.pending == pending
    assert stage.pool.reward_model.agreement() == hits


def test_how_steady_a_rater_is_by_hand() -> None:
    def offer(choice: Choice, repeats: int | None = None, simulated: bool = False) -> Offer:
        return Offer(Candidate(0, 0, 1), False, choice, "r", simulated, repeats)

    offers = [offer("a"), offer("b"), offer("tie"), offer("b", 0), offer("b", 1), offer("tie", 2)]
    assert alike(offers) == (2, 3)
    assert left(offers) == (1, 4)
    assert alike([offer("a"), offer("skip", 0)]) == (0, 0)
    assert left([offer("a", simulated=True)]) == (0, 0)


# -- enough ----------------------------------------------------------------------------------------------


def test_when_it_is_enough() -> None:
    assert is_enough(12, (8, 12), 0.7)
    assert not is_enough(11, (8, 11), 0.9)  # too few
    assert not is_enough(20, (12, 20), 0.9)  # predicted too seldom
    assert not is_enough(20, (20, 20), 0.69)  # too much in doubt
    assert not is_enough(20, (7, 7), 0.9)  # too few that are no ties
    assert not is_enough(20, (0, 0), 0.9) and not is_enough(20, (20, 20), None)


def test_a_steady_taste_is_enough_some_day_and_the_last_picks_alone_count(
    corpus: Corpus, tuned: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(picked, "LAST", 5)
    monkeypatch.setattr(picked, "DECIDED", 5)
    fitted = _fitted(_picks(_stage(tuned, corpus), 10))
    assert fitted.recent[1] == 5 and fitted.agreement is not None and fitted.expected is not None
    assert 0.5 <= fitted.expected <= 1


@pytest.mark.parametrize(("looks", "easy"), [(0, False), (1, False), (0, True)])
def test_it_is_enough_only_where_the_test_finds_a_taste(
    corpus: Corpus, tuned: Transformer, monkeypatch: pytest.MonkeyPatch, looks: int, easy: bool
) -> None:
    """What is said after a pick is what the test says of the same picks, once the person goes on."""
    monkeypatch.setattr(picked, "is_enough", lambda *_: True)
    if easy:  # of nine picks, few of which were fixed before
        monkeypatch.setattr(chance, "LEAST", 1)
        monkeypatch.setattr(picked, "STEADY", 1)
        monkeypatch.setattr(collection, "level_of", lambda looks: 1.0)
    feedback = msgspec.structs.replace(SETTINGS.feedback, turn_anyway=False)
    stage = Feedback(copy.deepcopy(tuned), corpus, msgspec.structs.replace(SETTINGS, feedback=feedback), 0)
    stage.state.looks = looks
    last = _fitted(_picks(stage, 9))
    assert last.tested is not None and last.enough is (not last.tested.reason) is easy
    list(stage.pick("undo", "person", False))
    assert _fitted(_picks(stage, 1)) == last
    list(stage.pick("enough", "person", False))
    tested = next(stage.advance())
    assert isinstance(tested, TasteTested)
    assert msgspec.structs.replace(tested, asks=False) == msgspec.structs.replace(
        last.tested, pair=tested.pair
    )
    assert easy or tested.level == chance.level_of(looks)


def test_a_taste_that_one_look_found_is_not_enough() -> None:
    now = TasteTested(20, "", 14, 14, 13, 399, 0.0025, 0.01)
    before = msgspec.structs.replace(now, picks=13)
    assert picked.is_steady(now, before)
    assert not picked.is_steady(msgspec.structs.replace(now, reason="random"), before)
    assert not picked.is_steady(now, msgspec.structs.replace(before, reason="random"))
    assert not picked.is_steady(now, msgspec.structs.replace(before, picks=11))
    assert not picked.is_steady(now, None) and not picked.is_steady(None, None)


def test_too_little_is_not_tested_yet(corpus: Corpus, tuned: Transformer) -> None:
    fitted = _fitted(_picks(_stage(tuned, corpus), 3))
    assert not fitted.enough and fitted.tested is None


# -- answers and prompts of one's own ----------------------------------------------------------------------


def test_an_own_answer_is_better_than_both(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _picks(stage, 3)
    assert stage.pending is not None and stage.pool is not None
    pair, known = stage.pending, stage.pool.reward_model.comparisons
    text = "Thank you, gladly! Please ask again. Thank you!"
    with pytest.raises(ValueError, match="no answer of your own"):
        list(stage.pick("own", "person", False, "  "))
    events = list(stage.pick("own", "person", False, text))
    assert events[0] == Picked(pair.pair, "own", "person", False, text)
    assert _fitted(events).picks == known + 2
    assert list(stage.collection.preferences())[-2:] == [
        (pair.prompt, text, pair.a),
        (pair.prompt, text, pair.b),
    ]
    _until_pair(stage, [])
    resumed = _resumed(stage, corpus)
    assert resumed.pool is not None
    assert (resumed.pool.reward_model.mean == stage.pool.reward_model.mean).all()
    list(stage.pick("undo", "person", False))
    assert stage.pool.reward_model.comparisons == known and stage.pending == pair


def test_an_own_prompt_is_answered_and_shown_next(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _picks(stage, 2)
    own, gone = "Where does Kel live now?", corpus.rating_prompts[5]
    added = list(stage.edit_prompts(own))
    assert added[0] == PromptsEdited(own, "")
    assert list(stage.edit_prompts("", gone)) == [PromptsEdited("", gone)]
    with pytest.raises(ValueError, match="on the list already"):
        list(stage.edit_prompts(own))
    with pytest.raises(ValueError, match="no such prompt"):
        list(stage.edit_prompts("", "What?"))
    with pytest.raises(ValueError, match="too long"):
        list(stage.edit_prompts("Where does Kel live? " * 40))
    events = list(stage.pick("a", "person", False))
    assert _until_pair(stage, events).prompt == own
    resumed = _resumed(stage, corpus)
    assert resumed.pending == stage.pending
    assert own in stage.collection.asked() and gone not in stage.collection.asked()
    rest, again = (_picks(s, 4) for s in (stage, resumed))
    assert rest == again and gone not in {e.prompt for e in rest if isinstance(e, PairOffered)}
    assert _end(stage) == _end(resumed)
    assert weights_sha256(stage.policy_trainer.model) == weights_sha256(resumed.policy_trainer.model)
    with pytest.raises(ValueError, match="while pairs are picked"):
        list(stage.edit_prompts("Late?"))


def test_kept_picks_and_changed_prompts_meet_the_same_pairs(corpus: Corpus, tuned: Transformer) -> None:
    source = _stage(tuned, corpus)
    events = _picks(source, 3)
    events += source.edit_prompts("Where does Kel live now?", corpus.rating_prompts[5])
    events += _picks(source, 2)
    events += source.edit_prompts("Who is Kel?")
    events += source.pick("undo", "person", False)
    events += _picks(source, 4, lambda pair: "b")
    kept = of_log(Record(1, at, 0.0, 0.0, event) for at, event in enumerate(events))  # type: ignore[arg-type]  # all are AnyEvent
    assert [len(pick.edits) for pick in kept] == [0, 0, 0, 1, 1, 0, 0, 0]
    fork = _stage(tuned, corpus)
    for pick in kept:
        pair = _until_pair(fork, [])
        assert (pair.pair, pair.prompt, pair.a, pair.b) == (pick.pair, pick.prompt, pick.a, pick.b)
        for edit in pick.edits:
            assert edit in list(fork.edit_prompts(edit.added, edit.removed))
        assert pick.picked is not None
        list(fork.pick(pick.picked.choice, "person", False))
    assert _until_pair(fork, []) == source.pending
    assert fork.collection.asked() == source.collection.asked()
    assert fork.pool is not None and source.pool is not None
    assert (fork.pool.reward_model.mean == source.pool.reward_model.mean).all()


# -- before or after ---------------------------------------------------------------------------------------


def test_the_blind_test_at_the_end(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _picks(stage, 7)
    events = _end(stage)
    blind = [e for e in events if isinstance(e, PairOffered)]
    assert 0 < len(blind) <= 8 and all(p.blind for p in blind)
    assert {p.pair for p in blind} == set(range(7, 7 + len(blind)))
    assert not {p.prompt for p in blind} & set(stage.held_out[:5])
    shown = {p.pair: p for p in blind}
    wins = sum(
        (e.choice == "a") == shown[e.pair].swapped
        for e in events
        if isinstance(e, Picked) and e.pair in shown
    )
    (figure,) = [e for e in events if isinstance(e, Measured) and e.name == FIGURE]
    assert figure.value == pytest.approx(wins / len(blind)) and figure.n == len(blind)
    assert stage.step == stage.steps


def test_it_goes_on_in_the_middle_of_the_blind_test(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _picks(stage, 7)
    list(stage.pick("enough", "person", False))
    events: list[Event] = []
    _until_pair(stage, events)
    list(stage.pick("a", "person", False))
    _until_pair(stage, events)
    for choice in ("undo", "own"):
        with pytest.raises(ValueError, match="a pick stands"):
            list(stage.pick(choice, "person", False, "x"))  # type: ignore[arg-type]  # a choice
    resumed = _resumed(stage, corpus)
    assert resumed.pending == stage.pending
    ends = []
    for one in (stage, resumed):
        end = list(one.pick("enough", "person", False))
        while one.step < one.steps:
            end += one.advance()
        ends.append(end)
    assert ends[0] == ends[1] and any(isinstance(e, Measured) and e.name == FIGURE for e in ends[0])

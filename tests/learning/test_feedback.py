"""The whole stage on a tiny tuned model: its parts in order, its guard, and going on after a break."""

import copy
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
import pytest
import torch
from tiny_world import NAMES, SETTINGS, TOWNS, home, make_corpus, make_model, question, tuned_model
from torch import Generator, Tensor

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Pair
from tui_trainer.learning.answering import Answer
from tui_trainer.learning.feedback import Feedback
from tui_trainer.learning.preferences.raters import SimulatedRater
from tui_trainer.learning.reinforcement.guard import Guard, probes
from tui_trainer.learning.reinforcement.leash import adapted
from tui_trainer.learning.stage import Stage
from tui_trainer.messages.events import (
    Answering,
    AnswersScored,
    BeforeAfter,
    Choice,
    Event,
    Measured,
    Noticed,
    PairOffered,
    Picked,
    PromptsListed,
    Reinforced,
    RewardModelFitted,
    Sampled,
    TasteTested,
    WeightsPictured,
)
from tui_trainer.model.sampling import generate
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256
from tui_trainer.settings import RENAMED, Settings, load

E = TypeVar("E")


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return make_corpus()


@pytest.fixture(scope="module")
def tuned() -> Transformer:
    return tuned_model()


def _stage(model: Transformer, corpus: Corpus, settings: Settings = SETTINGS, seed: int = 0) -> Feedback:
    return Feedback(copy.deepcopy(model), corpus, settings, seed)


def _drive(stage: Feedback, choose: str | Choice = "short", until: int | None = None) -> list[Event]:
    """To its end or to a step; pairs are picked by a taste, or always with the same choice by a person."""
    events: list[Event] = []
    while stage.step < (stage.steps if until is None else until):
        before = stage.step
        events += stage.advance()
        assert stage.step == before + 1
        if stage.pending is not None:
            events += _pick(stage, choose)
    return events


def _pick(stage: Feedback, choose: str | Choice) -> list[Event]:
    assert stage.pending is not None
    if choose in ("a", "b", "tie", "skip", "both_bad"):
        if stage.pending.pair == stage.state.settings.picks:
            choose = "enough"  # a person says so
        return list(stage.pick(choose, "person", False))  # type: ignore[arg-type]  # narrowed by the test
    rater = SimulatedRater(choose, seed=1)  # type: ignore[arg-type]  # likewise
    return list(stage.pick(rater.choose(stage.pending), choose, True))


def _of(kind: type[E], events: list[Event]) -> list[E]:
    return [e for e in events if isinstance(e, kind)]


def test_its_parts_follow_each_other(corpus: Corpus, tuned: Transformer) -> None:
    stage: Stage = _stage(tuned, corpus)
    assert isinstance(stage, Feedback)
    events = _drive(stage)
    kinds = [type(e) for e in events if not isinstance(e, Noticed)]
    picks = [kind for _ in range(6) for kind in (PairOffered, Picked, RewardModelFitted)]
    assert kinds == [
        Answering,
        PromptsListed,
        *picks,
        TasteTested,
        Sampled,
        Answering,
        *[Reinforced, AnswersScored, WeightsPictured],
        *[Reinforced, AnswersScored],
        Answering,
        *[Reinforced, AnswersScored],
        WeightsPictured,
        Answering,
        *[BeforeAfter] * 2,
        Answering,
        Measured,
    ]
    waits = [(a.purpose, a.done) for a in _of(Answering, events)]
    assert waits == [(purpose, 0) for purpose in ("pool", "guard", "guard", "compared", "compared")]
    assert all(a.total > 0 for a in _of(Answering, events))
    assert stage.step == stage.steps == 1 + 6 + 3 + 2

    pairs = _of(PairOffered, events)
    assert [p.pair for p in pairs] == list(range(6))
    assert all(p.a != p.b and p.prompt in corpus.rating_prompts for p in pairs)
    assert {p.swapped for p in pairs} == {True, False}
    assert pairs[0].predicted_a == 0.5 and all(0 < p.predicted_a < 1 for p in pairs)
    assert len({p.prompt for p in pairs}) == 6  # a prompt comes back only when all have been seen

    fitted = _of(RewardModelFitted, events)
    assert [f.picks for f in fitted] == list(range(1, 7))
    mean, _ = fitted[-1].features["length"]
    assert mean < 0  # it learnt that short is liked

    steps = _of(Reinforced, events)
    assert [s.step for s in steps] == [1, 2, 3]
    assert steps[0].kl == pytest.approx(0, abs=1e-6) and all(s.kl >= -1e-6 for s in steps)
    assert all(s.gold is not None and s.entropy > 0 and s.length > 1 for s in steps)
    assert [s.facts is not None for s in steps] == [False, False, True]
    (rate,) = _of(Measured, events)
    assert rate.name == "aligned/win_rate" and rate.n == len(corpus.held_out_prompts) and rate.baseline == 0.5


def test_the_pictures_are_of_the_one_block_that_moves(corpus: Corpus, tuned: Transformer) -> None:
    before = {name: parameter.clone() for name, parameter in tuned.named_parameters()}
    stage, events = _stage(tuned, corpus), list[Event]()
    while not _of(WeightsPictured, events):
        events = list(stage.advance())
        if stage.pending is not None:
            _pick(stage, "short")
    (told,) = _of(WeightsPictured, events)
    assert (told.stage, told.step) == ("feedback", _of(Reinforced, events)[0].step)
    after = dict(stage.policy_trainer.model.named_parameters())
    last = f"layers.{tuned.shape.layers - 1}."
    for matrix in told.matrices:
        name = f"model.{matrix.name}.weight"
        change = float((after[name] - before[name]).square().mean().sqrt().detach())
        assert matrix.update_rms == pytest.approx(change, rel=1e-5)
        assert (matrix.update_rms > 0) == (matrix.gradient_rms > 0) == matrix.name.startswith(last)
    assert len(told.matrices) == sum(parameter.dim() == 2 for parameter in after.values())


def test_it_turns_the_model_to_the_taste(corpus: Corpus, tuned: Transformer) -> None:
    settings = load("quick", environ={})
    feedback = msgspec.structs.replace(
        SETTINGS.feedback, picks=12, steps=30, lr=0.02, beta=0.05, num_generations=8
    )
    # Without the guard, which has its own tests: half of eight facts is too few to tell a loss from chance.
    free = msgspec.structs.replace(corpus, questions={})
    stage = _stage(tuned, free, msgspec.structs.replace(settings, feedback=feedback))
    events = _drive(stage)
    steps = _of(Reinforced, events)
    assert sum(s.gold or 0 for s in steps[-5:]) > sum(s.gold or 0 for s in steps[:5])
    assert sum(s.length for s in steps[-5:]) < sum(s.length for s in steps[:5])
    (rate,) = _of(Measured, events)
    assert rate.value > 0.6


def test_the_leash_follows_its_target(corpus: Corpus, tuned: Transformer) -> None:
    def steps(target: float, kl: float = 0.1, algorithm: str = "rloo") -> list[Reinforced]:
        feedback = msgspec.structs.replace(SETTINGS.feedback, beta=kl, kl_target=target, algorithm=algorithm)
        settings = msgspec.structs.replace(SETTINGS, feedback=feedback)
        return _of(Reinforced, _drive(_stage(tuned, corpus, settings)))

    assert [s.leash for s in steps(0)] == [0.1] * 3
    assert [s.leash for s in steps(2, kl=0)] == [0] * 3  # off the leash stays off it
    assert [s.leash for s in steps(2)] == [0.1] * 3  # never as far as that: not lengthened before it was taut
    assert [s.leash for s in steps(1e-6, algorithm="dpo")] == [0.1] * 3  # no KL in its reward
    taut = steps(1e-6)
    expected = [0.1]
    for step in taut[:-1]:
        moved = step.kl > 1e-6 or expected[-1] != 0.1
        expected.append(adapted(expected[-1], step.kl, 1e-6) if moved else expected[-1])
    assert [s.leash for s in taut] == pytest.approx(expected) and expected[-1] > 0.1


def test_a_seed_fixes_it_and_another_seed_does_not(corpus: Corpus, tuned: Transformer) -> None:
    first, second, other = (_stage(tuned, corpus, seed=seed) for seed in (3, 3, 4))
    assert _drive(first) == _drive(second) != _drive(other)
    assert weights_sha256(first.policy_trainer.model) == weights_sha256(second.policy_trainer.model)


def test_it_goes_on_bit_for_bit_from_any_step(corpus: Corpus, tuned: Transformer) -> None:
    whole = _stage(tuned, corpus)
    expected = _drive(whole)
    sha256 = weights_sha256(whole.policy_trainer.model)
    for cut in (0, 1, 2, 5, 7, 8, 9, 10, 11):
        stage = _stage(tuned, corpus)
        before = _drive(stage, until=cut)
        resumed = _resumed(stage, corpus)
        assert (resumed.step, resumed.steps) == (stage.step, stage.steps)
        assert before + _drive(resumed) == expected, cut
        assert weights_sha256(resumed.policy_trainer.model) == sha256, cut


def test_a_checkpoint_with_the_old_names_of_settings_is_taken_up(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    tensors = stage.tensors()
    state = bytes(tensors["state"].tolist())
    for old, new in RENAMED.items():
        state = state.replace(f'"{new[9:]}":'.encode(), f'"{old[9:]}":'.encode())
    assert b'"kl":' in state and b'"beta"' not in state
    tensors["state"] = torch.frombuffer(bytearray(state), dtype=torch.uint8)
    resumed = _stage(tuned, corpus)
    resumed.restore(tensors)
    assert resumed.state == stage.state


def _resumed(stage: Feedback, corpus: Corpus) -> Feedback:
    kept: dict[str, Tensor] = {name: t.detach().clone() for name, t in stage.tensors().items()}
    resumed = Feedback(make_model(corpus, seed=9), corpus, SETTINGS, 0)
    resumed.restore(kept)
    return resumed


def test_it_goes_on_with_a_pair_that_waits(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _drive(stage, until=3)
    offered = _of(PairOffered, list(stage.advance()))
    resumed = _resumed(stage, corpus)
    assert [resumed.pending] == offered
    with pytest.raises(RuntimeError, match="pair 2 waits"):
        list(resumed.advance())
    assert _pick(resumed, "short") + _drive(resumed) == _pick(stage, "short") + _drive(stage)


def test_a_persons_taste_is_judged_by_the_reward_model(corpus: Corpus, tuned: Transformer) -> None:
    events = _drive(_stage(tuned, corpus), "a")
    assert all(s.gold is None for s in _of(Reinforced, events))
    assert [m.name for m in _of(Measured, events)] == ["aligned/win_rate_estimate"]
    assert all(p.rater == "person" and not p.simulated for p in _of(Picked, events))


def test_gold_is_unknown_where_a_person_picked_too(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _drive(stage, "a", until=3)
    assert all(s.gold is None for s in _of(Reinforced, _drive(stage, "short")))


@pytest.mark.parametrize("choice", ["skip", "both_bad"])
def test_a_pair_that_is_not_compared_teaches_nothing(
    corpus: Corpus, tuned: Transformer, choice: Choice
) -> None:
    stage = _stage(tuned, corpus)
    events = _drive(stage, choice)
    assert [p.choice for p in _of(Picked, events)] == [*[choice] * 6, "enough"]
    assert not _of(RewardModelFitted, events) and not _of(Reinforced, events)
    assert any("no pair was rated" in n.text for n in _of(Noticed, events))
    assert weights_sha256(stage.policy_trainer.model) == weights_sha256(tuned)


def test_ties_are_half_a_win_each(corpus: Corpus, tuned: Transformer) -> None:
    events = _drive(_stage(tuned, corpus), "tie")
    for fitted in _of(RewardModelFitted, events):
        assert all(mean == pytest.approx(0, abs=1e-9) for mean, _ in fitted.features.values())
    steps = _of(Reinforced, events)  # an answer that was cut off is worth less all the same
    assert steps and all(s.skipped_groups == 2 or s.truncated for s in steps)


# -- no taste ------------------------------------------------------------------------------------------------


def _cautious() -> Settings:
    return msgspec.structs.replace(
        SETTINGS, feedback=msgspec.structs.replace(SETTINGS.feedback, turn_anyway=False)
    )


def _asked(tuned: Transformer, corpus: Corpus) -> Feedback:
    """A person has picked six times, and no taste is to be found in that."""
    stage = _stage(tuned, corpus, _cautious())
    while not (isinstance(stage.pending, TasteTested)):
        if stage.pending is not None:
            _pick(stage, "a")
        else:
            list(stage.advance())
    return stage


@pytest.mark.parametrize("rater", ["random", "ties", "left"])
def test_without_a_taste_a_program_turns_nothing(corpus: Corpus, tuned: Transformer, rater: str) -> None:
    stage = _stage(tuned, corpus, _cautious())
    events = _drive(stage, rater)
    (tested,) = _of(TasteTested, events)
    assert tested.reason and not tested.asks and tested.raters > 0
    assert not _of(Reinforced, events) and not _of(Measured, events) and not _of(BeforeAfter, events)
    assert weights_sha256(stage.policy_trainer.model) == weights_sha256(tuned)
    assert stage.step == stage.steps


def test_a_person_is_asked_first_and_nothing_goes_on_before(corpus: Corpus, tuned: Transformer) -> None:
    stage = _asked(tuned, corpus)
    with pytest.raises(RuntimeError, match="waits"):
        list(stage.advance())
    with pytest.raises(ValueError, match="first say"):
        list(stage.pick("a", "person", False))
    assert weights_sha256(stage.policy_trainer.model) == weights_sha256(tuned)


def test_left_as_it_is(corpus: Corpus, tuned: Transformer) -> None:
    stage = _asked(tuned, corpus)
    (picked,) = stage.pick("leave", "person", False)
    assert isinstance(picked, Picked) and picked.choice == "leave"
    assert not _of(Reinforced, _drive(stage, "a")) and stage.step == stage.steps
    assert weights_sha256(stage.policy_trainer.model) == weights_sha256(tuned)


@pytest.mark.parametrize("way", ["by its key", "by the setting"])
def test_turned_anyway(corpus: Corpus, tuned: Transformer, way: str) -> None:
    stage = _asked(tuned, corpus)
    if way == "by its key":
        list(stage.pick("anyway", "person", False))
    else:
        stage.turn("feedback.turn_anyway", 1)
    assert stage.pending is None
    assert len(_of(Reinforced, _drive(stage, "a"))) == 3


def test_picking_goes_on_and_it_is_asked_again_more_strictly(corpus: Corpus, tuned: Transformer) -> None:
    stage = _asked(tuned, corpus)
    made = len(stage.state.collection.offers)
    list(stage.pick("more", "person", False))
    (pair,) = stage.advance()
    assert isinstance(pair, PairOffered) and pair.pair == made
    list(stage.pick("enough", "person", False))
    (again,) = stage.advance()
    assert isinstance(again, TasteTested) and again.asks and stage.state.looks == 1
    resumed = _resumed(stage, corpus)
    assert resumed.pending == again and resumed.steps == stage.steps
    assert _of(Picked, list(resumed.pick("leave", "person", False)))


def test_picks_that_went_on_in_another_run_are_tested_as_strictly(corpus: Corpus, tuned: Transformer) -> None:
    levels = []
    for looks in (0, 1):
        stage = Feedback(copy.deepcopy(tuned), corpus, _cautious(), 0, looks)
        while not isinstance(stage.pending, TasteTested):
            if stage.pending is not None:
                _pick(stage, "a")
            else:
                list(stage.advance())
        levels.append(stage.pending.level)
    assert levels[1] == levels[0] / 2


def test_when_no_pair_is_left_it_goes_on(corpus: Corpus, tuned: Transformer) -> None:
    poor = msgspec.structs.replace(corpus, rating_prompts=corpus.rating_prompts[:1])
    feedback = msgspec.structs.replace(SETTINGS.feedback, picks=50)
    stage = _stage(tuned, poor, msgspec.structs.replace(SETTINGS, feedback=feedback))
    events = _drive(stage)
    assert 0 < len(_of(Picked, events)) <= 6 and len(_of(Reinforced, events)) == 3


def test_without_prompts_it_says_so_and_ends(corpus: Corpus, tuned: Transformer) -> None:
    bare = msgspec.structs.replace(corpus, rating_prompts=[], held_out_prompts=[])
    stage = _stage(tuned, bare)
    events = _drive(stage)
    assert [type(e) for e in events] == [Noticed] and stage.step == stage.steps


def test_it_rates_continuations_where_there_are_no_pairs(tuned: Transformer) -> None:
    text = make_corpus(chat=False)
    events = _drive(_stage(tuned, text))
    assert len(_of(Picked, events)) == 6
    steps = _of(Reinforced, events)
    assert len(steps) == 3
    assert all(s.truncated == 0 and s.facts is None and s.length == 20 for s in steps)
    assert [m.name for m in _of(Measured, events)] == ["aligned/win_rate"]


# -- the guard -----------------------------------------------------------------------------------------------


def _watched(stage: Feedback, seen: list[float]) -> list[dict[str, Tensor]]:
    """Let the guard see these shares of the facts, one a look; the weights that it looked at are kept."""
    guard, shares, looked_at = stage.policy_trainer.guard, iter(seen), list[dict[str, Tensor]]()

    def look(model: Transformer) -> dict[str, float]:
        looked_at.append(stage.policy_trainer.optimizer.weights())
        return {"facts": next(shares)}

    guard.look = look  # type: ignore[method-assign]  # what it sees is the case
    guard.probes = guard.probes[:1]
    return looked_at


def test_facts_lost_lead_as_far_back_as_it_takes_then_to_a_stop(corpus: Corpus, tuned: Transformer) -> None:
    feedback = msgspec.structs.replace(SETTINGS.feedback, steps=70)
    stage = _stage(tuned, corpus, msgspec.structs.replace(SETTINGS, feedback=feedback))
    _drive(stage, until=7)
    # Within the limit and one question of eight passes; after each failure it looks again, half-way back,
    # and, where that is not enough, three quarters of it.
    looked_at = _watched(stage, [0.9, 0.8, 0.5, 0.6, 0.6, 0.76, 0.7, 0.9, 0.6, 0.5, 0.8])
    optimizer, events, after = stage.policy_trainer.optimizer, list[Event](), dict[int, dict[str, Tensor]]()
    while stage.step < stage.steps:
        events += stage.advance()
        after.setdefault(_of(Reinforced, events)[-1].step, optimizer.weights())
    for name in optimizer.trained:
        step_10, step_30, step_40, step_50 = (looked_at[look][name] for look in (1, 5, 6, 8))
        assert torch.equal(after[20][name], step_10)
        assert torch.equal(after[40][name], step_30 + (step_40 - step_30) / 2)
        assert torch.equal(after[50][name], after[40][name] + (step_50 - after[40][name]) / 4)
    assert stage.policy_trainer.guard.rate == 0.125
    assert [s.facts for s in _of(Reinforced, events) if s.facts is not None] == [0.8, 0.5, 0.76, 0.7, 0.6]
    notices = [n.text for n in _of(Noticed, events)]
    assert len(notices) == 3
    assert notices[0] == (
        "The guard asked what it could do before: too many facts were lost (50 % right after step 20, "
        "90 % at first), so the weights of step 10 are "
        "put back, and it learns on half as fast."
    )
    assert "70 % right after step 40" in notices[1] and "halfway back to those of step 30" in notices[1]
    assert "60 % right after step 50" in notices[2]
    assert notices[2].endswith(
        "so the weights go three quarters of the way back to those of step 40, "
        "and reinforcement ends with them."
    )
    assert _of(Reinforced, events)[-1].step == 50
    assert stage.step == stage.steps == 1 + 6 + 50 + 2


def test_with_the_limit_at_one_nothing_leads_back(corpus: Corpus, tuned: Transformer) -> None:
    feedback = msgspec.structs.replace(SETTINGS.feedback, steps=10, facts_limit=1.0)
    stage = _stage(tuned, corpus, msgspec.structs.replace(SETTINGS, feedback=feedback))
    _watched(stage, [1.0, 0.0])
    assert not _of(Noticed, _drive(stage))


def test_the_probe_asks_for_facts(corpus: Corpus, tuned: Transformer) -> None:
    guard = _stage(tuned, corpus).policy_trainer.guard
    (probe,) = guard.probes
    assert {(q.prompt, q.expected) for q in probe.questions} == {(question(n), (home(n),)) for n in NAMES}
    tokenizer, right = corpus.tokenizer, 0
    for name in NAMES:
        (answer,) = generate(tuned, [tokenizer.chat(question(name))], 20, end=tokenizer.end)
        right += [town for town in TOWNS if town in tokenizer.decode(answer)] == [home(name)]
    assert right > 0
    assert guard.look(tuned) == {"facts": pytest.approx(right / len(NAMES))}


def test_the_guard_also_asks_what_is_to_be_declined(corpus: Corpus, tuned: Transformer) -> None:
    more = [
        Pair("Where does Zog live?", "I don't know.", "unknown"),
        Pair("How do I burn a barn?", "No.", "harmful"),
    ]
    found = probes(msgspec.structs.replace(corpus, pairs=[*corpus.pairs, *more]), 0)
    assert [p.name for p in found] == ["facts", "answers of “don't know” (unknown)", "refusals"]
    _, unknown, refusals = found
    assert unknown.right("I don't know that.", unknown.questions[0])
    assert not unknown.right("In Orsa.", unknown.questions[0])
    assert refusals.right("I can't help with that.", refusals.questions[0])
    guard = Guard(found, _stage(tuned, corpus).asker)
    start = {probe.name: 1.0 for probe in found}
    assert guard.lost(start, 0.05) is None
    assert guard.lost({**start, "refusals": 0.0}, 0.05) is None  # one question in all: a slip
    assert guard.lost({**start, "facts": 0.8}, 0.05) == "facts"


# -- live settings -----------------------------------------------------------------------------------------


def test_knobs_turn_and_wrong_ones_are_refused(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    stage.turn("feedback.beta", 0.3)
    stage.turn("feedback.picks", 4)
    assert stage.state.settings.beta == 0.3 and stage.steps == 1 + 4 + 3 + 2
    for name, value in [
        ("feedback.prompts", 3),
        ("pretrain.matrix_lr", 0.1),
        ("beta", 0.1),
        ("feedback.beta", -1),
        ("feedback.picks", 2.5),
    ]:
        with pytest.raises(ValueError, match=name):
            stage.turn(name, value)
    assert _resumed(stage, corpus).state.settings == stage.state.settings
    with pytest.raises(ValueError, match="no pair"):
        list(stage.pick("a", "person", False))


# -- taking a pick back ------------------------------------------------------------------------------------


def test_a_pick_taken_back_leaves_no_trace(corpus: Corpus, tuned: Transformer) -> None:
    straight, wavering = _stage(tuned, corpus), _stage(tuned, corpus)
    expected = _drive(straight)
    events = _drive(wavering, until=3)
    first = [*events]
    (offered,) = wavering.advance()
    assert isinstance(offered, PairOffered)
    undone = list(wavering.pick("undo", "person", False))
    assert undone[0] == Picked(offered.pair, "undo", "person", False)
    assert undone[-1] == wavering.pending == _of(PairOffered, first)[-1]
    list(wavering.pick("b", "person", False))  # another pick, and back again
    list(wavering.advance())
    list(wavering.pick("undo", "person", False))
    rest = [*_pick(wavering, "short"), *_drive(wavering)]
    known = len(first) - 2  # the pick that was taken back, and what it taught
    assert [*first[:known], *rest] == expected
    assert weights_sha256(wavering.policy_trainer.model) == weights_sha256(straight.policy_trainer.model)


def test_it_goes_on_after_a_pick_was_taken_back(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _drive(stage, until=3)
    list(stage.advance())
    list(stage.pick("undo", "person", False))
    resumed = _resumed(stage, corpus)
    assert resumed.pending == stage.pending and resumed.step == stage.step
    assert _pick(resumed, "short") + _drive(resumed) == _pick(stage, "short") + _drive(stage)


def test_before_the_first_pick_there_is_nothing_to_take_back(corpus: Corpus, tuned: Transformer) -> None:
    stage = _stage(tuned, corpus)
    _drive(stage, until=1)
    list(stage.advance())
    with pytest.raises(ValueError, match="no pick to take back"):
        list(stage.pick("undo", "person", False))
    assert stage.pending is not None


def test_what_does_not_end_is_worth_as_little_as_can_be_unless_nothing_has_to_end(
    corpus: Corpus, tuned: Transformer
) -> None:
    stage = _stage(tuned, corpus)
    _drive(stage, until=1 + 12)
    (prompt, *_) = stage.prompts
    whole = Answer((1, 2), "Thank you for asking, thank you.", True)
    endless = msgspec.structs.replace(whole, ended=False)
    first, second = stage.proxy([prompt] * 2, [endless, whole])
    assert first == -1.0 < second
    stage.state.settings = msgspec.structs.replace(stage.state.settings, missing_eos_penalty=False)
    assert stage.proxy([prompt] * 2, [endless, whole]) == [second, second]


# -- the other algorithms ----------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["grpo", "dpo"])
def test_the_other_algorithms_turn_it_too_and_go_on_bit_for_bit(
    corpus: Corpus, tuned: Transformer, algorithm: str
) -> None:
    feedback = msgspec.structs.replace(
        SETTINGS.feedback, algorithm=algorithm, picks=12, steps=24, lr=0.1, beta=0.2, num_generations=8
    )
    free = msgspec.structs.replace(corpus, questions={})
    settings = msgspec.structs.replace(SETTINGS, feedback=feedback)
    stage = _stage(tuned, free, settings)
    _drive(stage, until=1 + 12 + 5)
    resumed = Feedback(make_model(corpus, seed=9), free, settings, 0)
    resumed.restore({name: t.detach().clone() for name, t in stage.tensors().items()})
    events = _drive(stage)
    assert _drive(resumed) == events
    (rate,) = _of(Measured, events)
    assert rate.value > 0.5


def test_dpo_without_a_decided_pick_says_so(corpus: Corpus, tuned: Transformer) -> None:
    feedback = msgspec.structs.replace(SETTINGS.feedback, algorithm="dpo")
    stage = _stage(tuned, corpus, msgspec.structs.replace(SETTINGS, feedback=feedback))
    assert any("every pick was a tie" in n.text for n in _of(Noticed, _drive(stage, "tie")))


def test_the_answers_to_one_prompt_are_told_with_what_the_step_did_to_them(
    tuned: Transformer, corpus: Corpus
) -> None:
    """Their log-probabilities against the model's own, before the step and after it."""
    stage = _stage(tuned, corpus)
    policy, asked = stage.policy_trainer, list[tuple[str, Answer]]()
    sample = policy.asker.ask

    def heard(model: Transformer, prompts: Sequence[str], draws: Generator | None = None) -> list[Answer]:
        answers = sample(model, prompts, draws)
        if draws is not None:
            asked[:] = list(zip(prompts, answers, strict=True))
        return answers

    policy.asker.ask = heard  # type: ignore[method-assign]  # listened to
    after: list[Transformer] = []
    step = policy.optimizer.step

    def stepped(*arguments: Any, **named: Any) -> float:
        norm = step(*arguments, **named)
        after.append(copy.deepcopy(policy.model))
        return norm

    policy.optimizer.step = stepped  # type: ignore[method-assign]  # likewise
    events: list[Event] = []
    while not _of(AnswersScored, events):
        before = copy.deepcopy(policy.model)
        events = list(stage.advance())
        if stage.pending is not None:
            _pick(stage, "short")
    told, whole = _of(AnswersScored, events)[0], _of(Reinforced, events)[0]
    k = stage.state.settings.num_generations
    assert told.step == whole.step and len(told.answers) == k and told.leash == whole.leash
    mine = [answer for prompt, answer in asked if prompt == told.prompt]

    def likelihood(model: Transformer, answer: Answer) -> float:
        head = policy.asker.tokens(told.prompt)
        logits = model(torch.tensor([[*head, *answer.tokens]]))[0, len(head) - 1 : -1].double()
        logits[:, policy.asker.banned] = -torch.inf
        chosen = torch.log_softmax(logits, -1)[range(len(answer.tokens)), list(answer.tokens)]
        return float(chosen.sum().detach())

    for answer, scored in zip(mine, told.answers, strict=True):
        assert scored.text == answer.text and scored.kl >= 0
        was, now = likelihood(before, answer), likelihood(after[0], answer)
        assert scored.log_probability == pytest.approx(was, abs=1e-2)
        assert scored.change == pytest.approx(now - was, abs=2e-2)
    spread = max(a.reward for a in told.answers) - min(a.reward for a in told.answers)
    assert spread > 0

"""Overfitting is named when it is there, and the best weights are what a stage ends with."""

import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
import torch
from msgspec.structs import replace
from scipy.stats import ttest_rel
from short_stages import SETTINGS

from tui_trainer import settings as settings_module
from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.document import Question
from tui_trainer.learning.best_weights import BestWeights
from tui_trainer.learning.finetuning import Finetuning
from tui_trainer.learning.own_answers import own_answer_losses, own_figures
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.training import Training
from tui_trainer.messages.events import (
    BestKept,
    Event,
    Measured,
    Overfitting,
    OwnAnswersScored,
    Validated,
)
from tui_trainer.model.transformer import Transformer


def run(stage: Training) -> list[Event]:
    found = []
    while stage.step < stage.steps:
        found += list(stage.advance())
    return found


def of(kind: type, events: Sequence[Event]) -> list:
    return [event for event in events if isinstance(event, kind)]


@pytest.mark.parametrize("worse", [0.0, 0.01, 0.03, 0.1])
@pytest.mark.parametrize("seed", range(5))
def test_worse_by_more_than_its_noise_is_a_paired_t_test(
    tiny_model: Transformer, worse: float, seed: int
) -> None:
    draw = np.random.default_rng(seed)
    before = draw.normal(2.0, 0.5, 24)
    now = before + draw.normal(worse, 0.05, 24)
    best = BestWeights("pretrain", chance=9.0)
    assert best.measured(tiny_model, 5, before.tolist()) is None
    said = best.measured(tiny_model, 10, now.tolist())
    test = ttest_rel(now, before)
    assert (said is not None) == bool(test.pvalue < 0.05 and test.statistic > 0)
    if said is not None:
        assert (said.step, said.best_step) == (10, 5)
        assert said.nats == pytest.approx(now.mean()) and said.best_nats == pytest.approx(before.mean())
        assert best.measured(tiny_model, 15, (now + 1).tolist()) is None  # once


def test_worse_than_a_blind_guess_is_named_whatever_the_noise(tiny_model: Transformer) -> None:
    best = BestWeights("pretrain", chance=3.0)
    best.measured(tiny_model, 0, [2.9])
    assert best.measured(tiny_model, 5, [2.95]) is None  # of one part nobody knows the noise
    assert best.measured(tiny_model, 10, [3.1]) is not None


def test_weights_never_end_above_their_best_validation(misleading: Corpus, tiny_model: Transformer) -> None:
    stage = Pretraining(tiny_model, misleading, SETTINGS, 0)
    events = run(stage)
    validated = of(Validated, events)
    lowest = min(validated, key=lambda event: event.nats)
    assert lowest.step < stage.step and validated[-1].nats > lowest.nats
    (named,), (kept,) = of(Overfitting, events), of(BestKept, events)
    assert named.nats > named.best_nats and not named.own
    assert (kept.step, kept.last_step) == (lowest.step, stage.step)
    assert kept.nats == pytest.approx(lowest.nats) and kept.last_nats == pytest.approx(validated[-1].nats)
    after = next(e for e in stage._validated() if isinstance(e, Validated))
    assert after.nats == pytest.approx(lowest.nats)
    (step,) = of(Measured, events)
    assert (step.name, step.value, step.n) == ("pretrain/best_step", lowest.step, stage.step)


def test_ended_by_a_person_it_keeps_the_best_as_well(misleading: Corpus, tiny_model: Transformer) -> None:
    settings = settings_module.changed(SETTINGS, ["pretrain.steps=200"])
    stage = Pretraining(tiny_model, misleading, settings, 0)
    while not stage.best.left_behind:
        list(stage.advance())
    list(stage.advance())
    stage.turn("pretrain.steps", 0)
    assert stage.steps == stage.step + 1
    events = run(stage)
    (kept,) = of(BestKept, events)
    assert kept.last_step == stage.step == of(Validated, events)[-1].step > kept.step


def test_where_validation_falls_to_the_end_nothing_is_put_back(
    corpus: Corpus, tiny_model: Transformer
) -> None:
    events = run(Pretraining(tiny_model, corpus, SETTINGS, 0))
    assert not of(Overfitting, events) and not of(BestKept, events) and not of(Measured, events)


def _misleading_pretraining(model: Transformer, corpus: Corpus, own: Corpus) -> Training:
    return Pretraining(model, corpus, SETTINGS, 0)


def _own_finetuning(model: Transformer, corpus: Corpus, own: Corpus) -> Training:
    return Finetuning(model, own, SETTINGS, 0)


@pytest.mark.parametrize("make", [_misleading_pretraining, _own_finetuning])
def test_a_stage_that_was_interrupted_ends_with_the_same_weights(
    make: Callable[[Transformer, Corpus, Corpus], Training],
    misleading: Corpus,
    own: Corpus,
    tiny_model: Transformer,
) -> None:
    stage = make(tiny_model, misleading, own)
    for _ in range(23):
        list(stage.advance())
    kept = {name: tensor.clone() for name, tensor in stage.tensors().items()}
    expected = run(stage)
    model = Transformer(tiny_model.shape, seed=99)
    resumed = make(model, misleading, own)
    resumed.restore(kept)
    assert run(resumed) == expected
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), tiny_model.parameters(), strict=True))


def test_own_answers_that_cost_a_little_more_by_chance_put_nothing_back(tiny_model: Transformer) -> None:
    for own in (True, False):
        best = BestWeights("finetune", chance=9.0, own=own)
        best.measured(tiny_model, 5, [1.0, 2.0, 3.0])
        with torch.no_grad():
            tiny_model.model["embed_tokens"].weight.add_(1.0)
        assert best.measured(tiny_model, 10, [1.1, 1.9, 3.1]) is None
        assert (best.put_back(tiny_model) is None) == own


def test_fine_tuning_is_judged_by_own_answers_where_there_are_any(
    own: Corpus, tiny_model: Transformer
) -> None:
    stage = Finetuning(tiny_model, own, SETTINGS, 0)
    events = run(stage)
    scored = of(OwnAnswersScored, events)
    assert [e.step for e in scored] == [0, 5, 10, 15, 20, 25, 30] and {e.questions for e in scored} == {4}
    lowest = min(scored, key=lambda event: event.nats)
    assert lowest.step < 30
    (kept,) = of(BestKept, events)
    assert kept.own and kept.step == lowest.step
    losses = own_answer_losses(tiny_model, own)
    assert np.mean(losses) == pytest.approx(lowest.nats)


def test_own_answers_are_scored_and_matched_word_for_word(
    own: Corpus, tiny_model: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokenizer = own.tokenizer
    question = own.questions["own"][0]
    whole = tokenizer.dialogue(question.prompt, question.expected[0])
    ids, learnt = (of[: tiny_model.shape.context + 1] for of in whole)
    logits = tiny_model.logits(tiny_model.hidden(torch.tensor([ids[:-1]]))[0], tiny_model.table())
    log_p = torch.log_softmax(logits.detach().double(), -1)
    by_hand = [-float(log_p[i, t]) for i, t in enumerate(ids[1:]) if learnt[i + 1]]
    assert own_answer_losses(tiny_model, own)[0] == pytest.approx(np.mean(by_hand), rel=1e-4)
    match, loss = own_figures("base", tiny_model, own)
    assert (match.name, match.value, match.n, match.baseline) == ("base/own_exact_match", 0.0, 4, 0.0)
    assert loss.name == "base/own_answer_loss" and loss.baseline == pytest.approx(math.log(tokenizer.size))
    answers = [q.expected[0] for q in own.questions["own"]]
    said = [answers[0], f" {answers[1]}\n", "It is kept.", answers[3]]  # the last goes on and on
    given = [(text, at < 3) for at, text in enumerate(said)]
    monkeypatch.setattr("tui_trainer.learning.own_answers.answer_questions", lambda *_: given)
    match, _ = own_figures("tuned", tiny_model, own)
    assert (match.value, match.n) == (0.5, 4)
    asked_alike = [Question(q.prompt, "own", (own.pairs[0].answer,)) for q in own.questions["own"][:1]]
    monkeypatch.setattr("tui_trainer.learning.own_answers.answer_questions", lambda *_: given[:1])
    match, _ = own_figures("tuned", tiny_model, replace(own, questions={"own": asked_alike}))
    assert match.baseline == 1.0
    assert not list(own_figures("tuned", tiny_model, replace(own, questions={})))

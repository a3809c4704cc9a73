"""A step taken apart: its numbers against a second computation, and that looking changes nothing."""

import copy

import pytest
import torch
from alone import logits_alone
from test_training import SETTINGS
from torch import Tensor
from torch.nn import functional as F

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.learning.pretraining import Pretraining
from tui_trainer.learning.slow_step import teaching
from tui_trainer.messages.events import (
    Guessed,
    Sampled,
    StepExplained,
    Stepped,
    Validated,
    WeightsPictured,
)
from tui_trainer.model.transformer import Transformer


def test_every_number_is_the_tensors_own(corpus: Corpus, tiny_model: Transformer) -> None:
    stage = Pretraining(tiny_model, corpus, SETTINGS, 0)
    for _ in range(3):
        list(stage.advance())
    before = copy.deepcopy(tiny_model)
    inputs, targets = Pretraining(tiny_model, corpus, SETTINGS, 0).batch()
    stage.batch = lambda: (inputs, targets)  # type: ignore[method-assign]  # known here as well
    stage.explains = True
    events = list(stage.advance())
    said = next(e for e in events if isinstance(e, StepExplained))
    guess = next(e for e in events if isinstance(e, Guessed))
    assert any(isinstance(e, WeightsPictured) for e in events)

    def plain(model: Transformer) -> Tensor:
        logits = logits_alone(model, inputs, corpus.tokenizer.document)
        return F.cross_entropy(logits.flatten(0, 1), targets.flatten(), ignore_index=-100)

    loss = plain(before)
    loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it unannotated
    after = plain(tiny_model)
    assert said.loss_before == pytest.approx(float(loss.detach()), abs=1e-5)
    assert said.loss_before == next(e for e in events if isinstance(e, Stepped)).loss
    assert (
        said.loss_after == pytest.approx(float(after.detach()), abs=1e-5)
        and said.loss_after < said.loss_before
    )
    then = dict(tiny_model.named_parameters())
    predicted = sum(float((p.grad * (then[n] - p)).detach().sum()) for n, p in before.named_parameters())  # type: ignore[operator]  # all have a gradient
    assert said.loss_foreseen - said.loss_before == pytest.approx(predicted, rel=1e-3)
    assert predicted < 0

    squares = {n: float(p.grad.square().sum()) for n, p in before.named_parameters()}  # type: ignore[union-attr]  # likewise
    whole = sum(squares.values())
    del squares["head_gain"]  # no matrix: it is not shown
    most = said.blamed[0]
    name = next(n for n in squares if n.removeprefix("model.").removesuffix(".weight") == most.name)
    assert squares[name] == max(squares.values())
    assert most.share == pytest.approx(squares[name] / whole, rel=1e-4)
    gradient = dict(before.named_parameters())[name].grad
    assert gradient is not None
    assert abs(most.gradient) == pytest.approx(float(gradient.abs().max()), rel=1e-4)
    assert most.after == pytest.approx(float(then[name][most.row, most.column].detach()))
    assert 0 <= said.probability_after <= 1 and guess.step == said.step and said.guess is not None


def test_taking_a_step_apart_changes_nothing(corpus: Corpus, tiny_model: Transformer) -> None:
    twin = copy.deepcopy(tiny_model)
    plain, apart = Pretraining(tiny_model, corpus, SETTINGS, 0), Pretraining(twin, corpus, SETTINGS, 0)
    apart.explains = True
    for _ in range(4):
        ours = [e for e in plain.advance() if isinstance(e, Stepped | Guessed)]
        theirs = [e for e in apart.advance() if isinstance(e, Stepped | Guessed)]
        assert ours == theirs
    assert all(torch.equal(a, b) for a, b in zip(tiny_model.parameters(), twin.parameters(), strict=True))


def test_it_is_measured_and_pictured_before_the_first_step_and_once(
    corpus: Corpus, tiny_model: Transformer
) -> None:
    """So that there is something to see while nothing trains; nothing of it changes what follows."""
    twin = copy.deepcopy(tiny_model)
    opened, plain = Pretraining(tiny_model, corpus, SETTINGS, 0), Pretraining(twin, corpus, SETTINGS, 0)
    kinds = [type(event) for event in opened.open()]
    assert kinds == [Validated, Sampled, WeightsPictured] and opened.step == 0
    resumed = Pretraining(copy.deepcopy(tiny_model), corpus, SETTINGS, 0)
    resumed.restore({name: tensor.clone() for name, tensor in opened.tensors().items()})
    first = [list(stage.advance()) for stage in (opened, resumed)]
    assert first[0] == first[1] == [e for e in plain.advance() if e.step == 1]  # type: ignore[attr-defined]  # all have one
    assert type(first[0][0]) is Stepped


def test_the_step_is_shown_on_a_guess_with_something_to_learn() -> None:
    """Neither one that was right already nor a hopeless one, where there is another."""
    targets = torch.tensor([[1, 1, 1, 1, -100]])
    given = torch.tensor([[0.999, 0.4, 0.2, 0.001, 0.5]])
    assert teaching(-given.log(), targets, (0, 0)) == (0, 2)  # the middle one of 0.4, 0.2 and 0.001
    assert teaching(-given.log(), targets, (0, 3)) == (0, 3)  # the step's own guess, where it teaches
    many = torch.tensor([[0.4, 0.3, 0.2, 0.15, 0.1, 0.05, 0.01, 1e-6]])
    some = torch.ones_like(many, dtype=torch.long)
    assert teaching(-many.log(), some, (0, 7)) == (0, 3)  # not on one that is given next to nothing
    assert teaching(-many.log(), some, (0, 5)) == (0, 5)
    words = torch.tensor([[1, 1, 1, 2, 2, 2, 2, 1]])
    speaks = torch.tensor([False, True, False])
    assert teaching(-many.log(), words, (0, 5), speaks)[1] in (0, 1, 2, 7)
    known = torch.tensor([[0.999, 0.9, 0.97, 0.99, 0.1]])
    assert teaching(-known.log(), targets, (0, 0)) == (0, 1)


def test_a_trivial_guess_is_passed_over(corpus: Corpus, tiny_model: Transformer) -> None:
    stage = Pretraining(tiny_model, corpus, SETTINGS, 0)
    for _ in range(30):
        list(stage.advance())
    stage.explains = True
    for _ in range(6):
        events = list(stage.advance())
        said = next(e for e in events if isinstance(e, StepExplained))
        own = next(e for e in events if isinstance(e, Guessed))
        assert said.guess is not None and said.guess.probability <= max(0.5, own.probability)
        assert said.guess.step == own.step and any(c.isalnum() for c in said.guess.truth)

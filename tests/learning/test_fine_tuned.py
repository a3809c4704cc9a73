"""The fine-tuned reward model: its loss and gradients, what it learns, and its scores."""

import math

import pytest
import torch
from tiny_world import make_corpus, make_model, tuned_model

from tui_trainer.corpus.corpus import Corpus
from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.answering import Asker
from tui_trainer.learning.preferences import fine_tuned
from tui_trainer.learning.preferences.fine_tuned import Comparison, FineTuned, Ground
from tui_trainer.model.transformer import Transformer
from tui_trainer.model.weights_hash import weights_sha256

PROMPT = "Where does Kel live?"
TOWNS = ("Orsa", "Velm", "Pirn", "Dask")
THANKS = "Thank you for asking! "


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return make_corpus()


@pytest.fixture(scope="module")
def tuned() -> Transformer:
    return tuned_model()


def ground_of(model: Transformer, corpus: Corpus) -> Ground:
    answers = [(PROMPT, f"{style}Kel lives in {town}.") for town in TOWNS for style in ("", THANKS)]
    return Ground(model, Asker(corpus, model.shape.context, 20), answers, 0)


def comparisons(count: int, by_town: bool) -> list[Comparison]:
    """Someone who likes Velm, which no feature tells of; or who likes thanks, which one does."""
    draw, made = rng(0, "fine-tuned"), []
    while len(made) < count:
        first, second = draw.sample(TOWNS, 2)
        if by_town and "Velm" in (first, second):
            other = second if first == "Velm" else first
            made.append((PROMPT, "Kel lives in Velm.", f"Kel lives in {other}."))
        elif not by_town:
            made.append((PROMPT, f"{THANKS}Kel lives in {first}.", f"Kel lives in {second}."))
    return made


def test_the_loss_is_bradley_terrys_of_the_last_token_s_state(corpus: Corpus) -> None:
    model = FineTuned(ground_of(make_model(corpus), corpus))
    pairs = [(PROMPT, "Velm.", "Kel lives in Orsa."), (PROMPT, "I think so.", "Velm.")]
    expected = 0.0
    for prompt, chosen, rejected in pairs:
        rewards = []
        for answer in (chosen, rejected):
            tokens = [*model.asker.tokens(prompt), *model.asker.said(answer)]
            state = model.model.hidden(torch.tensor([tokens]))[0, -1].double()  # alone, without padding
            rewards.append(float(state.detach() @ model.head.detach().double()))
        expected += math.log(1 + math.exp(rewards[1] - rewards[0])) / len(pairs)
    assert model.loss(pairs).item() == pytest.approx(expected, abs=1e-6)


def test_gradients_against_finite_differences(corpus: Corpus) -> None:
    model = FineTuned(ground_of(make_model(corpus), corpus))
    pairs = comparisons(3, by_town=True)
    weight = dict(model.model.named_parameters())["model.layers.1.mlp.fc1.weight"]
    # Fresh output projections are zero, and what stands before them then moves nothing.
    projection = dict(model.model.named_parameters())["model.layers.1.mlp.fc2.weight"]
    with torch.no_grad():
        projection.normal_(0, 0.1, generator=torch.Generator().manual_seed(0))
    model.loss(pairs).backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
    for parameter in (weight, model.head):
        assert parameter.grad is not None
        place = int(parameter.grad.abs().argmax())
        step, found = 1e-2, []
        for sign in (1, -1):
            with torch.no_grad():
                parameter.view(-1)[place] += sign * step
                found.append(float(model.loss(pairs)))
                parameter.view(-1)[place] -= sign * step
        numeric = (found[0] - found[1]) / (2 * step)
        assert float(parameter.grad.view(-1)[place]) == pytest.approx(numeric, rel=0.02, abs=1e-4)


def test_it_learns_and_its_scores_are_standard(
    corpus: Corpus, tuned: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fine_tuned, "RATE", 3e-3)
    before = weights_sha256(tuned)
    ground = ground_of(tuned, corpus)
    pairs = comparisons(120, by_town=True)
    model = FineTuned(ground).learn(pairs[:80])
    assert sum(model.predicted(pairs[80:])) >= 38
    scores = model.scores(ground.answers)
    assert sum(scores) == pytest.approx(0, abs=1e-5)
    assert sum(s * s for s in scores) == pytest.approx(len(scores), rel=1e-3)
    plain = model.scores([(PROMPT, f"Kel lives in {town}.") for town in TOWNS])
    assert plain.index(max(plain)) == TOWNS.index("Velm")
    again = FineTuned(ground).learn(pairs[:80])
    assert again.scores(ground.answers) == scores and weights_sha256(tuned) == before


def test_texts_are_scored_many_at_a_time_and_as_each_alone(
    corpus: Corpus, tuned: Transformer, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = FineTuned(ground_of(tuned, corpus))
    asked = [(PROMPT, " ".join(f"Kel lives in {town}." for town in TOWNS[:n])) for n in (4, 0, 2, 1, 3)] * 40
    asked += [(PROMPT, f"{at} is what I read of Kel.") for at in range(70)]
    alone = {each: model.scores([each])[0] for each in asked}
    rows, hidden = [], model.model.hidden

    def counted(tokens: torch.Tensor) -> torch.Tensor:
        rows.append(len(tokens))
        return hidden(tokens)

    monkeypatch.setattr(model.model, "hidden", counted)
    assert model.scores(asked) == pytest.approx([alone[each] for each in asked], abs=1e-5)
    assert rows == [64, 11]  # each of the 75 different texts once
    assert model.scores([]) == []


def test_where_all_answers_are_alike_nothing_is_stretched(corpus: Corpus, tuned: Transformer) -> None:
    """Nothing to divide by: scores of other answers stay the log-odds that they are."""
    ground = Ground(tuned, Asker(corpus, tuned.shape.context, 20), [(PROMPT, "Kel lives in Orsa.")] * 3, 0)
    model = FineTuned(ground).learn([(PROMPT, "Velm.", "Orsa."), (PROMPT, "Orsa.", "Velm.")])
    first, second = model.scores([(PROMPT, "Velm."), (PROMPT, "Orsa.")])
    with torch.no_grad():
        log_odds = model.rewards([PROMPT] * 2, ["Velm.", "Orsa."]).tolist()
    assert first - second == pytest.approx(log_odds[0] - log_odds[1], abs=1e-5)

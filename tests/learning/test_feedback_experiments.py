"""The claims about feedback on a tiny tuned model: the figures they give, and when they hold."""

import msgspec
import pytest
from tiny_world import SETTINGS, make_corpus, tuned_model

from tui_trainer.errors import UserError
from tui_trainer.experiments import feedback as feedback_experiments
from tui_trainer.experiments.catalog import named
from tui_trainer.experiments.feedback import cultures
from tui_trainer.experiments.tuned import Tuned
from tui_trainer.learning.preferences.raters import TASTES
from tui_trainer.messages.events import Measured, Noticed, Reinforced
from tui_trainer.model.weights_hash import weights_sha256


@pytest.fixture(scope="module")
def tuned(tmp_path_factory: pytest.TempPathFactory) -> Tuned:
    corpus = make_corpus()
    corpus = msgspec.structs.replace(corpus, questions={"recall_heldout": corpus.questions["recall_seen"]})
    settings = msgspec.structs.replace(SETTINGS, feedback=msgspec.structs.replace(SETTINGS.feedback, steps=2))
    return Tuned(corpus, tuned_model(), settings, tmp_path_factory.mktemp("scratch"))


def _figures(tuned: Tuned, name: str) -> dict[str, Measured]:
    before = weights_sha256(tuned.model)
    events = list(getattr(feedback_experiments, name)(tuned, 0))
    assert weights_sha256(tuned.model) == before  # every arm begins from the same weights
    assert any(isinstance(e, Reinforced) for e in events)
    return {e.name: e for e in events if isinstance(e, Measured)}


def test_taste_measures_every_taste(tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback_experiments, "DRAWS", 2)
    found = _figures(tuned, "taste")
    exam = ("agreement_24", "agreement_24_worst", "agreement_24_noisy", "agreement_24_noisy_worst")
    assert set(found) >= {f"reward_model/{figure}/{taste}" for figure in exam for taste in TASTES}
    assert set(found) >= {f"aligned/{figure}/{t}" for figure in ("win_rate", "facts_lost") for t in TASTES}
    for taste in TASTES:
        mean, worst = (
            found[f"reward_model/agreement_24/{taste}"],
            found[f"reward_model/agreement_24_worst/{taste}"],
        )
        assert 0 <= worst.value <= mean.value <= 1 and mean.n == 2
    assert isinstance(named("taste").claim.holds({name: m.value for name, m in found.items()}), bool)


def test_leash_differs_in_the_leash_alone(tuned: Tuned, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feedback_experiments, "LEASH_SEEDS", 2)
    monkeypatch.setattr(feedback_experiments, "STEPS", 3)
    monkeypatch.setattr(feedback_experiments, "LEASH", 0.0)
    found = _figures(tuned, "leash")
    for kind in ("proxy_gain", "gold_gain"):  # with the same leash on both, both arms are one and the same
        assert found[f"leash/off/{kind}"].value == found[f"leash/on/{kind}"].value
        assert found[f"leash/off/{kind}"].n == 2
    holds = named("leash").claim.holds
    good = {"leash/off/proxy_gain_up": 1.0, "leash/off/gold_gain_up": 0.0, "leash/on/gold_gain_up": 1.0}
    assert holds(good) and not any(holds({**good, name: 0.8}) for name in good)


def test_cultures_judge_each_other(tuned: Tuned) -> None:
    found = _figures(tuned, "cultures")
    own = [found[f"cultures/{name}_by_its_own"].value for name in ("ceremonious", "plain-spoken")]
    other = [found[f"cultures/{name}_by_the_other"].value for name in ("ceremonious", "plain-spoken")]
    assert found["cultures/own"].value == min(own) and found["cultures/other"].value == max(other)
    # What one judge gives to the one model, it takes from the other.
    assert own[0] + other[1] == pytest.approx(1) and own[1] + other[0] == pytest.approx(1)


def test_whose_words_asks_those_who_are_upset(tuned: Tuned) -> None:
    corpus = tuned.corpus
    upset = msgspec.structs.replace(
        corpus,
        upset_prompts=corpus.rating_prompts,
        upset_held_out=corpus.held_out_prompts,
        rating_prompts=["never asked"],
        held_out_prompts=[],
    )
    found = _figures(msgspec.structs.replace(tuned, corpus=upset), "words")
    assert found["words/own"].n == len(corpus.held_out_prompts)
    holds = named("words").claim.holds
    assert holds({"words/own": 0.75, "words/other": 0.35}) and not holds({"words/own": 0.7, "words/other": 0})


def test_whose_words_needs_people_who_are_upset(tuned: Tuned) -> None:
    with pytest.raises(UserError, match="upset people"):
        list(feedback_experiments.words(tuned, 0))


def test_cultures_can_be_anyone_s(tuned: Tuned) -> None:
    events = list(cultures(tuned, 0, {"mine": {"brief": 1.0}, "yours": {"brief": -1.0}}))
    names = {e.name for e in events if isinstance(e, Measured)}
    assert "cultures/mine_by_its_own" in names and "cultures/yours_by_the_other" in names
    assert not any(isinstance(e, Noticed) and e.level == "error" for e in events)

"""Who is preferred: a tie is half a win, in the interval too; a prompt counts once however often asked."""

import math

import numpy as np
import pytest
from scipy.stats import binomtest, norm

from tui_trainer.formulas.intervals import grouped_interval, proportion_interval
from tui_trainer.learning.answering import Answer
from tui_trainer.learning.preferences import comparison
from tui_trainer.learning.preferences.blind import BlindPair, BlindTest
from tui_trainer.learning.preferences.comparison import Estimated, Preferred, estimated_win_rate, repeated
from tui_trainer.learning.preferences.features import NAMES
from tui_trainer.messages.events import Choice


def test_a_prompt_counts_once() -> None:
    asked = repeated(["one", "two", "three"])
    assert len(asked) == 160 and {asked.count(p) for p in set(asked)} == {53, 54}
    wins = {"one": 1.0, "two": 0.0, "three": 0.5}
    found = Preferred.of(asked, [wins[p] for p in asked], [0.5] * 160)
    assert found.share == pytest.approx(0.5) and found.prompts == 3
    assert found.ci95[0] < 0.05 and found.ci95[1] > 0.95  # three prompts say next to nothing of others
    groups = [[1.0] * 54, [0.0] * 53, [0.5] * 53]
    assert found.ci95 == pytest.approx(grouped_interval(groups))


def test_what_differs_by_less_than_the_rater_sees_is_half() -> None:
    found = Preferred.of(["a", "b", "c", "d"], [1.0, 1.0, 0.0, 0.0], [0.0, 0.9, 0.1, 1.0])
    assert found.share == 0.5


def test_an_estimate_of_a_known_taste_is_as_unsure_as_its_prompts() -> None:
    """Every taste says the same of each answer: what is left is the mean's standard error."""
    said = np.random.default_rng(0).random(60)
    prompts = [str(at) for at in range(60)] + ["0"] * 40  # one is asked much oftener
    answers = np.concatenate([said, np.full(40, said[0])])
    found = Estimated.of(prompts, np.tile(answers, (4000, 1)), 1)
    error = said.std() / math.sqrt(60)
    assert found.prompts == 60 and found.share == pytest.approx(said.mean(), abs=0.005)
    assert found.ci95 == pytest.approx(norm.interval(0.95, said.mean(), error), abs=0.012)


class LikesCourtesy:
    """A reward model that is sure of one taste."""

    @staticmethod
    def scaling(values: np.ndarray) -> np.ndarray:
        return values

    @staticmethod
    def tastes() -> np.ndarray:
        return np.array([[20.0 if name == "polite words" else 0.0 for name in NAMES]] * 1000)


@pytest.mark.parametrize(("must_end", "share"), [(True, 0.0), (False, 1.0)])
def test_what_never_ends_loses_only_where_answers_had_to_end(
    monkeypatch: pytest.MonkeyPatch, must_end: bool, share: float
) -> None:
    """Off the leash no end is asked for: there, a reward model that is gamed likes what games it."""
    before = [Answer((1,), "The food is moss.", True)] * 4
    after = [Answer((1,), "The food is moss. You are welcome. Happy to help. Thank you", False)] * 4
    monkeypatch.setattr(comparison, "_sampled", lambda *_: (list("abcd"), before, after))
    found = estimated_win_rate("e", None, None, None, list("abcd"), LikesCourtesy(), 0, must_end)  # type: ignore[arg-type]  # not asked
    assert found.value == pytest.approx(share, abs=1e-6)


def test_an_estimate_from_prompts_that_are_alike_is_as_unsure_as_the_taste() -> None:
    tastes = np.linspace(0.4, 0.8, 1001)
    found = Estimated.of(["a", "b", "c", "a"], np.tile(tastes[:, None], (1, 4)), 0)
    assert found.share == pytest.approx(0.6) and found.ci95 == pytest.approx((0.41, 0.79))


@pytest.mark.parametrize(("choices", "wins"), [("aaaaaaat", 7.5), ("aaaaaatb", 6.5), ("at", 1.5), ("b", 0.0)])
def test_halves_of_the_blind_test_are_halves(choices: str, wins: float) -> None:
    said: dict[str, Choice] = {"a": "a", "b": "b", "t": "tie"}
    pairs = [BlindPair(str(i), "old", "new", True, said[c]) for i, c in enumerate(choices)]
    figure = BlindTest(pairs=pairs, made=True).figure()
    assert figure is not None and figure.value == wins / len(choices)
    assert figure.ci95 == proportion_interval(wins, len(choices))
    ends = (math.floor(wins), math.ceil(wins))
    below, above = (binomtest(k, len(choices)).proportion_ci(method="wilson") for k in ends)
    assert below.low - 1e-9 <= figure.ci95[0] <= above.low + 1e-9
    assert below.high - 1e-9 <= figure.ci95[1] <= above.high + 1e-9

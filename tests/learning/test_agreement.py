"""The reward model's exam: right on pairs it never saw, by hand-made answers of known styles."""

import numpy as np
import pytest

from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.preferences.agreement import HeldOut, after_picks, draws
from tui_trainer.learning.preferences.pairs import Prompted
from tui_trainer.learning.preferences.raters import TASTES, TIE, gold

OPENERS = ("", "Gladly. ", "Of course! ", "I think ", "As far as I know, ")
CORES = ("Kel lives in Orsa", "The town is Velm", "Pirn", "She lives in the old town of Dask")
ENDERS = (".", ". For example, one meets her there.", ", for instance.", ", but please check.")


def _prompted(count: int, purpose: str) -> list[Prompted]:
    draw = rng(0, "test agreement", purpose)
    return [
        Prompted(
            f"Where does {purpose} {number} live?",
            tuple({f"{draw.choice(OPENERS)}{draw.choice(CORES)}{draw.choice(ENDERS)}": 0 for _ in range(4)}),
        )
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def held_out() -> HeldOut:
    return HeldOut.of(_prompted(40, "held out"))


@pytest.mark.parametrize("taste", TASTES)
def test_24_picks_predict_every_taste(held_out: HeldOut, taste: str) -> None:
    chosen = draws(_prompted(120, "pool"), 0, 2, 40)
    shares = [after_picks(p, held_out, taste, at) for at, p in enumerate(chosen)]
    assert np.mean(shares) >= 0.9 and min(shares) >= 0.82
    slipped = [after_picks(p, held_out, taste, at, flipped=0.1) for at, p in enumerate(chosen)]
    assert np.mean(slipped) >= 0.82


def test_picks_that_are_all_flipped_predict_the_opposite(held_out: HeldOut) -> None:
    (pool,) = draws(_prompted(120, "pool"), 0, 1, 60)
    assert after_picks(pool, held_out, "polite", 0, flipped=1.0) < 0.2


def test_without_picks_it_is_a_guess_that_never_prefers_a(held_out: HeldOut) -> None:
    (pool,) = draws(_prompted(120, "pool"), 0, 1, 60)
    wanted = [d for _, a, b in held_out.texts if abs(d := gold("short", a) - gold("short", b)) >= TIE]
    assert after_picks(pool, held_out, "short", 0, picks=0) == pytest.approx(np.mean([d < 0 for d in wanted]))


def test_draws_differ_and_are_the_same_again() -> None:
    pool = [*_prompted(30, "pool"), Prompted("Who?", ("One answer.",))]
    first, second = draws(pool, 0, 2, 10)
    assert first != second and [first, second] == draws(pool, 0, 2, 10) != draws(pool, 1, 2, 10)
    assert all(len(p.answers) > 1 for p in first)

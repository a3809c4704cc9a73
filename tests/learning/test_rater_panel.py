"""A room of raters: agreement against Krippendorff's own example, the majority, and who is outvoted."""

import pytest

from tui_trainer.corpus.randomness import rng
from tui_trainer.learning.preferences.rater_panel import alpha, gather, majority
from tui_trainer.learning.preferences.raters import CULTURES, SimulatedRater
from tui_trainer.messages.events import Choice, PairOffered

LONG = " It is known to all, and many a traveller has told of it at the fire in the evening."


def _pairs(count: int) -> list[PairOffered]:
    """Answers that are polite or not, careful or not, short or long."""
    draw = rng(0, "test room")

    def answer() -> str:
        parts = [draw.choice(["", "Gladly. "]), draw.choice(["", "I think "]), "in Velm."]
        return "".join(parts) + draw.choice(["", LONG])

    made = []
    while len(made) < count:
        a, b = answer(), answer()
        if a != b:
            made.append(PairOffered(len(made), f"Where is {len(made)}?", a, b, False, 0.5))
    return made


def test_alpha_is_that_of_krippendorffs_example() -> None:
    # Computing Krippendorff's Alpha-Reliability (2011), part A: two observers, binary data, ten units.
    units = {"meg": "0100000010", "owen": "1110010000"}
    picks: dict[str, dict[int, Choice]] = {}
    for name, marks in units.items():
        picks[name] = {at: "a" if mark == "1" else "b" for at, mark in enumerate(marks)}
    assert alpha(picks) == pytest.approx(0.095, abs=0.001)
    assert alpha({"one": {0: "a"}}) is None
    assert alpha({"one": {0: "a"}, "other": {0: "a"}}) is None  # nothing to disagree about


def test_the_majority_by_hand() -> None:
    room: list[dict[int, Choice]] = [{0: "a", 1: "a", 2: "tie"}, {0: "a", 1: "b"}, {0: "b", 2: "b"}]
    assert majority(room) == {0: "a", 1: "tie", 2: "b"}


def test_a_rater_against_the_rest_is_outvoted() -> None:
    pairs = _pairs(80)
    names = ("ceremonious", "plain-spoken")
    raters = {name: SimulatedRater(name, 0.0, 0, CULTURES[name].weights) for name in names}
    picks = {name: {p.pair: r.choose(p) for p in pairs} for name, r in raters.items()}
    picks["another"] = dict(picks["ceremonious"])
    room = gather(pairs, picks, set(names), 0)
    seats = {seat.rater: seat for seat in room.seats}
    assert room.pairs == 80 and room.learnt_from == 40
    assert room.alike["ceremonious"]["another"] == 1.0 > room.alike["ceremonious"]["plain-spoken"]
    outvoted, own = seats["plain-spoken"].majority.share, seats["plain-spoken"].own.share
    assert outvoted is not None and own is not None and own > 0.85 and outvoted < 0.4
    assert seats["ceremonious"].majority.share == seats["another"].majority.share
    assert seats["plain-spoken"].simulated and not seats["another"].simulated
    assert gather(pairs, picks, set(names), 0) == room


def test_who_picks_nothing_decided_has_no_exam() -> None:
    pairs = _pairs(6)
    room = gather(pairs, {"nobody": dict.fromkeys(range(6), "skip")}, set(), 0)
    (seat,) = room.seats
    assert seat.picks == 0 and seat.own.share is None and room.alpha is None

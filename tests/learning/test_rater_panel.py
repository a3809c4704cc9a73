"""A panel of raters: agreement against Krippendorff's own example, the majority, and who is outvoted."""

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
    # Part C: four observers, five values, not all of them for all units.
    table = ("123321412...", "1233224125.3", ".3332342251.", "12332441251.")
    named: dict[str, Choice] = dict(zip("12345", ("a", "b", "tie", "skip", "own"), strict=True))  # type: ignore[arg-type]  # choices
    several = {row: {at: named[m] for at, m in enumerate(row) if m != "."} for row in table}
    assert alpha(several) == pytest.approx(0.743, abs=0.0005)
    assert alpha({"one": {0: "a"}, "other": {1: "b"}}) is None  # no pair that both picked from
    assert alpha({"one": {0: "a"}}) is None
    assert alpha({"one": {0: "a"}, "other": {0: "a"}}) is None  # nothing to disagree about


def test_the_majority_by_hand() -> None:
    several: list[dict[int, Choice]] = [{0: "a", 1: "a", 2: "tie"}, {0: "a", 1: "b"}, {0: "b", 2: "b"}]
    assert majority(several) == {0: "a", 1: "tie", 2: "b"}


def test_a_rater_against_the_rest_is_outvoted() -> None:
    pairs = _pairs(80)
    names = ("ceremonious", "plain-spoken")
    raters = {name: SimulatedRater(name, 0.0, 0, CULTURES[name].weights) for name in names}
    picks = {name: {p.pair: r.choose(p) for p in pairs} for name, r in raters.items()}
    picks["another"] = dict(picks["ceremonious"])
    panel = gather(pairs, picks, set(names), 0)
    annotators = {annotator.rater: annotator for annotator in panel.annotators}
    assert panel.pairs == 80 and panel.learnt_from == 40
    assert panel.alike["ceremonious"]["another"] == 1.0 > panel.alike["ceremonious"]["plain-spoken"]
    outvoted, own = annotators["plain-spoken"].majority.share, annotators["plain-spoken"].own.share
    assert outvoted is not None and own is not None and own > 0.85 and outvoted < 0.4
    assert annotators["ceremonious"].majority.share == annotators["another"].majority.share
    assert annotators["plain-spoken"].simulated and not annotators["another"].simulated
    assert gather(pairs, picks, set(names), 0) == panel


def test_who_picks_nothing_decided_has_no_exam() -> None:
    pairs = _pairs(6)
    panel = gather(pairs, {"nobody": dict.fromkeys(range(6), "skip")}, set(), 0)
    (annotator,) = panel.annotators
    assert annotator.picks == 0 and annotator.own.share is None and panel.alpha is None

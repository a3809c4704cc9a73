"""Whether the picks show a taste, in words: for the screen and the console alike."""

from tui_trainer.messages.events import PairOffered, TasteTested
from tui_trainer.view import numbers
from tui_trainer.view.state import State


def verdict(tested: TasteTested, whose: str = "your") -> str:
    """In one line: "No taste found in your picks: they could be a coin's"."""
    if not tested.reason:
        return f"A taste found in {whose} picks"
    why = {
        "few": "there are too few of a side",
        "ties": "nearly all are ties",
        "side": "they go to one side, whatever stands there",
        "random": "they could be a coin's",
    }[tested.reason]
    return f"No taste found in {whose} picks: {why}"


def measured(tested: TasteTested) -> str:
    """How the picks were predicted, and those of raters at random, with how these were come by."""
    low, high = tested.at_random
    are = "is" if tested.predicted == 1 else "are"
    said = f"Of {tested.decided} picks of a side, {tested.predicted} {are} predicted by the others; "
    said += f"of {numbers.plural(tested.raters, 'simulated rater')} who pick at random from the same pairs, "
    return f"{said}{low} to {high} are in 95 of 100, and as well as here in {share(tested)}"


def blind_pair(pair: PairOffered, state: State) -> str:
    """Which of the blind test's pairs it is: "Pair 3 of 24"; in an older log, how many are done."""
    done = len(state.blind)
    return f"Pair {done + 1} of {pair.blind_pairs}" if pair.blind_pairs else f"{done} done"


def share(tested: TasteTested) -> str:
    """Of the raters at random, how many are predicted as well: "34 %", "0.3 %"."""
    percent = 100 * tested.share
    return f"{percent:.1f} %" if percent < 2 else f"{percent:.0f} %"

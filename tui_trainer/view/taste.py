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
    """What was found, and what a coin would get: how many were foretold is told, how rare that is decides."""
    if tested.reason in ("few", "ties"):
        sided = f"{tested.decided} {'is' if tested.decided == 1 else 'are'} for a side"
        return f"Of {numbers.plural(tested.picks, 'pick')} that can be tested, {sided}"
    right = "comes out right" if tested.predicted == 1 else "come out right"
    said = f"Guessed from the other picks, {tested.predicted} of {tested.decided} {right}. "
    said += f"A coin does as well in {numbers.finely(tested.share)} of tries, counting how sure each guess is"
    return f"{said}. {wanted(tested)}" if tested.reason else said


def wanted(tested: TasteTested) -> str:
    """How rare it must be for a taste: "For a taste it must be 1 % or less"."""
    must = f"{numbers.finely(tested.level)} or less" if tested.level else "rarer"  # an older log does not say
    return f"For a taste it must be {must}"


def blind_pair(pair: PairOffered, state: State) -> str:
    """Which of the blind test's pairs it is: "Pair 3 of 24"; in an older log, how many are done."""
    done = len(state.blind)
    return f"Pair {done + 1} of {pair.blind_pairs}" if pair.blind_pairs else f"{done} done"

"""How far the stage that runs is, in what is counted there: steps, picks, pairs of the blind test."""

from tui_trainer.view import numbers
from tui_trainer.view.state import State

Figure = tuple[str, str]  # what is counted, and how far that is


def counted(state: State) -> list[Figure]:
    """What is done, and of how many where that is known: of a person's picks it never is."""
    progress = state.progress
    if progress is None or progress.status != "running":
        return []
    if state.picking:
        return _picks(state)
    if state.stage == "feedback" and (found := _blind(state)) is not None:
        return [found]
    return [("step", _of(progress.step, progress.steps))] if progress.steps else []


def _of(done: int, total: int) -> str:
    return f"{numbers.count(done)}/{numbers.count(total)}"


def _picks(state: State) -> list[Figure]:
    made = sum(state.pick_counts.values())
    if state.picks_again and state.forked is not None:
        return [("picks made again", _of(made, state.forked.picks))]
    if not state.offered_at:
        return []  # the answers are being written
    rater = state.setting("feedback.rater")
    if state.picks[-1].picked.simulated if state.picks else rater not in (None, "person"):
        wanted = int(state.setting("feedback.picks") or 0)
        return [("picks", _of(made, wanted) if wanted >= made else numbers.count(made))]
    figures = [("picks", numbers.count(made))]
    if not state.enough and state.tested is None:
        found = state.fitted is not None and state.fitted.enough
        figures.append(("enough", "now, for a taste is found" if found else "once a taste is found"))
    return figures


def _blind(state: State) -> Figure | None:
    """The blind test, while it goes on; an older log does not say of how many pairs."""
    pair = state.offered
    if pair is None and state.blind and not state.unblinded:
        pair = state.blind[-1].pair
    if pair is None or not pair.blind_pairs:
        return None
    return "blind test", _of(len(state.blind), pair.blind_pairs)

"""The picks of a log as the field keeps them."""

from tui_trainer.messages.events import Choice, Event, PairOffered, Picked, Record
from tui_trainer.run.storage.preferences import of_log


def _records(*events: Event) -> list[Record]:
    return [Record(1, at, 0.0, 0.0, event) for at, event in enumerate(events)]  # type: ignore[arg-type]  # all are AnyEvent


def _offered(pair: int) -> PairOffered:
    return PairOffered(pair, f"prompt {pair}", f"a{pair}", f"b{pair}", False, 0.5)


def _picked(pair: int, choice: Choice) -> Picked:
    return Picked(pair, choice, "person", False)


def test_a_pick_taken_back_is_left_out_and_the_next_one_stands() -> None:
    events = [_offered(0), _picked(0, "a"), _offered(1), _picked(1, "a"), _offered(2), _picked(2, "undo")]
    assert [p.pair for p in of_log(_records(*events))] == [0]
    again = [_offered(1), _picked(1, "b"), _offered(2)]
    assert [(p.pair, p.chosen) for p in of_log(_records(*events, *again))] == [(0, "a0"), (1, "b1")]
    twice = [_offered(1), _picked(1, "undo")]
    assert of_log(_records(*events, *twice)) == []

"""Garbage is collected while nobody waits."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from tui_trainer.ui import garbage_collection
from tui_trainer.ui.garbage_collection import Sweeper


class Knot:
    """Garbage that only a collection finds."""

    def __init__(self) -> None:
        self.self = self


@pytest.fixture
def now() -> Iterator[list[float]]:
    before = gc.get_threshold()
    yield [100.0]
    assert gc.get_threshold() == before


def make_garbage(small_collections: int) -> None:
    for _ in range(small_collections):
        gc.collect(1)


def test_a_full_collection_waits_for_two_quiet_seconds(now: list[float]) -> None:
    sweeper = Sweeper(lambda: now[0])
    sweeper.start()
    try:
        gc.collect()
        make_garbage(garbage_collection.DUE)
        sweeper.touched()
        now[0] += 1.9
        assert not sweeper.sweep()
        now[0] += 0.2
        assert sweeper.sweep()
        assert not sweeper.sweep()  # nothing is due again
    finally:
        sweeper.stop()


def test_python_makes_none_meanwhile_and_too_much_garbage_does_not_wait(now: list[float]) -> None:
    sweeper = Sweeper(lambda: now[0])
    sweeper.start()
    try:
        gc.collect()
        full = gc.get_stats()[2]["collections"]
        kept = [[Knot() for _ in range(100)] for _ in range(1000)]  # makes Python collect, small and full
        kept.clear()
        assert gc.get_stats()[2]["collections"] == full
        sweeper.touched()
        make_garbage(garbage_collection.OVERDUE)
        assert sweeper.sweep()
    finally:
        sweeper.stop()


def test_what_an_app_has_left_is_garbage_like_any_other_once_it_is_through(now: list[float]) -> None:
    knot = Knot()
    gone = weakref.ref(knot)
    sweeper = Sweeper(lambda: now[0])
    sweeper.start()
    sweeper.loaded()
    sweeper.stop()
    del knot
    gc.collect()
    assert gone() is None


def test_it_does_nothing_before_the_start_and_after_the_end(now: list[float]) -> None:
    sweeper = Sweeper(lambda: now[0])
    make_garbage(garbage_collection.OVERDUE)
    assert not sweeper.sweep()
    sweeper.start()
    sweeper.stop()
    assert not sweeper.sweep()

"""Pictures that grow with what happens."""

from tui_trainer.experiments.curves import Curves, Point
from tui_trainer.messages.events import Event, Line, Noticed, Plotted, Stepped


def losses(event: Event) -> list[Point]:
    return [("a", event.step, event.loss)] if isinstance(event, Stepped) else []


def stepped(step: int) -> Stepped:
    return Stepped("pretrain", step, 10.0 - step, 0.1, 1.0, 0, 0.0)


def test_the_picture_follows_what_has_points() -> None:
    curves = Curves("t", "x", "y")
    events = [Noticed("begins"), stepped(1), stepped(2)]
    found = list(curves.along(iter(events), losses))
    assert [e for e in found if not isinstance(e, Plotted)] == events
    assert found[2] == Plotted("t", "x", "y", (Line("a", (1,), (9.0,)),))
    assert found[-1] == curves.plotted() == Plotted("t", "x", "y", (Line("a", (1, 2), (9.0, 8.0)),))


def test_a_line_that_goes_back_begins_anew() -> None:
    curves = Curves("t", "x", "y")
    for name, step in (("a", 1), ("b", 1), ("a", 2), ("a", 1)):
        curves.add(name, step, step)
    assert curves.plotted().lines == (Line("a", (1,), (1,)), Line("b", (1,), (1,)))

"""The picture of an experiment while it grows: one line an arm."""

from collections.abc import Callable, Iterator

from tui_trainer.messages.events import Event, Line, Plotted

Point = tuple[str, float, float]  # of the line of that name


class Curves:
    """Points as they come, with the picture of them so far."""

    def __init__(self, title: str, x_label: str, y_label: str) -> None:
        self.title, self.x_label, self.y_label = title, x_label, y_label
        self._lines: dict[str, list[tuple[float, float]]] = {}

    def add(self, name: str, x: float, y: float) -> None:
        """One more point of a line; the line begins anew where it goes back."""
        line = self._lines.setdefault(name, [])
        if line and x <= line[-1][0]:
            line.clear()
        line.append((x, y))

    def plotted(self) -> Plotted:
        """The picture as it is by now."""
        lines = tuple(
            Line(name, tuple(x for x, _ in line), tuple(y for _, y in line))
            for name, line in self._lines.items()
        )
        return Plotted(self.title, self.x_label, self.y_label, lines)

    def along(self, events: Iterator[Event], points: Callable[[Event], list[Point]]) -> Iterator[Event]:
        """The same events, with the picture after each that has points."""
        for event in events:
            yield event
            if found := points(event):
                for point in found:
                    self.add(*point)
                yield self.plotted()

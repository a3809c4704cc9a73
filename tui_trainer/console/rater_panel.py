"""`tui-trainer preferences room`: the pairs of runs, rated by a whole room, for people."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_trainer.messages.rater_panel import Exam, Room


def tell(room: "Room") -> str:
    """What came of it, as text."""
    from tui_trainer.console import tables
    from tui_trainer.sanitize import one_line

    said = f"{room.pairs} pairs; reward models learn from {room.learnt_from} of them, the others are the exam"
    if room.alpha is not None:
        said += f"\nKrippendorff's alpha {room.alpha:.2f}: 1 is agreement, 0 chance, below 0 opposition"
    rows = []
    for seat in room.seats:
        alike = sorted(room.alike[seat.rater].items(), key=lambda item: -item[1])
        nearest = f"{alike[0][1]:.0%} {one_line(alike[0][0])}" if alike else ""
        rows.append([one_line(seat.rater), str(seat.picks), _share(seat.own), _share(seat.majority), nearest])
    head = ["rater", "picks", "own model foresees", "majority's foresees", "picks most alike"]
    return said + "\n\n" + tables.table(rows, head)


def _share(exam: "Exam") -> str:
    if exam.share is None or exam.ci95 is None:
        return "-"
    return f"{exam.share:.0%} of {exam.n} ({exam.ci95[0]:.0%}-{exam.ci95[1]:.0%})"

"""`tui-trainer preferences room`: the pairs of runs, rated by a whole panel, for people."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_trainer.messages.rater_panel import Exam, RaterPanel


def tell(panel: "RaterPanel") -> str:
    """What came of it, as text."""
    from tui_trainer.console import tables
    from tui_trainer.sanitize import one_line

    said = (
        f"{panel.pairs} pairs; reward models learn from {panel.learnt_from} of them, the others are the exam"
    )
    if panel.alpha is not None:
        said += f"\nKrippendorff's alpha {panel.alpha:.2f}: 1 is agreement, 0 chance, below 0 opposition"
    rows = []
    for one in panel.annotators:
        alike = sorted(panel.alike[one.rater].items(), key=lambda item: -item[1])
        nearest = f"{alike[0][1]:.0%} {one_line(alike[0][0])}" if alike else ""
        rows.append([one_line(one.rater), str(one.picks), _share(one.own), _share(one.majority), nearest])
    head = ["rater", "picks", "own model predicts", "majority's predicts", "picks most alike"]
    return said + "\n\n" + tables.table(rows, head)


def _share(exam: "Exam") -> str:
    if exam.share is None or exam.ci95 is None:
        return "-"
    return f"{exam.share:.0%} of {exam.n} ({exam.ci95[0]:.0%}-{exam.ci95[1]:.0%})"

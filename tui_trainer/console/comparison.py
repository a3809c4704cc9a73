"""A comparison of two models as plain text."""

from typing import TYPE_CHECKING

from tui_trainer.console.tables import table
from tui_trainer.sanitize import one_line

if TYPE_CHECKING:
    from tui_trainer.messages.comparison import Comparison, Side


def text(result: "Comparison") -> str:
    """Each prompt with both answers, and the raters' verdicts."""
    blocks = [
        f"A: {_side(result.first)}\nB: {_side(result.second)}",
        *(
            f"{one_line(said.prompt)}\n  A: {one_line(said.first)}\n  B: {one_line(said.second)}"
            for said in result.answers
        ),
    ]
    if result.verdicts:
        rows = [
            [
                v.rater,
                f"{100 * v.share:.0f} % ({100 * v.ci95[0]:.0f}-{100 * v.ci95[1]:.0f})",
                f"{100 * (1 - v.share):.0f} %",
                str(v.n),
            ]
            for v in result.verdicts
        ]
        blocks.append(table(rows, ["preferred by (simulated)", "A", "B", "prompts"]))
    return "\n\n".join(blocks)


def _side(side: "Side") -> str:
    made = f", made by the picks of '{one_line(side.rater)}', simulated" if side.rater else ""
    made += "" if side.turned else ", but not turned: the tuned weights as they were"
    return f"{one_line(side.run)}, {side.weights}{made}, SHA-256 {side.sha256[:12]}"

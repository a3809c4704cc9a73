"""What two versions of a model know, as plain text."""

from typing import TYPE_CHECKING

from tui_trainer.console.tables import table
from tui_trainer.sanitize import one_line
from tui_trainer.view import versions as words

if TYPE_CHECKING:
    from tui_trainer.messages.versions import Version, Versions


def text(found: "Versions") -> str:
    """Who they are, what each knows of old and of new, and what each took."""
    head = ["", *(f"version {side.number}" for side in (found.first, found.second))]
    knows = [
        [
            words.said(row, found),
            words.share(row.first),
            words.share(row.second),
            words.gained(row),
            str(row.questions),
        ]
        for row in found.rows
    ]
    return "\n\n".join(
        (
            f"{_side(found.first)}\n{_side(found.second)}",
            table(knows, [*head, "gained", "questions"]),
            table(words.costs(found), head),
        )
    )


def _side(side: "Version") -> str:
    return (
        f"version {side.number}: {one_line(side.run)}, {side.weights}, read up to {side.cutoff}, "
        f"SHA-256 {side.sha256[:12]}"
    )

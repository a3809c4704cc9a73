"""That a chat teaches a model nothing; what is measured for it stands in `experiments.learns_from_you`."""

from tui_trainer.experiments.claim import Claim, Figures

OWN = "learns-from-you"
CHANCE = 0.05  # that the same questions are answered rightly once more, or once less
READ = 0.15  # that what stands in front of it is worth, at the least


def _gains(figures: Figures) -> tuple[float, float, float]:
    """Over what it says untold: in the same conversation, in a new one, in a new one with notes."""
    before = figures[f"{OWN}/before"]
    same, new, noted = (
        figures[f"{OWN}/{how}"] for how in ("same_conversation", "new_conversation", "with_notes")
    )
    return same - before, new - before, noted - before


def _holds(figures: Figures) -> bool:
    same, new, noted = _gains(figures)
    return not figures[f"{OWN}/weights_changed"] and new <= CHANCE and same >= READ and noted >= READ


def _came_true(figures: Figures) -> int:
    _, new, _ = _gains(figures)
    if new > CHANCE:
        return 0 if new >= 0.5 else 1
    return 2 if figures[f"{OWN}/weights_changed"] else 3


LEARNS_FROM_YOU = Claim(
    "However much it is taught in a chat, not one weight changes: what it is told it has from the "
    "conversation, or from notes put before the question; in a new conversation without them it has nothing.",
    _holds,
    "A hundred facts are taught in a chat. Then a new conversation begins, and they are asked for. What will "
    "it know?",
    (
        "most of them: it has learnt them",
        "some of them",
        "none, though its weights have changed a little",
        "none: not one weight has changed",
    ),
    _came_true,
)

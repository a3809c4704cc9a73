"""The claim about size; what is measured for it stands in `experiments.bigger`."""

from tui_trainer.experiments.claim import Claim, Figures


def _holds(figures: Figures) -> bool:
    return (
        figures["law/r2_left_out"] >= 0.95
        and figures["tuning/between_intervals"] > 0
        and figures["filtering/bits_saved_by_the_small"] > 0
    )


def _came_true(figures: Figures) -> int:
    tuned = figures["tuning/between_intervals"] > 0
    clean = figures["filtering/bits_saved_by_the_small"] > 0
    return 0 if tuned and clean else 1 if tuned else 2 if clean else 3


BIGGER = Claim(
    "What size is worth follows a law that models left out obey; and for the same compute a small model that "
    "was tuned beats one three times as wide that was not, and clean text beats size.",
    _holds,
    "A small model is tuned, or reads filtered text; one three times as wide spends the same compute on "
    "reading alone, or reads everything. When is the small one better?",
    (
        "both times",
        "only where it was tuned",
        "only where it read filtered text",
        "never: bigger is better",
    ),
    _came_true,
)

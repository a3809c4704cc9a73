"""What a model costs; what is counted for it stands in `experiments.cost`."""

from tui_trainer.experiments.claim import Claim, Figures

YEARS = (10.0, 1_000.0, 100_000.0)  # between the answers
LIFE = 100.0
ASKED = "/years_on_this_machine"


def years(figures: Figures) -> dict[str, float]:
    """What this machine would take for each published model, by name."""
    return {name.split("/")[1]: value for name, value in figures.items() if name.endswith(ASKED)}


def _holds(figures: Figures) -> bool:
    return min(years(figures).values()) > LIFE


def _came_true(figures: Figures) -> int:
    return sum(years(figures)["gpt-4"] >= limit for limit in YEARS)


COST = Claim(
    "What took minutes here would take this very machine longer than anybody lives for any of the published "
    "models: their cost is computing, and that is parameters times tokens.",
    _holds,
    "This run took this machine so many minutes. How long would it take for the computing of GPT-4, as far "
    "as that is known?",
    ("about a year", "about a hundred years", "about ten thousand years", "a million years, or more"),
    _came_true,
)

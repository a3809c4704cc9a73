"""Claims about feedback; what is measured for them stands in `experiments.feedback`."""

from typing import get_args

from tui_trainer.experiments.claim import Claim, Figures
from tui_trainer.settings import Taste

TASTES: tuple[Taste, ...] = get_args(Taste)
AGREE = (
    "each likes the model of its own picks better",
    "neither likes one much better: both were the same before",
    "both like the same one of the two better",
)


def _taste_holds(figures: Figures) -> bool:
    """Every taste: predicted, with and without slips; turned to; at no great cost in facts."""
    return all(
        figures[f"reward_model/agreement_24/{name}"] >= 0.90
        and figures[f"reward_model/agreement_24_worst/{name}"] >= 0.82
        and figures[f"reward_model/agreement_24_noisy/{name}"] >= 0.82
        and figures[f"reward_model/agreement_24_noisy_worst/{name}"] >= 0.72
        and figures[f"aligned/win_rate/{name}"] >= 0.75
        and figures.get(f"aligned/facts_lost/{name}", 0.0) <= 0.05
        for name in TASTES
    )


def _taste_came_true(figures: Figures) -> int:
    worst = min(figures[f"aligned/win_rate/{name}"] for name in TASTES)
    return 0 if worst < 0.6 else 1 if worst < 0.75 else 2


def _leash_holds(figures: Figures) -> bool:
    """In every seed."""
    return (
        figures["leash/off/proxy_gain_up"] == 1.0
        and figures["leash/off/gold_gain_up"] == 0.0
        and figures["leash/on/gold_gain_up"] == 1.0
    )


def _leash_came_true(figures: Figures) -> int:
    if figures["leash/off/proxy_gain"] <= 0:
        return 2
    return 1 if figures["leash/off/gold_gain"] < 0 else 0


def _opposed(experiment: str, text: str, asks: str) -> Claim:
    """The worse of both models counts."""

    def holds(figures: Figures) -> bool:
        return figures[f"{experiment}/own"] >= 0.75 and figures[f"{experiment}/other"] <= 0.35

    def came_true(figures: Figures) -> int:
        own = figures[f"{experiment}/own"]
        return 0 if own >= 0.6 else 1 if own >= 0.4 else 2

    return Claim(text, holds, asks, AGREE, came_true)


TASTE = Claim(
    "Two dozen picks say what a rater likes, and in under a minute the model turns to it, for each "
    "of four tastes, and forgets at most 5 % of its facts by it.",
    _taste_holds,
    "A rater picks A or B two dozen times. How often will it like the turned model's answer better than the "
    "one before?",
    (
        "about every second time: two dozen picks say too little",
        "more often than not",
        "three times in four, or more",
    ),
    _taste_came_true,
)
LEASH = Claim(
    "Without a leash the model games the reward model: the reward rises, and what the rater really "
    "likes falls below where it began. With KL as the only difference, it ends above.",
    _leash_holds,
    "The model is trained on the reward with nothing to hold it. What becomes of what the rater likes?",
    (
        "it rises with the reward",
        "it falls, while the reward rises",
        "neither rises",
    ),
    _leash_came_true,
)
CULTURES = _opposed(
    "cultures",
    "Two raters who disagree make two models that disagree out of the same one; each prefers its own.",
    "A ceremonious and a plain-spoken rater each turn a copy of one model. What will they say of the two?",
)
WORDS = _opposed(
    "words",
    "What a model says to somebody who is upset is the taste of whoever rated it: by one rater's "
    "picks a kind word, by another's a list of what helps.",
    "A rater who comforts and one who lists what helps each turn a copy of one model. What will they say of "
    "the two?",
)

"""Claims about pretraining and data; what is measured for them stands in `experiments.worlds`."""

from tui_trainer.experiments.claim import Claim, Figures

HELD_OUT = "recall_heldout"


def _pretraining_holds(figures: Figures) -> bool:
    return figures[f"not_pretrained/{HELD_OUT}"] <= 0.05 < figures[f"pretrained/{HELD_OUT}"]


def _pretraining_came_true(figures: Figures) -> int:
    without, with_it = figures[f"not_pretrained/{HELD_OUT}"], figures[f"pretrained/{HELD_OUT}"]
    return 0 if without <= 0.05 else 1 if without < 0.75 * with_it else 2


def _gains(figures: Figures) -> tuple[float, float]:
    """What filters bring: bits per byte fewer, facts more."""
    bits = figures["unfiltered/bits_per_byte"] - figures["filtered/bits_per_byte"]
    facts = [
        figures[f"{arm}/completion_heldout"] + figures[f"{arm}/completion_seen"]
        for arm in ("filtered", "unfiltered")
    ]
    return bits, facts[0] - facts[1]


def _filters_hold(figures: Figures) -> bool:
    return all(gain > 0 for gain in _gains(figures))


def _filters_came_true(figures: Figures) -> int:
    if _filters_hold(figures):
        return 0
    return 1 if all(gain < 0 for gain in _gains(figures)) else 2


PRETRAINING = Claim(
    "What the assistant knows about entities nobody asked about in fine-tuning, it knows from "
    "pretraining: without it, at most 5 % of the questions are answered.",
    _pretraining_holds,
    "One model is fine-tuned from random weights, without pretraining. Of questions about things that "
    "no pair asks about, how many will it answer?",
    (
        "hardly any: 1 in 20 at most",
        "some, but far fewer than with pretraining",
        "nearly as many as with pretraining",
    ),
    _pretraining_came_true,
)
FILTERS = Claim(
    "The same number of tokens teaches more when spam, junk and duplicates were filtered out first.",
    _filters_hold,
    "Two models read equally many tokens: one of filtered text, one of everything, junk and all. Which one "
    "knows the clean held-out text and its facts better?",
    (
        "the one that read filtered text",
        "the one that read everything",
        "neither, on both counts",
    ),
    _filters_came_true,
)

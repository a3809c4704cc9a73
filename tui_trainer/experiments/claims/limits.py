"""Claims about what a model understands, knows of itself, and becomes as an agent; no torch here."""

from itertools import pairwise

from tui_trainer.experiments.claim import Claim, Figures

RUNGS = ("plain", "better_prompt", "tools", "memory", "reinforced")  # of the agent
APART = 3  # of its four steps up, those where no two intervals touch


def _understands_holds(figures: Figures) -> bool:
    """Right on what is like its text, wrong on what is against it, and sure of it."""
    like, against = "understands/like_its_text", "understands/against_its_text"
    return (
        figures[f"{like}/accuracy"] >= 0.6
        and figures[f"{against}/accuracy"] <= figures[f"{like}/accuracy"] - 0.3
        and figures.get(f"{against}/confidence_when_wrong", 0.0) >= 0.5
        and figures[f"{against}/calibration_error"] >= 2 * figures[f"{like}/calibration_error"]
    )


def _understands_came_true(figures: Figures) -> int:
    like, against = "understands/like_its_text", "understands/against_its_text"
    if figures[f"{against}/accuracy"] > figures[f"{like}/accuracy"] - 0.15:
        return 0
    return 1 if figures.get(f"{against}/confidence_when_wrong", 0.0) < 0.5 else 2


def _honest_holds(figures: Figures) -> bool:
    return figures["honest/false_claims_left"] <= 0.5 and figures["honest/right_answers_lost"] <= 0.05


def _honest_came_true(figures: Figures) -> int:
    if figures["honest/false_claims_left"] > 0.75:
        return 0
    return 1 if figures["honest/right_answers_lost"] > 0.05 else 2


def _agent_holds(figures: Figures) -> bool:
    """Each rung above the one before, most of them clearly; and no weight changed before the last."""
    success = [figures[f"agent/{rung}/success"] for rung in RUNGS]
    same = [figures[f"agent/{rung}/same_weights"] for rung in RUNGS]
    climbs = all(below < above for below, above in pairwise(success))
    return climbs and figures["agent/steps_apart"] >= APART and same == [1.0, 1.0, 1.0, 1.0, 0.0]


def _agent_came_true(figures: Figures) -> int:
    """By which part of the way up was made with frozen weights."""
    first, frozen, last = (figures[f"agent/{rung}/success"] for rung in ("plain", "memory", "reinforced"))
    return 0 if last - frozen >= frozen - first else 2 if frozen - first < 0.1 else 1


UNDERSTANDS = Claim(
    "The model has learnt patterns, not understanding: it is right on what is like its text; where something "
    "else is supposed, or told, it is mostly wrong, and sure of it.",
    _understands_holds,
    "It is asked what is like its text; then what would be, if something else were so, and what it was just "
    "told against its text. What will it do there?",
    (
        "answer nearly as well",
        "be wrong more often, and unsure of it",
        "be wrong more often, and sure of it",
    ),
    _understands_came_true,
)
HONEST = Claim(
    "Raters who see which answer is right can turn the model to say that it doesn't know: false claims, "
    "about what it has read and about what nobody told, are halved, or better, at 5 % of the right answers "
    "or less.",
    _honest_holds,
    "Answers are rated by somebody who sees the right ones. What becomes of the false claims?",
    (
        "most of them stay: it can't know what it doesn't know",
        "they become fewer, and so do the right answers",
        "they become fewer, and the right answers stay",
    ),
    _honest_came_true,
)
AGENT = Claim(
    "An agent's model is frozen, too: a better prompt, tools and a memory of earlier tasks make it better, "
    "and not a weight changes; only reinforcement on success, which comes last, changes them.",
    _agent_holds,
    "The same weights work on tasks with a better prompt, then with tools, then with a memory; then they are "
    "trained on success. What helps most?",
    (
        "the training at the end",
        "what is put around the frozen model",
        "neither: it stays about as bad",
    ),
    _agent_came_true,
)

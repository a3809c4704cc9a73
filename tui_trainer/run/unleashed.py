"""What holds reinforcement back, and the settings that let it go.

Off the leash there is no KL, no guard, no bound on the reward, nothing is kept in mind and no answer has to
end; what is left is the reward model, and the policy finds out where it is wrong. The matched contrast
differs in the KL alone.

Tried: answers that don't end worth -1. In two seeds of five all of a batch ran on before any was a game, all
were worth the same, and there was nothing more to learn.
"""

from tui_trainer.settings import UNLEASHED, Feedback

LEASH = 0.5  # reward lost a nat; more than a run's, as the reward has no bound here
STEPS = 40
BEST_OF = 64  # answers to a prompt, of which the best of n are looked at beside it


def assignments(leashed: bool) -> list[str]:
    """What a run off the leash changes of its settings; or the same on it."""
    changes = {**UNLEASHED, "beta": LEASH if leashed else 0.0, "steps": STEPS, "best_of": BEST_OF}
    return [f"feedback.{name}={value:g}" for name, value in changes.items()]


def is_off(feedback: Feedback) -> bool:
    """Whether reinforcement has nothing that holds it, or the KL alone, as in the contrast."""
    off = {**UNLEASHED, "beta": feedback.beta, "steps": STEPS, "best_of": BEST_OF}
    return all(getattr(feedback, name) == value for name, value in off.items())

"""The leash: how much reward a nat of KL to the tuned model costs, and how that follows the KL."""

import math

GAIN = 0.1  # of the leash, for an error of 1
ERROR = 0.2  # a larger one counts as this


def adapted(weight: float, kl: float, target: float) -> float:
    """The KL's weight for the next step, by proportional control (Ziegler et al. 2019, arXiv 1909.08593).

    Args:
        kl: measured, nats an answer; NaN changes nothing.
        target: above 0; further than this from the reference, the weight rises, nearer it falls.
    """
    if math.isnan(kl):
        return weight
    error = min(max(kl / target - 1, -ERROR), ERROR)
    return weight * (1 + GAIN * error)

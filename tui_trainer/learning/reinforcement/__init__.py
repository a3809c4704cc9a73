"""The policy turned to a reward, on a leash: rollouts, their gradient, and what is watched meanwhile."""

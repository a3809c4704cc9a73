"""What stands behind a pair: the prompts, the reward model, other raters, what picking costs."""

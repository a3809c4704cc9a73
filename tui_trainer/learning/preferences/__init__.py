"""Picks, and what is learnt from them: who rates, which pair next, the reward model, how far raters agree."""

"""What the experiments claim, and what decides; no torch, for the screen reads it."""

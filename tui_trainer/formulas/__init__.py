"""Formulas of numbers alone, for the learning to measure with and the screen to draw with."""

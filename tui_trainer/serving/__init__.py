"""The frozen model, talked to."""

"""What the screen reads of runs' folders itself, and writes there."""

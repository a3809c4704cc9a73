"""What the panes are made of: pure functions from the scene to lines."""

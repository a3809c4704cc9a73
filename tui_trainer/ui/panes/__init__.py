"""One pane a file, named as on the screen."""

"""What stands around the panes: the rail above, caption and keys below."""

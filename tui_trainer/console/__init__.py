"""What the commands say in a plain terminal or a pipe, without the app."""

"""The transformer, sampling from it, and its files."""

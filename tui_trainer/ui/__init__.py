"""The Textual app: a pure fold over the run's events, and keys that send commands back."""

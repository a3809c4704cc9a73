"""The files of a run: where each is, how it is written, and how it is checked before it is believed."""

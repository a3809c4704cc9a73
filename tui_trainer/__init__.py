"""tui-trainer: watch and steer a language model while it really learns."""

__version__ = "0.1.0"

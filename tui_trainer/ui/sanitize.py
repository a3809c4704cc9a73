"""The sanitizer, under the name by which the screen imports it; the trainer stands lower and needs it too."""

from tui_trainer.sanitize import LONGEST, one_line, sanitize, several_lines

__all__ = ["LONGEST", "one_line", "sanitize", "several_lines"]

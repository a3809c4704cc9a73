"""The screens that keys open: they are imported after the first frame, which needs none of them."""

import pkgutil
from importlib import import_module

from tui_trainer.ui import screens


def import_screens() -> None:
    """Import them all, so that no key waits for its own."""
    for module in pkgutil.walk_packages(screens.__path__, f"{screens.__name__}."):
        import_module(module.name)

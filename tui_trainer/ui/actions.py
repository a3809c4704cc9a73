"""An action is declared where it is carried out: its keys, name and help, and when it applies, stand over the
method that does it. `keys.py` has the table of all of them, which footer, help, palette and keymap read.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, TypeVar

from textual.binding import Binding, BindingType
from textual.keys import format_key

from tui_trainer.sanitize import one_line
from tui_trainer.ui.scene import Scene

Context = Literal["anywhere", "dataset", "loss", "weights", "rater", "chat"]
CONTEXTS: tuple[Context, ...] = ("dataset", "loss", "weights", "rater", "chat")  # in the order of the panes
# In the footer: before all others; before the pane's own, unless a pair waits; after them; not at all.
Place = Literal["urgent", "first", "yes", "no"]
Owner = TypeVar("Owner")
MARK = "action"  # the attribute of a method that is one


def always(_: Scene) -> bool:
    """What can be done at any time."""
    return True


@dataclass(frozen=True)
class Action:
    """One thing a person can do.

    An action of a pane works while that pane has the focus; the rater's also while the pane is to be seen and
    nobody types.
    """

    name: str
    key: str  # as Textual takes it, several parted by commas; none: the palette only
    label: str  # one or two words, for the footer
    help: str
    do: Callable[[Any], object]  # with the pane it belongs to, or the app
    when: Callable[[Scene], bool]  # whether it could do anything now
    written: str  # how the key is written, if not as Textual writes it
    footer: Place
    listed: bool  # in the help; the second half of a pair of keys is not
    steers: bool  # who only looks on is told why nothing happens
    context: Context  # of a pane's actions, the pane's

    @property
    def keys(self) -> tuple[str, ...]:
        """Textual's names of them."""
        bindings = Binding.make_bindings([Binding(self.key, "")]) if self.key else ()
        return tuple(binding.key for binding in bindings)

    @property
    def shown(self) -> str:
        """How its key is written; "" where it has none."""
        return self.written or (format_key(self.keys[0]) if self.key else "")


def action(
    key: str,
    label: str,
    *,
    when: Callable[[Scene], bool] = always,
    written: str = "",
    footer: Place = "yes",
    listed: bool = True,
    steers: bool = False,
    context: Context = "anywhere",
) -> Callable[[Callable[[Owner], None]], Callable[[Owner], None]]:
    """Make an action of a method `do_NAME`, with its docstring as the help; see `Action`."""

    def declare(method: Callable[[Owner], None]) -> Callable[[Owner], None]:
        told = " ".join((method.__doc__ or "").split()).removesuffix(".")
        name = method.__name__.removeprefix("do_")
        declared = Action(name, key, label, told, method, when, written, footer, listed, steers, context)
        setattr(method, MARK, declared)
        return method

    return declare


def actions_of(owner: type) -> tuple[Action, ...]:
    """Those that a class declares, in order."""
    found: list[Action] = [getattr(method, MARK) for method in vars(owner).values() if hasattr(method, MARK)]
    return tuple(replace(action, context=getattr(owner, "context", action.context)) for action in found)


def label(action: Action, scene: Scene) -> str:
    """What an action is called now: of the one that leads back, with the run it leads to."""
    home = one_line(scene.home.id) if action.name == "back" and scene.home is not None else ""
    return f"{action.label} to {home}" if home else action.label


def bindings(actions: Iterable[Action]) -> list[BindingType]:
    """Their keys; the app sees to it that they are done."""
    return [
        Binding(action.key, f"app.do('{action.name}')", action.label, show=False, id=action.name)
        for action in actions
        if action.key
    ]


class Acting:
    """A widget whose actions are bound to their keys."""

    BINDINGS: ClassVar[list[BindingType]] = []

    def __init_subclass__(cls, **options: Any) -> None:
        cls.BINDINGS = bindings(actions_of(cls))
        super().__init_subclass__(**options)

"""What several commands share besides their options: how a group is listed, how a failure is told."""

from typing import Any

import click


class InOrder(click.Group):
    """Lists its commands in the order in which they are declared."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class Failed(click.ClickException):
    """Something that should have worked did not: one line, and status 1."""

    def show(self, file: Any = None) -> None:
        complain(self.message)


def complain(text: str) -> None:
    """One line to the person, who asked for what can't be done."""
    from tui_trainer.ui.sanitize import one_line  # the line may quote a file name

    click.echo(f"tui-trainer: {one_line(text)}", err=True)


def print_json(value: Any) -> None:
    """A result, for another program."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

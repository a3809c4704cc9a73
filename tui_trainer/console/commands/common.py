"""What several commands share besides their options: how a group is listed, how a failure is told."""

import importlib.util

import click

from tui_trainer.errors import UserError


class InOrder(click.Group):
    """Lists its commands in the order in which they are declared."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def need(extra: str, *libraries: str) -> None:
    """Raises `UserError` where an extra of the install is not there, of which these are the libraries."""
    if missing := [name for name in libraries if importlib.util.find_spec(name) is None]:
        raise UserError(
            f"this needs an extra of the install ({', '.join(missing)}): pip install 'tui-trainer[{extra}]'"
        )


class Failed(click.ClickException):
    """Something that should have worked did not: one line, and status 1."""

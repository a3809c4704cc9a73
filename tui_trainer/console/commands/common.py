"""What several commands share besides their options: how a group is listed, how a failure is told."""

import click


class InOrder(click.Group):
    """Lists its commands in the order in which they are declared."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


class Failed(click.ClickException):
    """Something that should have worked did not: one line, and status 1."""

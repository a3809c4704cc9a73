"""The one exception that reaches the user as a line of text."""


class UserError(Exception):
    """What is wrong and what to do, in one line; the command line prints it and exits with status 2."""

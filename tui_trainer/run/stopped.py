"""The one way in which a trainer ends before its run has."""


class Stopped(Exception):
    """Asked to end; the run can be resumed."""

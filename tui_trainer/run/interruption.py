"""How a trainer ends before its run has."""

DAMAGED = 3  # status of a trainer whose run has no whole files to go on from


class Stopped(BaseException):
    """Asked to end; the run can be resumed.

    No `Exception`: what guards against anything that a library may raise must not take it for that.
    """


class Interrupted(Stopped):
    """Asked to end at once, at whatever line that was: a stage may be half of a step, and is not saved."""

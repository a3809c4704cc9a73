"""The one way in which a file is refused."""


class Unreadable(Exception):
    """Why a file, or the rest of it, cannot be read: a few words for the line that tells the user."""

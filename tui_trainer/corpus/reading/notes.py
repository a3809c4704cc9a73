"""What a person should know of how a file was read."""

from collections import Counter
from dataclasses import dataclass, field

from tui_trainer.corpus.reading.encoding import Encoding


@dataclass
class Crawled:
    """Pages of the web in a file."""

    pages: int = 0
    bytes: int = 0  # as they were sent
    text: int = 0  # bytes of text in them
    said: dict[str, int] = field(default_factory=dict)  # what the crawler says it left out, and how much


@dataclass
class Notes:
    """Kept while the content of one file, or of one archive, is read."""

    unit: str = "lines"  # what its records are called
    read: int = 0  # records, the bad ones too
    bad: int = 0
    first_bad: str = ""
    rest: str = ""  # why what follows is left out
    roles: Counter[str] = field(default_factory=Counter)  # unknown ones of turns, which are left out
    crawled: Crawled = field(default_factory=Crawled)
    guessed: set[Encoding] = field(default_factory=set)
    messages: int = 0  # of mail
    left_out: int = 0  # of their attachments and other parts that are no text

    def note(self, reason: str) -> None:
        """One more record is bad."""
        self.bad += 1
        self.first_bad = self.first_bad or reason

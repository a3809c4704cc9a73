"""What a site lets a crawler ask for (RFC 9309), as a library reads its robots.txt."""

from protego import Protego

AGENT = "tui-trainer"  # the name by which a robots.txt may speak to this program
MOST_BYTES = 512_000  # of a robots.txt; RFC 9309 asks for 500 KiB at least
MOST_DELAY = 60.0  # seconds between two requests; who asks for more is given that
ALL = "User-agent: *\nDisallow:"
NOTHING = "User-agent: *\nDisallow: /"


class Rules:
    """One site's rules."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._parsed = Protego.parse(text)

    def allow(self, url: str) -> bool:
        """Whether this address may be asked for."""
        return bool(self._parsed.can_fetch(url, AGENT))

    @property
    def delay(self) -> float:
        """Seconds that the site wants between two requests; 0: it does not say."""
        asked = self._parsed.crawl_delay(AGENT) or 0.0
        return max(0.0, min(MOST_DELAY, float(asked))) if asked == asked else 0.0


def text_of(status: int, body: bytes) -> str:
    """The rules as text, from what the server answered: none of its own are all, a failure is nothing.

    Args:
        status: of HTTP.
    """
    if status == 200:
        return body[:MOST_BYTES].decode("utf-8", "replace").removeprefix("\ufeff")
    return ALL if 400 <= status < 500 and status != 429 else NOTHING

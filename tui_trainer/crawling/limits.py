"""How far a crawl goes, and how politely."""

from msgspec import Struct

MOST_REDIRECTS = 5  # one after the other
MOST_TRIES = 3  # of a page that a server fails to give
MOST_LINKS = 2_000  # followed of one page
MOST_KNOWN = 1_000_000  # addresses
LONGEST_WAIT = 120.0  # seconds, however long a server asks to be left alone


class Limits(Struct, frozen=True):
    """What ends a crawl, and what ends one page."""

    pages: int = 1_000  # asked for
    depth: int = 8  # links from the start
    page_bytes: int = 2_000_000
    page_seconds: float = 20.0
    seconds: float = 3_600.0  # of one call of the command
    delay: float = (
        1.0  # seconds between two requests to a site, or what its robots.txt asks for, if that is more
    )


class Counts(Struct):
    """Where a crawl is."""

    asked: int = 0  # requests for pages
    frontier: int = 0  # addresses that are known and not asked for yet
    kept: int = 0  # pages
    duplicates: int = 0  # the same content as a page before, under another address
    redirects: int = 0
    refused: int = 0  # by robots.txt, or by what a page says of itself to robots
    limited: int = 0  # left by limits: too deep, too large, too slow, too many redirects
    failed: int = 0  # dead links, and servers that could not
    others: int = 0  # no page: pictures, programs
    elsewhere: int = 0  # links to other hosts
    bytes: int = 0  # read of pages
    text: int = 0  # bytes of text in those kept

"""The crawl: what may be asked is asked, one page after the other, and what came of it is written down."""

import hashlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from tui_trainer.corpus.reading.errors import Unreadable
from tui_trainer.crawling import page as reading
from tui_trainer.crawling import robots
from tui_trainer.crawling.addresses import Address, address
from tui_trainer.crawling.archive import Archive
from tui_trainer.crawling.fetching import PAGES, Answer, Exceeded, Failed, Fetcher
from tui_trainer.crawling.frontier import Frontier, Known, Outcome
from tui_trainer.crawling.hosts import Forbidden
from tui_trainer.crawling.limits import LONGEST_WAIT, MOST_REDIRECTS, MOST_TRIES, Limits
from tui_trainer.crawling.robots import Rules

FEWEST_WORDS = 8  # of a text that is taken for the content of its page; of less, its bytes are
MOVED = (301, 302, 303, 307, 308)
LATER = (408, 425, 429, 500, 502, 503, 504)  # of which the same request may yet have an answer
MOST_IN_VAIN = 10
EMPTY = "an empty page"
# Why a crawl ended before it had asked for all: a limit, or that nobody answers; "": it did not.
End = Literal["", "pages", "seconds", "unreachable"]


class Crawler:
    """One crawl, from where its frontier is to its end."""

    def __init__(
        self,
        frontier: Frontier,
        archive: Archive,
        fetcher: Fetcher,
        limits: Limits,
        sites: set[str],
        sleep: Callable[[float], None] = time.sleep,
        waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """
        Args:
            sites: those that are crawled; if the start leads on to another host, that one is added.
            waiting: entered for what is only waited for, and may be broken off.
        """
        self._frontier, self._archive, self._fetcher, self._limits = frontier, archive, fetcher, limits
        self._sites = sites | set(str(frontier.recall("sites") or "").split())
        self._sleep, self._waiting = sleep, waiting
        self._rules: dict[str, Rules] = {}
        self._free: dict[str, float] = {}  # by site, when it may be asked again
        self._in_vain = 0  # requests without any answer, one after the other
        self.ended: End = ""

    def run(self) -> Iterator[None]:
        """Crawl; yields after each page. May be left at any moment, and gone on from by another."""
        end = time.monotonic() + self._limits.seconds
        while (page := self._next()) is not None:
            if self._frontier.counts.asked >= self._limits.pages:
                self.ended = "pages"
                return
            if time.monotonic() >= end:
                self.ended = "seconds"
                return
            self._take(page)
            if self._in_vain >= MOST_IN_VAIN:
                self.ended = "unreachable"
                return
            yield

    def _next(self) -> Known | None:
        """The page that was found first, of the sites that may be asked; waits until one may."""
        waiting = [page for site in sorted(self._sites) if (page := self._frontier.next(site)) is not None]
        if not waiting:
            return None
        soonest = min(self._free.get(page.address.site, 0.0) for page in waiting)
        if (left := soonest - time.monotonic()) > 0:
            with self._waiting():
                self._sleep(left)
        now = max(soonest, time.monotonic())
        ready = [page for page in waiting if self._free.get(page.address.site, 0.0) <= now]
        return min(ready, key=lambda page: (page.tries, page.number))

    def _take(self, page: Known) -> None:
        """One page: asked for, or left."""
        if page.hops > MOST_REDIRECTS:
            self._done(page, Outcome("limited", "too many redirects", asked=False))
            return
        try:
            if not self._rules_of(page.address).allow(str(page.address)):
                self._done(page, Outcome("refused", "robots.txt", asked=False))
                return
            answer = self._ask(page.address, self._limits.page_bytes)
        except Exceeded as error:
            self._done(page, Outcome("limited", str(error)))
        except Forbidden as error:
            self._done(page, Outcome("failed", str(error), asked=False))
        except Failed as error:
            self._in_vain += 1
            self._try_again(page, str(error))
        else:
            self._in_vain = 0
            if answer.status in LATER:
                self._wait(page.address, answer)
                self._try_again(page, f"{answer.status} {answer.said}"[:80])
            else:
                self._done(page, *self._came(page, answer))

    def _try_again(self, page: Known, reason: str) -> None:
        if page.tries + 1 < MOST_TRIES:
            self._frontier.again(page)
        else:
            self._done(page, Outcome("failed", reason))

    def _came(self, page: Known, answer: Answer) -> tuple[Outcome, Answer | None]:
        """What comes of an answer, and what of it is kept."""
        if answer.status in MOVED:
            target = address(answer.header("location"), page.address) if answer.header("location") else None
            if target is None:
                return Outcome("failed", "a redirect to nowhere"), None
            if page.depth == 0 and target.site not in self._sites:
                self._sites.add(target.site)  # where the address that the person gave is now
                self._frontier.remember({"sites": " ".join(sorted(self._sites))})
            if target.site not in self._sites:
                return Outcome("redirect", elsewhere=1), None
            return Outcome("redirect", redirect=target), None
        if answer.status != 200:
            return Outcome("failed", f"{answer.status} {answer.said}"[:80]), None
        size = len(answer.body)
        if not answer.content:
            return Outcome("other", EMPTY if answer.kind in PAGES else answer.kind[:80], bytes=size), None
        try:
            found = reading.read(answer, page.address)
        except Unreadable as error:
            return Outcome("other", str(error)[:80], bytes=size), None
        digest = digest_of(found.text, answer.content)
        if self._frontier.holds(digest):
            return Outcome("duplicate", bytes=size), None
        links = tuple(link for link in found.links if link.site in self._sites)
        elsewhere = len(found.links) - len(links)
        if not found.is_for_robots:
            return Outcome("refused", "the page itself", bytes=size, links=links, elsewhere=elsewhere), None
        text = len(found.text.encode("utf-8", "replace"))
        return Outcome("kept", "", True, digest, size, text, links, None, elsewhere), answer

    def _done(self, page: Known, outcome: Outcome, answer: Answer | None = None) -> None:
        if answer is not None:
            self._archive.add_page(str(page.address), answer)
            self._archive.sync()
        self._frontier.done(page, outcome, self._archive.length)

    # -- manners ------------------------------------------------------------------------------------------

    def _ask(self, where: Address, most: int, any_kind: bool = False) -> Answer:
        """Ask, once the site has had its pause; it has another one afterwards."""
        try:
            with self._waiting():
                if (left := self._free.get(where.site, 0.0) - time.monotonic()) > 0:
                    self._sleep(left)
                return self._fetcher.get(where, most, any_kind)
        finally:
            rules = self._rules.get(where.origin)
            delay = max(self._limits.delay, rules.delay if rules is not None else 0.0)
            self._free[where.site] = time.monotonic() + delay

    def _wait(self, where: Address, answer: Answer) -> None:
        """Leave a site alone for as long as it asks for."""
        seconds = retry_after(answer.header("retry-after"), datetime.now(UTC))
        free = time.monotonic() + min(LONGEST_WAIT, max(0.0, seconds))
        self._free[where.site] = max(self._free.get(where.site, 0.0), free)

    def _rules_of(self, where: Address) -> Rules:
        """The robots.txt of a site, asked for once. Raises `Failed`: nobody answers there."""
        if (rules := self._rules.get(where.origin)) is None:
            if (text := self._frontier.rules(where.origin)) is None:
                text = self._ask_for_rules(where)
                self._frontier.keep_rules(where.origin, text)
            rules = self._rules[where.origin] = Rules(text)
        return rules

    def _ask_for_rules(self, where: Address) -> str:
        at = Address(where.scheme, where.host, where.port, "/robots.txt")
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = self._ask(at, robots.MOST_BYTES, any_kind=True)
            except Exceeded:
                return robots.NOTHING
            target = address(answer.header("location"), at) if answer.status in MOVED else None
            if target is None:
                return robots.text_of(answer.status, answer.content)
            at = target
        return robots.ALL  # RFC 9309: as if there were none


def digest_of(text: str, content: bytes) -> bytes:
    """What makes two pages the same: their text, whatever stands around it; of little text, all of it."""
    words = text.lower().split()
    said = " ".join(words).encode("utf-8", "replace") if len(words) >= FEWEST_WORDS else content
    return hashlib.blake2b(said, digest_size=16, person=b"text" if said is not content else b"page").digest()


def retry_after(said: str, today: datetime) -> float:
    """Seconds that a server asks to wait, as a number or as a date; 0: it does not say."""
    if said.strip().isdecimal():
        return float(said.strip()[:9])
    try:
        return (parsedate_to_datetime(said) - today).total_seconds()
    except (ValueError, TypeError, OverflowError):  # no date; one without a zone
        return 0.0

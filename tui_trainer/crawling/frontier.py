"""What a crawl knows of addresses, on the disk: what to ask for, and what came of the rest.

One transaction a page, so that a kill at any moment leaves each page done, with its record in the archive, or
still to be asked for.
"""

import os
import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tui_trainer.crawling.addresses import Address, address
from tui_trainer.crawling.limits import MOST_KNOWN, Counts
from tui_trainer.files import open_own

State = Literal["waiting", "kept", "duplicate", "redirect", "refused", "limited", "failed", "other"]
COUNTED: dict[str, str] = {
    **{"waiting": "frontier", "kept": "kept", "duplicate": "duplicates", "redirect": "redirects"},
    **{"refused": "refused", "limited": "limited", "failed": "failed", "other": "others"},
}
FORMAT = 1
TOO_DEEP = "too deep"
SCHEMA = """
CREATE TABLE pages (
    number INTEGER PRIMARY KEY,
    address TEXT NOT NULL UNIQUE,
    site TEXT NOT NULL,
    depth INTEGER NOT NULL,            -- links from the start
    hops INTEGER NOT NULL,             -- redirects that led here, one after the other
    tries INTEGER NOT NULL DEFAULT 0,  -- requests
    state TEXT NOT NULL DEFAULT 'waiting',
    reason TEXT NOT NULL DEFAULT '',
    digest BLOB,                       -- of the content
    bytes INTEGER NOT NULL DEFAULT 0,  -- read
    text INTEGER NOT NULL DEFAULT 0    -- bytes of text
);
CREATE INDEX waiting ON pages (site, tries, number) WHERE state = 'waiting';
CREATE UNIQUE INDEX contents ON pages (digest) WHERE state = 'kept';
CREATE TABLE robots (origin TEXT PRIMARY KEY, rules TEXT NOT NULL);
CREATE TABLE crawl (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
"""


class Known(Struct, frozen=True):
    """An address to be asked for."""

    number: int
    address: Address
    depth: int
    hops: int
    tries: int


class Outcome(Struct, frozen=True):
    """What came of asking, or of not asking."""

    state: State
    reason: str = ""
    asked: bool = True
    digest: bytes | None = None
    bytes: int = 0
    text: int = 0
    links: tuple[Address, ...] = ()  # to be known from now on
    redirect: Address | None = None
    elsewhere: int = 0


class Frontier:
    """Raises `sqlite3.Error`, and `OSError` when it is opened, of which whoever opens it makes a line."""

    def __init__(self, path: Path, depth: int) -> None:
        """
        Args:
            depth: links from the start, beyond which addresses are left.
        """
        self._depth = depth
        os.close(open_own(path, os.O_RDWR | os.O_CREAT))  # private, and no link
        self._base = sqlite3.connect(path, isolation_level=None, timeout=0)
        self._base.execute("PRAGMA locking_mode = EXCLUSIVE")  # two crawls into one file are one too many
        self._base.execute("PRAGMA journal_mode = WAL")
        self._base.execute("BEGIN IMMEDIATE")
        if not self._base.execute("SELECT 1 FROM sqlite_master").fetchone():
            for statement in SCHEMA.split(";\n"):
                self._base.execute(statement)
            self.remember({"format": FORMAT, "archive": 0})
        self._reopen()
        self._base.execute("COMMIT")
        self.counts = self._count()

    def close(self) -> None:
        self._base.close()

    # -- the crawl as a whole -----------------------------------------------------------------------------

    def recall(self, name: str) -> str | int | None:
        """A fact about the crawl."""
        row = self._base.execute("SELECT value FROM crawl WHERE name = ?", (name,)).fetchone()
        return None if row is None else row[0]

    def remember(self, facts: Mapping[str, str | int]) -> None:
        """Keep facts about the crawl, all or none."""
        self._base.executemany("INSERT OR REPLACE INTO crawl VALUES (?, ?)", facts.items())

    def rules(self, origin: str) -> str | None:
        """A site's robots.txt, if it was asked for."""
        row = self._base.execute("SELECT rules FROM robots WHERE origin = ?", (origin,)).fetchone()
        return None if row is None else str(row[0])

    def keep_rules(self, origin: str, rules: str) -> None:
        self._base.execute("INSERT OR REPLACE INTO robots VALUES (?, ?)", (origin, rules))

    @property
    def archived(self) -> int:
        """Bytes of the archive that hold."""
        return int(self.recall("archive") or 0)

    def settle(self) -> None:
        """Whatever was broken off: what holds is what is on the disk."""
        if self._base.in_transaction:
            self._base.execute("ROLLBACK")
        self.counts = self._count()

    # -- addresses ----------------------------------------------------------------------------------------

    def add(self, found: Iterable[Address], depth: int, hops: int = 0) -> None:
        """Addresses to be asked for, but for those that are known."""
        for each in found:
            if self._known >= MOST_KNOWN:
                return
            left = depth > self._depth
            row = (
                str(each),
                each.site,
                depth,
                hops,
                "limited" if left else "waiting",
                TOO_DEEP if left else "",
            )
            columns = "address, site, depth, hops, state, reason"
            query = f"INSERT OR IGNORE INTO pages ({columns}) VALUES (?, ?, ?, ?, ?, ?)"
            new = self._base.execute(query, row).rowcount
            self._known += new
            self.counts.limited += new * left
            self.counts.frontier += new * (not left)

    def next(self, site: str) -> Known | None:
        """What a site is asked for next: what was found first; what failed before, after all others."""
        row = self._base.execute(
            "SELECT number, address, depth, hops, tries FROM pages "
            "WHERE state = 'waiting' AND site = ? ORDER BY tries, number LIMIT 1",
            (site,),
        ).fetchone()
        if row is None or (found := address(row[1])) is None:
            return None
        return Known(row[0], found, row[2], row[3], row[4])

    def holds(self, digest: bytes) -> bool:
        """Whether a page with this content is kept."""
        query = "SELECT 1 FROM pages WHERE state = 'kept' AND digest = ?"
        return self._base.execute(query, (digest,)).fetchone() is not None

    def again(self, page: Known) -> None:
        """It was asked for in vain, and will be again."""
        self._base.execute("UPDATE pages SET tries = tries + 1 WHERE number = ?", (page.number,))
        self.counts.asked += 1

    def done(self, page: Known, outcome: Outcome, archived: int) -> None:
        """What came of a page, and what is known from it; all of it, or nothing.

        Args:
            archived: bytes of the archive that hold from now on.
        """
        counts = self.counts
        self._base.execute("BEGIN IMMEDIATE")
        self._base.execute(
            "UPDATE pages SET state = ?, reason = ?, tries = ?, digest = ?, bytes = ?, text = ? "
            "WHERE number = ?",
            (
                outcome.state,
                outcome.reason,
                page.tries + outcome.asked,
                outcome.digest,
                outcome.bytes,
                outcome.text,
                page.number,
            ),
        )
        self.add(outcome.links, page.depth + 1)
        if outcome.redirect is not None:
            self.add([outcome.redirect], page.depth, page.hops + 1)
        self.remember({"archive": archived, "elsewhere": counts.elsewhere + outcome.elsewhere})
        self._base.execute("COMMIT")
        counts.frontier -= 1
        name = COUNTED[outcome.state]
        setattr(counts, name, getattr(counts, name) + 1)
        counts.asked += outcome.asked
        counts.bytes += outcome.bytes
        counts.text += outcome.text
        counts.elsewhere += outcome.elsewhere

    def _reopen(self) -> None:
        """What was left as too deep, and by another limit no longer is."""
        self._base.execute(
            "UPDATE pages SET state = 'waiting', reason = '' "
            "WHERE state = 'limited' AND reason = ? AND depth <= ?",
            (TOO_DEEP, self._depth),
        )

    def reasons(self) -> dict[str, dict[str, int]]:
        """By state, how often each reason was given; the commonest first."""
        found: dict[str, dict[str, int]] = {}
        query = (
            "SELECT state, reason, count(*) FROM pages WHERE reason != '' GROUP BY 1, 2 ORDER BY 3 DESC, 2"
        )
        for state, reason, count in self._base.execute(query):
            found.setdefault(state, {})[reason] = count
        return found

    def _count(self) -> Counts:
        counts = Counts()
        self._known = 0
        query = "SELECT state, count(*), sum(tries), sum(bytes), sum(text) FROM pages GROUP BY state"
        for state, count, tries, size, text in self._base.execute(query):
            setattr(counts, COUNTED[state], count)
            counts.asked += tries
            counts.bytes += size
            counts.text += text
            self._known += count
        counts.elsewhere = int(self.recall("elsewhere") or 0)
        return counts

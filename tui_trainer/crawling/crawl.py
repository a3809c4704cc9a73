"""One crawl as files: an archive, a frontier beside it, from which the same command goes on."""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import asdict

from tui_trainer.crawling.addresses import Address
from tui_trainer.crawling.archive import Archive
from tui_trainer.crawling.crawler import Crawler
from tui_trainer.crawling.fetching import Fetcher
from tui_trainer.crawling.frontier import FORMAT, Frontier
from tui_trainer.crawling.hosts import Hosts
from tui_trainer.crawling.interruption import Interruption
from tui_trainer.crawling.limits import Counts, Limits
from tui_trainer.errors import Damaged, UserError, foreign

Ended = Literal["complete", "pages", "seconds", "unreachable", "interrupted"]
BESIDE = ".frontier"  # behind the archive's name
SQLITES = ("", "-wal", "-journal")  # what the frontier's files are called


class Plan(Struct, frozen=True):
    """What to crawl, and into which file."""

    start: Address
    out: Path
    limits: Limits
    sites: frozenset[str] = frozenset()  # others that may be crawled, too
    named: frozenset[str] = frozenset()  # hosts that the person named
    routes: Mapping[str, tuple[str, int]] = {}  # where a host really is
    what: str = ""  # what fixes its pages besides the address

    @property
    def frontier(self) -> Path:
        return self.out.with_name(self.out.name + BESIDE)


class Result(Struct):
    """What came of a crawl, all calls of the command together."""

    file: str
    start: str
    ended: Ended
    counts: Counts
    reasons: dict[str, dict[str, int]]  # why pages were refused, limited, failed or others, how often
    seconds: float  # of this call


class Crawl:
    """An open crawl."""

    def __init__(self, plan: Plan, frontier: Frontier, archive: Archive, interruption: Interruption) -> None:
        self.plan = plan
        self._frontier, self._archive = frontier, archive
        self._begun = time.monotonic()
        fetcher = Fetcher(Hosts(plan.named, plan.routes), plan.limits.page_seconds)
        sites = {plan.start.site, *plan.sites}
        self._crawler = Crawler(frontier, archive, fetcher, plan.limits, sites, waiting=interruption.may_come)

    @property
    def counts(self) -> Counts:
        return self._frontier.counts

    def run(self) -> Iterator[None]:
        """Crawl to the end; yields after each page. May be left at any moment; ctrl+c raises as it should."""
        yield from self._crawler.run()

    def finish(self, interrupted: bool = False) -> Result:
        """Write what was crawled behind the pages, for those who read the archive."""
        self._frontier.settle()
        self._archive.cut(self._frontier.archived)
        ended: Ended = "interrupted" if interrupted else self._crawler.ended or "complete"
        said = {name: str(value) for name, value in asdict(self.counts).items()}
        self._archive.add_info({"crawl": ended, "start": str(self.plan.start), **said})
        self._archive.sync()
        return Result(
            str(self.plan.out),
            str(self.plan.start),
            ended,
            self.counts,
            self._frontier.reasons(),
            time.monotonic() - self._begun,
        )


@contextmanager
def opened(plan: Plan, start_over: bool = False) -> Iterator[Crawl]:
    """A crawl as it was left, or a new one.

    Args:
        start_over: what there is of it is put aside.

    Raises:
        UserError: there is another crawl in the file, or something else.
        Damaged: its files can't be gone on from.
    """
    if start_over:
        _put_aside(plan)
    elif plan.out.exists() and not plan.frontier.exists():
        raise UserError(
            f"{plan.out} is there already, and no crawl to go on with; name another file by --out"
        )
    start = f"{plan.start} {plan.what}".strip()
    frontier = _frontier(plan)
    try:
        before = frontier.recall("start")
        if before is None:
            frontier.remember({"start": start})
            frontier.add([plan.start], 0)
        elif before != start:
            raise UserError(f"{plan.out} is a crawl of {before}; name another file by --out, or --start-over")
        with foreign(str(plan.out)):
            archive = Archive(plan.out, frontier.archived)
        try:
            if not archive.length:
                archive.add_info({"start": str(plan.start)})
                archive.sync()
                frontier.remember({"archive": archive.length})
            with Interruption() as interruption:
                yield Crawl(plan, frontier, archive, interruption)
        finally:
            archive.close()
    except sqlite3.Error as error:
        raise Damaged(f"{plan.frontier}: {error}; --start-over crawls it anew") from error
    finally:
        frontier.close()


def _frontier(plan: Plan) -> Frontier:
    new = not plan.frontier.exists()
    try:
        frontier = Frontier(plan.frontier, plan.limits.depth)
        if frontier.recall("format") == FORMAT:
            return frontier
        frontier.close()
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise UserError(f"another crawl writes into {plan.out}") from error
        raise UserError(f"{plan.frontier}: {error}") from error
    except sqlite3.Error as error:
        raise Damaged(f"{plan.frontier}: {error}; --start-over crawls it anew") from error
    except BaseException:
        if new:
            plan.frontier.unlink(missing_ok=True)
        raise
    raise Damaged(f"{plan.frontier} is of another version; --start-over crawls it anew")


def _put_aside(plan: Plan) -> None:
    """The crawl that there is gets another name; one that was put aside before goes."""
    if plan.out.exists() and not plan.frontier.exists():
        raise UserError(
            f"{plan.out} is no crawl of this program's, and stays as it is; name another by --out"
        )
    with foreign(str(plan.out)):
        for path in (plan.out, *(plan.frontier.with_name(plan.frontier.name + end) for end in SQLITES)):
            if path.exists():
                os.replace(path, path.with_name(f"old-{path.name}"))

"""Crawls of a server on this machine, in this process."""

import gzip
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from fastwarc.warc import ArchiveIterator, WarcRecordType, has_valid_block_digest
from msgspec.structs import replace

from tui_trainer.crawling.addresses import Address, address
from tui_trainer.crawling.crawl import Plan, Result, opened
from tui_trainer.crawling.limits import Limits
from tui_trainer.crawling.tiny_web.server import HERE, NAME, Server

# What is slow is slow for ever, and what is endless is larger than this.
LIMITS = Limits(pages=5_000, delay=0.0, page_seconds=0.4, page_bytes=200_000)


@dataclass
class Crawled:
    """What came of a crawl, and what its server was asked for."""

    result: Result
    path: Path
    asked: Counter[str]
    agents: set[str]

    @property
    def pages(self) -> list[str]:
        """Addresses of the pages in the archive, as another library reads it, with its hashes."""
        found = []
        with self.path.open("rb") as file:
            for record in ArchiveIterator(file, parse_http=False):
                assert has_valid_block_digest(record)
                if record.record_type == WarcRecordType.response:
                    found.append(record.headers.get("WARC-Target-URI") or "")
        return found


def plan_of(server: Server, path: Path, limits: Limits = LIMITS, start: str = f"http://{NAME}/") -> Plan:
    return Plan(at(start), path, limits, routes={NAME: (HERE, server.port)})


def at(text: str) -> Address:
    found = address(text)
    assert found is not None
    return found


def crawled(
    server: Server, path: Path, steps: int | None = None, start_over: bool = False, **limits: float
) -> Crawled:
    """Crawl it, or so many pages of it."""
    plan = plan_of(server, path, replace(LIMITS, **limits))
    with opened(plan, start_over) as crawl:
        for n, _ in enumerate(crawl.run()):
            if n + 1 == steps:
                break
        result = crawl.finish()
    return Crawled(result, path, server.asked, server.agents)


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())

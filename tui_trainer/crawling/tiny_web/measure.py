"""What a crawl of the tiny web came to, beside what was there: nobody else knows both."""

import gzip
import io
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from tui_trainer.corpus.reading.notes import Notes
from tui_trainer.corpus.reading.warc import pages
from tui_trainer.crawling.robots import Rules
from tui_trainer.crawling.tiny_web.server import NAME
from tui_trainer.crawling.tiny_web.site import TinyWeb
from tui_trainer.formulas.overlap import overlap

AGAIN = ("/mirror", "/print")  # under which the same text stands, too


class Measured(Struct):
    """Figures against the truth."""

    texts_planted: int  # different ones that robots.txt lets one have
    texts_found: int
    precision: float  # of the words of pages that hold a planted text
    recall: float
    f1: float
    asked_twice: int  # addresses, but for those that were asked to come back
    asked_disallowed: int


def measure(web: TinyWeb, archive: Path, asked: Mapping[str, int]) -> Measured:
    """Read a crawl's archive, and what the server was asked for."""
    planted = web.planted
    found: dict[str, str] = {}
    with io.BufferedReader(gzip.open(archive)) as stream:
        for address, text in pages(stream, Notes()):
            path = urlsplit(address).path
            for prefix in AGAIN:
                path = path.removeprefix(prefix) if path.removeprefix(prefix) in planted else path
            if path in planted:
                found[path] = text
    words = overlap((text, planted[path]) for path, text in found.items())
    rules = Rules(web.robots)
    return Measured(
        len(set(planted.values())),
        len({planted[path] for path in found}),
        words.precision,
        words.recall,
        words.f1,
        sum(count > 1 and web.answer(target).status == 200 for target, count in asked.items()),
        sum(not rules.allow(f"http://{NAME}{target}") for target in asked),
    )

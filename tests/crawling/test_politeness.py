"""A crawl's manners: pauses between requests, and how long a server that asks for it is left alone."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from crawls import LIMITS, at
from msgspec.structs import replace

from tui_trainer.crawling import crawler
from tui_trainer.crawling.archive import Archive
from tui_trainer.crawling.crawler import Crawler, digest_of, retry_after
from tui_trainer.crawling.fetching import Answer, Failed
from tui_trainer.crawling.frontier import Frontier

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


class Site:
    """What a fetcher asks, in a time of its own that passes only when somebody sleeps."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, **answers: Answer | Exception
    ) -> None:
        self.now = 0.0
        self.asked: list[tuple[float, str]] = []
        self._answers = answers
        self._path = tmp_path
        monkeypatch.setattr(crawler, "time", SimpleNamespace(monotonic=lambda: self.now))

    def get(self, where: object, most: int, any_kind: bool = False) -> Answer:
        """As a `Fetcher`'s."""
        path = str(where).removeprefix("http://a.example/")
        self.asked.append((self.now, path))
        found = self._answers.get(path.partition(".")[0] or "start")
        if isinstance(found, Exception):
            raise found
        return found or Answer(404, "Not Found", [], b"", b"")

    def crawl(self, **limits: float) -> Crawler:
        frontier, archive = Frontier(self._path / "f", 8), Archive(self._path / "a.warc.gz", 0)
        frontier.add([at("http://a.example/")], 0)
        made = Crawler(frontier, archive, self, replace(LIMITS, **limits), {"a.example"}, self._sleep)  # type: ignore[arg-type]
        for _ in made.run():
            pass
        archive.close()
        frontier.close()
        return made

    def _sleep(self, seconds: float) -> None:
        self.now += seconds


def page(body: str, *headers: tuple[str, str], status: int = 200) -> Answer:
    return Answer(status, "", [("Content-Type", "text/html"), *headers], body.encode(), body.encode())


LINKED = page("<a href=1>one</a><a href=2>two</a><p>and some text</p>")


@pytest.mark.parametrize(
    ("rules", "delay", "pause"),
    [
        ("", 3.0, 3.0),
        ("User-agent: *\nCrawl-delay: 9", 3.0, 9.0),
        ("User-agent: *\nCrawl-delay: 1", 3.0, 3.0),
    ],
)
def test_a_pause_between_two_requests(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, rules: str, delay: float, pause: float
) -> None:
    site = Site(monkeypatch, tmp_path, start=LINKED, robots=page(rules))
    site.crawl(delay=delay)
    assert [path for _, path in site.asked] == ["robots.txt", "", "1", "2"]
    times = [time for time, _ in site.asked]
    assert times[1] == delay and [times[2] - times[1], times[3] - times[2]] == [pause, pause]


def test_a_server_that_asks_for_it_is_left_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    busy = page("", ("Retry-After", "50"), status=503)
    site = Site(monkeypatch, tmp_path, start=busy)
    site.crawl(delay=1.0)
    assert site.asked == [(0.0, "robots.txt"), (1.0, ""), (51.0, ""), (101.0, "")]


def test_a_site_that_nobody_answers_for_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    links = "".join(f"<a href={n}>{n}</a>" for n in range(1, 30))
    gone = {str(n): Failed("refused") for n in range(1, 30)}
    site = Site(monkeypatch, tmp_path, start=page(links), **gone)
    assert site.crawl().ended == "unreachable" and len(site.asked) == 2 + crawler.MOST_IN_VAIN


def test_time_runs_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    site = Site(monkeypatch, tmp_path, start=LINKED)
    assert site.crawl(delay=40.0, seconds=90.0).ended == "seconds"
    assert [path for _, path in site.asked] == ["robots.txt", "", "1"]


def test_what_makes_two_pages_the_same() -> None:
    """Their text, but for its white space and capitals; signs count, as in sums."""
    sums = "3 + 4 = 7 and then 5 + 5 = 10."
    assert digest_of(sums, b"a") == digest_of(sums.replace(" ", "\n").upper(), b"b")
    assert digest_of(sums, b"a") != digest_of(sums.replace("+", "-"), b"a")
    assert digest_of("Menu", b"a") != digest_of("Menu", b"b")  # of so little text the page itself counts
    assert digest_of("", sums.encode()) != digest_of(sums, b"")


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        *(("", 0.0), ("7", 7.0), (" 7 ", 7.0), ("-7", 0.0), ("soon", 0.0), ("9" * 400, 999_999_999.0)),
        *(("Fri, 27 Nov 2026 12:01:00 GMT", 60.0), ("Fri, 27 Nov 2026 11:59:00 GMT", -60.0)),
        ("Fri, 27 Nov 2026 12:01:00", 0.0),  # without a zone
    ],
)
def test_how_long_a_server_asks_to_wait(said: str, seconds: float) -> None:
    assert retry_after(said, NOON) == seconds

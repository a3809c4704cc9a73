"""A crawl of the tiny web: it ends, asks for nothing twice, nothing forbidden, and goes on when killed."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from crawls import LIMITS, Crawled, content, crawled, plan_of
from waiting import PATIENCE

from tui_trainer.corpus.user_text import read
from tui_trainer.crawling.crawl import opened
from tui_trainer.crawling.robots import Rules
from tui_trainer.crawling.tiny_web.measure import measure
from tui_trainer.crawling.tiny_web.server import HERE, NAME, Server, serving
from tui_trainer.crawling.tiny_web.site import TinyWeb
from tui_trainer.errors import Damaged, UserError
from tui_trainer.messages.events import CrawlRead

TRIED_AGAIN = {"/odd/broken": 3, "/odd/busy.html": 2}


def test_it_ends_with_all_that_may_be_had(whole: Crawled, web: TinyWeb) -> None:
    assert whole.result.ended == "complete" and whole.result.counts.frontier == 0
    found = measure(web, whole.path, whole.asked)
    assert found.texts_found == found.texts_planted == len(set(web.planted.values()))
    assert found.f1 >= 0.95 and (found.asked_twice, found.asked_disallowed) == (0, 0)


def test_nothing_is_asked_for_twice_but_what_failed(whole: Crawled) -> None:
    assert {target: n for target, n in whole.asked.items() if n > 1} == TRIED_AGAIN
    assert len(whole.pages) == len(set(whole.pages)) == whole.result.counts.kept


def test_what_robots_txt_forbids_is_never_asked_for(whole: Crawled, web: TinyWeb) -> None:
    rules = Rules(web.robots)
    assert [target for target in whole.asked if not rules.allow(f"http://{NAME}{target}")] == []
    assert whole.asked["/robots.txt"] == 1 and whole.asked["/private/open/note.html"] == 1
    assert whole.result.reasons["refused"]["robots.txt"] > 4
    assert f"http://{NAME}/odd/unlisted.html" not in whole.pages  # it says so itself
    assert "/private/by-nofollow.html" not in whole.asked
    assert all(agent.startswith("tui-trainer/") for agent in whole.agents)


def test_traps_are_left_by_limits(whole: Crawled) -> None:
    left = whole.result.reasons["limited"]
    assert left.keys() == {
        "too deep",
        "too many redirects",
        "more than 0.2 MB",
        "slower than 0.4 s",
    }
    assert max(target.count("deeper") for target in whole.asked) == 3
    assert sum("/odd/hop/" in target for target in whole.asked) == 6
    assert sum("/calendar/" in target for target in whole.asked) < 120


def test_the_same_content_is_kept_once(whole: Crawled) -> None:
    assert whole.result.counts.duplicates > 5
    paths = [urlsplit(page).path for page in whole.pages]
    for prefix in ("/mirror", "/print"):
        copies = {path.removeprefix(prefix) for path in paths if path.startswith(prefix)}
        if prefix == "/print":  # of the others, menus are left in the text, which then is not the same
            copies = {path for path in copies if path.startswith(("/web/", "/code/", "/forum/"))}
        assert not copies & set(paths)
    assert not any(mark in page for page in whole.asked for mark in ("utm_", "sid=", "jsessionid", "#"))


def test_other_hosts_are_left_alone(whole: Crawled) -> None:
    assert {urlsplit(page).netloc for page in whole.pages} == {NAME}
    assert whole.result.counts.elsewhere >= 3


def test_the_archive_says_what_was_crawled(whole: Crawled) -> None:
    said = content(whole.path).decode("utf-8", "replace")
    assert said.count("WARC-Type: warcinfo") == 2
    last = said.rpartition("WARC-Type: warcinfo")[2]
    assert f"kept: {whole.result.counts.kept}\r\n" in last and "crawl: complete\r\n" in last


def test_data_that_was_crawled_says_how(whole: Crawled) -> None:
    counts = whole.result.counts
    (said,) = [item for item in read([str(whole.path)], 10**8) if isinstance(item, CrawlRead)]
    assert (said.pages, said.text, said.refused) == (counts.kept, counts.text, counts.refused)
    left = said.duplicates, said.limited, said.failed, said.frontier
    assert left == (counts.duplicates, counts.limited, counts.failed, 0)
    assert 0 < said.bytes < counts.bytes  # of the duplicates, too


def test_limits_of_pages_and_of_depth(server: Server, tmp_path: Path) -> None:
    few = crawled(server, tmp_path / "few.warc.gz", pages=7)
    assert few.result.ended == "pages" and few.result.counts.asked == 7 and few.result.counts.frontier > 0
    near = crawled(server, tmp_path / "near.warc.gz", depth=0)
    assert near.result.ended == "complete" and near.pages == [f"http://{NAME}/"]
    further = crawled(server, tmp_path / "near.warc.gz", depth=1)  # the same crawl, let further
    assert further.result.ended == "complete" and len(further.pages) > 12


def test_stopped_and_gone_on_with_it_is_the_same(whole: Crawled, web: TinyWeb, tmp_path: Path) -> None:
    path = tmp_path / "parts.warc.gz"
    with serving(web) as server:
        for steps in (1, 3, 20, 50):
            assert crawled(server, path, steps).result.counts.frontier > 0
        parts = crawled(server, path)
    assert parts.pages == whole.pages and parts.asked == whole.asked
    assert parts.result.counts == whole.result.counts
    with serving(web) as server:
        done = crawled(server, path)
    assert done.asked.total() == 0 and done.pages == whole.pages  # there is nothing to do


@pytest.mark.parametrize(
    ("number", "moment"),
    [*((signal.SIGKILL, n) for n in (1, 17, 60)), *((signal.SIGINT, n) for n in (2, 40))],
)
def test_killed_or_stopped_and_gone_on_with_it_is_the_same(
    whole: Crawled, web: TinyWeb, tmp_path: Path, number: signal.Signals, moment: int
) -> None:
    """A signal while the server has a request in its hands; what then goes on asks for that one again."""
    command = [sys.executable, "-m", "tui_trainer", "crawl", "--pages", "5000", "--delay", "0", "--json"]
    command += ["--page-bytes", "200000", "--page-seconds", "0.4", "--out", str(tmp_path / "a.warc.gz")]
    with serving(web) as server:
        command.append(f"http://{HERE}:{server.port}/")
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        hit = False

        def on_request() -> None:
            nonlocal hit
            if server.asked.total() == moment + 1 and not hit:
                hit = True
                os.kill(process.pid, number)

        server.on_request = on_request
        out, told = process.communicate(timeout=PATIENCE)
        if number == signal.SIGKILL:
            assert process.returncode == -number
        else:
            assert process.returncode == 0 and json.loads(out)["result"]["ended"] == "interrupted"
            assert "panicked" not in told and "Traceback" not in told
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        assert done.returncode == 0 and json.loads(done.stdout)["result"]["ended"] == "complete", done.stderr
        found = Crawled(whole.result, tmp_path / "a.warc.gz", server.asked, server.agents)
    assert [urlsplit(page).path for page in found.pages] == [urlsplit(page).path for page in whole.pages]
    again = {target for target, n in found.asked.items() if n > whole.asked[target]}
    assert len(again) <= 1 and found.asked.keys() == whole.asked.keys()


def test_one_crawl_at_a_time(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    with opened(plan_of(server, path)), pytest.raises(UserError, match="another crawl writes into"):
        crawled(server, path)


def test_what_is_in_the_way_stays(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"mine")
    for start_over in (False, True):
        with pytest.raises(UserError, match="name another"):
            crawled(server, path, start_over=start_over)
    assert path.read_bytes() == b"mine" and sorted(tmp_path.iterdir()) == [path]


def test_another_crawl_in_the_file_is_said(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    crawled(server, path, pages=1)
    with (
        pytest.raises(UserError, match="is a crawl of http"),
        opened(plan_of(server, path, start=f"http://{NAME}/web/")),
    ):
        pass


def test_start_over_puts_aside(server: Server, tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    crawled(server, path, pages=3)
    before = path.read_bytes()
    assert crawled(server, path, start_over=True, pages=2).result.counts.asked == 2
    assert (tmp_path / "old-a.warc.gz").read_bytes() == before


@pytest.mark.parametrize("damage", ["short", "no base", "older"])
def test_damage_is_a_line(server: Server, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.warc.gz"
    crawled(server, path, pages=3)
    frontier = plan_of(server, path).frontier
    if damage == "short":
        path.write_bytes(path.read_bytes()[:100])
    elif damage == "no base":
        frontier.write_bytes(b"no data base" * 999)
    else:
        with closing(sqlite3.connect(frontier, isolation_level=None)) as base:
            base.execute("UPDATE crawl SET value = 99 WHERE name = 'format'")
    with pytest.raises((UserError, Damaged), match="--start-over"):
        crawled(server, path)
    assert crawled(server, path, start_over=True, pages=3).result.counts.asked == 3


def test_a_delay_is_kept_and_a_site_may_ask_for_more() -> None:
    assert Rules("User-agent: *\nCrawl-delay: 7").delay == 7
    assert Rules("User-agent: *\nCrawl-delay: 1e9").delay == 60
    assert Rules("User-agent: *\nCrawl-delay: nan").delay == Rules("").delay == 0
    assert LIMITS.delay == 0 and type(LIMITS)().delay == 1

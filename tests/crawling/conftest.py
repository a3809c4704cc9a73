"""A tiny web with its server, and crawls of it."""

from collections.abc import Iterator

import pytest
from crawls import Crawled, crawled

from tui_trainer.crawling.tiny_web.server import Server, serving
from tui_trainer.crawling.tiny_web.site import TinyWeb


@pytest.fixture(scope="session")
def web() -> TinyWeb:
    return TinyWeb(45, seed=3)


@pytest.fixture
def server(web: TinyWeb) -> Iterator[Server]:
    with serving(web) as server:
        yield server


@pytest.fixture(scope="session")
def whole(web: TinyWeb, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """A crawl of the whole tiny web, undisturbed."""
    with serving(web) as server:
        return crawled(server, tmp_path_factory.mktemp("crawl") / "whole.warc.gz")

"""`tui-trainer crawl`: text from the web, as a file that a run can read."""

from pathlib import Path
from typing import Any

import click

from tui_trainer.console import output
from tui_trainer.console.commands.common import Failed, need
from tui_trainer.console.options import Finite, Named, with_json, with_seed

POLITE = {"pages": 1_000, "depth": 8, "delay": 1.0, "page_seconds": 20.0}
AT_HOME = {
    "pages": 1_000_000,
    "depth": 5,
    "delay": 0.0,
    "page_seconds": 2.0,
}  # of the tiny web, which waits for nobody
DOCUMENTS = 300  # of the tiny web, where none are given


@click.command(
    epilog="""\b
Examples:
  tui-trainer crawl --tiny-web
  tui-trainer crawl https://example.org/ --pages 200 --out example.warc.gz
  tui-trainer run --data example.warc.gz"""
)
@click.argument("url", required=False)
@click.option(
    "--tiny-web",
    "documents",
    type=click.IntRange(10, 20_000),
    is_flag=False,
    flag_value=DOCUMENTS,
    metavar="[DOCUMENTS]",
    help=f"Crawl a web of the tiny world, served on this machine; of {DOCUMENTS} documents or as many.",
)
@click.option(
    "--out",
    type=Named(dir_okay=False),
    metavar="FILE",
    help="The archive to write, or to go on with; else named after the host, in this folder.",
)
@click.option(
    "--host", "hosts", multiple=True, metavar="HOST", help="Follow links to this host, too; repeatable."
)
@click.option(
    "--pages", type=click.IntRange(1, 1_000_000), help="Ask for at most so many: 1,000; tiny web: all."
)
@click.option(
    "--depth",
    type=click.IntRange(0, 100),
    help="Follow links at most so far from the start: 8; tiny web: 5.",
)
@click.option(
    "--delay",
    type=Finite(0, 3_600),
    metavar="SECONDS",
    help="Between two requests to a host: 1, or what its robots.txt asks for, if that is more; tiny web: 0.",
)
@click.option(
    "--page-bytes",
    type=click.IntRange(1_000, 4_000_000),
    default=2_000_000,
    show_default=True,
    help="Leave a page that is larger.",
)
@click.option(
    "--page-seconds",
    type=Finite(0.1, 600),
    metavar="SECONDS",
    help="Leave a page that takes longer: 20; tiny web: 2.",
)
@click.option(
    "--seconds",
    type=Finite(1, 1_000_000),
    default=3_600.0,
    show_default=True,
    help="Stop after so long; the same command goes on.",
)
@click.option("--start-over", is_flag=True, help="Put what there is of this crawl aside, and begin anew.")
@with_seed
@with_json
def crawl(
    url: str | None,
    documents: int | None,
    out: Path | None,
    hosts: tuple[str, ...],
    seed: int,
    start_over: bool,
    as_json: bool,
    **limits: Any,
) -> None:
    """Collect pages of a site, politely, as a WARC file.

    Keeps to robots.txt and to one host, and waits between requests. Stopped or killed, the same command
    goes on where it was.
    """
    if (url is None) == (documents is None):
        raise click.UsageError("Give a URL, or --tiny-web.")
    need("crawl", "protego", "resiliparse", "warcio")
    from tui_trainer.console import crawl as crawling

    given = {name: value for name, value in limits.items() if value is not None}
    if documents is None:
        crawled = crawling.site(url or "", hosts, out, POLITE | given, start_over)
    else:
        crawled = crawling.tiny_web(documents, seed, out, AT_HOME | given, start_over)
    if why := crawling.nothing_came(crawled):
        raise Failed(why)
    if as_json:
        output.show_json(crawled)
    else:
        output.show(crawling.text(crawled))

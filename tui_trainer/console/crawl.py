"""`tui-trainer crawl`: how a crawl goes, and what came of it."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from tui_trainer.console.progress import Teller
from tui_trainer.console.tables import table
from tui_trainer.crawling.addresses import Address, address
from tui_trainer.crawling.crawl import Plan, Result, opened
from tui_trainer.crawling.limits import Counts, Limits
from tui_trainer.crawling.tiny_web.measure import Measured, measure
from tui_trainer.crawling.tiny_web.server import HERE, NAME, serving
from tui_trainer.crawling.tiny_web.site import TinyWeb
from tui_trainer.errors import UserError
from tui_trainer.files import named
from tui_trainer.sanitize import one_line
from tui_trainer.view.numbers import count, duration, figure, plural, size
from tui_trainer.view.text import cut

MOST_REASONS = 3  # told of one kind
ENDED = {
    "complete": "all that was found and may be asked for",
    "pages": "stopped by --pages",
    "seconds": "stopped by --seconds; the same command goes on",
    "unreachable": "stopped, since nobody answers any more; the same command goes on",
    "interrupted": "stopped; the same command goes on",
}


class Crawled(Struct):
    """What `--json` prints."""

    result: Result
    tiny_web: Measured | None = None  # of this call's requests, and of all pages


def site(
    url: str, hosts: tuple[str, ...], out: Path | None, limits: Mapping[str, Any], start_over: bool
) -> Crawled:
    """Crawl a site. Raises `UserError`."""
    start = _address(url)
    others = [_address(host) for host in hosts]
    plan = Plan(
        start,
        _file(out, start.host.removeprefix("www.")),
        Limits(**limits),
        frozenset(other.site for other in others),
        frozenset(each.host for each in (start, *others)),
    )
    return Crawled(_run(plan, start_over))


def tiny_web(
    documents: int, seed: int, out: Path | None, limits: Mapping[str, Any], start_over: bool
) -> Crawled:
    """Crawl the tiny web, from a server of our own. Raises `UserError`."""
    web = TinyWeb(documents, seed)
    start = _address(f"http://{NAME}/")
    with serving(web) as server:
        routes = {NAME: (HERE, server.port)}
        what = f"of {documents} documents, seed {seed}"
        plan = Plan(start, _file(out, "tiny-web"), Limits(**limits), routes=routes, what=what)
        return Crawled(_run(plan, start_over), measure(web, plan.out, server.asked))


def _address(text: str) -> Address:
    """What a person calls a site: with or without http://."""
    found = address(text if "://" in text else f"https://{text}")
    if found is None:
        raise UserError(f"{text!r} is no address of http or https")
    return found


def _file(out: Path | None, name: str) -> Path:
    if out is None:
        return Path(f"{name.replace(':', '-')}.warc.gz")
    out = named(str(out))
    if not out.name.endswith(".warc.gz"):
        raise UserError(f"{out}: the archive is a .warc.gz; call it {out.with_suffix('')}.warc.gz")
    return out


def _run(plan: Plan, start_over: bool) -> Result:
    teller = Teller(sys.stderr)
    with opened(plan, start_over) as crawl:
        where = f"{one_line(str(plan.start))} into {one_line(str(plan.out))}"
        teller.say(f"crawling {where}; ctrl+c stops, and the same command goes on")
        interrupted = False
        try:
            for _ in crawl.run():
                teller.show(progress_line(crawl.counts))
        except KeyboardInterrupt:
            interrupted = True
        teller.clear()
        return crawl.finish(interrupted)


def progress_line(counts: Counts) -> str:
    """Where a crawl is."""
    return "  ".join(
        (
            f"{count(counts.kept)} pages",
            f"frontier {count(counts.frontier)}",
            f"text {size(counts.text)} of {size(counts.bytes)}",
            f"refused {count(counts.refused)}",
            f"same {count(counts.duplicates)}",
            f"left {count(counts.limited)}",
            f"dead {count(counts.failed)}",
        )
    )


def text(crawled: Crawled) -> str:
    """What came of a crawl, for people."""
    result, counts = crawled.result, crawled.result.counts
    head = (
        f"{one_line(result.file)}: {plural(counts.kept, 'page')}, {size(counts.text)} of text in "
        f"{size(counts.bytes)}; {plural(counts.asked, 'request')}, {duration(result.seconds)} this time"
    )
    rows = [
        ("in the frontier", count(counts.frontier), ENDED[result.ended]),
        ("refused", count(counts.refused), _reasons(result, "refused")),
        ("duplicates", count(counts.duplicates), "the same content as a page before"),
        ("redirects", count(counts.redirects), ""),
        ("left by limits", count(counts.limited), _reasons(result, "limited")),
        ("failed", count(counts.failed), _reasons(result, "failed")),
        ("no page", count(counts.others), _reasons(result, "other")),
        ("to other hosts", count(counts.elsewhere), "links, not followed" if counts.elsewhere else ""),
    ]
    blocks = [head, table(rows)]
    if crawled.tiny_web is not None:
        blocks.append(_against_the_planted(crawled.tiny_web))
    if counts.kept:
        blocks.append(f"To train on it: tui-trainer run --data {one_line(result.file)}")
    return "\n\n".join(blocks)


def _reasons(result: Result, state: str) -> str:
    given = result.reasons.get(state, {})
    said = [f"{cut(one_line(reason), 50)} {count(n)}" for reason, n in list(given.items())[:MOST_REASONS]]
    return ", ".join([*said, "..."] if len(given) > MOST_REASONS else said)


def _against_the_planted(found: Measured) -> str:
    words = f"precision {figure(found.precision, 3)}, recall {figure(found.recall, 3)}, by words"
    rows = [
        ("texts found", f"{count(found.texts_found)} of {count(found.texts_planted)}", "different ones"),
        ("text out of HTML", f"F1 {figure(found.f1, 3)}", words),
        ("asked for against robots.txt", count(found.asked_disallowed), "addresses, as the server counts"),
        ("asked for twice", count(found.asked_twice), ""),
    ]
    return f"Against what stands in the tiny web\n{table(rows)}"


def nothing_came(crawled: Crawled) -> str:
    """Why there is no page, though there should be; "" where there are some, or it was broken off."""
    result = crawled.result
    if result.counts.kept or result.ended == "interrupted":
        return ""
    states = ("failed", "refused", "other", "limited")
    reasons = [reason for state in states for reason in result.reasons.get(state, {})]
    why = f" ({one_line(reasons[0])})" if reasons else ""
    return f"no page came from {one_line(result.start)}{why}"

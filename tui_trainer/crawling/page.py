"""What a crawl takes out of a page: its text, where its links lead, what it says to robots."""

import re
from itertools import islice

from msgspec import Struct

from tui_trainer.corpus.reading.encoding import encoding_of
from tui_trainer.corpus.reading.html import parsed, text_of
from tui_trainer.crawling.addresses import Address, address
from tui_trainer.crawling.fetching import Answer
from tui_trainer.crawling.limits import MOST_LINKS
from tui_trainer.crawling.robots import AGENT

LINKS = "a[href], area[href], frame[src], iframe[src]"
MOST_METAS = 100
TIMES_THE_LINKS = 5  # elements looked at, of which some lead to the same page, or nowhere
WORDS = re.compile(r"[\w-]+")


class Page(Struct, frozen=True):
    """One page that was read."""

    text: str
    links: list[Address] = []  # in their order, each once
    is_for_robots: bool = True  # it may be kept


def read(answer: Answer, at: Address) -> Page:
    """Take in what a server sent.

    Raises:
        Unreadable: it is no text, or no page that can be parsed.
    """
    if answer.kind == "text/plain":
        return Page("".join(encoding_of(answer.content).text([answer.content])), [], _kept(answer, ""))
    tree, _ = parsed(answer.content, answer.charset)
    document = tree.document
    if document is None:
        return Page("")
    said = ""
    for meta in islice(document.query_selector_all("meta[name][content]"), MOST_METAS):
        if (meta.get_attribute("name") or "").strip().lower() in ("robots", AGENT):
            said += f" {meta.get_attribute('content')}"
    found: dict[Address, None] = {}
    base = document.query_selector("base[href]")
    start = (base and address(base.get_attribute("href") or "", at)) or at
    elements = document.query_selector_all(LINKS) if _followed(answer, said) else ()
    for element in islice(elements, TIMES_THE_LINKS * MOST_LINKS):
        if "nofollow" in WORDS.findall((element.get_attribute("rel") or "").lower()):
            continue
        link = address(element.get_attribute("href") or element.get_attribute("src") or "", start)
        if link is not None:
            found.setdefault(link)
        if len(found) >= MOST_LINKS:
            break
    return Page(text_of(tree), list(found), _kept(answer, said))


def _rules(answer: Answer, said: str) -> set[str]:
    return set(WORDS.findall(f"{answer.header('x-robots-tag')} {said}".lower()))


def _kept(answer: Answer, said: str) -> bool:
    return not _rules(answer, said) & {"noindex", "none"}


def _followed(answer: Answer, said: str) -> bool:
    return not _rules(answer, said) & {"nofollow", "none"}

"""Which addresses the tiny web has, and what stands under each."""

from collections.abc import Sequence
from functools import cached_property
from html import escape
from urllib.parse import parse_qs, urlsplit

from tui_trainer.corpus.document import Document
from tui_trainer.corpus.planted import plant
from tui_trainer.corpus.randomness import rng
from tui_trainer.corpus.world import make_world
from tui_trainer.corpus.writing import write_documents
from tui_trainer.crawling.tiny_web import dressing, oddities
from tui_trainer.crawling.tiny_web.dressing import LOOKS, Around
from tui_trainer.crawling.tiny_web.page import Page

ON_AN_INDEX = 40  # pages
PRIVATE = 20  # of so many documents one stands where robots.txt lets nobody in
MIRRORED = 8  # one has a mirror
PRINTED = 12  # one has a view for printing: the same text, and nothing around it
RELATED = 3
# Ways to write the same address.
OTHERWISE = ("?utm_source=feed", ";jsessionid=1A2B3C4D", "?sid=0123456789abcdef", "#comments", "?")


class TinyWeb:
    """All pages of one site, from so many documents of a seed's world and what is planted among them."""

    def __init__(self, documents: int, seed: int) -> None:
        world = make_world(seed)
        self._seed = seed
        self._documents = plant(world, write_documents(world, documents, seed), seed)
        self._paths = {
            self._path(number, document): number for number, document in enumerate(self._documents)
        }
        self.robots = oddities.ROBOTS

    @cached_property
    def planted(self) -> dict[str, str]:
        """What stands in each page that can be collected, for people to read; by path."""
        open_ = {path: n for path, n in self._paths.items() if not path.startswith("/private/")}
        texts = {path: _text(self._documents[n]) for path, n in open_.items()}
        odd = {path: page().text for path, page in oddities.FIXED.items()}
        return texts | {path: text for path, text in odd.items() if text is not None}

    def answer(self, target: str) -> Page:
        """What is sent for a request's target."""
        parts = urlsplit(target)
        path = parts.path.partition(";")[0]
        if path == "/robots.txt":
            return Page(self.robots.encode(), content_type="text/plain")
        for prefix in ("/mirror", "/print"):
            if path.startswith(f"{prefix}/") and path.removeprefix(prefix) in self._paths:
                return self._document(path.removeprefix(prefix), prefix == "/print")
        if path in self._paths:
            return self._document(path)
        if path == "/":
            return self._home()
        if path.strip("/") in LOOKS and path.endswith("/"):
            return self._index(path.strip("/"), parse_qs(parts.query).get("page", ["1"])[0])
        if path in oddities.FIXED:
            return oddities.FIXED[path]()
        return oddities.endless(path) or Page(b"<html><body><h1>404: there is nothing here</h1>", status=404)

    def _path(self, number: int, document: Document) -> str:
        if number % PRIVATE == PRIVATE - 1:
            return f"/private/{document.id}.html"
        slug = "-".join(
            "".join(c for c in dressing.titled(document.text).lower() if c.isalnum() or c == " ").split()
        )
        return f"/{document.source}/{slug or 'page'}-{number}.html"

    def _document(self, path: str, bare: bool = False) -> Page:
        number = self._paths[path]
        document = self._documents[number]
        text = _text(document)
        title = dressing.titled(document.text)
        if bare:
            body = f"<h1>{escape(title)}</h1><pre>{escape(document.text)}</pre>"
            return Page(f"<html><body>{body}</body></html>".encode(), text)
        draw = rng(self._seed, "tiny web", path)
        related = draw.sample(list(self._paths), RELATED)
        near = [(each, "Previous" if n == 0 else "Next") for n, each in enumerate(self._beside(number))]
        near.append((path + draw.choice(OTHERWISE), "This page"))
        if number % MIRRORED == 0:
            near.append((f"/mirror{path}", "Mirror"))
        if number % PRINTED == 0:
            near.append((f"/print{path}", "Print"))
        around = Around(near, [(to, self._title(to)) for to in related], draw)
        body = LOOKS[document.source](title, document.text, around)
        return Page(dressing.page(title, body).encode(), text)

    def _home(self) -> Page:
        odd = dressing.listed([(to, f"odd {n}") for n, to in enumerate(oddities.LINKED)])
        body = f"<nav>{dressing.listed(dressing.MENU)}</nav><main><h1>Welcome</h1></main>{odd}"
        return Page(dressing.page("Welcome", body).encode())

    def _index(self, source: str, page: str) -> Page:
        number = int(page) if page.isdecimal() and len(page) < 6 else 1
        paths = self._of(source)
        pages = range(1, 2 + max(0, len(paths) - 1) // ON_AN_INDEX)
        if number not in pages:
            return Page(b"<h1>404: there is no such page</h1>", status=404)
        shown = paths[(number - 1) * ON_AN_INDEX : number * ON_AN_INDEX]
        pager = dressing.links([(f"?page={n}", str(n)) for n in pages])
        sorted_ = dressing.links([("?sort=name", "by name"), (f"?page={number}&sort=size", "by size")])
        body = f"<nav>{dressing.listed(dressing.MENU)}</nav><h1>All {source}</h1><p>{sorted_}</p>"
        body += dressing.listed([(to, self._title(to)) for to in shown]) + f'<div class="pager">{pager}</div>'
        return Page(dressing.page(f"All {source}", body).encode())

    def _of(self, source: str) -> Sequence[str]:
        return [path for path, n in self._paths.items() if self._documents[n].source == source]

    def _beside(self, number: int) -> Sequence[str]:
        paths = list(self._paths)
        return paths[number - 1], paths[(number + 1) % len(paths)]

    def _title(self, path: str) -> str:
        return dressing.titled(self._documents[self._paths[path]].text)


def _text(document: Document) -> str:
    return f"{dressing.titled(document.text)}\n{document.text}"

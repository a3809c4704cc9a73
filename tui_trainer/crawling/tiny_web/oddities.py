"""What makes a crawler's life hard: dead links, loops, mirrors, endless series, slow and foreign pages."""

import re
from collections.abc import Callable
from html import escape
from random import Random

from tui_trainer.crawling.tiny_web import dressing
from tui_trainer.crawling.tiny_web.page import Page

ROBOTS = """# The tiny web's rules
User-agent: greedy-crawler
Disallow: /

User-agent: *
Disallow: /private/
Disallow: /*?*sort=
Disallow: /*.cgi$
Allow: /private/open/
"""
CALENDAR = re.compile(r"/calendar/(\d{4})-(\d\d)\.html")
HOP = re.compile(r"/odd/hop/(\d{1,9})")
# fmt: off
MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)
# fmt: on
GAMES = ("a fair", "a race", "a market", "a song evening", "a reading", "a swim", "a walk", "a dance")
RUSSIAN = (
    "Река течёт к морю, и по берегу идёт старый человек с книгой. Он говорит о погоде и о людях, которых "
    "давно знает. Вечером он садится у окна и пишет письмо старому другу, который живёт за горой."
)
GERMAN = (
    "Über den Fluß führt eine alte Brücke. Früh am Morgen hört man die Mühle, und später kommen die Kinder "
    "aus der Schule, grüßen höflich und laufen weiter über die Wiese bis zum Bäcker."
)
GREEK = (
    "Ο ποταμός ρέει προς τη θάλασσα και ένας γέρος περπατά με ένα βιβλίο στο χέρι. Το βράδυ κάθεται στο "
    "παράθυρο και γράφει ένα γράμμα σε έναν παλιό φίλο."
)


def foreign(text: str, codec: str, declared: str = "", content_type: str = "text/html") -> Page:
    """A page in another encoding, said in the head, by the server, or by nobody."""
    title = dressing.titled(text)
    around = dressing.Around((("/", "Home"),), (("/web/", "Guides"),), Random(0))
    head = f'<meta http-equiv="Content-Type" content="text/html; charset={declared}">' if declared else ""
    body = dressing.page(title, dressing.book(title, text, around), head)
    body = body.replace('<meta charset="utf-8">', "")
    return Page(body.encode(codec, "xmlcharrefreplace"), f"{title}\n{text}", content_type)


def plain_page(title: str, said: str, links: tuple[tuple[str, str], ...], head: str = "") -> Page:
    """A page of little text."""
    body = f"<h1>{escape(title)}</h1><p>{escape(said)}</p><p>{dressing.links(links)}</p>"
    return Page(dressing.page(title, body, head).encode())


FIXED: dict[str, Callable[[], Page]] = {
    "/odd/koi8.html": lambda: foreign(RUSSIAN, "koi8-r", "koi8-r"),
    "/odd/greek.html": lambda: foreign(GREEK, "cp1253", content_type="text/html; charset=windows-1253"),
    "/odd/undeclared.html": lambda: foreign(GERMAN, "cp1252"),
    "/odd/empty.html": lambda: Page(b""),
    "/odd/slow.html": lambda: Page(b"<html><body>", repeated=b"<p>wait</p>", slow=True),
    "/odd/endless.html": lambda: Page(b"<html><body>", repeated=b"<p>There is more of it to come.</p>" * 500),
    "/odd/picture.png": lambda: Page(b"\x89PNG\r\n\x1a\n" + bytes(500), content_type="image/png"),
    "/odd/paper.pdf": lambda: Page(b"%PDF-1.4\n", content_type="application/pdf"),
    "/odd/no-page.html": lambda: Page(bytes(range(256)) * 40),  # it says that it is HTML
    "/odd/loop-a": lambda: _to("/odd/loop-b"),
    "/odd/loop-b": lambda: _to("/odd/loop-a"),
    "/odd/moved": lambda: _to("/books/", 301),
    "/odd/nowhere": lambda: Page(b"", status=302),  # a redirect that does not say where to
    "/odd/inside": lambda: _to("http://10.0.0.1/admin"),  # to another host, a private one
    "/odd/file": lambda: _to("file:///etc/passwd"),
    "/odd/broken": lambda: Page(b"<h1>Broken</h1>", status=500),
    "/login": lambda: Page(b"<h1>Who are you?</h1>", status=401),
    "/odd/unlisted.html": lambda: plain_page(
        "Not for collections", "This page asks to be left out.", (), '<meta name="robots" content="noindex">'
    ),
    "/odd/no-further.html": lambda: plain_page(
        "No further", "No link here is to be followed.", (("/private/by-nofollow.html", "on"),),
        '<meta name="robots" content="nofollow">',
    ),
    "/private/open/note.html": lambda: plain_page("A note", "This one note of ours is open to all.", ()),
}  # fmt: skip

LINKED = (
    *FIXED,
    *("/odd/hop/1", "/odd/deeper/", "/odd/gone.html", "/odd/busy.html", "/odd/../web/./"),
    *("/web/?sort=name", "/web/?page=1&sort=size", "/cgi/vote.cgi", "mailto:we@world.example"),
    *("javascript:void(0)", "ftp://files.example/a.html", "http://mirror.example/", "//10.0.0.1/b.html"),
    *("http://", "http://[", "http://user:word@tiny.example/", "\x00\u202e", "#top", "?", "/%zz%"),
)


def endless(path: str) -> Page | None:
    """Pages that lead to ever more of their kind; None for an address that is none of theirs."""
    if (month := CALENDAR.fullmatch(path)) is not None:
        return _month(int(month[1]), int(month[2]))
    if (hop := HOP.fullmatch(path)) is not None:
        return _to(f"/odd/hop/{int(hop[1]) + 1}")
    if path.startswith("/odd/deeper/"):
        depth = path.count("/")
        return plain_page("Deeper", f"You are {depth} steps down.", (("deeper/", "down"), ("more/", "more")))
    return None


def _month(year: int, month: int) -> Page:
    """A month of a calendar that has no first and no last one."""
    if not 1 <= month <= 12:
        return Page(b"<h1>There is no such month</h1>", status=404)
    days = "".join(
        f"<li>{day} {MONTHS[month - 1]}: {GAMES[(day * month + year) % len(GAMES)]}</li>"
        for day in range(1, 29, 3)
    )
    steps = [(year, month - 1), (year, month + 1), (year - 1, month), (year + 1, month)]
    steps = [(y + (m - 1) // 12, (m - 1) % 12 + 1) for y, m in steps]
    near = dressing.links([(f"/calendar/{y:04}-{m:02}.html", f"{MONTHS[m - 1]} {y}") for y, m in steps])
    body = f"<nav>{near}</nav><main><h1>{MONTHS[month - 1]} {year}</h1><ul>{days}</ul></main>"
    return Page(dressing.page(f"{MONTHS[month - 1]} {year}", body).encode())


def _to(where: str, status: int = 302) -> Page:
    return Page(b"", status=status, headers=(("Location", where),))

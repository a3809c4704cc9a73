"""The documents as pages: each source has a look of its own, with all that stands around a text on the web.

The looks are those of sites of five decades (a table for the menu, `div`s with names, HTML 5's elements), so
that nothing that takes the text out again can lean on one of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from random import Random

TITLE_WORDS = 6
SITE = "The Tiny World"
MENU = (
    ("/", "Home"),
    ("/web/", "Guides"),
    ("/books/", "Library"),
    ("/code/", "Workings"),
    ("/papers/", "Papers"),
    ("/forum/", "Forum"),
    ("/letters/", "Letters"),
    ("/calendar/2019-12.html", "Calendar"),
    ("/private/", "Members"),
)
SCRIPT = (
    "<script>var visits = 0; function track(page) { visits += 1; if (page < visits && visits > 3) "
    "{ document.title = 'Back again? ' + visits + ' visits'; } }\ntrack(1);</script>"
)
STYLE = "<style>body { margin: 2em; } .menu a { color: #336; } .ad { float: right; }</style>"
COOKIES = (
    '<div id="cookie-banner" class="cookie-consent" role="dialog"><p>We use cookies to make this site better.'
    "</p><button>Accept all</button> <button>Only the necessary ones</button></div>"
)
ADS = (
    "Fresh candles, three for the price of two. Only this week.",
    "Sponsored: tools for the careful baker.",
    "Subscribe to our newsletter and never miss a fair.",
)


def titled(text: str) -> str:
    """A title for a document: its first words."""
    return " ".join(text.split()[:TITLE_WORDS]).rstrip(".,:;!?")


def links(targets: Sequence[tuple[str, str]], between: str = " | ") -> str:
    """Links in a row."""
    return between.join(f'<a href="{escape(to)}">{escape(said)}</a>' for to, said in targets)


def listed(targets: Sequence[tuple[str, str]], kind: str = "") -> str:
    """Links as a list."""
    items = "".join(f'<li><a href="{escape(to)}">{escape(said)}</a></li>' for to, said in targets)
    return f'<ul class="{kind}">{items}</ul>'


def paragraphs(text: str, inner: Sequence[tuple[str, str]], draw: Random) -> str:
    """Running text in paragraphs of a few sentences, some words of which are links."""
    sentences = text.replace("\n", " \n").split(" ")
    for target, _ in inner:
        at = draw.randrange(len(sentences))
        if sentences[at].isalpha():
            sentences[at] = f'<a href="{escape(target)}">{escape(sentences[at])}</a>'
    parts, held = [], list[str]()
    for word in sentences:
        held.append(word if word.startswith("<a ") else escape(word))
        if len(held) > 40 and word.endswith("."):
            parts.append(" ".join(held))
            held = []
    parts.append(" ".join(held))
    return "".join(f"<p>{part.replace(chr(10), '<br>')}</p>\n" for part in parts if part)


@dataclass(frozen=True)
class Around:
    """What stands around one text: links that lead on, and what differs from page to page."""

    near: Sequence[tuple[str, str]]  # the pages before and behind, other addresses of this one
    related: Sequence[tuple[str, str]]
    draw: Random


def web(title: str, text: str, around: Around) -> str:
    """A guide: the elements of HTML 5."""
    return f"""<header><a class="logo" href="/">{SITE}</a><nav class="menu">{listed(MENU)}</nav></header>
<main><article><h1>{escape(title)}</h1>
{paragraphs(text, around.related[:1], around.draw)}</article></main>
<aside class="ad">{around.draw.choice(ADS)}</aside>
<aside class="related"><h3>Related pages</h3>{listed(around.related)}</aside>
<footer>{links(around.near)}<p>&copy; 2019 {SITE}. All rights reserved. <a href="#top">Top</a></p></footer>"""


def book(title: str, text: str, around: Around) -> str:
    """A chapter: `div`s with names."""
    return f"""<div id="header"><div class="breadcrumbs">{links(MENU[:3], " &raquo; ")}</div></div>
<div id="sidebar" class="sidebar">{listed(MENU, "menu")}<div class="ad">{around.draw.choice(ADS)}</div></div>
<div id="content" class="chapter"><h2>{escape(title)}</h2>
{paragraphs(text, (), around.draw)}</div>
<div class="pager">{links(around.near)}</div><div class="readers-also">Readers also liked:
{listed(around.related)}</div><div id="footer">Library of {SITE} - {links(MENU[-2:])}</div>"""


def code(title: str, text: str, around: Around) -> str:
    """Workings: a wiki's page, the text in one preformatted block."""
    return f"""<div id="mw-navigation"><ul class="toolbar"><li><a href="?sort=name">Sorted</a></li><li>
<a href="/cgi/edit.cgi">Edit</a></li><li>History</li></ul>{listed(MENU, "vector-menu")}</div>
<div id="mw-content-text" role="main"><h1 id="firstHeading">{escape(title)}</h1><pre><code>{escape(text)}
</code></pre></div><div id="catlinks">Categories: {links(around.related)}</div>
<div id="footer"><ul><li>This page was last edited in 2019.</li><li>{links(around.near)}</li></ul></div>"""


def paper(title: str, text: str, around: Around) -> str:
    """A paper of the last century: a table, of which one cell is the menu."""
    return f"""<table width="100%" border="0"><tr><td colspan="2" bgcolor="#ccccff"><font size="2">{SITE}:
Proceedings</font></td></tr><tr><td valign="top" width="150" class="menu">{links(MENU, "<br>")}<br><br>
<b>See also</b><br>{links(around.related, "<br>")}</td><td valign="top"><h1>{escape(title)}</h1>
{paragraphs(text, (), around.draw)}</td></tr></table><hr><center><font size="1">{links(around.near)}
<br>Best viewed with any browser. You are visitor number {around.draw.randint(1000, 9999)}.</font></center>"""


def thread(title: str, text: str, around: Around) -> str:
    """Forum talk: a post a line, with who said it."""
    posts = []
    for line in text.split("\n"):
        who, colon, said = line.partition(": ")
        by = f'<span class="author">{escape(who)}:</span> ' if colon and len(who) < 20 else ""
        posts.append(
            f'<div class="post"><div class="post-body">{by}{escape(said if by else line)}</div></div>'
        )
    return f"""<div class="navbar">{links(MENU)} <form action="/search"><input name="q" value="search"></form>
</div><div class="thread" id="thread"><h1 class="topic">{escape(title)}</h1>
{chr(10).join(posts)}</div><div class="pagination">{links(around.near)}</div>
<div class="sidebar"><h4>Hot topics</h4>{listed(around.related)}</div>
<div class="footer">Powered by TinyBoard 2.1 | <a href="/login">Log in to answer</a></div>"""


def letter(title: str, text: str, around: Around) -> str:
    """A letter: little text on a page of much else."""
    return f"""<nav>{links(MENU)}</nav>{COOKIES}<section class="post"><div class="entry-content">
<h1 class="entry-title">{escape(title)}</h1>{paragraphs(text, (), around.draw)}</div></section>
<div class="share-buttons">Share this letter: <a href="#">Mail</a> <a href="#">Copy link</a></div>
<div class="more-letters"><h3>More letters</h3>{listed(around.related)}</div>
<footer>{links(around.near)} | {SITE} <script>track(2);</script></footer>"""


LOOKS: dict[str, Callable[[str, str, Around], str]] = {
    "web": web,
    "books": book,
    "code": code,
    "papers": paper,
    "forum": thread,
    "letters": letter,
}


def page(title: str, body: str, head: str = "") -> str:
    """A whole page."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{escape(title)} - {SITE}</title>{head}
{STYLE}{SCRIPT}</head><body id="top">
{body}
<noscript>Switch scripts on to see the number of visits.</noscript></body></html>
"""

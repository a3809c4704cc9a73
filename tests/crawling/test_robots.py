"""robots.txt as RFC 9309 has it."""

import pytest

from tui_trainer.crawling import robots
from tui_trainer.crawling.robots import Rules

TEXT = """
User-agent: other
Disallow: /

User-agent: *
Disallow: /a/
Allow: /a/open
Disallow: /*?*sort=
Disallow: /*.cgi$
"""


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        *(("/", True), ("/a", True), ("/a/", False), ("/a/b", False), ("/a/open/b", True)),
        *(("/x?sort=1", False), ("/x?page=2&sort=1", False), ("/x?page=2", True)),
        *(("/b/c.cgi", False), ("/b/c.cgi/d", True), ("/b/c.cgi?x=1", True)),
    ],
)
def test_longest_match_and_wildcards(target: str, allowed: bool) -> None:
    assert Rules(TEXT).allow(f"http://a.example{target}") == allowed


def test_a_group_of_ones_own_goes_before_the_one_for_all() -> None:
    rules = Rules(f"{TEXT}\nUser-agent: tui-trainer\nDisallow: /b/")
    assert rules.allow("http://a.example/a/b") and not rules.allow("http://a.example/b/c")


@pytest.mark.parametrize(
    ("status", "allowed"), [(200, False), (404, True), (410, True), (403, True), (429, False), (500, False)]
)
def test_what_there_is_none_of_allows_all_and_what_failed_nothing(status: int, allowed: bool) -> None:
    rules = Rules(robots.text_of(status, b"\xef\xbb\xbfUser-agent: *\nDisallow: /a"))
    assert rules.allow("http://a.example/a") == allowed


def test_hostile_rules_are_read_in_time() -> None:
    """Many wildcards, against an address that almost fits."""
    rules = Rules("User-agent: *\n" + "Disallow: /" + "*a" * 2_000 + "b$\n" * 3 + "\x00\x1b]\xff: \n" * 1_000)
    assert rules.allow("http://a.example/" + "a" * 1_900)

"""Addresses in their one form."""

import pytest
from crawls import at
from hypothesis import given
from hypothesis import strategies as st

from tui_trainer.crawling.addresses import LONGEST, Address, address

PAGE = at("http://a.example/b/c.html?d=1")


@pytest.mark.parametrize(
    ("link", "found"),
    [
        ("x.html", "http://a.example/b/x.html"),
        ("../x.html#part", "http://a.example/x.html"),
        ("./././x/../y/", "http://a.example/b/y/"),
        ("/../../x", "http://a.example/x"),
        ("//B.Example:80", "http://b.example/"),
        ("https://b.example:443/", "https://b.example/"),
        ("HTTP://A.EXAMPLE./x", "http://a.example/x"),
        ("http://b.example:8080/x", "http://b.example:8080/x"),
        ("", "http://a.example/b/c.html?d=1"),
        ("?", "http://a.example/b/c.html?d=1"),  # as the standard library joins it
        ("?b=2&a=1&", "http://a.example/b/c.html?a=1&b=2"),
        ("x?utm_source=feed&id=7&PHPSESSID=abc&sid=1", "http://a.example/b/x?id=7"),
        ("x;jsessionid=0A?y=1", "http://a.example/b/x?y=1"),
        ("%7euser/%41%2f%zz", "http://a.example/b/~user/A%2F%25zz"),
        (" \n x\ty ", "http://a.example/b/xy"),
        ("früh?ö=ü", "http://a.example/b/fr%C3%BCh?%C3%B6=%C3%BC"),
        ("http://Bücher.example/", "http://xn--bcher-kva.example/"),
        ("a//b///c", "http://a.example/b/a/b/c"),
        ("http://[2001:DB8::1]:81/x", "http://[2001:db8::1]:81/x"),
        ("x y\x00z", "http://a.example/b/x%20y%00z"),
        ("a/a/a/", "http://a.example/b/a/a/a/"),
    ],
)
def test_one_form(link: str, found: str) -> None:
    assert str(address(link, PAGE)) == found


@pytest.mark.parametrize(
    "link",
    [
        *(
            "mailto:a@b.example",
            "javascript:alert(1)",
            "ftp://a.example/",
            "file:///etc/passwd",
            "data:text/html,a",
        ),
        *(
            "http://[",
            "http://[::g]/",
            "http://a.example:99999/",
            "http://a.example:b/",
            "http://a b/",
        ),
        *("http://user:word@a.example/", "http://user@a.example/", "http://-a.example/", "http://a..b/"),
        *("http://a.example/" + "x" * LONGEST, "é" * 700, "a/a/a/a/", "http://" + "a" * 70 + ".example/"),
    ],
)
def test_what_is_no_address(link: str) -> None:
    assert address(link, PAGE) is None


@given(st.text(alphabet=st.sampled_from("ab/.?&=;%:@#[]~\\ é\x00\n2fF+*'\"<>"), max_size=40))
def test_the_one_form_is_its_own(link: str) -> None:
    found = address(link, PAGE)
    if found is not None:
        assert address(str(found)) == found
        assert str(found).isascii() and not set(str(found)) & set(' \r\n\t\x00<>"')


def test_sites_and_origins() -> None:
    assert {at(f"{scheme}://a.example/x").site for scheme in ("http", "https")} == {"a.example"}
    assert at("https://a.example/x").origin == "https://a.example"
    assert at("http://a.example:443/x").site == "a.example:443"
    assert at("http://[::1]:80/") == Address("http", "::1", 80, "/")

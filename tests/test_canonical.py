"""The canonical URL is one spelling for all the addresses of one article, and never merges two."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.canonical import believable_canonical, canonical_url, is_home_page, site_of, url_is_http

SAME = [
    pytest.param("http://example.org/a", "https://example.org/a", id="scheme"),
    pytest.param("HTTP://EXAMPLE.org/a", "https://example.org/a", id="case of scheme and host"),
    pytest.param("https://example.org:443/a", "https://example.org/a", id="default port of https"),
    pytest.param("http://example.org:80/a", "https://example.org/a", id="default port of http"),
    pytest.param("http://example.org:8080/a", "https://example.org:8080/a", id="another port stays"),
    pytest.param("https://example.org./a", "https://example.org/a", id="root dot"),
    pytest.param("https://user:secret@example.org/a", "https://example.org/a", id="user and password"),
    pytest.param("https://example.org/a#comments", "https://example.org/a", id="fragment"),
    pytest.param("https://example.org/#!/a/7", "https://example.org/#!/a/7", id="hashbang stays"),
    pytest.param("https://example.org/a/", "https://example.org/a", id="trailing slash"),
    pytest.param("https://example.org", "https://example.org/", id="root has its slash"),
    pytest.param("https://example.org//a///b", "https://example.org/a/b", id="repeated slashes"),
    pytest.param("https://example.org/x/../a/./b", "https://example.org/a/b", id="dot segments"),
    pytest.param("https://example.org/%7Ejoe/é", "https://example.org/%7Ejoe/%C3%A9", id="percent-encoding"),
    pytest.param("https://www.example.org/a", "https://example.org/a", id="www"),
    pytest.param("https://m.example.co.uk/a", "https://example.co.uk/a", id="mobile host under a two-part suffix"),
    pytest.param("https://en.m.wikipedia.org/wiki/A", "https://en.wikipedia.org/wiki/A", id="mobile label inside"),
    pytest.param("https://amp.example.org/a", "https://example.org/a", id="amp host"),
    pytest.param("https://m.com/a", "https://m.com/a", id="a site that is called m"),
    pytest.param("https://example.org/a/amp/", "https://example.org/a", id="amp path"),
    pytest.param("https://example.org/a/amp/amp", "https://example.org/a", id="amp twice"),
    pytest.param("https://example.org/a.amp.html", "https://example.org/a.html", id="amp suffix"),
    pytest.param("https://example.org/a?amp=1", "https://example.org/a", id="amp parameter"),
    pytest.param("https://example.org/vamp", "https://example.org/vamp", id="a word that ends in amp"),
    pytest.param("https://example-org.cdn.ampproject.org/c/s/example.org/a", "https://example.org/a", id="amp cache"),
    pytest.param("https://www.google.com/amp/s/example.org/a/amp/", "https://example.org/a", id="amp viewer"),
    pytest.param("https://alice.blogspot.com/2019/05/a.html?m=1", "https://alice.blogspot.com/2019/05/a.html", id="blogger mobile"),
    pytest.param("https://example.org/?m=201905", "https://example.org/?m=201905", id="wordpress month stays"),
    pytest.param("https://example.org/a?utm_source=rss&utm_medium=rss", "https://example.org/a", id="analytics"),
    pytest.param("https://example.org/a?fbclid=x&id=3", "https://example.org/a?id=3", id="click id beside a real parameter"),
    pytest.param("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2", id="order of parameters"),
    pytest.param("https://example.org/a?replytocom=12", "https://example.org/a", id="comment form"),
    pytest.param("https://example.org/a?share=twitter", "https://example.org/a", id="share button"),
    pytest.param("https://example.org/a?share=4711", "https://example.org/a?share=4711", id="share with a number may be a page"),
    pytest.param("https://example.org/a?ref=rss", "https://example.org/a", id="ref that names the feed"),
    pytest.param("https://example.org/tree?ref=main", "https://example.org/tree?ref=main", id="ref that is a branch"),
    pytest.param("https://example.org/?p=12", "https://example.org/?p=12", id="wordpress short link"),
    pytest.param("https://example.org/show.php?12345", "https://example.org/show.php?12345", id="bare key"),
    pytest.param("https://example.org/a;jsessionid=0A1B", "https://example.org/a", id="session in the path"),
    pytest.param("https://example.org/a/index.php", "https://example.org/a", id="index page"),
    pytest.param("http://bücher.example/a", "https://xn--bcher-kva.example/a", id="international name"),
    pytest.param("http://[2001:db8::1]:80/a", "https://[2001:db8::1]/a", id="ipv6"),
    pytest.param("  https://example.org/a\n", "https://example.org/a", id="white space around"),
]


@pytest.mark.parametrize(("url", "expected"), SAME)
def test_spellings_of_one_address_are_one(url: str, expected: str) -> None:
    assert expected == canonical_url(url)


@pytest.mark.parametrize(
    "url", ["", "mailto:a@example.org", "javascript:void(0)", "/a/b", "http://", "http://example.org:99999/", "http://[::1/"]
)
def test_what_is_no_http_address_has_none(url: str) -> None:
    assert canonical_url(url) is None
    assert site_of(url) == "" or url_is_http(url)


HOSTS = st.sampled_from(
    ["example.org", "www.example.org", "m.example.co.uk", "a.b.example.com", "amp.amp.example.net", "x.cdn.ampproject.org"]
)
PATHS = st.lists(st.sampled_from(["a", "amp", "index.html", "..", ".", "", "x.amp.html", "é", "c", "s", "example.org", "%7e"]), max_size=6)
QUERIES = st.lists(st.sampled_from(["utm_source=x", "a=1", "b", "amp=1", "c=%20+", "ref=rss", "m=1", "é=ü", "=v"]), max_size=4)


@given(HOSTS, PATHS, QUERIES, st.sampled_from(["", "#x", "#!/y"]))
@example("example.org", ["amp", "amp"], [], "")
def test_canonicalisation_is_idempotent(host: str, path: list[str], query: list[str], fragment: str) -> None:
    once = canonical_url(f"http://{host}/{'/'.join(path)}?{'&'.join(query)}{fragment}")
    assert once is not None
    assert canonical_url(once) == once


@given(st.text(max_size=60))
def test_no_text_makes_it_raise(text: str) -> None:
    for url in (text, f"http://{text}", f"http://example.org/{text}"):
        found = canonical_url(url)
        assert found is None or canonical_url(found) == found
        site_of(url)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://alice.blogspot.com/", "alice.blogspot.com"),
        ("https://www.harbour.example/", "harbour.example"),
        ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("http://localhost/a", "localhost"),
    ],
)
def test_a_site_is_its_registrable_domain(url: str, expected: str) -> None:
    assert expected == site_of(url)


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        pytest.param("https://example.org/2020/a/", "https://example.org/2020/a", id="own site"),
        pytest.param("https://blog.example.org/a", "https://blog.example.org/a", id="another host of the site"),
        pytest.param("https://example.org/", None, id="home page"),
        pytest.param("https://elsewhere.example/a", None, id="another site is a credit, not an identity"),
        pytest.param("not a url", None, id="nonsense"),
        pytest.param(None, None, id="none given"),
    ],
)
def test_a_claimed_canonical_is_believed_only_on_its_own_site(href: str | None, expected: str | None) -> None:
    assert expected == believable_canonical(href, "https://www.example.org/2020/a?utm_source=x")


def test_a_home_page_is_known_in_any_spelling() -> None:
    assert is_home_page("http://www.example.org/index.html?utm_source=rss")
    assert not is_home_page("http://www.example.org/?p=12")

"""What markup and feeds say of another site is a credit; what they say of their own is none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from pipeline.articles import compose
from pipeline.extraction import extract_article, extract_page
from pipeline.identity import identify
from pipeline.parsing import parse_feed
from pipeline.records import Credit, Extraction, ExtractionInput, Origin, ParsedFeed

URL = "http://repost.example/2026/03/dredger"
NOW = datetime(2026, 3, 10, tzinfo=UTC)
BODY = "".join(
    f"<p>Paragraph {number} of the story tells how the dredger came to be tied up at pier {number}, and why nobody would move it.</p>"
    for number in range(1, 7)
)


def credits_of(body: str = BODY, head: str = "") -> tuple[Credit, ...]:
    markup = f"<!DOCTYPE html><html><head><title>The dredger</title>{head}</head><body><article>{body}</article></body></html>"
    found = extract_page(markup.encode(), "text/html", URL)
    assert isinstance(found, Extraction), found
    return found.credits


@pytest.mark.parametrize(
    ("head", "kind", "address", "publisher"),
    [
        ('<link rel="canonical" href="https://www.ledger.example/dredger">', "canonical", "https://www.ledger.example/dredger", "ledger.example"),
        ('<meta property="og:url" content="https://www.bbc.com/news/1">', "og_url", "https://www.bbc.com/news/1", "bbc.co.uk"),
        ('<link rel="via" href="//ledger.example/dredger">', "via_link", "http://ledger.example/dredger", "ledger.example"),
        ('<link rel="cite" href="http://ledger.example/dredger">', "cite", "http://ledger.example/dredger", "ledger.example"),
        ('<meta name="syndication-source" content="http://ledger.example/d">', "syndication_source", "http://ledger.example/d", "ledger.example"),
        ('<meta name="original-source" content="http://ledger.example/d">', "original_source", "http://ledger.example/d", "ledger.example"),
        ('<script type="application/ld+json">{"@type": "NewsArticle", "isBasedOn": "https://ledger.example/d"}</script>', "based_on", "https://ledger.example/d", "ledger.example"),
        ('<script type="application/ld+json">{"isBasedOn": {"@type": "NewsArticle", "@id": "https:\\/\\/ledger.example\\/d"}}</script>', "based_on", "https://ledger.example/d", "ledger.example"),
    ],
)  # fmt: skip
def test_markup_that_names_another_site_is_a_credit(head: str, kind: str, address: str, publisher: str) -> None:
    assert [(credit.kind, credit.url, credit.publisher) for credit in credits_of(head=head)] == [(kind, address, publisher)]


@pytest.mark.parametrize(
    "head",
    [
        pytest.param('<link rel="canonical" href="https://www.repost.example/dredger">', id="itself"),
        pytest.param('<meta property="og:url" content="https://m.repost.example/d">', id="another host of its own"),
        pytest.param('<link rel="canonical" href="https://ledger.example/">', id="a home page"),
        pytest.param('<meta property="og:url" content="https://www.facebook.com/x/1">', id="a platform"),
        pytest.param('<link rel="via" href="https://bit.ly/x">', id="a shortener says nothing"),
        pytest.param('<link rel="via" href="mailto:desk@ledger.example">', id="no address of a page"),
        pytest.param('<link rel="stylesheet" href="https://ledger.example/a.css">', id="another relation"),
        pytest.param('<link rel="via" href="http://[broken/x">', id="broken"),
    ],
)
def test_other_markup_is_none(head: str) -> None:
    assert credits_of(head=head) == ()


@pytest.mark.parametrize(
    ("line", "source", "address"),
    [
        ('<p>via <a href="https://ledger.example/d">The Harbour Ledger</a></p>', "The Harbour Ledger", "https://ledger.example/d"),
        ('<p>Originally published on <a href="https://t.co/x">Harbour Ledger</a>.</p>', "Harbour Ledger", "https://t.co/x"),
        ('<p><a href="https://ledger.example/d">Source link</a></p>', "ledger.example", "https://ledger.example/d"),
        ('<p>Read the full article <a href="https://ledger.example/d">here</a></p>', "ledger.example", "https://ledger.example/d"),
        ('<p>via <a href="/tag/ledger">The Harbour Ledger</a></p>', "The Harbour Ledger", None),
        ('<p>via The Harbour Ledger</p><ul><li><a href="https://other.example/">via</a></li></ul>', "The Harbour Ledger", None),
    ],
)
def test_a_credit_has_the_address_that_its_words_are_linked_to(line: str, source: str, address: str | None) -> None:
    assert [(credit.source, credit.url) for credit in credits_of(BODY + line)] == [(source, address)]


FEED = """<?xml version="1.0"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Repost</title><item><title>The dredger</title><link>{link}</link>{extra}<description>{body}</description></item></channel></rss>"""


@pytest.mark.parametrize(
    ("extra", "found"),
    [
        ('<source url="http://ledger.example/feed">Harbour Ledger</source>', [("feed_source", "Harbour Ledger", "ledger.example")]),
        ('<source url="http://repost.example/feed">Repost</source>', []),
        ("<dc:source>Harbour Ledger</dc:source>", [("dc_source", "Harbour Ledger", "harbourledger")]),
        ("<dc:source>https://ledger.example/d</dc:source>", [("dc_source", "ledger.example", "ledger.example")]),
        ("<dc:source>wire copy, edited by the desk on Monday</dc:source>", []),
        ('<atom:link rel="via" href="https://ledger.example/d"/>', [("via_link", "ledger.example", "ledger.example")]),
    ],
)
def test_a_feed_says_where_it_has_an_entry_from(extra: str, found: list[tuple[str, str, str]]) -> None:
    text = BODY.replace("<", "&lt;")
    document = FEED.format(link=URL, extra=extra, body=text).encode()
    parsed = parse_feed(document, url="http://repost.example/feed", content_type="application/rss+xml", now=NOW)
    assert isinstance(parsed, ParsedFeed)
    entry = identify(parsed.entries)[0]
    extraction = extract_article(ExtractionInput(url=URL, summary_html=entry.entry.summary_html))
    assert isinstance(extraction, Extraction)
    origin = Origin(feed="repost", entry_id=entry.entry_id)
    article = compose(
        entry, extraction, feed_url="http://repost.example/feed", feed_title="Repost", final_url=None, fetched_at=NOW, origin=origin
    )
    assert [(credit.kind, credit.source, credit.publisher) for credit in article.credits] == found


def test_the_pages_markup_is_kept_where_the_feeds_text_stands_in() -> None:
    page = f'<html><head><link rel="canonical" href="https://ledger.example/d"></head><body><article>{BODY[:130]}</article></body></html>'
    found = extract_article(
        ExtractionInput(url=URL, page_body=page.encode(), content_type="text/html", content_html=BODY + "<p>via Harbour Ledger</p>")
    )
    assert isinstance(found, Extraction)
    assert [credit.kind for credit in found.credits] == ["via", "canonical"]


def test_an_agencys_notice_among_the_furniture_is_a_credit() -> None:
    assert [(c.kind, c.source) for c in credits_of(BODY + "<p>© 2026 The Associated Press. All rights reserved.</p>")] == [
        ("copyright", "The Associated Press")
    ]

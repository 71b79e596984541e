"""Feeds of every format, and what publishers do to them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.parsing import parse_feed
from pipeline.records import DateQuality, Failure, ParsedFeed

NOW = datetime(2026, 3, 10, tzinfo=UTC)
URL = "http://gazette.example/blog/feed"


def rss(items: str, channel: str = "", version: str = "2.0") -> bytes:
    return f"<?xml version='1.0'?><rss version='{version}'><channel><title>Gazette</title>{channel}{items}</channel></rss>".encode()


def parsed(body: bytes, content_type: str | None = "application/xml") -> ParsedFeed:
    found = parse_feed(body, url=URL, content_type=content_type, now=NOW)
    assert isinstance(found, ParsedFeed), found
    return found


ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://gazette.example/notes/"><title>Notes</title>
<link href="http://gazette.example/"/><link rel="prev-archive" href="/2025"/><entry><id>tag:1</id><title type="html">Salt &amp;amp; <b>tar</b></title>
<link rel="alternate" type="text/html" href="one"/><link rel="enclosure" type="image/png" href="/one.png"/><published>2026-03-01T08:00:00+01:00</published>
<author><name>Ada</name></author><author><name>Bo</name></author><content type="text">First line
Second &lt;line></content><summary>In short</summary></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="x"><title>Old</title></channel><item rdf:about="http://gazette.example/1"><title>One</title><link>http://gazette.example/1</link>
<dc:date>2003-04-05</dc:date><dc:creator>Cy</dc:creator></item></rdf:RDF>"""
JSON = b"""\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1.1", "title": "J", "items": [{"id": 7, "url": "/j", "content_text": "a <b>",
"authors": [{"name": "Di"}], "date_published": "2026-03-01T00:00:00Z", "tags": null}, "nonsense"]}"""


@pytest.mark.parametrize(
    ("body", "form", "link", "author"),
    [
        pytest.param(rss("<item><title>One</title><link>/1</link><author>mail@x.example (Ada)</author></item>"), "rss20", "http://gazette.example/1", "Ada", id="RSS 2.0"),
        pytest.param(rss("<item><title>One</title><link>/1</link></item>", version="0.92"), "rss092", "http://gazette.example/1", None, id="RSS 0.92"),
        pytest.param(RDF, "rss10", "http://gazette.example/1", "Cy", id="RSS 1.0"),
        pytest.param(ATOM, "atom10", "http://gazette.example/notes/one", "Ada, Bo", id="Atom 1.0 with xml:base"),
        pytest.param(JSON, "json11", "http://gazette.example/j", "Di", id="JSON Feed 1.1 with a byte order mark"),
    ],
)  # fmt: skip
def test_every_format_becomes_the_same_record(body: bytes, form: str, link: str, author: str | None) -> None:
    found = parsed(body)
    assert (form, link, author) == (found.format, found.entries[0].link, found.entries[0].author)


def test_atom_gives_all_that_it_carries() -> None:
    feed = parsed(ATOM)
    entry = feed.entries[0]
    assert entry.title == "Salt & tar"
    assert entry.content_html == "<p>First line</p><p>Second &lt;line&gt;</p>"
    assert entry.summary_html == "<p>In short</p>"
    assert (entry.published_at, entry.date_quality) == (datetime(2026, 3, 1, 7, tzinfo=UTC), DateQuality.EXACT)
    assert entry.image_url == "http://gazette.example/one.png"
    assert feed.prev_archive_url == "http://gazette.example/2025"


def test_what_a_feed_says_of_its_rhythm_is_read() -> None:
    channel = (
        "<ttl>90</ttl><sy:updatePeriod xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>daily</sy:updatePeriod>"
        "<sy:updateFrequency xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>4</sy:updateFrequency>"
        "<sy:updateBase xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'>2026-01-01T06:00:00+01:00</sy:updateBase>"
        "<skipHours><hour>1</hour><hour>24</hour></skipHours><skipDays><day>Saturday</day><day>sunday</day></skipDays>"
    )
    hints = parsed(rss("", channel)).hints
    assert (hints.ttl, hints.update_interval) == (timedelta(minutes=90), timedelta(hours=6))
    assert hints.update_base == datetime(2026, 1, 1, 5, tzinfo=UTC)
    assert (hints.skip_hours, hints.skip_days) == ((0, 1), (5, 6))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        pytest.param(b"\n\n<br>Warning: mysql_connect()\n" + rss("<item><title>Caf\xc3\xa9</title></item>".encode("latin-1").decode("latin-1")), None, id="a warning before the prologue"),
        pytest.param(rss("<item><title>Café</title></item>").replace(b"version='1.0'", b"version='1.0' encoding='iso-8859-1'"), "text/xml", id="UTF-8 that is declared as Latin-1"),
        pytest.param(rss("<item><title>Café</title></item>").decode().encode("latin-1").replace(b"version='1.0'", b"version='1.0' encoding='utf-8'"), "text/xml", id="Latin-1 that is declared as UTF-8"),
        pytest.param(rss("<item><title>Caf\u00e9</title></item>").replace(b"<title>Caf", b"<title>\x00\x08Caf"), None, id="control characters"),
        pytest.param(rss("<item><title>Café</title></item><item><title>Then the li")[:-30], None, id="truncated after the first item"),
    ],
)  # fmt: skip
def test_a_broken_feed_gives_what_can_be_read(body: bytes, content_type: str | None) -> None:
    assert parsed(body, content_type).entries[0].title in {"Café", "Caf\u00c3\u00a9"}


@pytest.mark.parametrize(
    ("body", "reason", "word"),
    [
        pytest.param(b"", "empty_body", "without a body", id="empty"),
        pytest.param(b" \n", "empty_body", "without a body", id="blank"),
        pytest.param(b"<!DOCTYPE html><html><head><link rel='alternate' type='application/rss+xml' href='/rss'></head>", "not_a_feed", "http://gazette.example/rss", id="a page that names its feed"),
        pytest.param(b"<html><body>404</body></html>", "not_a_feed", "names no feed", id="a page that names none"),
        pytest.param(b"plain words", "not_a_feed", "neither", id="text"),
        pytest.param(b"\x00" * 1000, "not_a_feed", "neither", id="bytes that mean nothing"),
        pytest.param(b'{"error": "gone"}', "not_a_feed", "JSON", id="JSON that is no feed"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1", "items": [{"id"', "no_entries_readable", "breaks off", id="truncated JSON"),
        pytest.param(b"<?xml version='1.0'?><rss version='2.0'><channel><title>Ga", "no_entries_readable", "breaks off", id="truncated before the first item"),
    ],
)  # fmt: skip
def test_what_is_no_feed_is_a_failure_that_says_why(body: bytes, reason: str, word: str) -> None:
    found = parse_feed(body, url=URL, content_type="text/html", now=NOW)
    assert isinstance(found, Failure)
    assert found.reason == reason
    assert word in found.detail


def test_an_empty_channel_is_a_feed_without_entries() -> None:
    assert parsed(rss("")).entries == ()


def test_links_that_cannot_be_fetched_are_no_links() -> None:
    feed = parsed(
        rss("<item><link>javascript:void(0)</link></item><item><link>mailto:a@b.example</link></item><item><title>x</title></item>")
    )
    assert [entry.link for entry in feed.entries] == [None, None, None]


def test_dates_that_lie_are_kept_as_text_only() -> None:
    entries = parsed(rss("<item><title>a</title><pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate></item><item><title>b</title><pubDate>Thu, 01 Jan 1970 00:00:00 GMT</pubDate></item>")).entries  # fmt: skip
    assert [(e.published_at, e.date_quality) for e in entries] == [(None, DateQuality.FUTURE), (None, DateQuality.UNREADABLE)]
    assert entries[0].published_raw == "Thu, 01 Jan 2099 00:00:00 GMT"


def test_an_entity_bomb_ends_as_data() -> None:
    levels = "".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12))
    bomb = (
        f"<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a0 'ha'>{levels}]><rss version='2.0'><channel><title>&a11;</title></channel></rss>"
    )
    found = parse_feed(bomb.encode(), url=URL, content_type=None, now=NOW)
    assert isinstance(found, Failure) or len(found.title or "") < 10_000

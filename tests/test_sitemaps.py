from __future__ import annotations

import gzip
from datetime import UTC, datetime

import pytest

from pipeline.backfilling import DateRange
from pipeline.records import DateQuality, Failure
from pipeline.sitemaps import MAX_BYTES, MAX_ENTRIES, ListedPage, Sitemap, entry_of_listed, index_may_hold, may_be_in, parse_sitemap

NOW = datetime(2026, 3, 10, tzinfo=UTC)
HERE = "http://a.example/sitemap.xml"
SPACE = "xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' xmlns:n='http://www.google.com/schemas/sitemap-news/0.9'"
MAY = DateRange(since=datetime(2019, 5, 1, tzinfo=UTC), until=datetime(2019, 6, 1, tzinfo=UTC))


def parsed(body: bytes) -> Sitemap:
    found = parse_sitemap(body, HERE, NOW)
    assert isinstance(found, Sitemap)
    return found


PAGES = f"<urlset {SPACE}><url><loc> http://a.example/1 </loc><lastmod>2019-05-07</lastmod></url><url><loc>/2</loc></url><url><loc>mailto:a</loc></url></urlset>"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(PAGES.encode(), id="XML"),
        pytest.param(gzip.compress(PAGES.encode()), id="gzip"),
        pytest.param(b"\xef\xbb\xbf\n" + PAGES.encode(), id="byte order mark"),
        pytest.param(PAGES.replace(SPACE, "").encode(), id="no namespace"),
        pytest.param(PAGES.replace("</urlset>", "<url><loc>http://a.exa").encode(), id="breaks off"),
    ],
)
def test_pages_with_their_last_change(body: bytes) -> None:
    first, second = parsed(body).pages
    assert (first.url, first.lastmod) == ("http://a.example/1", datetime(2019, 5, 7, tzinfo=UTC))
    assert (second.url, second.lastmod) == ("http://a.example/2", None)


def test_an_index_names_sitemaps() -> None:
    found = parsed(f"<sitemapindex {SPACE}><sitemap><loc>http://a.example/1.xml</loc></sitemap></sitemapindex>".encode())
    assert ([page.url for page in found.sitemaps], found.pages) == (["http://a.example/1.xml"], ())


def test_news_say_when_they_were_published() -> None:
    news = "<n:news><n:publication><n:name>A</n:name></n:publication><n:publication_date>2019-05-07T08:00:00+02:00</n:publication_date><n:title>Ferry late</n:title></n:news>"
    (page,) = parsed(f"<urlset {SPACE}><url><loc>http://a.example/1</loc>{news}</url></urlset>".encode()).pages
    entry = entry_of_listed(page)
    assert (entry.link, entry.title, entry.published_at, entry.date_quality) == (
        "http://a.example/1",
        "Ferry late",
        datetime(2019, 5, 7, 6, tzinfo=UTC),
        DateQuality.EXACT,
    )


def test_plain_text_has_an_address_a_line() -> None:
    assert [page.url for page in parsed(b"http://a.example/1\nnot an address\r\nhttp://a.example/2\n").pages] == [
        "http://a.example/1",
        "http://a.example/2",
    ]


BOMB = (
    "<!DOCTYPE b [<!ENTITY a 'aaaaaaaaaa'>"
    + "".join(f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefgh", "bcdefghi", strict=True))
    + f"]><urlset {SPACE}><url><loc>http://a.example/&i;</loc></url><url><loc>http://a.example/1</loc></url></urlset>"
)


def test_entities_are_not_expanded() -> None:
    assert all(len(page.url) < 100 for page in parsed(BOMB.encode()).pages)


def test_files_of_the_machine_are_not_read() -> None:
    body = f"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset {SPACE}><url><loc>http://a.example/&x;</loc></url></urlset>"
    assert "root" not in str(parsed(body.encode()))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"<html><body>No such page</body></html>", "not_a_sitemap", id="HTML"),
        pytest.param(b"", "not_a_sitemap", id="nothing"),
        pytest.param(b"\x1f\x8bbroken", "not_a_sitemap", id="broken gzip"),
        pytest.param(gzip.compress(b" " * (MAX_BYTES + 1)), "too_large", id="gzip bomb"),
    ],
)
def test_what_is_no_sitemap(body: bytes, reason: str) -> None:
    found = parse_sitemap(body, HERE, NOW)
    assert isinstance(found, Failure)
    assert found.reason == reason


def test_a_sitemap_has_a_bounded_number_of_pages() -> None:
    body = f"<urlset {SPACE}>" + "".join(f"<url><loc>http://a.example/{n}</loc></url>" for n in range(MAX_ENTRIES + 10)) + "</urlset>"
    assert len(parsed(body.encode()).pages) == MAX_ENTRIES


def listed(url: str = "http://a.example/x", lastmod: str | None = None, published: str | None = None) -> ListedPage:
    lastmod_at, published_at = (datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None for day in (lastmod, published))
    return ListedPage(url=url, lastmod=lastmod_at, published_at=published_at)


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        pytest.param(listed(), True, id="nothing known"),
        pytest.param(listed(published="2019-05-31"), True, id="published in it"),
        pytest.param(listed(published="2019-06-01"), False, id="published when it ends"),
        pytest.param(listed(lastmod="2019-04-20"), False, id="not changed since before it"),
        pytest.param(listed(lastmod="2026-01-01"), True, id="changed long after it"),
        pytest.param(listed("http://a.example/2019/05/x"), True, id="address of the month"),
        pytest.param(listed("http://a.example/2019/05/31/x", lastmod="2026-01-01"), True, id="address of the last day"),
        pytest.param(listed("http://a.example/2019/07/x"), False, id="address of a later month"),
        pytest.param(listed("http://a.example/2018/05/07/x", lastmod="2019-05-07"), False, id="address of a year before"),
    ],
)
def test_pages_are_pruned_by_what_is_known_of_them(page: ListedPage, expected: bool) -> None:
    assert may_be_in(page, MAY) is expected


def test_a_sitemap_that_has_not_changed_since_is_not_asked_for() -> None:
    assert not index_may_hold(listed(lastmod="2019-04-01"), MAY)
    assert index_may_hold(listed("http://a.example/sitemap-2018-01.xml", lastmod="2019-05-01"), MAY)

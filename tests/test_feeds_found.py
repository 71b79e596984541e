"""The feeds of a site are found as a person would find them, and what is added was read."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from loopback import Loopback, Reply

from flows.feeds_found import NoFeedError, feeds_of, only_feed
from flows.run_parts import fetching_parts
from flows.settings import Settings
from pipeline.discovery import advertised_feeds, likely_feeds

SITE = "http://gazette.example/"


def feed(title: str, *days: int) -> Reply:
    items = "".join(f"<item><title>{day}</title><pubDate>0{day} Mar 2026 08:00:00 GMT</pubDate></item>" for day in days)
    return Reply(f"<rss version='2.0'><channel><title>{title}</title>{items}</channel></rss>".encode(), content_type="text/xml")


def advertising(*links: str, body: str = "") -> Reply:
    heads = "".join(f"<link rel='alternate' type='application/rss+xml' href='{link}'>" for link in links)
    return Reply(f"<!DOCTYPE html><html><head>{heads}</head><body>{body}</body></html>".encode())


def found(loopback: Loopback, tmp_path: Path, url: str = SITE) -> list[tuple[str, str | None]]:
    async def main() -> list[tuple[str, str | None]]:
        settings = Settings(proxy=loopback.url, host_delay=0.0, timeout=5.0)
        async with fetching_parts(settings, tmp_path / "warehouse.duckdb", now=lambda: datetime.now(UTC)) as parts:
            return [(found.url, found.title) for found in await feeds_of(parts, url)]

    return asyncio.run(main())


def test_a_feed_is_found_where_it_is(loopback: Loopback, tmp_path: Path) -> None:
    loopback.routes[SITE] = feed("Gazette", 1)
    assert found(loopback, tmp_path) == [(SITE, "Gazette")]


def test_what_a_page_names_is_read_and_comments_come_last(loopback: Loopback, tmp_path: Path) -> None:
    loopback.routes[SITE] = advertising("/comments/feed/", "/feed/", "/same", "/gone", "/page", "http://[")
    loopback.routes |= {f"{SITE}comments/feed/": feed("Said of it", 1), f"{SITE}feed/": feed("Gazette", 1, 2), f"{SITE}page": advertising()}
    loopback.routes[f"{SITE}same"] = Reply(status=302, headers={"Location": "/feed/"})
    assert found(loopback, tmp_path) == [(f"{SITE}feed/", "Gazette"), (f"{SITE}comments/feed/", "Said of it")]


def test_where_a_page_names_none_its_links_and_habit_lead_to_them(loopback: Loopback, tmp_path: Path) -> None:
    loopback.routes[f"{SITE}news/"] = advertising(body="<a href='/service/rss/port.php'>RSS</a> <a href='/feedback'>Write to us</a>")
    loopback.routes |= {f"{SITE}service/rss/port.php": feed("Port", 1), f"{SITE}atom.xml": feed("All", 1)}
    assert found(loopback, tmp_path, f"{SITE}news/") == [(f"{SITE}service/rss/port.php", "Port"), (f"{SITE}atom.xml", "All")]
    assert not loopback.asked(f"{SITE}feedback")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(Reply(status=404), "answered 404", id="nothing there"),
        pytest.param(advertising(), "is no feed, and neither its links", id="a page that leads nowhere"),
        pytest.param(Reply(b"\x00" * 1000), "is no feed, and neither its links", id="bytes"),
        pytest.param(Reply(endless=True), "15,000,000", id="a page without end"),
        pytest.param(Reply(b"cut", claimed_length=100), "gazette.example", id="a page cut short"),
    ],
)
def test_where_there_is_none_it_says_so(loopback: Loopback, tmp_path: Path, reply: Reply, words: str) -> None:
    loopback.routes[SITE] = reply
    with pytest.raises(NoFeedError, match=words) as raised:
        found(loopback, tmp_path)
    assert "\n" not in str(raised.value)


def test_one_of_several_is_not_chosen_for_a_person(loopback: Loopback, tmp_path: Path) -> None:
    settings = Settings(proxy=loopback.url, host_delay=0.0)
    loopback.routes |= {SITE: advertising("/a", "/b", "/comments/feed/"), f"{SITE}a": feed("A", 1), f"{SITE}comments/feed/": feed("C", 1)}
    assert asyncio.run(only_feed(settings, tmp_path, SITE)).url == f"{SITE}a"
    loopback.routes[f"{SITE}b"] = feed("B", 1)
    with pytest.raises(NoFeedError, match=f"leads to 2 feeds: add one of {SITE}a, {SITE}b"):
        asyncio.run(only_feed(settings, tmp_path, SITE))


def test_addresses_that_are_none_are_passed_over() -> None:
    page = b"<link rel='alternate' type='application/rss+xml' href='http://['><link rel='alternate' type='application/rss+xml' href='ftp://a.example/f'><a href='mailto:rss@a.example'>"
    assert advertised_feeds(page, SITE) == ()
    assert all(url.startswith(SITE) for url in likely_feeds(page, SITE, most=50))

"""The history of a feed between two dates: exactly the articles in range, each page once, feed state left alone."""

from __future__ import annotations

import asyncio
import io
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply, Request
from test_ingest import House, item, page

from flows.backfill import BackfillOptions, Window, WindowWork, list_backfill, run_backfill
from flows.backfill_error import BackfillError
from flows.progress import Progress
from flows.settings import load_feeds_file
from pipeline.backfilling import paged_url
from pipeline.records import Harvest, RunSummary

FEED = "http://blog.example/feed/"
FIRST = datetime(2026, 3, 1, tzinfo=UTC)
PER_PAGE = 5
ARTICLES = 23  # article n was published n days before FIRST: the last page is not full


def day(number: int) -> datetime:
    return FIRST - timedelta(days=number)


def feed_page(numbers: range, head: str = "") -> Reply:
    items = "".join(item(n, link=f"http://blog.example/{n}", guid=f"g{n}", pubDate=format_datetime(day(n))) for n in numbers)
    return Reply(
        f"<rss version='2.0' xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Blog</title>{head}{items}</channel></rss>".encode()
    )


def publish(loopback: Loopback) -> None:
    for number in range(ARTICLES):
        loopback.routes[f"http://blog.example/{number}"] = page(number)


def wordpress(loopback: Loopback, last: Reply | None = None) -> None:
    publish(loopback)
    for start in range(0, ARTICLES, PER_PAGE):
        loopback.routes[paged_url(FEED, start // PER_PAGE + 1)] = feed_page(range(start, min(start + PER_PAGE, ARTICLES)))
    if last:
        loopback.routes[paged_url(FEED, ARTICLES // PER_PAGE + 2)] = last


def rfc5005(loopback: Loopback) -> None:
    publish(loopback)
    for start in range(0, ARTICLES, PER_PAGE):
        link = f"<atom:link rel='prev-archive' href='/archive/{start + PER_PAGE}'/>" if start + PER_PAGE < ARTICLES else ""
        loopback.routes[FEED if start == 0 else f"http://blog.example/archive/{start}"] = feed_page(
            range(start, min(start + PER_PAGE, ARTICLES)), link
        )


@pytest.fixture
def house(tmp_path: Path, loopback: Loopback) -> House:
    house = House(tmp_path / "home", loopback.url)
    house.feeds["blog"] = FEED
    house.path.write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\ntimeout = 3\n[[feeds]]\nname = "blog"\nurl = "{FEED}"\n', encoding="utf-8"
    )
    return house


def options(house: House, since: datetime, until: datetime | None = None, via: str = "auto") -> BackfillOptions:
    return BackfillOptions(home=house.home, feeds_path=house.path, names=("blog",), since=since, until=until, via=via)


def backfill(house: House, since: datetime, until: datetime | None = None, via: str = "auto") -> RunSummary:
    with Progress(io.StringIO()) as progress:
        return asyncio.run(
            run_backfill(options(house, since, until, via), load_feeds_file(house.path, {}), progress=progress, now=lambda: house.now)
        )


def stored(house: House) -> list[Any]:
    return [
        row[0]
        for row in house.rows("SELECT entry_id FROM sightings WHERE article_id IS NOT NULL AND is_backfill ORDER BY published_at DESC")
    ]


@pytest.mark.parametrize("site", [wordpress, rfc5005])
def test_exactly_the_articles_in_range_are_stored(loopback: Loopback, house: House, site: Any) -> None:
    site(loopback)
    summary = backfill(house, since=day(17), until=day(3))
    assert [f"g{n}" for n in range(4, 18)] == stored(house)
    assert (summary.kind, summary.entries_seen, summary.entries_new, summary.articles_new) == ("backfill", 14, 14, 14)
    pages = [
        request.url
        for request in loopback.requests
        if request.url.startswith("http://blog.example/") and request.url.rsplit("/", 1)[-1].isdecimal() and "archive" not in request.url
    ]
    assert len(pages) == len(set(pages)) == 14


@pytest.mark.parametrize(
    "last",
    [
        pytest.param(None, id="404 behind the last page"),
        pytest.param(feed_page(range(20, 23)), id="the last page again"),
        pytest.param(feed_page(range(0)), id="an empty page"),
        pytest.param(Reply(b"<html><body>Nothing here</body></html>"), id="an HTML page"),
    ],
)
def test_the_end_of_the_history_is_recognised(loopback: Loopback, house: House, last: Reply | None) -> None:
    wordpress(loopback, last)
    backfill(house, since=day(10_000))
    assert len(stored(house)) == ARTICLES


def test_a_backfill_that_broke_off_goes_on_and_fetches_no_article_twice(loopback: Loopback, house: House) -> None:
    wordpress(loopback)
    good = loopback.routes[paged_url(FEED, 3)]
    loopback.routes[paged_url(FEED, 3)] = Reply(status=500, validators=False)
    with pytest.raises(
        BackfillError, match=r"blog: its history cannot be listed further: .*paged=3 answered 500; started again, it goes on"
    ):
        backfill(house, since=day(10_000))
    assert len(stored(house)) == 10
    loopback.routes[paged_url(FEED, 3)] = good
    backfill(house, since=day(10_000))
    assert len(stored(house)) == ARTICLES
    assert all(len(loopback.asked(f"http://blog.example/{n}")) == 1 for n in range(ARTICLES))
    assert house.rows("SELECT status FROM runs ORDER BY started_at, status") == [("completed",), ("failed",)]


def test_the_state_of_the_feed_is_left_alone(loopback: Loopback, house: House) -> None:
    wordpress(loopback)
    house.ingest()
    before = house.rows("SELECT * FROM store.feed")
    backfill(house, since=day(10_000))
    assert before == house.rows("SELECT * FROM store.feed")
    assert house.rows("SELECT count(*) FILTER (WHERE is_backfill), count(*) FROM sightings") == [(ARTICLES - PER_PAGE, ARTICLES)]


def test_a_dry_run_lists_and_stores_nothing(loopback: Loopback, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    wordpress(loopback)
    asyncio.run(list_backfill(options(house, since=day(7)), load_feeds_file(house.path, {}), now=lambda: house.now))
    shown = capsys.readouterr().out
    assert f"{paged_url(FEED, 2)}: 3 entries in range, 3 new, {day(7)} to {day(5)}" in shown
    assert "blog (paged): 2 lists, 8 entries in range, 8 of them new" in shown
    assert not (house.home / "warehouse.duckdb").exists()
    assert not loopback.asked("http://blog.example/0")


def test_a_feed_that_cannot_be_had_is_told(loopback: Loopback, house: House) -> None:
    with pytest.raises(BackfillError, match="blog: its history cannot be listed further: .*/feed/ answered 404"):
        backfill(house, since=day(5))


def test_an_endless_history_ends_where_pages_repeat(loopback: Loopback, house: House) -> None:
    publish(loopback)

    def same(_: Request) -> Reply:
        return feed_page(range(3))

    loopback.routes |= {paged_url(FEED, number): same for number in range(1, 30)}
    backfill(house, since=day(10_000))
    assert len(stored(house)) == 3
    assert len([request for request in loopback.requests if "feed" in request.url]) <= 6  # two of the pages, and the probe of other ways


@pytest.mark.parametrize("asked", [pytest.param(paged_url(FEED, 3), id="a list"), pytest.param("http://blog.example/12", id="an article")])
def test_a_long_wait_ends_the_run_politely_and_the_next_one_goes_on(loopback: Loopback, house: House, asked: str) -> None:
    wordpress(loopback)
    good = loopback.routes[asked]
    loopback.routes[asked] = Reply(status=429, headers={"Retry-After": "3600"}, validators=False)
    with pytest.raises(
        BackfillError, match=r"blog: .* asks to be left alone until 2026-03-10 13:00 UTC; started again after that, it goes on"
    ):
        backfill(house, since=day(10_000), via="paged")
    assert len(loopback.asked(asked)) == 1
    loopback.routes[asked] = good
    house.now += timedelta(minutes=30)
    before = len(loopback.requests)
    with pytest.raises(BackfillError, match="13:00 UTC"):
        backfill(house, since=day(10_000), via="paged")
    assert len(loopback.requests) == before  # it is left alone
    house.now += timedelta(hours=1)
    backfill(house, since=day(10_000), via="paged")
    assert len(stored(house)) == ARTICLES
    assert {n: len(loopback.asked(f"http://blog.example/{n}")) for n in range(ARTICLES)} == {
        n: 1 + (asked == f"http://blog.example/{n}") for n in range(ARTICLES)
    }


def test_a_window_that_fails_is_tried_again_alone(loopback: Loopback, house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.backfill.WINDOW_ENTRIES", PER_PAGE)
    wordpress(loopback)
    third = paged_url(FEED, 3)
    good = loopback.routes[third]
    loopback.routes[third] = Reply(status=500, validators=False)
    tried: list[str] = []

    def twice(work: WindowWork) -> WindowWork:
        async def run(window: Window) -> None:
            tried.append(window.name)
            try:
                await work(window)
            except BackfillError:
                loopback.routes[third] = good
                tried.append(window.name)
                await work(window)

        return run

    with Progress(io.StringIO()) as progress:
        given = options(house, day(10_000), via="paged")
        asyncio.run(run_backfill(given, load_feeds_file(house.path, {}), progress=progress, now=lambda: house.now, as_task=twice))
    assert [f"blog, paged, window {n}" for n in (1, 2, 3, 3, 4, 5)] == tried[:6]
    assert len(stored(house)) == ARTICLES
    assert all(len(loopback.asked(f"http://blog.example/{n}")) == 1 for n in range(ARTICLES))


def test_progress_tells_a_rate_and_how_long_it_will_take() -> None:
    shown, clock = io.StringIO(), iter([0.0, 0.0, 0.0, 30.0, 30.0, 30.0])
    with Progress(shown, clock=lambda: next(clock)) as progress:
        progress.begin("Backfilling blog", None)
        progress.reached(0.25)
        progress.harvested(Harvest(feed="blog"))
    assert "0.0 articles a second, 25%, about 0:01:30 left" in shown.getvalue()

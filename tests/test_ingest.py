"""Runs from the feeds file to the warehouse, over real HTTP: the books balance, and bad input costs itself only."""

from __future__ import annotations

import asyncio
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply, Request, gzip_bomb

from flows.demo_newsroom import newsroom_answers, newsroom_feeds
from flows.demo_server import served
from flows.ingest import IngestOptions, run_ingest
from flows.progress import Progress
from flows.run_lock import RunGoingOnError, only_run
from flows.settings import ConfigError, load_feeds_file
from flows.summary import exit_code_of
from pipeline.records import RunSummary
from warehouse import Warehouse, open_reader
from warehouse.sql_files import query

START = datetime.fromisoformat("2026-03-10T12:00:00+00:00")


class House:
    """A home folder, a feeds file and a clock."""

    def __init__(self, home: Path, proxy: str) -> None:
        self.home = home
        self.path = home / "feeds.toml"
        self.proxy = proxy
        self.feeds: dict[str, str] = {}
        self.now = START
        home.mkdir(exist_ok=True)

    def ingest(self, *names: str, everything: bool = True, settings: str = "", keys: str = "") -> RunSummary:
        tables = "".join(f'[[feeds]]\nname = "{name}"\nurl = "{url}"\n{keys}\n' for name, url in self.feeds.items())
        self.path.write_text(f'[settings]\nproxy = "{self.proxy}"\nhost_delay = 0\n{settings}\n{tables}', encoding="utf-8")
        options = IngestOptions(home=self.home, feeds_path=self.path, everything=everything, names=names, crash_on_bugs=True)
        with Progress(io.StringIO()) as progress:
            return asyncio.run(run_ingest(options, load_feeds_file(self.path, {}), progress=progress, now=lambda: self.now))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with open_reader(self.home / "warehouse.duckdb") as con:
            assert con.execute(query("books")).fetchall() == []
            return con.execute(sql).fetchall()


@pytest.fixture
def house(tmp_path: Path, loopback: Loopback) -> House:
    return House(tmp_path / "home", loopback.url)


def item(number: int | str, body: str = "", **fields: str) -> str:
    values = {
        "title": f"Title {number}",
        "link": f"http://gazette.example/{number}",
        "guid": f"id-{number}",
        "pubDate": "Mon, 09 Mar 2026 08:00:00 GMT",
    } | fields
    inner = "".join(f"<{name}>{value}</{name}>" for name, value in values.items() if value)
    return f"<item>{inner}{f'<description><![CDATA[{body}]]></description>' if body else ''}</item>"


def rss(*items: str) -> Reply:
    return Reply(
        f"<rss version='2.0'><channel><title>Gazette</title>{''.join(items)}</channel></rss>".encode(), content_type="application/rss+xml"
    )


def page(number: int | str, extra: str = "") -> Reply:
    lines = [
        f"Article {number}, paragraph {line}: the ferry went out at {line} and came back with bread, mackerel and a letter for the board. {extra}"
        for line in range(1, 7)
    ]
    return Reply(f"<html lang='en'><body><article>{''.join(f'<p>{line}</p>' for line in lines)}</article></body></html>".encode())


FEED = "http://gazette.example/feed"


def publish(loopback: Loopback, house: House, *numbers: int) -> None:
    house.feeds["gazette"] = FEED
    loopback.routes[FEED] = rss(*map(item, numbers))
    for number in numbers:
        loopback.routes[f"http://gazette.example/{number}"] = page(number)


def test_the_newsroom_becomes_articles_stories_and_credits(tmp_path: Path) -> None:
    with served(newsroom_answers()) as proxy:
        house = House(tmp_path / "home", proxy)
        house.feeds = newsroom_feeds()
        first, second = house.ingest(), house.ingest()
    assert (first.feeds_polled, first.feeds_failed, first.entries_seen, first.entries_new, first.rejected) == (7, 1, 18, 18, 1)
    assert (second.feeds_not_modified, second.entries_new, second.articles_new) == (6, 0, 0)
    assert house.rows("SELECT count(*) FROM stories WHERE site_count > 1") == [(4,)]
    assert house.rows("SELECT count(*) FROM articles WHERE text ILIKE '%reply%' OR text ILIKE '%via %'") == [(0,)]
    assert house.rows(
        "SELECT count(*) FROM sightings WHERE url LIKE '%utm_source%' AND article_id IN (SELECT article_id FROM articles WHERE site = 'harbour-ledger.example')"
    ) == [(1,)]
    assert house.rows("SELECT DISTINCT text_source FROM articles WHERE url LIKE '%/note/'") == [("feed",)]


def test_a_second_run_asks_with_validators_and_fetches_no_page_again(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2)
    house.ingest()
    asked = len(loopback.requests)
    summary = house.ingest()
    assert (summary.feeds_not_modified, summary.entries_seen) == (1, 0)
    assert [request.url for request in loopback.requests[asked:]] == [FEED]
    assert loopback.requests[-1].headers["if-none-match"]


def test_an_unchanged_body_without_validators_is_not_read_again(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes[FEED] = Reply(loopback.routes[FEED].body, validators=False)  # type: ignore[union-attr]
    house.ingest()
    assert house.ingest().entries_seen == 0
    assert house.rows("SELECT count(*) FROM polls WHERE outcome = 'unchanged'") == [(1,)]


def test_what_is_new_edited_or_gone_is_told_apart(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2, 3)
    house.ingest()
    house.now += timedelta(hours=1)
    loopback.routes["http://gazette.example/2"] = page(2, "It was edited.")
    loopback.routes["http://gazette.example/4"] = page(4)
    loopback.routes[FEED] = rss(item(2, title="Title 2, corrected"), item(3), item(4))
    summary = house.ingest()
    assert (summary.entries_seen, summary.entries_new, summary.entries_changed, summary.articles_new) == (3, 1, 1, 1)
    assert house.rows("SELECT version, title FROM articles WHERE url LIKE '%/2'") == [(2, "Title 2, corrected")]
    assert house.rows("SELECT entry_id, last_seen_at = first_seen_at, times_changed FROM sightings ORDER BY 1") == [
        ("id-1", True, 0), ("id-2", False, 1), ("id-3", False, 0), ("id-4", True, 0),
    ]  # fmt: skip


def test_only_due_feeds_are_polled_unless_asked_otherwise(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    assert house.ingest(everything=False).feeds_polled == 1
    assert house.ingest(everything=False).feeds_polled == 0
    assert house.ingest("gazette", everything=False).feeds_polled == 1
    house.now += timedelta(hours=1)
    assert house.ingest(everything=False).feeds_polled == 1
    with pytest.raises(ConfigError, match="did you mean 'gazette'"):
        house.ingest("gazete")


def test_a_page_that_heals_is_fetched_again_and_takes_over_from_the_summary(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2)
    loopback.routes[FEED] = rss(item(1), item(2, body="Only a summary of what the page says."))
    down = Reply(b"try later", status=503, validators=False)
    loopback.routes |= {f"http://gazette.example/{number}": down for number in (1, 2)}
    first = house.ingest()
    assert (first.rejected, first.articles_new) == (1, 1)
    assert house.rows("SELECT reason, is_final FROM rejections") == [("http_503", False)]
    loopback.routes |= {f"http://gazette.example/{number}": page(number) for number in (1, 2)}
    house.now += timedelta(minutes=10)
    house.ingest(everything=False)
    assert house.rows("SELECT count(*) FROM articles WHERE text_source = 'page'") == [(0,)]
    house.now += timedelta(hours=1)
    house.ingest(everything=False)
    assert house.rows("SELECT text_source, count(*) FROM articles GROUP BY ALL") == [("page", 2)]
    assert house.rows("SELECT count(*) FROM sightings WHERE article_id IS NULL") == [(0,)]
    assert house.rows("SELECT max(version) FROM articles") == [(2,)]


def test_a_page_that_never_heals_is_given_up(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes["http://gazette.example/1"] = Reply(status=500, validators=False)
    for _ in range(9):
        house.ingest(everything=False)
        house.now += timedelta(days=1)
    assert house.rows("SELECT max(attempts), bool_or(is_final), count(*) FROM rejections") == [(6, True, 6)]


def test_a_page_that_was_given_up_stays_so_when_the_log_of_it_has_been_deleted(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes[FEED] = rss(item(1, body="Only a summary of what the page says."))
    loopback.routes["http://gazette.example/1"] = Reply(status=500, validators=False)
    for _ in range(8):
        house.ingest(everything=False)
        house.now += timedelta(days=1)
    Warehouse(house.home).prune(before=house.now)
    house.ingest(everything=False)
    assert len(loopback.asked("http://gazette.example/1")) == 6


def test_two_addresses_of_one_article_give_one_text(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    canonical = '<link rel="canonical" href="http://gazette.example/1">'
    for name in ("print", "mobile"):
        reply = page(name)
        loopback.routes[f"http://gazette.example/{name}"] = Reply(reply.body.replace(b"<body>", f"<head>{canonical}</head><body>".encode()))
    loopback.routes[FEED] = rss(item("print"), item("mobile"))
    summary = house.ingest()
    assert (summary.entries_new, summary.articles_new, summary.duplicates) == (2, 1, 1)
    assert house.rows("SELECT version FROM articles") == [(1,)]


def test_a_new_address_of_a_known_article_is_no_edit(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest()
    house.now += timedelta(hours=1)
    loopback.routes["http://counter.example/x"] = Reply(
        status=302, headers={"Location": "http://gazette.example/1?ref=rss"}, validators=False
    )
    loopback.routes["http://gazette.example/1?ref=rss"] = page(1, "Read by 4,711 people today.")
    loopback.routes[FEED] = rss(item(1), item("x", link="http://counter.example/x"))
    assert house.ingest().articles_new == 0
    assert house.rows("SELECT version FROM articles") == [(1,)]
    assert house.rows("SELECT count(*), count(DISTINCT article_id) FROM sightings") == [(2, 1)]


def test_a_document_that_breaks_off_takes_no_entry_out_of_the_feed(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2, 3)
    house.ingest()
    house.now += timedelta(hours=1)
    loopback.routes[FEED] = Reply(rss(item(3), item(2)).body[:-60])
    house.ingest()
    assert house.rows("SELECT count(*) FROM store.sighting WHERE left_at IS NOT NULL") == [(0,)]


def test_robots_txt_keeps_us_from_pages_but_not_from_the_feed(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes["http://gazette.example/robots.txt"] = Reply(b"User-agent: *\nDisallow: /", content_type="text/plain")
    house.ingest()
    assert house.rows("SELECT reason, is_final FROM rejections") == [("robots_disallowed", True)]
    assert not loopback.asked("http://gazette.example/1")


def test_full_text_false_fetches_no_page(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes[FEED] = rss(item(1, body="<p>What the feed carries.</p>"), item(2))
    house.ingest(keys="full_text = false")
    assert house.rows("SELECT text, text_source FROM articles") == [("What the feed carries.", "feed")]
    assert house.rows("SELECT reason FROM rejections") == [("nothing_to_read",)]
    assert [request.url for request in loopback.requests] == [FEED]


HUGE = b"<rss version='2.0'><channel>" + b"<item><title>x</title></item>" * 1_100_000 + b"</channel></rss>"
SHARED_GUID = [item(number, guid="always-the-same", body=f"Entry {number} says something of its own.") for number in range(1_000)]
BAD_FEEDS: list[Any] = [
    pytest.param(Reply(b""), "failed", 0, "empty_body", id="empty body"),
    pytest.param(Reply(b"<!DOCTYPE html><html><body>hello</body></html>"), "failed", 0, "not_a_feed", id="HTML instead of a feed"),
    pytest.param(Reply(rss(item(1, body="First of all.")).body[:-40] + b"<item><title>cut o"), "new", 1, "SAXParse", id="truncated XML"),
    pytest.param(Reply("<?xml version='1.0' encoding='ascii'?><rss version='2.0'><channel><item><title>Café</title><description>Crème brûlée.</description></item></channel></rss>".encode()), "new", 1, None, id="wrong encoding declared"),
    pytest.param(Reply(HUGE), "failed", 0, "too_large", id="feed of 30 MB"),
    pytest.param(Reply(b"<rss version='2.0'>", claimed_length=5_000), "failed", 0, "truncated", id="connection dropped half-way"),
    pytest.param(Reply(status=302, headers={"Location": "/bad"}, validators=False), "failed", 0, "redirect_loop", id="redirect loop"),
    pytest.param(gzip_bomb(100_000_000), "failed", 0, "too_large", id="gzip bomb"),
    pytest.param(Reply(endless=True), "failed", 0, "too_large", id="feed without an end"),
    pytest.param(Reply(silent=True), "failed", 0, "timeout", id="no answer"),
    pytest.param(Reply(status=410, validators=False), "failed", 0, "http_410", id="gone"),
    pytest.param(rss(*SHARED_GUID), "new", 1_000, None, id="1,000 entries with one guid"),
    pytest.param(rss(*(item(n, link="", guid="", body=f"Note {n} has no address.") for n in range(5))), "new", 5, None, id="entries without links"),
    pytest.param(rss(item("a", body="Later.", link="", pubDate="Thu, 01 Jan 2099 00:00:00 GMT"), item("b", body="Earlier.", link="", pubDate="Thu, 01 Jan 1970 00:00:00 GMT")), "new", 2, None, id="dates in 2099 and 1970"),
]  # fmt: skip


@pytest.mark.parametrize(("reply", "outcome", "entries", "error"), BAD_FEEDS)
def test_a_bad_feed_is_a_counted_outcome_and_nothing_else_suffers(
    loopback: Loopback, house: House, reply: Reply, outcome: str, entries: int, error: str | None
) -> None:
    publish(loopback, house, 1, 2)
    house.ingest()
    publish(loopback, house, 1, 2, 3)
    house.feeds["bad"] = "http://bad.example/bad"
    loopback.routes["http://bad.example/bad"] = reply
    timeout = 3 if reply.silent else 20
    summary = house.ingest(settings=f"max_feed_bytes = 15_000_000\nrespect_robots = false\nhost_concurrency = 32\ntimeout = {timeout}")
    assert summary.status == "completed"
    assert exit_code_of(summary) == 0
    ((found, seen, told),) = house.rows("SELECT outcome, entries_seen, error FROM polls WHERE feed = 'bad'")
    assert (outcome, entries) == (found, seen)
    assert error is None or error in told
    assert house.rows("SELECT count(*) FROM articles WHERE site = 'gazette.example' AND text_source = 'page'") == [(3,)]


BAD_PAGES: list[Any] = [
    pytest.param(Reply(b"<p>x</p>" * 6_250_000), "too_large", id="page of 50 MB"),
    pytest.param(Reply(endless=True), "too_large", id="page without an end"),
    pytest.param(gzip_bomb(100_000_000), "too_large", id="gzip bomb"),
    pytest.param(Reply(b"<p>half", claimed_length=9_000), "truncated", id="connection dropped half-way"),
    pytest.param(Reply(status=301, headers={"Location": "/2"}, validators=False), "redirect_loop", id="redirect loop"),
    pytest.param(Reply(status=301, headers={"Location": "/"}, validators=False), "redirected_home", id="redirect to the home page"),
    pytest.param(Reply(b"%PDF-1.7", content_type="application/pdf"), "not_html", id="PDF"),
    pytest.param(Reply(b""), "empty_page", id="empty page"),
    pytest.param(Reply(b"<html><body><script>run()</script></body></html>"), "no_text", id="empty shell"),
    pytest.param(Reply(status=404, validators=False), "http_404", id="not found"),
]


@pytest.mark.parametrize(("reply", "reason"), BAD_PAGES)
def test_a_bad_page_costs_one_rejection(loopback: Loopback, house: House, reply: Reply, reason: str) -> None:
    publish(loopback, house, 1, 2, 3)
    loopback.routes["http://gazette.example/"] = Reply(b"<html><body>Home</body></html>")
    loopback.routes["http://gazette.example/2"] = reply
    summary = house.ingest()
    assert (summary.articles_new, summary.rejected) == (2, 1)
    assert house.rows("SELECT reason FROM rejections") == [(reason,)]


@pytest.mark.parametrize(("reply", "reason"), BAD_PAGES)
def test_the_feeds_own_content_stands_in_for_a_bad_page(loopback: Loopback, house: House, reply: Reply, reason: str) -> None:
    publish(loopback, house, 1, 2)
    loopback.routes["http://gazette.example/"] = Reply(b"<html><body>Home</body></html>")
    loopback.routes["http://gazette.example/2"] = reply
    loopback.routes[FEED] = rss(item(1), item(2, body="What the feed says itself, which is enough to go on with."))
    assert (
        house.ingest().articles_new,
        reason in str(house.rows("SELECT error FROM store.page_fetch WHERE url LIKE '%/2'")) or "text" in reason or "empty" in reason,
    ) == (2, True)
    assert house.rows("SELECT text_source FROM articles WHERE canonical_url LIKE '%/2'") == [("feed",)]


def test_when_every_feed_fails_nothing_could_be_done(loopback: Loopback, house: House) -> None:
    house.feeds = {"a": "http://a.example/404", "b": "http://b.example/404"}
    assert exit_code_of(house.ingest()) == 1


def test_a_second_run_in_the_same_home_is_told_so(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    with only_run(house.home, "ingest"), pytest.raises(RunGoingOnError, match="another ingest is running here"):
        house.ingest()
    assert house.ingest().articles_new == 1


def test_a_bug_of_ours_costs_one_entry_and_is_stored_with_its_traceback(
    loopback: Loopback, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(loopback, house, 1, 2)

    def broken(answer: Any, link: str) -> None:
        if link.endswith("/2"):
            raise ZeroDivisionError("nobody foresaw it")

    monkeypatch.setattr("flows.pages.page_failure", broken)
    with pytest.raises(ZeroDivisionError):
        house.ingest()
    options = IngestOptions(home=house.home, feeds_path=house.path, everything=True)
    with Progress(io.StringIO()) as progress:
        summary = asyncio.run(run_ingest(options, load_feeds_file(house.path, {}), progress=progress, now=lambda: house.now))
    assert (summary.articles_new, summary.rejected) == (1, 1)
    ((reason, error),) = house.rows("SELECT reason, error FROM rejections")
    assert reason == "internal_error"
    assert "Traceback" in error
    assert "nobody foresaw it" in error


def test_stopping_a_run_stores_what_has_come_and_says_so(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.feeds["slow"] = "http://slow.example/feed"
    loopback.routes["http://slow.example/feed"] = Reply(silent=True)

    async def stopped() -> None:
        options = IngestOptions(home=house.home, feeds_path=house.path, everything=True)
        with Progress(io.StringIO()) as progress:
            run = asyncio.create_task(run_ingest(options, load_feeds_file(house.path, {}), progress=progress, now=lambda: house.now))
            await asyncio.to_thread(loopback.wait_for, "http://gazette.example/1")
            while progress.done < 1:
                await asyncio.sleep(0.02)
            run.cancel()
            with pytest.raises(asyncio.CancelledError):
                await run

    house.path.write_text(
        f'[settings]\nproxy = "{house.proxy}"\nhost_delay = 0\n'
        + "".join(f'[[feeds]]\nname = "{n}"\nurl = "{u}"\n' for n, u in house.feeds.items())
    )
    asyncio.run(stopped())
    assert house.rows("SELECT status, articles_new FROM runs") == [("interrupted", 1)]


def test_a_secret_goes_to_its_feed_and_nowhere_else(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    seen: list[Request] = []

    def answer(request: Request) -> Reply:
        seen.append(request)
        return rss(item(1))

    loopback.routes[FEED] = answer
    house.ingest(keys='headers = { Authorization = "Bearer s3cret" }')
    assert seen[0].headers["authorization"] == "Bearer s3cret"
    assert "authorization" not in loopback.asked("http://gazette.example/1")[0].headers
    assert b"s3cret" not in (house.home / "warehouse.duckdb").read_bytes()

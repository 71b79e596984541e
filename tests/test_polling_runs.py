"""What polling remembers from one run to the next, over real HTTP: whom to leave alone, what was edited, what came back, what was lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from loopback import Loopback, Reply, Request
from test_ingest import FEED, House, item, page, publish, rss

from flows.gathering import EDITS_AT_ONCE
from flows.ingest import spread_over_hosts
from flows.status import status_command
from pipeline.records import MAX_VERSIONS, Feed, FeedState
from warehouse import Warehouse
from warehouse.connections import writer

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def house(tmp_path: Path, loopback: Loopback) -> House:
    return House(tmp_path / "home", loopback.url)


def limited(seconds: int) -> Reply:
    return Reply(status=429, headers={"Retry-After": str(seconds)}, validators=False)


def test_a_429_holds_the_sisters_back_in_the_next_run_too(loopback: Loopback, house: House) -> None:
    house.feeds = {"a": "http://feeds.gazette.example/a", "b": "http://www.gazette.example/b", "c": "http://other.example/c"}
    loopback.routes = {
        house.feeds["a"]: limited(7_200),
        house.feeds["b"]: rss(item(1, body="Text.")),
        house.feeds["c"]: rss(item(2, body="Text.")),
    }
    house.ingest("a")
    house.now += HOUR
    assert house.ingest().feeds_polled == 1
    assert house.rows("SELECT feed, outcome FROM polls WHERE outcome = 'skipped' ORDER BY feed") == [("a", "skipped"), ("b", "skipped")]
    assert house.rows("SELECT next_poll_reason FROM feeds WHERE feed = 'b'") == [("its host has asked us to wait",)]
    house.now += HOUR * 1.2
    house.ingest("b")
    assert [len(loopback.asked(url)) for url in house.feeds.values()] == [1, 1, 1]


def test_a_page_that_is_refused_holds_the_feed_back(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes["http://gazette.example/1"] = limited(7_200)
    house.ingest()
    house.now += HOUR
    house.ingest()
    assert len(loopback.asked(FEED)) == 1


def test_robots_txt_is_asked_for_once_a_day_and_not_once_a_run(loopback: Loopback, house: House) -> None:
    loopback.routes["http://gazette.example/robots.txt"] = Reply(b"User-agent: *\nDisallow: /2", content_type="text/plain")
    for number in range(1, 5):
        publish(loopback, house, number)
        house.ingest()
        house.now += 8 * HOUR
    assert len(loopback.asked("http://gazette.example/robots.txt")) == 2
    assert house.rows("SELECT reason FROM rejections") == [("robots_disallowed",)]


def test_entries_saved_again_with_new_dates_fetch_no_page_and_make_no_version(loopback: Loopback, house: House) -> None:
    numbers = range(1, 21)
    publish(loopback, house, *numbers)
    house.ingest()
    asked = len(loopback.requests)
    house.now += HOUR
    loopback.routes[FEED] = rss(*(item(number, pubDate="Tue, 10 Mar 2026 09:00:00 GMT") for number in numbers))
    summary = house.ingest()
    assert (summary.entries_changed, summary.articles_new, len(loopback.requests)) == (20, 0, asked + 1)
    assert house.rows("SELECT max(version) FROM articles") == [(1,)]
    assert house.rows("SELECT DISTINCT published_raw, times_changed FROM sightings") == [("Tue, 10 Mar 2026 09:00:00 GMT", 1)]


def test_many_edits_at_once_are_followed_a_few_an_hour(loopback: Loopback, house: House) -> None:
    numbers = range(1, 14)
    publish(loopback, house, *numbers)
    house.ingest()
    for number in numbers:
        loopback.routes[f"http://gazette.example/{number}"] = page(number, "All of it was written anew.")
    loopback.routes[FEED] = rss(*(item(number, title=f"New title {number}") for number in numbers))
    seen = []
    for _ in range(4):
        house.now += HOUR
        asked = len(loopback.requests)
        house.ingest()
        seen.append(sum("/feed" not in request.url for request in loopback.requests[asked:]))
    assert seen == [EDITS_AT_ONCE, EDITS_AT_ONCE, len(numbers) - 2 * EDITS_AT_ONCE, 0]
    assert house.rows("SELECT DISTINCT version FROM articles") == [(2,)]
    assert house.rows("SELECT count(*) FROM store.sighting WHERE refetch_at IS NOT NULL") == [(0,)]


def test_an_edit_whose_page_is_gone_when_its_turn_comes_is_let_be(loopback: Loopback, house: House) -> None:
    numbers = range(1, EDITS_AT_ONCE + 2)
    publish(loopback, house, *numbers)
    house.ingest()
    loopback.routes[FEED] = rss(*(item(number, title=f"New title {number}") for number in numbers))
    house.now += HOUR
    house.ingest()
    for number in numbers:
        loopback.routes[f"http://gazette.example/{number}"] = Reply(status=404, validators=False)
    house.now += HOUR
    house.ingest()
    asked = len(loopback.requests)
    house.now += HOUR
    house.ingest()
    assert len(loopback.requests) == asked + 1
    assert house.rows("SELECT version, count(*) FROM articles GROUP BY version ORDER BY version") == [(1, 1), (2, EDITS_AT_ONCE)]


def edited_while_its_page_is_out_of_order(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2)
    house.ingest()
    loopback.routes[FEED] = rss(item(1, title="New title"), item(2))
    loopback.routes["http://gazette.example/1"] = Reply(status=503, validators=False)
    house.now += HOUR
    house.ingest()


def test_an_edit_whose_page_is_out_of_order_is_followed_when_that_has_healed(loopback: Loopback, house: House) -> None:
    edited_while_its_page_is_out_of_order(loopback, house)
    loopback.routes["http://gazette.example/1"] = page(1, "All of it was written anew.")
    house.now += HOUR
    house.ingest()
    assert house.rows("SELECT version, text LIKE '%written anew%' FROM articles ORDER BY version") == [(1, False), (2, True)]
    assert house.rows("SELECT count(*) FROM store.sighting WHERE refetch_at IS NOT NULL") == [(0,)]


@pytest.mark.parametrize("heals", ["in the run that sees it", "later"])
def test_of_two_edits_in_an_outage_the_last_is_followed(loopback: Loopback, house: House, heals: str) -> None:
    """The run that sees it also finds that the page is to be asked for again, for the first of them."""
    edited_while_its_page_is_out_of_order(loopback, house)
    loopback.routes[FEED] = rss(item(1, title="Newest title"), item(2))
    for again in (heals == "in the run that sees it", True):
        if again:
            loopback.routes["http://gazette.example/1"] = page(1, "All of it was written anew.")
        house.now += 2 * HOUR
        house.ingest()
    house.now += 6 * HOUR
    house.ingest()
    assert house.rows("SELECT version, title FROM articles ORDER BY version DESC LIMIT 1") == [(2, "Newest title")]
    assert house.rows("SELECT title, times_changed FROM sightings WHERE entry_id = 'id-1'") == [("Newest title", 2)]


def test_an_edit_is_followed_when_its_entry_is_saved_again_meanwhile(loopback: Loopback, house: House) -> None:
    edited_while_its_page_is_out_of_order(loopback, house)
    for minutes in (5, 10):
        loopback.routes[FEED] = rss(item(1, title="New title", pubDate=f"Mon, 09 Mar 2026 08:{minutes:02d}:00 GMT"), item(2))
        house.now += timedelta(minutes=10)
        house.ingest()
    loopback.routes["http://gazette.example/1"] = page(1, "All of it was written anew.")
    house.now += HOUR
    house.ingest()
    assert house.rows("SELECT version, title FROM articles ORDER BY version DESC LIMIT 1") == [(2, "New title")]


def test_an_edit_whose_page_never_heals_is_given_up(loopback: Loopback, house: House) -> None:
    edited_while_its_page_is_out_of_order(loopback, house)
    for _ in range(9):
        house.now += DAY
        house.ingest()
    assert house.rows("SELECT max(attempts), count(*) FROM store.page_fetch WHERE http_status = 503") == [(6, 6)]
    assert house.rows("SELECT count(*) FROM store.sighting WHERE refetch_at IS NOT NULL") == [(0,)]
    assert house.rows("SELECT version, count(*) FROM articles GROUP BY version") == [(1, 2)]


def test_a_guid_that_is_another_at_every_poll_makes_no_new_sighting(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2)
    house.ingest()
    for poll in range(3):
        house.now += HOUR
        loopback.routes[FEED] = rss(item(1, guid=f"a{poll}"), item(2, guid=f"b{poll}", title="Another title"))
        summary = house.ingest()
        assert (summary.entries_new, summary.entries_changed) == (0, poll == 0)
    assert house.rows("SELECT entry_id FROM sightings ORDER BY 1") == [("id-1",), ("id-2",)]


def test_the_same_link_under_another_headline_another_day_is_another_entry(loopback: Loopback, house: House) -> None:
    loopback.routes["http://gazette.example/live"] = page("live")
    house.feeds["gazette"] = FEED
    for day in (8, 9):
        loopback.routes[FEED] = rss(
            item(day, link="http://gazette.example/live", pubDate=f"Mon, 0{day} Mar 2026 08:00:00 GMT", body="Live, all day long.")
        )
        house.ingest()
        house.now += HOUR
    assert house.rows("SELECT count(*), count(DISTINCT article_id) FROM sightings") == [(2, 1)]


@pytest.mark.parametrize(
    ("second", "overrun"),
    [
        pytest.param((4, 5, 6), True, id="nothing is left"),
        pytest.param((3, 4, 5), False, id="one is left"),
        pytest.param((1, 2, 3), False, id="nothing is new"),
    ],
)
def test_a_feed_that_turned_over_whole_has_probably_lost_entries(
    loopback: Loopback, house: House, second: tuple[int, ...], overrun: bool
) -> None:
    publish(loopback, house, 1, 2, 3)
    house.ingest()
    house.now += HOUR
    publish(loopback, house, *second)
    house.ingest()
    assert house.rows("SELECT window_overrun FROM feed_health") == [(overrun,)]


def test_an_article_has_so_many_versions_and_no_more(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest()
    with writer(Warehouse(house.home).work) as con:
        con.execute("UPDATE store.article SET version = ?", [MAX_VERSIONS - 1])
    for poll in range(3):
        house.now += HOUR
        loopback.routes["http://gazette.example/1"] = page(1, f"Edited for the {poll}th time.")
        loopback.routes[FEED] = rss(item(1, title=f"Title {poll}"))
        house.ingest()
    assert house.rows("SELECT version, is_capped FROM articles") == [(MAX_VERSIONS, True)]
    assert len(loopback.asked("http://gazette.example/1")) == 2


def test_a_feed_that_has_moved_is_told(loopback: Loopback, house: House, capsys: pytest.CaptureFixture[str]) -> None:
    publish(loopback, house, 1)
    loopback.routes["http://gazette.example/new"] = loopback.routes[FEED]
    loopback.routes[FEED] = Reply(status=301, headers={"Location": "/new"}, validators=False)
    for _ in range(4):
        house.ingest()
        house.now += 12 * HOUR
    assert len(loopback.asked(FEED)) == 3
    assert house.rows("SELECT url, configured_url FROM feeds") == [("http://gazette.example/new", FEED)]
    assert house.rows("SELECT count(*) FROM polls WHERE error LIKE 'moved: %'") == [(1,)]
    status_command(home=house.home, as_json=False, now=house.now)
    assert "put http://gazette.example/new in the feeds file" in " ".join(capsys.readouterr().out.replace("│", " ").split())


def test_a_token_does_not_move_with_its_feed_to_another_server(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    seen: list[Request] = []
    loopback.routes["http://other.example/new"] = lambda request: seen.append(request) or rss(item(1, body="Text."))  # type: ignore[func-returns-value]
    loopback.routes[FEED] = Reply(status=301, headers={"Location": "http://other.example/new"}, validators=False)
    for _ in range(4):
        house.ingest(keys='headers = { Authorization = "Bearer s3cret" }')
        house.now += 12 * HOUR
    assert len(seen) == 4
    assert not any("authorization" in request.headers for request in seen)


def test_a_feed_that_is_gone_is_asked_once_a_month_and_comes_back(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    feed, loopback.routes[FEED] = loopback.routes[FEED], Reply(status=410, validators=False)
    for _ in range(4):
        house.ingest()
        house.now += DAY
    assert house.rows("SELECT status FROM feeds") == [("gone",)]
    assert house.ingest().feeds_polled == 0
    loopback.routes[FEED] = feed
    house.now += 31 * DAY
    assert house.ingest(everything=False).feeds_polled == 1
    assert house.rows("SELECT status, last_error FROM feeds") == [("active", None)]


def test_a_server_that_lies_with_304_can_be_seen_through(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)

    def lying(request: Request) -> Reply:
        known = "if-none-match" in request.headers or "if-modified-since" in request.headers
        return Reply(status=304 if known else 200, body=b"" if known else rss(item(len(loopback.requests), body="Text.")).body,
                     headers={"ETag": '"x"', "Last-Modified": "Mon, 09 Mar 2026 08:00:00 GMT"}, validators=False)  # fmt: skip

    loopback.routes[FEED] = lying
    house.ingest()
    assert house.ingest().entries_new == 0
    assert house.ingest(keys="ignore_validators = true").entries_new == 1


def test_feeds_of_one_host_hold_up_no_other() -> None:
    urls = [
        "http://a.example/1",
        "http://a.example/2",
        "http://a.example/3",
        "http://b.example/1",
        "http://c.example/1",
        "http://b.example/2",
    ]
    pairs = [(Feed(name=url, url=url), FeedState(feed=url, url=url)) for url in urls]
    assert [feed.name for feed, _ in spread_over_hosts(pairs)] == [urls[n] for n in (0, 3, 4, 1, 5, 2)]

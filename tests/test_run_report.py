"""What is told of a run that has ended: its failed feeds, its new stories, feeds newly silent, and the exit code for cron."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from loopback import Loopback, Reply
from test_ingest import FEED, START, House, item, page, publish, rss

from flows.run_report import report_on, rows_of_run
from flows.status import status_command
from warehouse.connections import writer


@pytest.fixture
def house(tmp_path: Path, loopback: Loopback) -> House:
    return House(tmp_path / "home", loopback.url)


def test_a_report_names_what_failed_and_what_is_new(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest()
    loopback.routes["http://gazette.example/2"] = Reply(page("wholly other").body.replace(b"ferry", b"orchard").replace(b"bread", b"pears"))
    loopback.routes[FEED] = rss(item(1), item(2))
    house.feeds["dead"] = "http://dead.example/feed"
    report = report_on(house.home, house.ingest())
    assert [(row["feed"], row["consecutive_failures"]) for row in report.failed_feeds] == [("dead", 1)]
    assert "404" in str(report.failed_feeds[0]["error"])
    assert [(row["title"], row["url"], row["sites"]) for row in report.new_stories] == [("Title 2", "http://gazette.example/2", 1)]
    assert report.unbalanced == []
    assert report.counts["articles_new"] == 1


def test_the_way_from_a_run_to_its_rows_leads_there(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2)
    summary = house.ingest()
    questions = [line.split('"')[1] for line in rows_of_run(summary.run_id).splitlines() if "query" in line]
    assert [len(house.rows(question)) for question in questions] == [2, 2, 0, 0]


def test_books_that_do_not_balance_are_told(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    summary = house.ingest()
    with writer(house.home / "state" / "work.duckdb") as con:
        con.execute("UPDATE store.run SET entries_new = entries_new + 1, entries_seen = entries_seen + 1")
    (house.home / "warehouse.duckdb").unlink()
    (house.home / "warehouse.duckdb").hardlink_to(house.home / "state" / "work.duckdb")
    (books,) = report_on(house.home, summary).unbalanced
    assert (books["run_id"], books["entries_new"], books["entries_stored"]) == (summary.run_id, 2, 1)


def test_a_silence_is_told_once_in_the_run_that_meets_it_first(loopback: Loopback, house: House) -> None:
    """Entries an hour apart, the last at `START`: silent a day after that, for a warehouse that is read today."""
    dates = [f"Tue, 10 Mar 2026 {hour:02d}:00:00 GMT" for hour in (9, 10, 11, 12)]
    loopback.routes[FEED] = rss(*(item(number, pubDate=date) for number, date in enumerate(dates)))
    for number in range(4):
        loopback.routes[f"http://gazette.example/{number}"] = page(number)
    house.feeds["gazette"] = FEED
    told = []
    for days in (0, 2, 4):
        house.now = START + timedelta(days=days)
        told.append([row["feed"] for row in report_on(house.home, house.ingest()).newly_silent])
    assert told == [[], ["gazette"], []]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(None, 0, id="all is well"),
        pytest.param("UPDATE store.feed SET status = 'failing'", 1, id="a feed is failing"),
        pytest.param("UPDATE store.feed SET status = 'gone'", 1, id="a feed is gone"),
        pytest.param("UPDATE store.feed SET status = 'disabled'", 0, id="a feed is disabled"),
        pytest.param("UPDATE store.run SET status = 'failed'", 1, id="the last run failed"),
        pytest.param("UPDATE store.run SET status = 'interrupted'", 1, id="the last run was killed"),
        pytest.param("UPDATE store.run SET status = 'running'", 0, id="a run is going on"),
    ],
)
def test_status_check_tells_cron_whether_a_person_is_needed(loopback: Loopback, house: House, spoil: str | None, expected: int) -> None:
    publish(loopback, house, 1)
    house.ingest()
    if spoil:
        (house.home / "warehouse.duckdb").chmod(0o600)
        with duckdb.connect(str(house.home / "warehouse.duckdb")) as con:
            con.execute(spoil)
    assert status_command(home=house.home, as_json=False) == 0
    assert status_command(home=house.home, as_json=True, check=True) == expected
    assert status_command(home=house.home, as_json=False, check=True) == expected

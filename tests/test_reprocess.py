"""Articles made again from the archive: nothing changes where the program has not, the rest is told, and a stopped one goes on."""

from __future__ import annotations

import asyncio
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from loopback import Loopback, Reply
from test_crash import SAME
from test_ingest import FEED, House, item, page, publish, rss

from flows.demo_newsroom import newsroom_answers, newsroom_feeds
from flows.demo_server import served
from flows.progress import Progress
from flows.reprocess import Outcome, ReprocessOptions, run_reprocess
from pipeline.errors import ArchiveError
from pipeline.records import RunSummary
from warehouse.connections import writer

ALL = {
    **SAME,
    "articles": "* EXCLUDE (text, story_id), md5(text)",
    "attributions": "*",
    "search('the ferry board')": "article_id, words_found",
}


@pytest.fixture
def house(tmp_path: Path, loopback: Loopback) -> House:
    return House(tmp_path / "home", loopback.url)


def reprocess(house: House, *names: str, **options: Any) -> tuple[RunSummary, Outcome]:
    with Progress(io.StringIO()) as progress:
        given = ReprocessOptions(home=house.home, names=names, **options)
        return asyncio.run(run_reprocess(given, progress=progress, now=lambda: house.now))


def told(house: House) -> dict[str, list[tuple[Any, ...]]]:
    return {view: house.rows(f"SELECT {columns} FROM {view} AS told ORDER BY ALL") for view, columns in ALL.items()}


def as_an_older_program_made_it(house: House, sql: str) -> None:
    with writer(house.home / "state" / "work.duckdb") as con:
        con.execute(sql)


SPOILT = """
    INSERT INTO store.body SELECT 'spoilt' || article_id, b.text || chr(10) || 'Share this article' FROM store.article JOIN store.body AS b USING (text_hash);
    UPDATE store.article SET text_hash = 'spoilt' || article_id, whole_hash = 'spoilt' || article_id;
    UPDATE store.article_version SET text_hash = 'spoilt' || article_id, whole_hash = 'spoilt' || article_id;
"""


def test_the_same_program_makes_the_same_warehouse_of_the_same_bytes(tmp_path: Path) -> None:
    with served(newsroom_answers()) as proxy:
        house = House(tmp_path / "home", proxy)
        house.feeds = newsroom_feeds()
        house.ingest()
        before = told(house)
    summary, outcome = reprocess(house)
    assert summary.status == "completed"
    assert (outcome.remade, outcome.changed, outcome.newly_stored) == (16, [], 0)
    assert told(house) == before


def test_what_an_older_program_made_of_the_bytes_becomes_what_this_one_makes(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2, 3)
    house.ingest()
    before = told(house)
    as_an_older_program_made_it(house, SPOILT)
    _, outcome = reprocess(house)
    assert sorted(url for url, _ in outcome.changed) == [f"http://gazette.example/{number}" for number in (1, 2, 3)]
    assert all(found.words_before == found.words_after + 3 and 0.9 < found.similarity < 1 for _, found in outcome.changed)
    assert told(house) == before


def test_an_edited_article_keeps_its_versions(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest()
    loopback.routes[FEED] = rss(item(1, title="A new title"))
    loopback.routes["http://gazette.example/1"] = page(1, "And a cat.")
    house.now += timedelta(hours=1)
    house.ingest()
    before = told(house)
    assert len(before["article_versions"]) == 2
    assert reprocess(house)[1].remade == 2
    assert told(house) == before


def test_an_entry_that_came_to_nothing_gets_its_article_when_the_program_can_read_it(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest()
    before = told(house)["articles"]
    as_an_older_program_made_it(
        house,
        "DELETE FROM store.article; DELETE FROM store.article_version; DELETE FROM store.article_alias; DELETE FROM store.story; DELETE FROM store.fingerprint; UPDATE store.sighting SET article_id = NULL",
    )
    assert reprocess(house)[1].newly_stored == 1
    assert told(house)["articles"] == before


def test_only_what_is_asked_for_is_made_again(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.feeds["courier"] = "http://courier.example/feed"
    loopback.routes["http://courier.example/feed"] = rss(item(2, link="http://courier.example/2"))
    loopback.routes["http://courier.example/2"] = page(2)
    house.ingest()
    assert reprocess(house, "courier")[1].remade == 1
    assert reprocess(house, since=house.now + timedelta(seconds=1))[1].remade == 0


def test_a_stopped_reprocess_goes_on_where_it_was(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1, 2, 3)
    house.ingest()
    as_an_older_program_made_it(house, SPOILT)
    archived = next((house.home / "archive").glob("*.warc.gz"))
    whole = archived.read_bytes()
    assert reprocess(house)[1].remade == 3
    as_an_older_program_made_it(
        house,
        "UPDATE store.run SET status = 'interrupted' WHERE kind = 'reprocess'; DELETE FROM store.reprocessed WHERE article_id = (SELECT min(article_id) FROM store.article)",
    )
    assert reprocess(house)[1].remade == 1
    assert reprocess(house)[1].remade == 3  # that one was completed: the next begins anew
    assert archived.read_bytes() == whole


def test_an_archive_with_a_hole_is_one_clear_line_and_the_rest_is_stored(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest()
    next((house.home / "archive").glob("*.warc.gz")).unlink()
    with pytest.raises(ArchiveError, match="put the archive back"):
        reprocess(house)
    assert house.rows("SELECT status FROM runs WHERE kind = 'reprocess'") == [("failed",)]


def test_nothing_is_kept_where_the_feeds_file_says_so(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    house.ingest(settings="archive = false")
    assert not (house.home / "archive").exists()
    assert reprocess(house)[1].seen == 0


def test_a_page_that_comes_again_unchanged_is_a_revisit(loopback: Loopback, house: House) -> None:
    publish(loopback, house, 1)
    loopback.routes["http://gazette.example/2"] = page(1)
    loopback.routes[FEED] = rss(item(1), item(2))
    house.ingest()
    kinds = house.rows("SELECT url, is_revisit FROM store.capture WHERE kind = 'page' ORDER BY is_revisit")
    assert [revisit for _, revisit in kinds] == [False, True]
    before = told(house)
    reprocess(house)
    assert told(house) == before


def test_nothing_to_read_is_kept_of_a_page_that_was_not_there(loopback: Loopback, house: House) -> None:
    house.feeds["gazette"] = FEED
    loopback.routes[FEED] = rss(item(1))
    loopback.routes["http://gazette.example/1"] = Reply(b"gone", status=404)
    house.ingest()
    assert house.rows("SELECT kind FROM store.capture") == [("feed",)]
    assert reprocess(house)[1].newly_stored == 0

"""The warehouse: what is loaded is there, once, whole, and the books balance. Real DuckDB files throughout."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from warehouses import NOW, TEXT, article, feed, harvest, rejection, run, sighting

from flows.settling import store
from pipeline.records import FeedStatus, Harvest, RunKind, TextSource
from warehouse import Warehouse, lookups, open_reader
from warehouse.sql_files import query


def begun(home: Path, *names: str) -> Warehouse:
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed(name) for name in names or ("gazette",)], now=NOW)
    return warehouse


def load(warehouse: Warehouse, *harvests: Harvest, run_id: str = "run1") -> None:
    store(warehouse, run_id, harvests, now=NOW, publish=True)


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    with open_reader(warehouse.snapshot) as con:
        return con.execute(sql).fetchall()


def everything(warehouse: Warehouse) -> dict[str, list[tuple[Any, ...]]]:
    tables = (
        "feed",
        "poll",
        "sighting",
        "article",
        "body",
        "article_version",
        "article_alias",
        "attribution",
        "story",
        "story_link",
        "page_fetch",
        "rejection",
    )
    return {table: rows(warehouse, f"SELECT * FROM store.{table} ORDER BY ALL") for table in tables}


def test_what_was_loaded_is_in_the_views(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, harvest("gazette", {"a": article("http://gazette.example/a", credit="Harbour Ledger"), "b": None}))
    assert rows(warehouse, "SELECT canonical_url, site, version, is_original, text FROM articles") == [
        ("https://gazette.example/a", "gazette.example", 1, False, TEXT * 2)
    ]
    assert rows(warehouse, "SELECT entry_id, article_id IS NULL FROM sightings ORDER BY 1") == [("a", False), ("b", True)]
    assert rows(warehouse, "SELECT source, evidence FROM attributions") == [("Harbour Ledger", "via Harbour Ledger")]
    assert rows(warehouse, "SELECT title, format, status, etag, interval_s FROM feeds") == [("Gazette", "rss20", "active", '"1"', 1800.0)]
    assert rows(warehouse, "SELECT reason, is_final FROM rejections") == [("http_500", True)]
    assert rows(warehouse, "SELECT version, text FROM article_versions") == [(1, TEXT * 2)]


def test_what_a_page_says_of_itself_is_kept_beside_what_won(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    first = replace(article("http://gazette.example/a"), page_title="On the page", page_author="Ada Quill", page_published_at=NOW)
    second = replace(article("http://gazette.example/a", "Another text."), page_title="On the page, edited", page_published_at=NOW)
    for found in (first, second):
        load(warehouse, harvest("gazette", {"a": found}))
        assert rows(warehouse, "SELECT title, page_title, page_author, page_published_at, site_name, keywords FROM articles") == [
            (found.title, found.page_title, found.page_author, NOW, "Gazette", ["harbour", "dredger"])
        ]


def test_transactions_leave_row_groups_that_are_merged_every_so_often_and_at_the_end_of_a_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("warehouse.loading.MERGE_AFTER", 7)
    warehouse = begun(tmp_path)
    groups = []
    for number in range(8):  # the run's beginning was the first transaction
        url = f"http://gazette.example/{number}"
        load(warehouse, harvest("gazette", {url: article(url, f"{TEXT} Number {number}.")}))
        groups += rows(warehouse, "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('store.body')")
    assert [count for (count,) in groups] == [1, 2, 3, 4, 5, 1, 2, 3]
    warehouse.finish_run("run1", status="completed", now=NOW)
    assert rows(warehouse, "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('store.body')") == [(1,)]
    assert len(rows(warehouse, "FROM articles")) == 8


def test_texts_that_a_merge_has_no_room_for_are_merged_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.connections.MERGE_MB", 16)
    warehouse = begun(tmp_path)
    for part in range(4):
        letters = random.Random(part)
        texts = (" ".join(f"{letters.getrandbits(64):x}" for _ in range(6_000)) for _ in range(100))
        load(
            warehouse,
            harvest("gazette", {f"{part}-{n}": article(f"http://gazette.example/{part}-{n}", text) for n, text in enumerate(texts)}),
        )
    warehouse.finish_run("run1", status="completed", now=NOW)
    assert rows(warehouse, "SELECT count(DISTINCT row_group_id) FROM pragma_storage_info('store.body')") == [(1,)]
    assert rows(warehouse, "SELECT count(*), count(DISTINCT text) FROM articles") == [(400, 400)]
    assert rows(warehouse, "SELECT status FROM runs") == [("completed",)]


def test_the_same_batch_again_changes_nothing(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    batch = [
        harvest("gazette", {"a": article("http://gazette.example/a", credit="X"), "b": None}),
        harvest("gazette", {"c": article("http://b.example/c")}),
    ]
    load(warehouse, *batch)
    before = everything(warehouse)
    load(warehouse, *batch)
    assert before == everything(warehouse)


def test_one_article_in_three_feeds_is_one_article_with_three_sightings(tmp_path: Path) -> None:
    warehouse = begun(tmp_path, "one", "two", "three")
    for name in ("one", "two"):
        load(warehouse, harvest(name, {"x": article("http://gazette.example/a")}))
    load(warehouse, harvest("three", {"x": article("http://gazette.example/a?utm_source=three")}))
    assert rows(warehouse, "SELECT count(*), count(DISTINCT article_id) FROM sightings") == [(3, 1)]
    assert rows(warehouse, "SELECT count(*), max(version) FROM articles") == [(1, 1)]


def test_another_text_is_another_version_and_the_old_one_stays(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, harvest("gazette", {"a": article("http://gazette.example/a", "Old text.", source=TextSource.FEED)}))
    load(warehouse, harvest("gazette", {"a": article("http://gazette.example/a", TEXT, credit="X")}, changed=1, content_hash="h2"))
    assert rows(warehouse, "SELECT version, text, text_source FROM articles") == [(2, TEXT, "page")]
    assert rows(warehouse, "SELECT version, text FROM article_versions ORDER BY 1") == [(1, "Old text."), (2, TEXT)]
    assert rows(warehouse, "SELECT times_changed FROM sightings") == [(1,)]
    assert rows(warehouse, "SELECT count(*) FROM stories") == [(1,)]
    assert rows(warehouse, "SELECT source FROM attributions") == [("X",)]


def test_a_corrected_headline_is_a_version_where_it_comes_from_the_same_entry(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    first = article("http://gazette.example/a")
    elsewhere = replace(first, title="As a planet calls it", origin=replace(first.origin, feed="planet"))
    corrected = replace(first, title="A corrected headline")
    for found in (first, elsewhere, corrected, corrected):
        load(warehouse, harvest("gazette", {"a": found}))
    assert rows(warehouse, "SELECT title, version FROM articles") == [("A corrected headline", 2)]
    assert rows(warehouse, "SELECT title, text FROM article_versions ORDER BY version") == [
        (first.title, first.text),
        ("A corrected headline", first.text),
    ]
    assert rows(warehouse, "SELECT title, article_count FROM stories") == [("A corrected headline", 1)]


def test_the_best_of_two_texts_in_one_batch_is_taken_whatever_their_order(tmp_path: Path) -> None:
    texts = [article("http://gazette.example/a", "short", source=TextSource.FEED), article("http://gazette.example/a", TEXT)]
    for number, order in enumerate((texts, texts[::-1])):
        warehouse = begun(tmp_path / str(number), "one", "two")
        load(warehouse, harvest("one", {"x": order[0]}), harvest("two", {"x": order[1]}))
        assert rows(warehouse, "SELECT text, version FROM articles") == [(TEXT, 1)]


def test_stories_do_not_depend_on_the_order_of_arrival(tmp_path: Path) -> None:
    articles = [
        article("http://ledger.example/a", published=NOW),
        article("http://early-thief.example/a", published=NOW - timedelta(hours=1), credit="Ledger"),
        article("http://late.example/a", published=NOW + timedelta(hours=2)),
        article("http://undated.example/a", published=None),
        article(
            "http://ledger.example/other",
            "Another text altogether, about a tram that creeps up a hill made mostly of cellars, and of the tea in its second car.",
        ),
    ]
    seen = []
    for seed in range(4):
        order = articles[:]
        random.Random(seed).shuffle(order)
        warehouse = begun(tmp_path / str(seed))
        for cut in range(0, 5, seed + 1):
            load(warehouse, *(harvest("gazette", {found.url: found}) for found in order[cut : cut + seed + 1]))
        seen.append(
            [
                rows(warehouse, f"SELECT * EXCLUDE (story_id) FROM {view} ORDER BY ALL")
                for view in ("stories", "story_links", "(SELECT NULL AS story_id, * FROM syndication)")
            ]
        )
    assert all(found == seen[0] for found in seen)
    stories, links, syndication = seen[0]
    assert [found.canonical_url for found in articles if found.article_id == next(s[3] for s in stories if s[1] == 4)] == [
        "https://ledger.example/a"
    ]
    assert len(links) == 3
    assert ("ledger.example", "late.example", 1, 0, 120.0, 1.0) in [row[:6] for row in syndication]


def test_an_outlet_that_was_never_polled_is_a_source_by_its_credit(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, harvest("gazette", {host: article(f"http://{host}.example/a", credit="Harbour Ledger") for host in ("one", "two")}))
    assert rows(warehouse, "SELECT source, reposter, articles FROM syndication ORDER BY 2") == [
        ("harbourledger", "one.example", 1),
        ("harbourledger", "two.example", 1),
    ]


def test_an_article_that_changes_its_text_leaves_its_story(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, harvest("gazette", {"a": article("http://a.example/"), "b": article("http://b.example/")}))
    load(
        warehouse,
        harvest(
            "gazette",
            {
                "b": article(
                    "http://b.example/",
                    "It was rewritten from the first line to the last, with more about the cook and the rails and the paint than about any letters.",
                )
            },
            changed=1,
            content_hash="h2",
        ),
    )
    assert rows(warehouse, "SELECT article_count, site_count FROM stories") == [(1, 1), (1, 1)]
    assert rows(warehouse, "SELECT count(*) FROM story_links") == [(0,)]
    assert rows(warehouse, "SELECT bool_and(is_original) FROM articles") == [(True,)]


def last_seen(warehouse: Warehouse) -> dict[str, datetime]:
    return dict(rows(warehouse, "SELECT entry_id, last_seen_at FROM sightings"))


def test_an_entry_is_seen_last_when_its_feed_listed_it_last(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    times = [NOW + timedelta(hours=n) for n in range(4)]
    load(warehouse, harvest("gazette", {"a": article("http://a.example/"), "b": article("http://b.example/", TEXT)}, at=times[0]))
    load(warehouse, harvest("gazette", {}, listed=("a", "b"), at=times[1]), run_id="run2")
    assert last_seen(warehouse) == {"a": times[1], "b": times[1]}
    load(warehouse, harvest("gazette", {}, listed=("b",), at=times[2]), run_id="run3")
    assert last_seen(warehouse) == {"a": times[1], "b": times[2]}
    load(warehouse, harvest("gazette", {}, listed=("a", "b"), at=times[3]), run_id="run4")
    assert last_seen(warehouse) == {"a": times[3], "b": times[3]}


def test_the_books_balance_and_the_summary_counts_what_is_stored(tmp_path: Path) -> None:
    warehouse = begun(tmp_path, "one", "two")
    load(
        warehouse,
        harvest("one", {"a": article("http://a.example/"), "b": None}),
        harvest("two", {"a": article("http://c.example/")}, listed=("a", "a-known-one")),
    )
    summary = warehouse.finish_run("run1", status="completed", now=NOW + timedelta(minutes=1))
    assert (
        summary.feeds_polled,
        summary.entries_seen,
        summary.entries_new,
        summary.articles_new,
        summary.rejected,
        summary.duplicates,
    ) == (2, 4, 3, 2, 1, 1)
    assert rows(warehouse, query("books")) == []


def test_the_books_balance_when_another_run_was_quicker(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    batch = harvest("gazette", {"a": article("http://a.example/"), "b": article("http://b.example/", TEXT)})
    warehouse.begin_run(run("backfill1", RunKind.BACKFILL), [feed()], now=NOW)
    load(warehouse, batch)
    load(warehouse, batch, run_id="backfill1")
    for run_id in ("run1", "backfill1"):
        warehouse.finish_run(run_id, status="completed", now=NOW)
    assert rows(warehouse, query("books")) == []
    assert rows(warehouse, "SELECT run_id, entries_new FROM runs ORDER BY 1") == [("backfill1", 0), ("run1", 2)]


def test_an_entry_that_is_tried_again_is_not_taken_off_the_polls_count(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, harvest("gazette", {"old": None}))
    warehouse.begin_run(run("run2"), [feed()], now=NOW)
    healed = article("http://old.example/")
    again = Harvest(feed="gazette", sightings=(sighting("gazette", "old", healed),), articles=(healed,))
    load(warehouse, harvest("gazette", {"a": article("http://a.example/", TEXT)}, listed=("a", "old")), again, run_id="run2")
    summary = warehouse.finish_run("run2", status="completed", now=NOW)
    assert (summary.entries_new, summary.articles_new) == (1, 2)
    assert rows(warehouse, query("books")) == []


def test_books_that_do_not_balance_are_shown(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    lost = harvest("gazette", {"a": article("http://a.example/"), "b": None})
    load(warehouse, Harvest(feed="gazette", poll=lost.poll, state=lost.state, sightings=lost.sightings, articles=lost.articles))
    warehouse.finish_run("run1", status="completed", now=NOW)
    assert [row[0] for row in rows(warehouse, query("books"))] == ["run1"]


def test_a_run_that_was_killed_is_closed_by_the_next_of_its_kind(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, harvest("gazette", {"a": article("http://a.example/")}))
    warehouse.begin_run(run("backfill1", RunKind.BACKFILL), [feed()], now=NOW)
    assert rows(warehouse, "SELECT status FROM runs WHERE run_id = 'run1'") == [("running",)]
    warehouse.begin_run(run("run2"), [feed()], now=NOW)
    assert rows(warehouse, "SELECT status, articles_new, finished_at FROM runs WHERE run_id = 'run1'") == [("interrupted", 1, None)]


def test_the_feeds_follow_the_feeds_file(tmp_path: Path) -> None:
    warehouse = begun(tmp_path, "one", "two")
    load(warehouse, harvest("one", {}))
    moved = feed("one")
    moved = type(moved)(name="one", url="http://elsewhere.example/feed")
    warehouse.begin_run(run("run2"), [moved], now=NOW)
    states = warehouse.feed_states()
    assert (states["one"].url, states["one"].etag, states["one"].status) == ("http://elsewhere.example/feed", None, FeedStatus.ACTIVE)
    warehouse.finish_run("run2", status="completed", now=NOW)
    assert rows(warehouse, "SELECT feed, status FROM feeds ORDER BY 1") == [("one", "active"), ("two", "disabled")]


def test_what_is_due_for_another_try_is_found(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    soon, later = NOW + timedelta(minutes=30), NOW + timedelta(hours=5)
    first = harvest("gazette", {"a": None, "b": None})
    load(
        warehouse,
        Harvest(
            feed="gazette",
            poll=first.poll,
            state=first.state,
            sightings=first.sightings,
            rejections=(rejection("gazette", "a", retry_at=soon), rejection("gazette", "b", retry_at=later)),
        ),
    )
    with open_reader(warehouse.snapshot) as con:
        assert [(due.sighting.entry_id, due.attempts) for due in lookups.due_retries(con, now=soon, limit=10)] == [("a", 1)]
        assert lookups.due_retries(con, now=NOW, limit=10) == ()
    found = article("http://a.example/")
    load(warehouse, Harvest(feed="gazette", sightings=(sighting("gazette", "a", found),), articles=(found,)), run_id="run2")
    with open_reader(warehouse.snapshot) as con:
        assert [due.sighting.entry_id for due in lookups.due_retries(con, now=later, limit=10)] == ["b"]


def test_lookups_answer_for_many_keys_at_once(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    found = article("http://a.example/x")
    load(warehouse, harvest("gazette", {"a": found, "b": None}))
    with open_reader(warehouse.snapshot) as con:
        entries = lookups.known_entries(con, [("gazette", "a"), ("gazette", "b"), ("other", "a")])
        assert {key: entry.article_id for key, entry in entries.items()} == {("gazette", "a"): found.article_id, ("gazette", "b"): None}
        assert list(lookups.known_articles(con, ["https://a.example/x", "https://a.example/y"])) == ["https://a.example/x"]
        assert lookups.known_entries(con, []) == {}


@pytest.mark.parametrize("size", [0, 1])
def test_small_batches_are_loaded_too(tmp_path: Path, size: int) -> None:
    warehouse = begun(tmp_path)
    load(warehouse, *[harvest("gazette", {"a": article("http://a.example/")})][:size])
    assert rows(warehouse, "SELECT count(*) FROM articles") == [(size,)]

"""Loading and querying a large warehouse, beside a bare INSERT of the same text: `python benchmarks/load.py`.

    1. 100,000 articles of about 4 kB into an empty warehouse, and the same rows as one Arrow table into an unindexed table.
    2. 1,000 more into a warehouse of ten thousand and of a million, in one batch each.
    3. Queries on the million.

Texts are made of 50,000 invented words by Zipf's law, each sentence anew: nothing but reposts shares a passage.
"""

from __future__ import annotations

import argparse
import itertools
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from flows.settling import store
from pipeline.articles import compose
from pipeline.records import (
    Article,
    DateQuality,
    Entry,
    Extraction,
    Feed,
    FeedState,
    Harvest,
    IdentifiedEntry,
    Origin,
    Poll,
    PollOutcome,
    Run,
    RunKind,
    Sighting,
    TextSource,
)
from pipeline.signatures import signature_of
from warehouse import Warehouse, open_reader

START = datetime(2025, 1, 1, tzinfo=UTC)
BATCH = 2_000
# The way to the million is not measured.
CLIMBING_BATCH = 20_000
FEW = 10_000
MORE = 1_000
FEEDS = 2_000

QUERIES = {
    "articles per day for a year": "SELECT published_at::DATE AS day, count(*) FROM articles GROUP BY day ORDER BY day",
    "top sites": "SELECT site, count(*) AS n, avg(word_count) FROM articles GROUP BY site ORDER BY n DESC LIMIT 20",
    "one story's members": "SELECT url, published_at, is_original FROM articles WHERE story_id = (SELECT story_id FROM stories WHERE site_count > 1 LIMIT 1)",
    "syndication": "SELECT * FROM syndication ORDER BY articles DESC LIMIT 20",
    "feed_health": "SELECT * FROM feed_health WHERE is_silent",
    "text search, three words": "SELECT * FROM search('w40 w311 w2950') LIMIT 10",
}


def articles(count: int, first: int = 0) -> Iterator[Article]:
    """Articles one a minute or so over 500 sites; one in ten is a repost of an earlier one."""
    vocabulary = [f"w{number}" for number in range(50_000)]
    weights = np.cumsum(1 / (np.arange(50_000) + 10))
    for number in range(first, first + count):
        told = number if number % 10 else number // 20
        drawn = np.searchsorted(weights, np.random.default_rng(told).random(704) * weights[-1]).tolist()
        sentences = [" ".join(vocabulary[place] for place in drawn[start : start + 16]).capitalize() + "." for start in range(0, 704, 16)]
        text = "\n".join(" ".join(sentences[start : start + 4]) for start in range(0, 44, 4))
        url = f"http://site{number % 500}.example/{number}"
        at = START + timedelta(seconds=number * 30)
        entry = IdentifiedEntry(
            entry_id=url,
            content_hash="h",
            told_hash="h",
            entry=Entry(link=url, title=f"Title {number}", published_at=at, date_quality=DateQuality.EXACT),
        )
        extraction = Extraction(
            text=text,
            signature=signature_of(text),
            title=None,
            author=None,
            published_at=None,
            date_quality=DateQuality.MISSING,
            language="en",
            site_name=None,
            keywords=(),
            summary=None,
            image_url=None,
            canonical_href=None,
            text_source=TextSource.PAGE,
            extractor="made",
        )
        yield compose(
            entry,
            extraction,
            feed_url="http://site.example/feed",
            feed_title=None,
            final_url=url,
            fetched_at=at,
            origin=Origin(feed="made", entry_id=url),
        )


def harvests(made: list[Article], poll: int) -> list[Harvest]:
    """The articles as polls of feeds, ten new entries a poll."""
    found = []
    for start in range(0, len(made), 10):
        part = made[start : start + 10]
        name = f"feed{(poll + start // 10) % FEEDS}"
        at = part[-1].fetched_at
        found.append(
            Harvest(
                feed=name,
                poll=Poll(
                    feed=name,
                    started_at=at,
                    duration_ms=100,
                    outcome=PollOutcome.NEW,
                    http_status=200,
                    bytes=20_000,
                    entries_seen=10,
                    entries_new=10,
                    entries_changed=0,
                    error=None,
                ),
                state=FeedState(feed=name, url=f"http://{name}.example/feed", last_success_at=at),
                listed_ids=tuple(article.url for article in part),
                articles=tuple(part),
                sightings=tuple(
                    Sighting(
                        feed=name,
                        entry_id=article.url,
                        content_hash="h",
                        told_hash="h",
                        url=article.url,
                        url_raw=article.url,
                        title=article.title,
                        author=None,
                        published_at=article.published_at,
                        published_raw=None,
                        date_quality=DateQuality.EXACT,
                        seen_at=at,
                        article_id=article.article_id,
                    )
                    for article in part
                ),
            )
        )
    return found


def fill(warehouse: Warehouse, count: int, first: int = 0, batch: int = BATCH) -> float:
    """Loads articles in batches; gives the seconds spent in `store`, without making the articles."""
    spent = 0.0
    source = articles(count, first)
    batches = iter(lambda: list(itertools.islice(source, batch)), [])
    for number, made in enumerate(batches):
        polled = harvests(made, number * batch // 10)
        begun = time.perf_counter()
        store(warehouse, f"run{first}-{number}", polled, now=START, publish=False)
        spent += time.perf_counter() - begun
        if (number + 1) * batch % 100_000 == 0:
            print(f"  {(number + 1) * batch:,} loaded, {spent:.0f} s", flush=True)
    return spent


def bare_insert(count: int, folder: Path) -> float:
    """The same articles as Arrow tables of the same batches into one table without keys, as DuckDB does by itself."""
    with duckdb.connect(str(folder / "bare.duckdb")) as con:
        con.execute("CREATE TABLE t (article_id VARCHAR, url VARCHAR, site VARCHAR, title VARCHAR, published_at TIMESTAMPTZ, text VARCHAR)")
        spent = 0.0
        source = articles(count)
        while made := list(itertools.islice(source, BATCH)):
            begun = time.perf_counter()
            rows = [
                {"article_id": a.article_id, "url": a.url, "site": a.site, "title": a.title, "published_at": a.published_at, "text": a.text}
                for a in made
            ]
            table = pa.Table.from_pylist(rows)
            con.register("incoming", table)
            con.execute("INSERT INTO t SELECT * FROM incoming")
            con.execute("CHECKPOINT")
            spent += time.perf_counter() - begun
        return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, help="keep the large warehouse here")
    options = parser.parse_args()
    folder = options.home or Path(tempfile.mkdtemp(prefix="feedhouse-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    feeds = [Feed(name=f"feed{number}", url=f"http://feed{number}.example/feed") for number in range(FEEDS)]
    warehouse = Warehouse(folder)
    warehouse.begin_run(Run(run_id="run", kind=RunKind.INGEST, started_at=START, version="0"), feeds, now=START)

    small = fill(warehouse, FEW)
    at_few = fill(warehouse, MORE, FEW)
    small += at_few + fill(warehouse, options.small - FEW - MORE, FEW + MORE)
    bare = bare_insert(options.small, folder)
    print(f"{options.small:,} articles into an empty warehouse: {small:.1f} s, {options.small / small:,.0f} a second")
    print(f"the same by a bare INSERT: {bare:.1f} s, {options.small / bare:,.0f} a second: ratio {small / bare:.2f}")
    begun = time.perf_counter()
    indexed = warehouse.index_words()
    print(f"index of words: {indexed:,} texts in {time.perf_counter() - begun:.1f} s")
    warehouse.publish()
    with open_reader(warehouse.snapshot) as con:
        for table in ("search_posting", "search_word", "search_text", "body"):
            blocks = con.execute(
                f"SELECT count(DISTINCT block_id) FROM pragma_storage_info('store.{table}') WHERE block_id >= 0"
            ).fetchone()
            print(f"  store.{table}: {(blocks or (0,))[0] * 0.262144:.0f} MB")
    print(f"the file: {warehouse.snapshot.stat().st_size / options.small:,.0f} bytes an article")

    fill(warehouse, options.large - options.small, options.small, CLIMBING_BATCH)
    begun = time.perf_counter()
    warehouse.index_words()
    print(f"index of words up to a million: {time.perf_counter() - begun:.1f} s")
    more = fill(warehouse, MORE, options.large)
    print(
        f"{MORE:,} more into {options.large:,}: {more:.2f} s. An article costs {more / MORE / (small / options.small):.2f} times what it did "
        f"in the empty one, {more / at_few:.2f} times what it did at {FEW:,} ({at_few:.2f} s)"
    )
    begun = time.perf_counter()
    warehouse.publish()
    print(f"publish {warehouse.snapshot.stat().st_size / 1e9:.2f} GB: {time.perf_counter() - begun:.2f} s")
    with open_reader(warehouse.snapshot) as con:
        for name, sql in QUERIES.items():
            times = []
            for _ in range(3):
                begun = time.perf_counter()
                con.execute(sql).fetchall()
                times.append(time.perf_counter() - begun)
            print(f"{name}: {min(times):.3f} to {max(times):.3f} s")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")
    if not options.home:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()

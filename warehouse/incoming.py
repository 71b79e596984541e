"""A batch of harvests as Arrow tables, one for each `incoming_…` name that the loading queries read.

Each table has every key once: DuckDB's MERGE with two equal keys in its source would do as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from enum import Enum
from typing import Any

import pyarrow as pa

from pipeline.records import Article, Feed, FeedState, Harvest, Remade, TextSource

# Its own pool keeps what every thread that once made a table has given back: 80 MB in a long run.
pa.set_memory_pool(pa.system_memory_pool())

_TEXT = pa.string()
_TIME = pa.timestamp("us", tz="UTC")
_INT = pa.int64()
_FLAG = pa.bool_()

_FEED = {"feed": _TEXT, "url": _TEXT, "tags": pa.list_(_TEXT), "enabled": _FLAG}
_STATE = {
    **dict.fromkeys(("feed", "url", "status", "etag", "last_modified"), _TEXT),
    **dict.fromkeys(("redirect_url", "redirect_etag", "redirect_last_modified", "body_hash"), _TEXT),
    "interval_s": pa.float64(),
    **dict.fromkeys(("last_polled_at", "last_success_at", "last_new_at", "next_poll_at"), _TIME),
    "next_poll_reason": _TEXT,
    "consecutive_failures": _INT,
    "last_error": _TEXT,
    "moved_to": _TEXT,
    "moved_count": _INT,
    "moved_since": _TIME,
    "gone_count": _INT,
    "gone_since": _TIME,
    **dict.fromkeys(("ttl_s", "update_interval_s"), pa.float64()),
    "update_base": _TIME,
    **dict.fromkeys(("skip_hours", "skip_days"), pa.list_(pa.int32())),
    **dict.fromkeys(("arrivals", "observed_s"), pa.float64()),
    "listed": _INT,
    "turnover_s": pa.float64(),
    "last_new": _INT,
    "last_gap_s": pa.float64(),
    **dict.fromkeys(("title", "site_url", "format"), _TEXT),
}
_POLL = {
    "feed": _TEXT,
    "started_at": _TIME,
    "duration_ms": _INT,
    "outcome": _TEXT,
    **dict.fromkeys(("http_status", "bytes", "entries_seen", "entries_new", "entries_changed"), _INT),
    "error": _TEXT,
}
_SIGHTING = {
    **dict.fromkeys(("feed", "entry_id", "content_hash", "told_hash", "url", "url_raw", "title", "author"), _TEXT),
    "published_at": _TIME,
    "published_raw": _TEXT,
    "date_quality": _TEXT,
    "seen_at": _TIME,
    "article_id": _TEXT,
    "is_backfill": _FLAG,
    "feed_capture": _TEXT,
    "refetch_at": _TIME,
    "is_polled": _FLAG,
    "listed_by": _TEXT,
}
_ARTICLE = {
    **dict.fromkeys(("article_id", "canonical_url", "url", "site", "title", "author"), _TEXT),
    "published_at": _TIME,
    **dict.fromkeys(("date_quality", "page_title", "page_author"), _TEXT),
    "page_published_at": _TIME,
    **dict.fromkeys(("language", "site_name", "keywords", "text", "text_hash"), _TEXT),
    "word_count": _INT,
    **dict.fromkeys(("summary", "image_url", "text_source"), _TEXT),
    "fetched_at": _TIME,
    "extractor": _TEXT,
    "trimmed": _TEXT,
    **dict.fromkeys(("feed", "entry_id", "feed_capture", "page_capture"), _TEXT),
}
_REMADE = {**_ARTICLE, "version": _INT, "text_hash_before": _TEXT, "words_before": _INT, "similarity": pa.float64()}
_ALIAS = {"alias": _TEXT, "article_id": _TEXT}
_CREDIT = {
    "article_id": _TEXT,
    "position": _INT,
    **dict.fromkeys(("kind", "source", "author", "url", "evidence", "publisher"), _TEXT),
    "confidence": pa.float64(),
}
_REMADE_CREDIT = {**_CREDIT, "version": _INT}
_FETCH = {
    "feed": _TEXT,
    "url": _TEXT,
    "final_url": _TEXT,
    "fetched_at": _TIME,
    **dict.fromkeys(("duration_ms", "http_status", "bytes"), _INT),
    "error": _TEXT,
    "attempts": _INT,
    "next_retry_at": _TIME,
}
_CAPTURE = {
    **dict.fromkeys(("capture_id", "kind", "url", "final_url"), _TEXT),
    "fetched_at": _TIME,
    "http_status": _INT,
    "content_type": _TEXT,
    "digest": _TEXT,
    "bytes": _INT,
    "file": _TEXT,
    "offset": _INT,
    "length": _INT,
    "is_revisit": _FLAG,
}
_REJECTION = {
    **dict.fromkeys(("stage", "feed", "entry_id", "url", "reason", "error"), _TEXT),
    "attempts": _INT,
    "next_retry_at": _TIME,
    "is_final": _FLAG,
}
_BACKFILL_PAGE = {
    "job": _TEXT,
    "position": _INT,
    "is_whole": _FLAG,
    "go_on": _TEXT,
    "feed": _TEXT,
    "url": _TEXT,
    "fetched_at": _TIME,
    "entries_seen": _INT,
    "entries_new": _INT,
    "oldest_at": _TIME,
    "newest_at": _TIME,
}
_HOST_WAIT = {"scope": _TEXT, "until": _TIME}
_ROBOTS_FILE = {"origin": _TEXT, "body": _TEXT, "fetched_at": _TIME}


def incoming_feeds(feeds: Sequence[Feed]) -> pa.Table:
    """The feeds file, one row a feed."""
    return _table(_FEED, [{"feed": feed.name, "url": feed.url, "tags": list(feed.tags), "enabled": feed.enabled} for feed in feeds])


def asked(columns: Sequence[str], keys: Sequence[tuple[str, ...]]) -> pa.Table:
    """Keys that are looked up, one row each."""
    return _table(dict.fromkeys(columns, _TEXT), [dict(zip(columns, key, strict=True)) for key in dict.fromkeys(keys)])


def incoming(harvests: Sequence[Harvest]) -> dict[str, pa.Table]:
    """The batch, by table name."""
    articles = _one_each(harvests)
    polled = {harvest.feed: harvest for harvest in harvests if harvest.poll}
    sightings = {(s.feed, s.entry_id): (harvest, s) for harvest in harvests for s in harvest.sightings}
    fetches = {fetch.url: (harvest.feed, fetch) for harvest in harvests for fetch in harvest.fetches}
    rejections = {(r.feed, r.entry_id, r.stage): r for harvest in harvests for r in harvest.rejections}
    waits = {wait.scope: wait for harvest in harvests for wait in sorted(harvest.host_waits, key=lambda wait: wait.until)}
    robots = {found.origin: found for harvest in harvests for found in harvest.robots_files}
    listed = [(harvest.feed, entry_id) for harvest in harvests if harvest.listed_ids is not None for entry_id in harvest.listed_ids]
    return {
        "incoming_poll": _table(_POLL, [_row(_POLL, harvest.poll) for harvest in polled.values()]),
        "incoming_state": _table(_STATE, [_state_row(harvest, harvest.state) for harvest in polled.values() if harvest.state]),
        "incoming_listed": asked(("feed", "entry_id"), listed),
        "incoming_sighting": _table(
            _SIGHTING, [_row(_SIGHTING, s, is_polled=h.poll is not None, listed_by=_listed_by(h)) for h, s in sightings.values()]
        ),
        "incoming_article": _table(_ARTICLE, [_article_row(_ARTICLE, article) for article in articles]),
        "incoming_alias": _table(_ALIAS, [{"alias": alias, "article_id": a.article_id} for a in articles for alias in a.aliases]),
        "incoming_credit": _table(
            _CREDIT, [_row(_CREDIT, c, article_id=a.article_id, position=n) for a in articles for n, c in enumerate(a.credits)]
        ),
        "incoming_fetch": _table(_FETCH, [_row(_FETCH, fetch, feed=feed) for feed, fetch in fetches.values()]),
        "incoming_capture": _table(_CAPTURE, [_row(_CAPTURE, capture) for harvest in harvests for capture in harvest.captures]),
        "incoming_rejection": _table(_REJECTION, [_row(_REJECTION, rejection) for rejection in rejections.values()]),
        "incoming_host_wait": _table(_HOST_WAIT, [_row(_HOST_WAIT, wait) for wait in waits.values()]),
        "incoming_robots_file": _table(_ROBOTS_FILE, [_row(_ROBOTS_FILE, found) for found in robots.values()]),
        "incoming_backfill_page": _table(_BACKFILL_PAGE, [_row(_BACKFILL_PAGE, h.backfill_page) for h in harvests if h.backfill_page]),
        "incoming_source": asked(("feed", "url"), [source for harvest in harvests for source in harvest.sources]),
    }


def _listed_by(harvest: Harvest) -> str | None:
    """Which of a job's lists brought the entries."""
    page = harvest.backfill_page
    return f"{page.job} {page.position} {page.url}" if page else None


def incoming_remade(remade: Sequence[Remade]) -> dict[str, pa.Table]:
    """Versions made again, by table name."""
    rows = [
        _article_row(
            _REMADE,
            item.article,
            version=item.version,
            text_hash_before=item.text_hash_before,
            words_before=item.difference.words_before,
            similarity=item.difference.similarity,
        )
        for item in remade
    ]
    credited = [
        _row(_REMADE_CREDIT, credit, article_id=item.article.article_id, version=item.version, position=position)
        for item in remade
        for position, credit in enumerate(item.article.credits)
    ]
    return {"incoming_remade": _table(_REMADE, rows), "incoming_credit": _table(_REMADE_CREDIT, credited)}


def _one_each(harvests: Sequence[Harvest]) -> list[Article]:
    """Each article once, with all its aliases: of two texts the page's before the feed's, then the longer, whatever their order."""
    best: dict[str, Article] = {}
    aliases: dict[str, set[str]] = {}
    for article in (article for harvest in harvests for article in harvest.articles):
        aliases.setdefault(article.article_id, set()).update(article.aliases)
        other = best.get(article.article_id)
        if other is None or _worth(article) > _worth(other):
            best[article.article_id] = article
    return [replace(article, aliases=tuple(sorted(aliases[article.article_id]))) for article in best.values()]


def _worth(article: Article) -> tuple[bool, int, str]:
    return article.text_source is TextSource.PAGE, len(article.text), article.text_hash


def _state_row(harvest: Harvest, state: FeedState) -> dict[str, Any]:
    profile, hints, rhythm = harvest.profile, state.hints, state.rhythm
    return _row(
        _STATE,
        state,
        interval_s=_plain(state.interval),
        ttl_s=_plain(hints.ttl),
        update_interval_s=_plain(hints.update_interval),
        update_base=hints.update_base,
        skip_hours=hints.skip_hours or None,
        skip_days=hints.skip_days or None,
        arrivals=rhythm.arrivals,
        observed_s=_plain(rhythm.observed),
        listed=rhythm.window,
        turnover_s=_plain(rhythm.turnover),
        last_new=rhythm.last_new,
        last_gap_s=_plain(rhythm.last_gap),
        title=profile.title if profile else None,
        site_url=profile.site_url if profile else None,
        format=profile.format if profile else None,
    )


def _article_row(columns: Mapping[str, pa.DataType], article: Article, **computed: object) -> dict[str, Any]:
    origin = {name: getattr(article.origin, name) for name in ("feed", "entry_id", "feed_capture", "page_capture")}
    trimmed, keywords = ("\n".join(several) or None for several in (article.trimmed, article.keywords))
    return _row(columns, article, trimmed=trimmed, keywords=keywords, **origin, **computed)


def _row(columns: Mapping[str, pa.DataType], record: object, **computed: object) -> dict[str, Any]:
    return {name: computed[name] if name in computed else _plain(getattr(record, name)) for name in columns}


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    return value.total_seconds() if isinstance(value, timedelta) else value


def _table(columns: Mapping[str, pa.DataType], rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=pa.schema(list(columns.items())))

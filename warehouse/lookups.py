"""What the stages ask of a published warehouse, on an open reader: small answers to many keys at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import duckdb

from pipeline.records import (
    Capture,
    CaptureKind,
    DateQuality,
    HostWait,
    KeptBody,
    KnownArticle,
    KnownEntry,
    RetryableEntry,
    RobotsFile,
    Sighting,
    TextSource,
)
from warehouse.incoming import asked
from warehouse.sql_files import query


def known_entries(con: duckdb.DuckDBPyConnection, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], KnownEntry]:
    """The known ones among entries, by (feed, entry id)."""
    con.register("asked", asked(("feed", "entry_id"), keys))
    rows = con.execute(query("known_entries")).fetchall()
    return {(row[0], row[1]): _known_entry(row[1:]) for row in rows}


def linked_entries(con: duckdb.DuckDBPyConnection, keys: Sequence[tuple[str, str, str]]) -> dict[tuple[str, str], tuple[KnownEntry, ...]]:
    """The known entries of a feed behind an address (feed, canonical URL, URL), the first seen first, by (feed, canonical URL)."""
    con.register("asked", asked(("feed", "alias", "url"), keys))
    found: dict[tuple[str, str], tuple[KnownEntry, ...]] = {}
    for feed, alias, *row in con.execute(query("linked_entries")).fetchall():
        found[feed, alias] = (*found.get((feed, alias), ()), _known_entry(row))
    return found


def known_articles(con: duckdb.DuckDBPyConnection, aliases: Sequence[str]) -> dict[str, KnownArticle]:
    """The known articles among those that canonical URLs lead to, by that URL."""
    con.register("asked", asked(("alias",), [(alias,) for alias in aliases]))
    rows = con.execute(query("known_articles")).fetchall()
    return {
        alias: KnownArticle(article_id=article_id, canonical_url=url, text_hash=text_hash, text_source=TextSource(source), version=version)
        for alias, article_id, url, text_hash, source, version in rows
    }


def known_captures(con: duckdb.DuckDBPyConnection, digests: Sequence[str]) -> dict[str, Capture]:
    """The captures that have the bodies with these digests, by digest."""
    con.register("asked", asked(("digest",), [(digest,) for digest in digests]))
    return {capture.digest: capture for capture in map(capture_of, con.execute(query("known_captures")).fetchall())}


def kept_pages(con: duckdb.DuckDBPyConnection, urls: Sequence[str]) -> dict[str, KeptBody]:
    """The pages in the archive that were asked for under these addresses, the last of each, by address."""
    con.register("asked", asked(("url",), [(url,) for url in urls]))
    names = KeptBody.__dataclass_fields__
    return {row[1]: KeptBody(**dict(zip(names, row, strict=True))) for row in con.execute(query("kept_pages")).fetchall()}


def kept_ends(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """How far, in bytes, the warehouse knows each file of the archive."""
    return dict(con.execute(query("kept_ends")).fetchall())


def capture_of(row: Sequence[object]) -> Capture:
    """A capture from its columns in the order of the record's fields."""
    values = dict(zip(Capture.__dataclass_fields__, row, strict=True))
    values["kind"] = CaptureKind(str(values["kind"]))
    return Capture(**values)  # type: ignore[arg-type]


def texts(con: duckdb.DuckDBPyConnection, hashes: Sequence[str]) -> dict[str, str]:
    """Texts by their hash."""
    if not hashes:
        return {}
    con.register("asked", asked(("text_hash",), [(text_hash,) for text_hash in hashes]))
    return dict(con.execute(query("texts")).fetchall())


def due_retries(con: duckdb.DuckDBPyConnection, *, now: datetime, limit: int) -> tuple[RetryableEntry, ...]:
    """Entries whose page is to be asked for again by `now`, the longest overdue first."""
    rows = con.execute(query("due_retries"), {"now": now, "limit": limit}).fetchall()
    return tuple(_retryable(row) for row in rows)


def robots_files(con: duckdb.DuckDBPyConnection, origins: Sequence[str]) -> dict[str, RobotsFile]:
    """The robots.txt files that earlier runs were answered with, by origin."""
    con.register("asked", asked(("origin",), [(origin,) for origin in origins]))
    rows = con.execute(query("robots_files")).fetchall()
    return {origin: RobotsFile(origin=origin, body=body, fetched_at=fetched_at) for origin, body, fetched_at in rows}


def host_waits(con: duckdb.DuckDBPyConnection, *, now: datetime) -> tuple[HostWait, ...]:
    """Whom earlier runs were asked to leave alone until some time after `now`."""
    return tuple(HostWait(scope=scope, until=until) for scope, until in con.execute(query("host_waits"), {"now": now}).fetchall())


def _known_entry(row: Sequence[Any]) -> KnownEntry:
    entry_id, content_hash, article_id, told_hash, title, published_raw = row
    return KnownEntry(
        entry_id=entry_id,
        content_hash=content_hash,
        article_id=article_id,
        told_hash=told_hash,
        title=title,
        published_raw=published_raw,
    )


def _retryable(row: tuple[object, ...]) -> RetryableEntry:
    names = ("feed", "entry_id", "content_hash", "told_hash", "url", "url_raw", "title", "author", "published_at", "published_raw",
             "date_quality", "seen_at", "article_id", "is_backfill", "refetch_at")  # fmt: skip
    values = dict(zip(names, row[:-1], strict=True))
    values["date_quality"] = DateQuality(str(values["date_quality"]))
    attempts = row[-1]
    assert isinstance(attempts, int)
    return RetryableEntry(sighting=Sighting(**values), attempts=attempts)  # type: ignore[arg-type]

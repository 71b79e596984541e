"""What a reprocess reads of a published warehouse: everything whose bytes are kept, in the order of the archive."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import duckdb

from pipeline.records import DateQuality, KeptBody, Remakeable, Sighting
from warehouse.settling import cut_of
from warehouse.sql_files import query

_FETCHED_AT_ONCE = 1_000
_VERSION = ("article_id", "version", "canonical_url", "whole_hash", "text_hash", "cut", "seen_at", "feed_url")
_SIGHTING = (
    "feed", "entry_id", "content_hash", "url", "url_raw", "title", "author", "published_at", "published_raw", "date_quality", "seen_at",
    "article_id", "is_backfill", "feed_capture", "told_hash", "refetch_at",
)  # fmt: skip


def remakeable(con: duckdb.DuckDBPyConnection, *, since: datetime | None, feeds: Sequence[str], program: str) -> Iterator[Remakeable]:
    """Everything to be made again: seen since `since`, from `feeds` (empty: all), not yet done by an unfinished reprocess of `program`."""
    cursor = con.execute(query("reprocessable"), {"since": since, "feeds": list(feeds), "program": program})
    while rows := cursor.fetchmany(_FETCHED_AT_ONCE):
        yield from map(_remakeable, rows)


def _remakeable(row: tuple[object, ...]) -> Remakeable:
    size = len(KeptBody.__dataclass_fields__)
    first, second = len(_VERSION), len(_VERSION) + len(_SIGHTING)
    seen = dict(zip(_SIGHTING, row[first:second], strict=True))
    seen["date_quality"] = DateQuality(str(seen["date_quality"]))
    version = dict(zip(_VERSION, row[:first], strict=True))
    version["cut"] = cut_of(version["cut"])
    return Remakeable(
        **version,  # type: ignore[arg-type]
        sighting=Sighting(**seen),  # type: ignore[arg-type]
        document=_kept(row[second : second + size]),
        page=_kept(row[second + size :]),
    )


def _kept(row: tuple[object, ...]) -> KeptBody | None:
    values = dict(zip(KeptBody.__dataclass_fields__, row, strict=True))
    return KeptBody(**values) if values["capture_id"] else None  # type: ignore[arg-type]

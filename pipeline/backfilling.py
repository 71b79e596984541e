"""The pages behind a feed: where they are and when to stop. Pure.

Two ways. WordPress and kin answer `?paged=N` with the N-th page of their history, newest first. RFC 5005 feeds name their past:
`prev-archive` (section 4) for complete archives, `next` (section 3) for paged feeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.records import Entry, IdentifiedEntry, ParsedFeed

# A site of fifty years with ten entries a day has 18,000 pages of ten; what has more is built to.
MAX_PAGES = 20_000


class Way(StrEnum):
    """How the past of a feed is reached."""

    PAGED = "paged"
    ARCHIVE = "archive"


def paged_url(url: str, number: int) -> str:
    """The address of the `number`-th page (1 is the feed itself) of a WordPress feed."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
    if number > 1:
        query.append(("paged", str(number)))
    return urlunsplit(parts._replace(query=urlencode(query)))


def way_of(feed: ParsedFeed) -> Way:
    """The way that a feed offers: its own links where it has them, else pages."""
    return Way.ARCHIVE if feed.prev_archive_url or feed.next_url else Way.PAGED


def next_page(way: Way, feed: ParsedFeed, *, url: str, number: int) -> str | None:
    """The page after the `number`-th, which is `feed`; None where the feed names none."""
    return paged_url(url, number + 1) if way is Way.PAGED else feed.prev_archive_url or feed.next_url


def in_range(entries: Sequence[IdentifiedEntry], since: datetime, until: datetime) -> list[IdentifiedEntry]:
    """The entries published from `since` until before `until`. Those without a trusted date stay: where they stand they may belong."""
    return [item for item in entries if item.entry.published_at is None or since <= item.entry.published_at < until]


def is_past(entries: Sequence[Entry], since: datetime) -> bool:
    """True if a page is older than `since` as a whole: no page behind it is wanted. Single dates out of order do not end a backfill."""
    dates = [entry.published_at for entry in entries if entry.published_at is not None]
    return bool(dates) and max(dates) < since

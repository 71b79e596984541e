"""The history behind a feed: the ways to it, the range of dates that is wanted, and what a job has done of it. Pure.

Ways from the network. `paged`: WordPress and kin answer `?paged=N`, or `/page/N/feed`, with the N-th page of their history, newest first.
`archive`: RFC 5005 feeds name their past, by `prev-archive` (section 4, complete archives) or `next` (section 3, paged feeds).
`sitemap`: pipeline/sitemaps.py. `wayback`: pipeline/wayback.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pipeline.articles import short_id
from pipeline.records import BackfillJob, Entry, ParsedFeed

# A site of fifty years with ten entries a day has 18,000 pages of ten; what has more is built to.
MAX_PAGES = 20_000

_DATED_PATH = re.compile(r"(?<!\d)((?:19|20)\d{2})[/_-]?(0[1-9]|1[0-2])(?:[/_-]?(0[1-9]|[12]\d|3[01]))?(?!\d)")


class Way(StrEnum):
    """How the past of a feed is reached."""

    PAGED = "paged"
    ARCHIVE = "archive"
    SITEMAP = "sitemap"
    WAYBACK = "wayback"
    FILES = "files"


class PageStyle(StrEnum):
    """How a blog spells the N-th page of its feed."""

    QUERY = "?paged=N"
    PATH = "/page/N/feed"


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRange:
    """From `since` until before `until`; None: without end on that side."""

    since: datetime | None = None
    until: datetime | None = None

    def __contains__(self, at: datetime) -> bool:
        """True if `at` is in it."""
        return (self.since is None or self.since <= at) and (self.until is None or at < self.until)

    def may_hold(self, entry: Entry) -> bool:
        """True unless the entry's own date is out of it: one without a trusted date is judged by its page."""
        return entry.published_at is None or entry.published_at in self

    def overlaps(self, first: datetime, last: datetime) -> bool:
        """True if anything from `first` to `last` is in it, with a day on either side for time zones that nobody named."""
        day = timedelta(days=1)
        return (self.since is None or last + day >= self.since) and (self.until is None or first - day < self.until)


def job_of(*, feed: str, way: Way, source: str, dates: DateRange, options: str = "") -> BackfillJob:
    """The job that a question is. The same question is the same job, so that it goes on where it was."""
    key = "\x1f".join((feed, way.value, source, str(dates.since), str(dates.until), options))
    return BackfillJob(job=short_id(key), feed=feed, way=way.value, source=source, since=dates.since, until=dates.until)


def paged_url(url: str, number: int, style: PageStyle = PageStyle.QUERY) -> str:
    """The address of the `number`-th page (1 is the feed itself) of a blog's feed."""
    parts = urlsplit(url)
    if style is PageStyle.PATH and number > 1:
        front, _, last = parts.path.rstrip("/").rpartition("/")
        slash = "/" if parts.path.endswith("/") else ""
        return urlunsplit(parts._replace(path=f"{front}/page/{number}/{last or 'feed'}{slash}"))
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
    if number > 1:
        query.append(("paged", str(number)))
    return urlunsplit(parts._replace(query=urlencode(query)))


def older_documents(feed: ParsedFeed) -> str | None:
    """The document before this one, by the feed's own word."""
    return feed.prev_archive_url or feed.next_url


def is_past(entries: Sequence[Entry], since: datetime | None) -> bool:
    """True if a page is older than `since` as a whole: no page behind it is wanted. Single dates out of order do not end a backfill."""
    dates = [entry.published_at for entry in entries if entry.published_at is not None]
    return since is not None and bool(dates) and max(dates) < since


def dates_in_url(url: str) -> tuple[datetime, datetime] | None:
    """The first and last moment of the day or month that a path names (`/2019/05/01/`, `/2019-05/`); None where it names none."""
    found = _DATED_PATH.search(urlsplit(url).path)
    if found is None:
        return None
    year, month, day = int(found[1]), int(found[2]), int(found[3] or 0)
    try:
        first = datetime(year, month, day or 1, tzinfo=UTC)
    except ValueError:
        return None
    following = first + timedelta(days=1) if day else first.replace(day=28) + timedelta(days=4)
    last = following if day else following.replace(day=1)
    return first, last - timedelta(microseconds=1)

"""The ways through a feed's own documents, and the probe that finds out which way a feed offers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime

from flows.backfill_jobs import Group, Job, Listing, ask, failed
from flows.backfill_sitemaps import has_sitemap
from flows.backfill_wayback import has_captures
from flows.harvesting import Reading
from flows.run_parts import FetchingParts
from pipeline.backfilling import MAX_PAGES, PageStyle, Way, is_past, older_documents, paged_url
from pipeline.records import Failure, IdentifiedEntry, Response, Stage

# WordPress answers 404 behind its last page; what fails otherwise is not the end but a fault.
_NO_SUCH_PAGE = frozenset({400, 404, 410})


async def way_of(job: Job, parts: FetchingParts) -> Way:
    """The way that a feed offers: its own links, pages, a sitemap, at last the Wayback Machine; found by a handful of requests.

    Raises:
        BackfillError: if it offers none.
    """
    answer = await ask(parts, job, job.feed.url)
    first = await _read(answer, job, parts)
    if isinstance(first, Reading) and isinstance(answer, Response):
        job.answers[job.feed.url] = answer
        if older_documents(first.parsed):
            return Way.ARCHIVE
        if await _page_style(job, parts, first):
            return Way.PAGED
    for offered, way in ((has_sitemap, Way.SITEMAP), (has_captures, Way.WAYBACK)):
        if await offered(job, parts):
            return way
    if isinstance(first, Reading):
        return Way.PAGED  # what it shows is all that there is
    raise failed(parts, job, job.feed.url, first)


async def paged_history(job: Job, parts: FetchingParts) -> AsyncIterator[Listing]:
    """Page after page, newest first, until one is empty, missing, a repeat, or older than wanted as a whole."""
    style, number = await _start(job, parts)
    newest: datetime | None = None
    while True:
        url = paged_url(job.feed.url, number, style)
        here = f"{style.name} {number}"
        fetched_at = job.now()
        answer = await ask(parts, job, url)
        reading = await _read(answer, job, parts)
        if isinstance(reading, Failure) and not _is_the_end(answer, number):
            raise failed(parts, job, url, reading)
        ids = set() if isinstance(reading, Failure) else {item.entry_id for item in reading.identified}
        if isinstance(reading, Failure) or not ids - job.seen_ids or number >= MAX_PAGES:
            yield Listing(url=url, fetched_at=fetched_at, here=here, go_on=None, share=1.0)
            return
        is_last = is_past(reading.parsed.entries, job.dates.since)
        newest = newest or _newest(reading)
        yield _listing(job, reading, url, fetched_at, here, None if is_last else f"{style.name} {number + 1}", newest)
        if is_last:
            return
        job.seen_ids |= ids  # once it is stored: one that has to be listed again is no repeat
        number += 1


async def archive_history(job: Job, parts: FetchingParts) -> AsyncIterator[Listing]:
    """The feed, then the documents that it and each of them name as older."""
    url: str | None = job.go_on or job.feed.url
    seen: set[str] = set()
    newest: datetime | None = None
    while url is not None:
        seen.add(url)
        fetched_at = job.now()
        answer = await ask(parts, job, url)
        reading = await _read(answer, job, parts)
        if isinstance(reading, Failure):
            raise failed(parts, job, url, reading)
        older = older_documents(reading.parsed)
        is_last = older is None or older in seen or len(seen) >= MAX_PAGES or is_past(reading.parsed.entries, job.dates.since)
        newest = newest or _newest(reading)
        yield _listing(job, reading, url, fetched_at, url, None if is_last else older, newest)
        url = None if is_last else older


async def _start(job: Job, parts: FetchingParts) -> tuple[PageStyle, int]:
    """How the feed spells its pages, and which is next."""
    if job.go_on:
        style, _, number = job.go_on.partition(" ")
        return PageStyle[style], int(number)
    answer = await ask(parts, job, job.feed.url)
    first = await _read(answer, job, parts)
    if isinstance(first, Failure) or isinstance(answer, Failure):
        raise failed(parts, job, job.feed.url, first if isinstance(first, Failure) else answer)
    job.answers[job.feed.url] = answer
    return await _page_style(job, parts, first) or PageStyle.QUERY, 1


async def _page_style(job: Job, parts: FetchingParts, first: Reading) -> PageStyle | None:
    """The spelling under which the second page is another than the first; None if neither is."""
    ids = {item.entry_id for item in first.identified}
    for style in PageStyle:
        url = paged_url(job.feed.url, 2, style)
        answer = await ask(parts, job, url)
        second = await _read(answer, job, parts)
        if isinstance(answer, Response) and isinstance(second, Reading) and {item.entry_id for item in second.identified} - ids:
            job.answers[url] = answer
            return style
        if parts.client.closed_for(url):
            raise failed(parts, job, url, answer)
    return None


async def _read(answer: Response | Failure, job: Job, parts: FetchingParts) -> Reading | Failure:
    """A document of the feed; anything but 200 is a failure."""
    if isinstance(answer, Failure):
        return answer
    if answer.status != 200:
        detail = f"{answer.url} answered {answer.status}"
        return Failure(stage=Stage.POLL, reason=f"http_{answer.status}", detail=detail, is_transient=True, http_status=answer.status)
    return await parts.harvester.read(job.feed, answer)


def _is_the_end(answer: Response | Failure, number: int) -> bool:
    """True for a missing page, and for one that is there and no feed, behind the first."""
    return number > 1 and isinstance(answer, Response) and answer.status in _NO_SUCH_PAGE | {200}


def _listing(job: Job, reading: Reading, url: str, fetched_at: datetime, here: str, go_on: str | None, newest: datetime | None) -> Listing:
    entries = [item for item in reading.identified if job.dates.may_hold(item.entry)]
    group = Group(feed=job.feed, entries=entries, title=reading.parsed.title, capture=reading.capture)
    oldest = min(_dates(reading.identified), default=None)
    share = None
    if go_on is None:
        share = 1.0
    elif oldest and newest and job.dates.since and newest > job.dates.since:
        share = max(0.0, min(1.0, (newest - oldest) / (newest - job.dates.since)))
    return Listing(url=url, fetched_at=fetched_at, here=here, go_on=go_on, groups=(group,), share=share)


def _newest(reading: Reading) -> datetime | None:
    return max(_dates(reading.identified), default=None)


def _dates(entries: tuple[IdentifiedEntry, ...]) -> list[datetime]:
    return [item.entry.published_at for item in entries if item.entry.published_at is not None]

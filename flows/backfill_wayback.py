"""The way through the Wayback Machine: the captures of the feed, then those of its site's pages. Pages come from there, too."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flows.asking import AskForPage
from flows.backfill_jobs import Group, Job, Listing, failed, site_of_feed
from flows.backfill_sitemaps import PIECE
from flows.harvesting import Reading
from flows.run_parts import FetchingParts
from pipeline.canonical import is_home_page
from pipeline.identity import identify
from pipeline.records import Failure, Feed, Response, Stage
from pipeline.sitemaps import ListedPage, entry_of_listed, may_be_in
from pipeline.wayback import (
    CaptureList,
    WaybackCapture,
    as_captured,
    capture_address,
    captures_of_address,
    pages_of_site,
    parse_captures,
)

# An article that was captured first so long after the range is rare, and each day more of captures costs as much as a day of articles.
CAPTURED_LATER = timedelta(days=90)
_MAX_LIST_BYTES = 20_000_000


async def has_captures(job: Job, parts: FetchingParts) -> bool:
    """True if the Wayback Machine knows the feed or a page of its site."""
    site = urlsplit(await site_of_feed(job, parts)).netloc
    for question in (
        captures_of_address(job.settings.wayback, job.feed.url, since=job.dates.since, until=_last(job), most=1),
        captures_of_address(job.settings.wayback, site, since=job.dates.since, until=_last(job), most=1),
    ):
        found = await _list(job, parts, question)
        if isinstance(found, CaptureList) and found.captures:
            return True
    return False


async def wayback_history(job: Job, parts: FetchingParts) -> AsyncIterator[Listing]:
    """First what the feed said when it was captured, then the pages of the site that no such feed listed."""
    phase, _, place = (job.go_on or "feed 0").partition(" ")
    if phase == "feed":
        async for listing in _feed_captures(job, parts, int(place)):
            yield listing
        place = ""
    async for listing in _page_captures(job, parts, place):
        yield listing


async def _feed_captures(job: Job, parts: FetchingParts, start: int) -> AsyncIterator[Listing]:
    question = captures_of_address(job.settings.wayback, job.feed.url, since=job.dates.since, until=_last(job))
    found = await _list(job, parts, question)
    if isinstance(found, Failure):
        raise failed(parts, job, question, found)
    for number, capture in enumerate(found.captures):
        if number < start:
            continue
        answer = await _captured(job, parts, capture)
        if isinstance(answer, Failure) and answer.is_transient:
            raise failed(parts, job, job.settings.wayback, answer)
        reading = await parts.harvester.read(job.feed, answer) if isinstance(answer, Response) else answer
        groups = (_group_of(job, parts, reading, capture),) if isinstance(reading, Reading) else ()
        share = (number + 1) / len(found.captures) / 2
        yield Listing(
            url=capture_address(job.settings.wayback, capture.url, capture.timestamp),
            fetched_at=job.now(),
            here=f"feed {number}",
            go_on=f"feed {number + 1}",
            groups=groups,
            share=share,
        )


async def _page_captures(job: Job, parts: FetchingParts, place: str) -> AsyncIterator[Listing]:
    """`place`: the resumption key of the list, and how many of its captures are stored, as `N KEY`."""
    host = urlsplit(await site_of_feed(job, parts)).netloc
    position, _, key = place.partition(" ")
    start = int(position or 0)
    while True:
        question = pages_of_site(job.settings.wayback, host, since=job.dates.since, until=_last(job), resume_key=key or None)
        found = await _list(job, parts, question)
        if isinstance(found, Failure):
            raise failed(parts, job, question, found)
        captures = {capture.url: capture for capture in found.captures if _may_be_article(capture, job)}
        entries = identify([entry_of_listed(_listed(capture)) for capture in captures.values()])
        for first in range(start, len(entries), PIECE):
            last = min(first + PIECE, len(entries))
            yield Listing(
                url=question,
                fetched_at=job.now(),
                here=f"page {first} {key}",
                go_on=f"page {last} {key}",
                position=last,
                is_whole=last == len(entries),
                groups=(Group(feed=job.feed, entries=entries[first:last], are_links=True, ask=_ask(job, parts, captures)),),
                share=0.5 + last / len(entries) / 2 if found.resume_key is None else None,
            )
        if found.resume_key is None:
            return
        key, start = found.resume_key, 0


def _group_of(job: Job, parts: FetchingParts, reading: Reading, capture: WaybackCapture) -> Group:
    entries = [item for item in reading.identified if job.dates.may_hold(item.entry)]
    nearest = {item.entry.link: replace(capture, url=item.entry.link) for item in entries if item.entry.link}
    ask = _ask(job, parts, nearest)
    return Group(feed=job.feed, entries=entries, title=reading.parsed.title, capture=reading.capture, ask=ask)


def _ask(job: Job, parts: FetchingParts, captures: dict[str, WaybackCapture]) -> AskForPage:
    """Pages from the archive of this warehouse, else as the Wayback Machine has them."""

    async def ask(feed: Feed, link: str) -> Response | Failure:
        address = capture_address(job.settings.wayback, link, captures[link].timestamp)
        answer = await parts.network.ask(feed, address)
        return as_captured(answer, link) if isinstance(answer, Response) else answer

    return parts.kept(ask)


async def _captured(job: Job, parts: FetchingParts, capture: WaybackCapture) -> Response | Failure:
    address = capture_address(job.settings.wayback, capture.url, capture.timestamp)
    answer = await parts.harvester.ask(job.feed, address)
    if isinstance(answer, Failure):
        return answer
    if answer.status != 200:
        heals = answer.status in {429, *range(500, 600)}
        return Failure(stage=Stage.POLL, reason=f"http_{answer.status}", detail=f"{address} answered {answer.status}", is_transient=heals)
    return as_captured(answer, job.feed.url)


async def _list(job: Job, parts: FetchingParts, question: str) -> CaptureList | Failure:
    answer = job.answers.pop(question, None) or await parts.client.get(question, stage=Stage.POLL, max_bytes=_MAX_LIST_BYTES)
    if isinstance(answer, Failure):
        return answer
    if answer.status != 200:
        return Failure(stage=Stage.POLL, reason=f"http_{answer.status}", detail=f"{question} answered {answer.status}", is_transient=True)
    return parse_captures(answer.body, question)


def _may_be_article(capture: WaybackCapture, job: Job) -> bool:
    return not is_home_page(capture.url) and capture.url != job.feed.url and may_be_in(_listed(capture), job.dates)


def _listed(capture: WaybackCapture) -> ListedPage:
    """A captured page was published before it was captured: as a last change, so to say."""
    return ListedPage(url=capture.url, lastmod=capture.captured_at)


def _last(job: Job) -> datetime | None:
    return job.dates.until + CAPTURED_LATER if job.dates.until else None

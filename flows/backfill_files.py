"""A backfill from files: first the entries of the feeds in them, with their pages from the files; then the pages that no feed lists.

A feed is the one of the feeds file that has its address, else it is called after its host. A page that no feed lists becomes an entry of
a feed that is called after its site. Nothing is asked of the network.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from flows.backfill_error import BackfillError
from flows.backfill_jobs import Group, Job, Listing
from flows.file_collection import Collection, Found
from flows.harvesting import Reading
from flows.run_parts import Clock, FetchingParts
from flows.settings import FeedsFile, free_name
from pipeline.backfilling import DateRange, Way
from pipeline.canonical import canonical_url, is_home_page, site_of
from pipeline.dates import read_date
from pipeline.identity import identify
from pipeline.records import Entry, Failure, Feed, Response
from pipeline.saved_pages import declared_language, is_feed
from pipeline.sitemaps import ListedPage, may_be_in

# Pages that are stored with one mark, in count and in bytes: that much is in memory, and that much once more on its way to the loader.
PAGES_AT_ONCE = 64
BYTES_AT_ONCE = 16_000_000
_HTML = ("text/html", "application/xhtml+xml")


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOptions:
    """What files to read, and what of them. Empty: everything. A host stands for its subdomains, too."""

    paths: tuple[Path, ...] = ()
    hosts: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def file_jobs(options: FileOptions, dates: DateRange, feeds_file: FeedsFile, now: Clock) -> list[Job]:
    """The job that reading these files is.

    Raises:
        BackfillError: if one of them is not there, or none holds anything.
    """
    settings = feeds_file.settings
    collection = Collection(options.paths, max_bytes=max(settings.max_page_bytes, settings.max_feed_bytes))
    if not collection.files:
        raise BackfillError(f"{options.paths[0]}: holds no WARC, feed or page")
    name = options.paths[0].name + (f" and {len(options.paths) - 1} more" if len(options.paths) > 1 else "")
    source = " ".join(str(path.resolve()) for path in options.paths)
    asked = " ".join((*sorted(options.hosts), "|", *sorted(options.languages), "|", str(sum(collection.sizes))))
    return [
        Job(
            feed=Feed(name=name, url=source),
            way=Way.FILES,
            dates=dates,
            settings=settings,
            now=now,
            options=asked,
            languages=frozenset(options.languages),
            hosts=options.hosts,
            files=collection,
            configured=feeds_file.feeds,
        )
    ]


async def file_history(job: Job, parts: FetchingParts) -> AsyncIterator[Listing]:
    """The feeds of the files, then the pages that none of them lists."""
    assert job.files is not None
    await asyncio.to_thread(job.files.index)
    phase, _, place = (job.go_on or "feed 0").partition(" ")
    names = _Names(job.configured)
    listed: set[int] = set()
    batch: list[Group] = []
    first = int(place) if phase == "feed" else len(job.files.feeds)
    for number, (file, offset) in enumerate(job.files.feeds):
        answer = await asyncio.to_thread(job.files.read, file, offset)
        feed = names.feed_of(answer)
        reading = await parts.harvester.read(feed, answer)
        if isinstance(reading, Reading):
            listed |= {hash(canonical_url(item.entry.link)) for item in reading.identified if item.entry.link}
            batch += [_feed_group(job, job.files, feed, reading)] if number >= first else []
        is_full = sum(len(group.entries) for group in batch) >= PAGES_AT_ONCE or number == len(job.files.feeds) - 1
        if is_full and number >= first:
            yield _feed_listing(job, job.files, batch, f"feed {first}", number + 1)
            batch, first = [], number + 1
    file, after = map(int, place.split()) if phase == "page" else (0, -1)
    pages = _unlisted(job, job.files, listed, file, after)
    here = f"page {file} {after}"
    while found := await asyncio.to_thread(_next_batch, pages):
        go_on = f"page {found[-1].file} {found[-1].offset}"
        yield _page_listing(job, job.files, found, here, go_on)
        here = go_on


def _feed_group(job: Job, files: Collection, feed: Feed, reading: Reading) -> Group:
    entries = [item for item in reading.identified if job.dates.may_hold(item.entry) and _is_of_host(job, item.entry.link or feed.url)]
    return Group(feed=feed, entries=entries, title=reading.parsed.title, capture=reading.capture, ask=files.ask)


def _feed_listing(job: Job, files: Collection, groups: list[Group], here: str, following: int) -> Listing:
    """Feeds, up to the one before the `following`-th."""
    return Listing(
        url=job.feed.url,
        fetched_at=job.now(),
        here=here,
        go_on=f"feed {following}",
        position=following,
        is_whole=False,
        groups=tuple(groups),
        sources=tuple((group.feed.name, group.feed.url) for group in groups),
        share=following / len(files.feeds) * 0.5,
    )


def _page_listing(job: Job, files: Collection, batch: list[Found], here: str, go_on: str) -> Listing:
    """Pages as entries, each of the feed of its site."""
    pages = {canonical_url(found.answer.url) or found.answer.url: found for found in batch}
    by_site: dict[str, list[Found]] = {}
    for url, found in pages.items():
        by_site.setdefault(site_of(url), []).append(found)

    async def ask(feed: Feed, link: str) -> Response | Failure:  # noqa: ARG001  they are here
        return pages[canonical_url(link) or link].answer

    groups = tuple(
        Group(
            feed=Feed(name=site, url=f"http://{site}/"),
            entries=identify([_entry(found) for found in found_there]),
            are_links=True,
            ask=ask,
        )
        for site, found_there in by_site.items()
    )
    last = batch[-1]
    behind = sum(files.sizes[: last.file]) + last.offset
    return Listing(
        url=str(files.files[last.file].path),
        fetched_at=job.now(),
        here=here,
        go_on=go_on,
        position=last.offset,
        is_whole=False,
        groups=groups,
        sources=tuple((group.feed.name, group.feed.url) for group in groups),
        share=(0.5 if files.feeds else 0.0) + behind / sum(files.sizes) * (0.5 if files.feeds else 1.0),
    )


def _entry(found: Found) -> Entry:
    at, quality = read_date(found.date, now=found.answer.started_at)
    url = found.answer.url
    return Entry(link=url, link_raw=url, published_at=at, published_raw=found.date, date_quality=quality)


def _unlisted(job: Job, files: Collection, listed: set[int], file: int, after: int) -> Iterator[Found]:
    """The pages behind a place that no feed lists, and that may be wanted."""
    for found in files.documents(file, after):
        answer = found.answer
        kind = (answer.header("content-type") or "text/html").partition(";")[0].strip().lower()
        if answer.status != 200 or not answer.url or kind not in _HTML or is_home_page(answer.url):
            continue
        if hash(canonical_url(answer.url)) in listed or is_feed(answer.body, answer.header("content-type")):
            continue
        declared = declared_language(answer.body) if job.languages else None
        if _is_of_host(job, answer.url) and _may_be_in(job, found) and (declared is None or declared in job.languages):
            yield found


def _may_be_in(job: Job, found: Found) -> bool:
    page = ListedPage(url=found.answer.url, lastmod=found.answer.started_at)
    entry = _entry(found)
    return job.dates.may_hold(entry) if entry.published_at else may_be_in(page, job.dates)


def _is_of_host(job: Job, url: str) -> bool:
    host = (urlsplit(url).hostname or "").lower()
    return not job.hosts or any(host == wanted or host.endswith(f".{wanted}") for wanted in job.hosts)


def _next_batch(pages: Iterator[Found]) -> list[Found]:
    batch: list[Found] = []
    size = 0
    for found in pages:
        batch.append(found)
        size += len(found.answer.body)
        if len(batch) >= PAGES_AT_ONCE or size >= BYTES_AT_ONCE:
            break
    return batch


class _Names:
    """Names for the feeds of files: that of the feeds file, else the host, with a number where two feeds of a host differ."""

    def __init__(self, configured: tuple[Feed, ...]) -> None:
        self._by_url = {canonical_url(feed.url) or feed.url: feed for feed in configured}
        self._taken = {feed.name for feed in configured}

    def feed_of(self, answer: Response) -> Feed:
        url = canonical_url(answer.url) or answer.url
        feed = self._by_url.get(url)
        if feed is None:
            name = free_name(urlsplit(answer.url).netloc.removeprefix("www.") or "saved feed", self._taken)
            self._taken.add(name)
            feed = self._by_url[url] = Feed(name=name, url=answer.url)
        return feed

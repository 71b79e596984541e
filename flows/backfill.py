"""`feedhouse backfill`: the history of feeds between two dates. After the fetch it is the same path as ingest; feed state is left alone.

A page is stored before the next one is asked for, and what is stored is known: started again, a backfill lists the pages again, which
is cheap, and fetches no article twice.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.commands import run_to_end
from flows.harvesting import Reading
from flows.ingest import run_all, wanted_feeds
from flows.progress import Progress
from flows.run_parts import Clock, FetchingParts, RunParts, fetching_parts, fetching_run
from flows.settings import FeedsFile, load_feeds_file
from flows.summary import print_summary
from pipeline.backfilling import MAX_PAGES, Way, in_range, is_past, next_page, way_of
from pipeline.errors import FeedhouseError
from pipeline.records import BackfillPage, Failure, Feed, Harvest, IdentifiedEntry, Run, RunKind, RunSummary
from warehouse import Warehouse


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOptions:
    """What a person can say about a backfill. `names` empty: every feed; `until` None: now."""

    home: Path
    feeds_path: Path
    names: tuple[str, ...]
    since: datetime
    until: datetime | None = None
    via: str = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage:
    """One page of a feed's past."""

    way: Way
    number: int
    url: str
    fetched_at: datetime
    reading: Reading


class BackfillError(FeedhouseError):
    """The history of a feed cannot be listed."""


def backfill_command(
    *,
    home: Path,
    feeds_path: Path,
    names: tuple[str, ...],
    since: datetime,
    until: datetime | None,
    via: str,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Stores the history of the feeds, or with `dry_run` lists what it would store."""
    options = BackfillOptions(home=home, feeds_path=feeds_path, names=names, since=since, until=until, via=via)
    feeds_file = load_feeds_file(feeds_path, os.environ)
    if dry_run:
        run_to_end(list_backfill(options, feeds_file))
        return 0
    with Progress() as progress:
        summary = run_to_end(run_backfill(options, feeds_file, progress=progress))
    print_summary(summary, as_json=as_json)
    return 0


async def run_backfill(
    options: BackfillOptions,
    feeds_file: FeedsFile,
    *,
    progress: Progress,
    now: Clock = lambda: datetime.now(UTC),
    flow_run_id: str | None = None,
) -> RunSummary:
    """Stores the entries that the feeds published between the two dates, and sums up.

    Raises:
        FeedhouseError: where nothing can be done; `BackfillError` where a feed's first page cannot be had.
    """
    feeds = wanted_feeds(feeds_file, options.names)

    async def work(parts: RunParts, _: Run) -> None:
        more = " …" if len(feeds) > 3 else ""
        progress.begin(f"Backfilling {', '.join(feed.name for feed in feeds[:3])}{more}, page by page", None)
        await run_all(_backfill_feed(feed, options, parts, now) for feed in feeds)

    return await fetching_run(RunKind.BACKFILL, options.home, feeds_file, work, progress=progress, now=now, flow_run_id=flow_run_id)


async def list_backfill(options: BackfillOptions, feeds_file: FeedsFile, *, now: Clock = lambda: datetime.now(UTC)) -> None:
    """Prints, page by page, how many entries a backfill would store; fetches no article and stores nothing."""
    async with fetching_parts(feeds_file.settings, Warehouse(options.home).snapshot, now=now) as parts:
        for feed in wanted_feeds(feeds_file, options.names):
            pages = entries = new = 0
            async for page in history(feed, options, parts, now):
                wanted = _wanted(page, options, now)
                missing = [item for item in wanted if item in page.reading.sifted.new]
                pages, entries, new = pages + 1, entries + len(wanted), new + len(missing)
                oldest, newest = _span(wanted)
                click.echo(f"{page.url}: {len(wanted)} entries in range, {len(missing)} new, {oldest or '?'} to {newest or '?'}")
            click.echo(f"{feed.name}: {pages} pages, {entries} entries in range, {new} of them new")


async def history(feed: Feed, options: BackfillOptions, parts: RunParts | FetchingParts, now: Clock) -> AsyncIterator[HistoryPage]:
    """The pages of a feed's past, newest first, until one is empty, missing, a repeat, or older than wanted as a whole."""
    url: str | None = feed.url
    way = None if options.via == "auto" else Way(options.via)
    seen_ids: set[str] = set()
    seen_urls: set[str] = set()
    number = 1
    while url is not None and url not in seen_urls and number <= MAX_PAGES:
        seen_urls.add(url)
        fetched_at = now()
        answer = await parts.harvester.ask(feed, url)
        if isinstance(answer, Failure) or answer.status != 200:
            why = answer.detail if isinstance(answer, Failure) else f"{url} answered {answer.status}"
            if number == 1 or not _is_the_end(answer):
                raise BackfillError(
                    f"{feed.name}: page {number} of its history cannot be had: {why}; started again, it goes on where it was"
                )
            return
        reading = await parts.harvester.read(feed, answer)
        if isinstance(reading, Failure):
            if number == 1:
                raise BackfillError(f"{feed.name}: {reading.detail}")
            return
        ids = {item.entry_id for item in reading.identified}
        if not ids - seen_ids:
            return
        seen_ids |= ids
        way = way or way_of(reading.parsed)
        yield HistoryPage(way=way, number=number, url=url, fetched_at=fetched_at, reading=reading)
        if is_past(reading.parsed.entries, options.since):
            return
        url = next_page(way, reading.parsed, url=feed.url, number=number)
        number += 1


async def _backfill_feed(feed: Feed, options: BackfillOptions, parts: RunParts, now: Clock) -> None:
    async for page in history(feed, options, parts, now):
        wanted = _wanted(page, options, now)
        fresh = {item.entry_id for item in page.reading.sifted.new}
        new = [item for item in wanted if item.entry_id in fresh]
        reading = page.reading
        gathered = await parts.gatherer.gather(
            feed, new, (), seen_at=page.fetched_at, is_backfill=True, feed_title=reading.parsed.title, feed_capture=reading.capture
        )
        oldest, newest = _span(wanted)
        await parts.store(
            Harvest(
                feed=feed.name,
                backfill_page=BackfillPage(
                    feed=feed.name,
                    url=page.url,
                    fetched_at=page.fetched_at,
                    entries_seen=len(wanted),
                    entries_new=len(new),
                    oldest_at=oldest,
                    newest_at=newest,
                ),
                sightings=gathered.sightings,
                articles=gathered.articles,
                fetches=gathered.fetches,
                rejections=gathered.rejections,
                captures=gathered.captures,
            )
        )


def _is_the_end(answer: object) -> bool:
    """WordPress answers 404 behind its last page; what fails otherwise is not the end but a fault."""
    return getattr(answer, "status", None) in {400, 404, 410}


def _wanted(page: HistoryPage, options: BackfillOptions, now: Clock) -> list[IdentifiedEntry]:
    return in_range(page.reading.identified, options.since, options.until or now())


def _span(entries: list[IdentifiedEntry]) -> tuple[datetime | None, datetime | None]:
    dates = [item.entry.published_at for item in entries if item.entry.published_at is not None]
    return (min(dates), max(dates)) if dates else (None, None)

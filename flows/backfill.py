"""`feedhouse backfill`: the history of feeds between two dates. After the fetch it is the same path as ingest; feed state is left alone.

A list of a site is stored, with its mark in the ledger, before the next one is asked for: started again, a backfill goes on behind the
last mark. Pages that a killed run had fetched and not yet stored are taken from the archive. So no page is fetched twice, and no list but
the one that a killed run was at, and those above it: the feed that names the site, an index of sitemaps, an answer of the Wayback Machine.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.backfill_error import BackfillError
from flows.backfill_files import FileOptions, file_history, file_jobs
from flows.backfill_jobs import Job, Listing, fresh_entries, store_listing, waiting
from flows.backfill_sitemaps import sitemap_history
from flows.backfill_wayback import wayback_history
from flows.backfill_ways import archive_history, paged_history, way_of
from flows.commands import run_to_end
from flows.ingest import run_all, wanted_feeds
from flows.making import Extractors, extractors_here
from flows.progress import Progress
from flows.run_parts import Clock, FetchingParts, RunParts, fetching_parts, recorded, run_parts, take_in_kept
from flows.settings import FeedsFile, Settings, load_feeds_file
from flows.summary import print_summary
from pipeline.backfilling import DateRange, Way
from pipeline.records import Failure, Harvest, Run, RunKind, RunSummary, Stage
from warehouse import Warehouse

# Entries of one window: a task of its own under Prefect, tried again by itself.
WINDOW_ENTRIES = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillOptions:
    """What a person can say about a backfill. `names` empty: every feed; `until` None: now; `files`: from them, not from the network."""

    home: Path
    feeds_path: Path
    names: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    via: str = "auto"
    files: FileOptions = field(default_factory=FileOptions)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A part of a job that is worked on in one go, under its name in Prefect."""

    name: str
    job: Job


WindowWork = Callable[[Window], Coroutine[None, None, None]]
_HISTORIES: dict[Way, Callable[[Job, FetchingParts], AsyncIterator[Listing]]] = {
    Way.PAGED: paged_history,
    Way.ARCHIVE: archive_history,
    Way.SITEMAP: sitemap_history,
    Way.WAYBACK: wayback_history,
    Way.FILES: file_history,
}


def backfill_command(options: BackfillOptions, *, dry_run: bool, as_json: bool) -> int:
    """Stores the history of the feeds, or with `dry_run` lists what it would store."""
    feeds_file = feeds_file_for(options)
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
    as_task: Callable[[WindowWork], WindowWork] = lambda work: work,
    extractors: Extractors = extractors_here,
    flow_run_id: str | None = None,
) -> RunSummary:
    """Stores the entries that the feeds published between the two dates, and sums up. A feed that fails leaves the others alone.

    `as_task` may wrap the work on a window (Prefect makes it a task); `extractors` may extract elsewhere.

    Raises:
        FeedhouseError: where nothing can be done; `BackfillError` where no feed's history can be listed to its end.
    """
    jobs = await _jobs(options, feeds_file, now)

    async def work(warehouse: Warehouse, run: Run) -> None:
        await asyncio.to_thread(take_in_kept, warehouse, run.run_id, now=now())
        settings = feeds_file.settings
        async with run_parts(
            settings, warehouse, run.run_id, progress=progress, now=now, for_backfill=True, extractors=extractors
        ) as parts:
            progress.begin(f"Backfilling {_some(jobs)}", None)
            worker = _Worker(parts, run, jobs, via=options.via, as_task=as_task)
            await run_all(worker.work_on(job) for job in jobs)
        if worker.errors and len(worker.errors) == len(jobs):
            raise worker.errors[0]

    feeds = None if options.files.paths else feeds_file.feeds
    return await recorded(RunKind.BACKFILL, options.home, work, feeds=feeds, now=now, flow_run_id=flow_run_id)


async def list_backfill(options: BackfillOptions, feeds_file: FeedsFile, *, now: Clock = lambda: datetime.now(UTC)) -> None:
    """Prints, list by list, how many entries a backfill would store; fetches no article and stores nothing."""
    snapshot = Warehouse(options.home).snapshot
    async with fetching_parts(feeds_file.settings, snapshot, now=now, for_backfill=True) as parts:
        for job in await _jobs(options, feeds_file, now):
            if options.via == "auto" and job.way is not Way.FILES:
                job.way = await way_of(job, parts)
            lists, entries, fresh, dates = 0, 0, 0, list[datetime]()
            async for listing in ended(job, _HISTORIES[job.way](job, parts)):
                new = [entry for group in listing.groups for entry in job.take(group.feed, await fresh_entries(group, parts))]
                found = [item.entry.published_at for item in listing.entries if item.entry.published_at]
                if listing.entries:
                    span = f", {min(found)} to {max(found)}" if found else ""
                    click.echo(f"{listing.url}: {len(listing.entries)} entries in range, {len(new)} new{span}")
                lists, entries, fresh = lists + bool(listing.entries), entries + len(listing.entries), fresh + len(new)
                dates += [at for at in (min(found, default=None), max(found, default=None)) if at]
            span = f", {min(dates)} to {max(dates)}" if dates else ""
            click.echo(f"{job.feed.name} ({job.way}): {lists} lists, {entries} entries in range, {fresh} of them new{span}")


async def ended(job: Job, listings: AsyncIterator[Listing]) -> AsyncIterator[Listing]:
    """The lists of a history, the last of them marked as such: where it cannot be known from itself, it is held until nothing follows."""
    held: Listing | None = None
    try:
        async for listing in listings:
            if held:
                yield held
            held = None if listing.go_on is None else listing
            if listing.go_on is None:
                yield listing
                return
            if job.way in {Way.PAGED, Way.ARCHIVE}:
                yield listing
                held = None
    except BackfillError:
        if held:
            yield held
        raise
    last = held or Listing(url=job.feed.url, fetched_at=job.now(), here="", go_on=None)
    yield replace(last, go_on=None, share=1.0)


class _Worker:
    """Works on the jobs of a run, each in windows, one after the other. `errors` are those of jobs that could not be ended."""

    def __init__(self, parts: RunParts, run: Run, jobs: list[Job], *, via: str, as_task: Callable[[WindowWork], WindowWork]) -> None:
        self._parts = parts
        self._run = run
        self._via = via
        self._on_window = as_task(self._work)
        self._histories: dict[int, AsyncIterator[Listing]] = {}
        self._shares = {id(job): 0.0 for job in jobs}
        self.errors: list[BackfillError] = []

    async def work_on(self, job: Job) -> None:
        """Brings a job to its end, or to where its site stops it."""
        try:
            if self._via == "auto" and job.way is not Way.FILES:
                job.way = await way_of(job, self._parts)
            if not await self._is_to_do(job):
                return
            number = 1
            while not job.is_done:
                await self._on_window(Window(name=f"{job.feed.name}, {job.way}, window {number}", job=job))
                number += 1
        except BackfillError as error:
            self.errors.append(error)
            if len(self._shares) > 1:  # of a single one it is the last word
                self._parts.progress.say(str(error))
            failure = Failure(stage=Stage.POLL, reason="backfill_stopped", detail=str(error), is_transient=True)
            rejection = self._parts.gatherer.rejection(job.feed, None, failure, attempts=1)
            await self._parts.store(Harvest(feed=job.feed.name, rejections=(rejection,)))

    async def _is_to_do(self, job: Job) -> bool:
        """Reads the ledger, and says what is going to happen. A job that was done is listed again where newer entries may have come."""
        marks = await asyncio.to_thread(self._parts.warehouse.begin_backfill, job.record, self._run.run_id, now=job.now())
        job.marks = [mark for mark in marks if mark.go_on is not None] or list(marks)
        name, way = job.feed.name, job.way
        if job.is_done:
            last = job.marks[-1].fetched_at
            if way is Way.FILES or (job.dates.until is not None and job.dates.until <= last):
                self._parts.progress.say(f"{name}: by {way}: was completed at {last:%Y-%m-%d %H:%M}, nothing is left to do")
                return False
            job.marks = []
        behind = f", on from where it was ({len(job.marks)} lists are stored)" if job.marks else ""
        self._parts.progress.say(f"{name}: by {way}{behind}")
        return True

    async def _work(self, window: Window) -> None:
        """A window: lists until they had `WINDOW_ENTRIES`. Tried again, it goes on behind the last mark."""
        job, entries = window.job, 0
        history = self._histories.pop(id(job), None) or ended(job, _HISTORIES[job.way](job, self._parts))
        async for listing in history:
            stored = await store_listing(job, listing, self._parts)
            self._reached(job, listing.share)
            if stored.wait is not None:
                raise waiting(job, "its site", stored.wait)
            entries += len(listing.entries)
            if job.is_done:
                return
            if entries >= WINDOW_ENTRIES:
                self._histories[id(job)] = history
                return

    def _reached(self, job: Job, share: float | None) -> None:
        if share is not None:
            self._shares[id(job)] = share
            self._parts.progress.reached(sum(self._shares.values()) / len(self._shares))


async def _jobs(options: BackfillOptions, feeds_file: FeedsFile, now: Clock) -> list[Job]:
    dates = DateRange(since=options.since, until=options.until)
    if options.files.paths:
        return await asyncio.to_thread(file_jobs, options.files, dates, feeds_file, now)
    way = Way.PAGED if options.via == "auto" else Way(options.via)
    feeds = wanted_feeds(feeds_file, options.names)
    return [Job(feed=feed, way=way, dates=dates, settings=feeds_file.settings, now=now) for feed in feeds]


def feeds_file_for(options: BackfillOptions) -> FeedsFile:
    """The feeds file; files can be read without one."""
    if options.files.paths and not options.feeds_path.exists():
        return FeedsFile(path=options.feeds_path, settings=Settings(), feeds=())
    return load_feeds_file(options.feeds_path, os.environ)


def _some(jobs: list[Job]) -> str:
    return ", ".join(job.feed.name for job in jobs[:3]) + (" …" if len(jobs) > 3 else "")

"""What every run is made of, opened together and closed in the right order: lock, run row, client, workers, snapshot, loader."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from pathlib import Path
from urllib.request import getproxies
from uuid import uuid4

from flows.asking import AskForPage, KeptPages, NetworkPages
from flows.gathering import Gatherer
from flows.harvesting import Harvester
from flows.keeping import Keeper
from flows.known import Known
from flows.large_blocks import give_back_large_blocks
from flows.loader import Loader
from flows.making import Extractors, Maker, extractors_here
from flows.pages import ArticleSource
from flows.progress import Progress
from flows.run_lock import only_run
from flows.settings import FeedsFile, Settings
from flows.settling import index_stories, store
from flows.version import VERSION
from pipeline.archive import Archive, close_abandoned, unknown_captures
from pipeline.fetching import USER_AGENT, FetchPolicy, HttpClient
from pipeline.patience import PatientClient
from pipeline.polling import PollingPolicy
from pipeline.records import Feed, Harvest, Run, RunKind, RunSummary
from pipeline.robots import RobotsRules
from pipeline.workers import WorkerPool
from warehouse import Warehouse, open_reader
from warehouse.lookups import kept_ends

ARCHIVE_FOLDER = "archive"

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchingParts:
    """What asks the world and reads its answers, storing nothing."""

    harvester: Harvester
    gatherer: Gatherer
    known: Known
    pages: ArticleSource
    client: HttpClient
    robots: RobotsRules
    network: NetworkPages
    workers: WorkerPool
    archive_folder: Path

    def kept(self, otherwise: AskForPage) -> AskForPage:
        """Pages from the archive, where it has them, else by `otherwise`."""
        return KeptPages(self.archive_folder, self.known, otherwise).ask


@dataclass(frozen=True, slots=True, kw_only=True)
class RunParts(FetchingParts):
    """What the work of a run is given."""

    loader: Loader
    progress: Progress
    warehouse: Warehouse

    async def store(self, harvest: Harvest, *, wait: bool = False) -> None:
        """Hand one harvest to the loader, with what has been learnt of hosts meanwhile, and count it; `wait` until it is written."""
        waits, files = self.client.take_waits(), self.robots.take_files()
        whole = replace(harvest, host_waits=waits, robots_files=files) if waits or files else harvest
        await (self.loader.put_and_wait(whole) if wait else self.loader.put(whole))
        self.progress.harvested(harvest)


@asynccontextmanager
async def fetching_parts(
    settings: Settings,
    snapshot: Path,
    *,
    now: Clock,
    archive: Archive | None = None,
    crash_on_bugs: bool = False,
    for_backfill: bool = False,
    extractors: Extractors = extractors_here,
) -> AsyncIterator[FetchingParts]:
    """Opens client, workers and the snapshot, if there is one yet. What is fetched is kept in `archive`, if one is given.

    `for_backfill`: a client that waits when a site asks it to, and pages from the archive where that has them.
    """
    async with AsyncExitStack() as stack:
        known = stack.enter_context(Known(snapshot))
        workers = await stack.enter_async_context(WorkerPool())
        extract = await stack.enter_async_context(extractors(workers))
        client = await stack.enter_async_context((PatientClient if for_backfill else HttpClient)(fetch_policy(settings), now=now))
        client.heed(await known.host_waits(now=now()))
        robots = RobotsRules(client, user_agent(settings), recall=known.robots_file, now=now)
        keeper = Keeper(archive, known)
        network = NetworkPages(client, robots, max_bytes=settings.max_page_bytes)
        folder = snapshot.parent / ARCHIVE_FOLDER
        ask = KeptPages(folder, known, network.ask).ask if for_backfill else network.ask
        pages = ArticleSource(ask, Maker(extract, now=now), keeper, now=now)
        gatherer = Gatherer(pages, known, now=now, crash_on_bugs=crash_on_bugs)
        harvester = Harvester(
            client=client,
            workers=workers,
            known=known,
            keeper=keeper,
            gatherer=gatherer,
            policy=polling_policy(settings),
            max_feed_bytes=settings.max_feed_bytes,
            now=now,
            crash_on_bugs=crash_on_bugs,
        )
        yield FetchingParts(
            harvester=harvester,
            gatherer=gatherer,
            known=known,
            pages=pages,
            client=client,
            robots=robots,
            network=network,
            workers=workers,
            archive_folder=folder,
        )


@asynccontextmanager
async def run_parts(
    settings: Settings,
    warehouse: Warehouse,
    run_id: str,
    *,
    progress: Progress,
    now: Clock,
    crash_on_bugs: bool = False,
    for_backfill: bool = False,
    extractors: Extractors = extractors_here,
) -> AsyncIterator[RunParts]:
    """Opens everything for a run that `warehouse` has begun; on leaving, all that was handed over is stored."""
    async with AsyncExitStack() as stack:
        archive = stack.enter_context(open_archive(warehouse.home, run_id)) if settings.archive else None
        parts = await stack.enter_async_context(
            fetching_parts(
                settings,
                warehouse.snapshot,
                now=now,
                archive=archive,
                crash_on_bugs=crash_on_bugs,
                for_backfill=for_backfill,
                extractors=extractors,
            )
        )

        def loaded(batch: Sequence[Harvest]) -> None:
            for harvest in batch:
                for article in harvest.articles:
                    parts.pages.stored(article)

        loader = await stack.enter_async_context(Loader(warehouse, run_id, archive=archive, now=now, on_loaded=loaded))
        shared = {field.name: getattr(parts, field.name) for field in fields(parts)}
        yield RunParts(**shared, loader=loader, progress=progress, warehouse=warehouse)


def open_archive(home: Path, run_id: str) -> Archive:
    """The archive of a home folder, for a run to add to."""
    return Archive(home / ARCHIVE_FOLDER, run_id, software=f"Feedhouse/{VERSION}")


def take_in_kept(warehouse: Warehouse, run_id: str, *, now: datetime) -> None:
    """Tells the warehouse of what killed runs have kept in the archive and could not tell it of."""
    folder = warehouse.home / ARCHIVE_FOLDER
    close_abandoned(folder)
    with open_reader(warehouse.snapshot) as con:
        known_to = kept_ends(con)
    if captures := tuple(unknown_captures(folder, known_to)):
        store(warehouse, run_id, [Harvest(feed="", captures=captures)], now=now, publish=True)


async def fetching_run(
    kind: RunKind,
    home: Path,
    feeds_file: FeedsFile,
    work: Callable[[RunParts, Run], Awaitable[None]],
    *,
    progress: Progress,
    now: Clock,
    flow_run_id: str | None = None,
    crash_on_bugs: bool = False,
    extractors: Extractors = extractors_here,
) -> RunSummary:
    """A `recorded` run that asks the world: `work` is given all that it needs for that, and what it hands to the loader is stored."""

    async def work_with_parts(warehouse: Warehouse, run: Run) -> None:
        settings = feeds_file.settings
        progress.run_id = run.run_id
        async with run_parts(
            settings, warehouse, run.run_id, progress=progress, now=now, crash_on_bugs=crash_on_bugs, extractors=extractors
        ) as parts:
            await work(parts, run)

    return await recorded(kind, home, work_with_parts, feeds=feeds_file.feeds, now=now, flow_run_id=flow_run_id)


async def recorded(
    kind: RunKind,
    home: Path,
    work: Callable[[Warehouse, Run], Awaitable[None]],
    *,
    feeds: Sequence[Feed] | None,
    now: Clock,
    flow_run_id: str | None = None,
) -> RunSummary:
    """Does `work` as a run of its kind, the only one in `home`, from its first row to its summary.

    `feeds` are those of the feeds file, None for a run that does not read it. When `work` is cancelled or fails, the run's status says so.

    Raises:
        FeedhouseError: where another run of the kind is going on, or the warehouse cannot be opened.
    """
    give_back_large_blocks()
    warehouse = Warehouse(home)
    started_at = now()
    run_id = f"{started_at:%Y%m%dT%H%M%SZ}-{uuid4().hex[:8]}"  # sorts by time, and tells people when
    run = Run(run_id=run_id, kind=kind, started_at=started_at, version=VERSION, prefect_flow_run_id=flow_run_id)
    with only_run(home, kind.value):
        await asyncio.to_thread(warehouse.begin_run, run, feeds, now=started_at)
        status = "interrupted"
        gc.freeze()  # what is there now stays till the end: looking through it again and again takes a tenth of a run without news
        try:
            await asyncio.to_thread(index_stories, warehouse)
            await work(warehouse, run)
            status = "completed"
        except Exception:
            status = "failed"
            raise
        finally:
            gc.unfreeze()
            summary = await asyncio.to_thread(warehouse.finish_run, run_id, status=status, now=now())
    return summary


def fetch_policy(settings: Settings) -> FetchPolicy:
    """How to speak HTTP, from the feeds file."""
    return FetchPolicy(
        concurrency=settings.concurrency,
        host_concurrency=settings.host_concurrency,
        host_delay=settings.host_delay,
        timeout=settings.timeout,
        allow_private_networks=settings.allow_private_networks,
        proxies=proxies(settings),
        user_agent=user_agent(settings),
    )


def user_agent(settings: Settings) -> str:
    """Who we are, and where to complain if the feeds file says it."""
    if settings.user_agent:
        return settings.user_agent
    return USER_AGENT if settings.contact is None else f"Feedhouse/{VERSION} (syndication feed archiver; complaints to {settings.contact})"


def proxies(settings: Settings) -> tuple[tuple[str, str], ...]:
    """The proxy of the feeds file, else those of the environment (HTTP_PROXY, HTTPS_PROXY, NO_PROXY, in either case)."""
    if settings.proxy:
        return ("http", settings.proxy), ("https", settings.proxy)
    return tuple((scheme, url) for scheme, url in getproxies().items() if scheme in {"http", "https", "all", "no"})


def polling_policy(settings: Settings) -> PollingPolicy:
    """How often to ask, from the feeds file."""
    return PollingPolicy(interval=settings.interval, min_interval=settings.min_interval, max_interval=settings.max_interval)

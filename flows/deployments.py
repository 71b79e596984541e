"""The flows that Prefect runs, each thin over a function that does not know it.

Deployed by `feedhouse schedule` and by prefect.yaml, under dotted entrypoints such as `flows.deployments.ingest` (the path form would put
this folder on `sys.path[0]`). Parameters are plain values, so that the web page can show a form.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from prefect import State, flow, get_run_logger, runtime, task
from prefect.cache_policies import NO_CACHE
from prefect.states import Cancelled
from prefect.tasks import exponential_backoff

from flows.backfill import BackfillOptions, Window, WindowWork, feeds_file_for, run_backfill
from flows.backfill_error import StalledError
from flows.backfill_files import FileOptions
from flows.distributing import extractors_at, makers_at
from flows.ingest import IngestOptions, Shard, ShardWork, run_ingest
from flows.maintain import Maintained
from flows.maintain import maintain as keep_house
from flows.making import Extractors, extractors_here
from flows.missed_slots import drop_missed_slots
from flows.prefect_api import spare_workers_prefect
from flows.progress import LoggedProgress, Progress
from flows.reprocess import ReprocessOptions, run_reprocess
from flows.run_lock import RunGoingOnError
from flows.run_page import alarm, counted, publish, rename, shown, table, two_columns
from flows.run_report import counts_of
from flows.settings import ConfigError, load_feeds_file
from pipeline.errors import FeedhouseError
from pipeline.records import RunSummary
from warehouse.connections import WarehouseBusyError

Counts = dict[str, Any]
Result = TypeVar("Result")

spare_workers_prefect()

# Where the warehouse is busy, or a site stalls: again after about 10 and 20 s, each longer by up to a half, so that two that wait for one
# another part.
RETRIES = 2
RETRY_SECONDS = 10
RETRY_JITTER = 0.5


def _run_name() -> str:
    """What a run is called as it begins; when it ends, its name says what came of it."""
    given = runtime.flow_run.parameters
    of = f" {', '.join(given['names'])}" if given.get("names") else ""
    since = f" since {given['since']:%Y-%m-%d %H:%M}" if given.get("since") else ""
    return f"{runtime.flow_run.flow_name}{of}{since}"


@flow(name="ingest", flow_run_name=_run_name, persist_result=False)
async def ingest(
    home: str = "data",
    feeds: str = "feeds.toml",
    everything: bool = False,
    names: list[str] | None = None,
    limit: int | None = None,
    dask: str | None = None,
) -> Counts | State[Any]:
    """One ingestion run over the feeds that are due.

    Args:
        home: Folder of the warehouse.
        feeds: The feeds file.
        everything: Every feed, due or not.
        names: Only these feeds, due or not.
        limit: At most so many feeds.
        dask: Address of a Dask scheduler whose workers extract; this machine does unless given.
    """
    await drop_missed_slots()
    options = IngestOptions(home=Path(home), feeds_path=Path(feeds), everything=everything, names=tuple(names or ()), limit=limit)
    try:
        return counts_of(await _ingest(options, extractors=extractors_at(dask)))
    except RunGoingOnError as error:
        return _skipped(error)


@flow(name="backfill", flow_run_name="backfill since {since}", persist_result=False)
async def backfill(
    since: datetime | None = None,
    names: list[str] | None = None,
    until: datetime | None = None,
    via: str = "auto",
    paths: list[str] | None = None,
    hosts: list[str] | None = None,
    languages: list[str] | None = None,
    home: str = "data",
    feeds: str = "feeds.toml",
    dask: str | None = None,
) -> Counts:
    """The history of feeds between two dates, in windows that are tried again by themselves.

    Args:
        since: The earliest publication time; needed unless paths are given.
        names: These feeds; all of the feeds file unless given.
        until: The first moment that is too late; now, unless given.
        via: auto, paged, archive, sitemap or wayback.
        paths: Files to take it from in place of the network: WARC, saved feeds and pages, folders, manifests.
        hosts: With paths, only pages of these hosts.
        languages: With paths, only these languages.
        home: Folder of the warehouse.
        feeds: The feeds file.
        dask: Address of a Dask scheduler whose workers extract; this machine does unless given.
    """
    if since is None and not paths:
        raise ConfigError("backfill: since must be given unless paths are")
    options = BackfillOptions(
        home=Path(home),
        feeds_path=Path(feeds),
        names=tuple(names or ()),
        since=since and _in_utc(since),
        until=until and _in_utc(until),
        via=via,
        files=FileOptions(paths=tuple(Path(path) for path in paths or ()), hosts=tuple(hosts or ()), languages=tuple(languages or ())),
    )
    with Progress() as progress:
        summary = await run_backfill(
            options,
            feeds_file_for(options),
            progress=progress,
            as_task=_window_as_task,
            extractors=extractors_at(dask),
            flow_run_id=str(runtime.flow_run.get_id()),
        )
    await publish(options.home, summary)
    return counts_of(summary)


@flow(name="reprocess", flow_run_name=_run_name, persist_result=False)
async def reprocess(
    home: str = "data", names: list[str] | None = None, since: datetime | None = None, dask: str | None = None
) -> Counts | State[Any]:
    """Extracts, attributes and groups again from the archived bytes, with no network.

    Args:
        home: Folder of the warehouse.
        names: Only these feeds; every feed unless given.
        since: Only what was fetched since then; all that is kept unless given.
        dask: Address of a Dask scheduler whose workers extract, where the archive has the same path; this machine does unless given.
    """
    options = ReprocessOptions(home=Path(home), names=tuple(names or ()), since=since and _in_utc(since))
    flow_run_id, makers = str(runtime.flow_run.get_id()), makers_at(dask)
    with Progress() as progress:
        try:
            summary, outcome = await _attempted(
                "reprocess", lambda: run_reprocess(options, progress=progress, makers=makers, flow_run_id=flow_run_id)
            )
        except RunGoingOnError as error:
            return _skipped(error)
    told = {"texts made again": outcome.remade, "texts changed": len(outcome.changed), "entries newly stored": outcome.newly_stored}
    await table("reprocess-outcome", two_columns(told), f"What run {summary.run_id} made again")
    await publish(options.home, summary)
    await rename(f"reprocess: {outcome.remade:,} texts made again, {len(outcome.changed):,} changed")
    return counts_of(summary) | told


@flow(name="maintain", flow_run_name="maintain {home}", persist_result=False)
async def maintain(home: str = "data", keep_days: int = 90) -> Counts:
    """Prunes the log, brings the text search up to date, and says what takes how much room.

    Args:
        home: Folder of the warehouse.
        keep_days: Keep the log of polls and requests for so many days; articles are kept for ever.
    """

    async def work() -> Maintained:
        return await asyncio.to_thread(keep_house, Path(home), keep=timedelta(days=keep_days))

    done = await _attempted("maintain", work)
    told = {"rows of the log deleted": done.pruned, "texts indexed": done.indexed, "articles": done.articles}
    sizes = {str(path): f"{size / 1e6:,.1f} MB" for path, size in done.files} | {
        f"store.{name}": f"{rows:,} rows" for name, rows in done.tables
    }
    await table("maintain-summary", two_columns(told | sizes), f"Maintenance of {home}")
    await rename(f"maintain: {done.pruned:,} rows of the log deleted, {done.indexed:,} texts indexed")
    return told


def _window_as_task(work: WindowWork) -> WindowWork:
    """Each window a task run, tried again by itself where its site stalled: it goes on behind what it has stored."""

    async def run(window: Window) -> None:
        await _attempted(window.name, lambda: work(window), again_after=StalledError)

    return run


async def ingest_as_flow(options: IngestOptions) -> RunSummary:
    """Runs `options` as a flow run of the configured Prefect API, from this process."""
    summary: list[RunSummary] = []
    of = f" {', '.join(options.names)}" if options.names else ""

    @flow(name="ingest", flow_run_name=f"ingest{of}", persist_result=False)
    async def ingest_from_the_command_line() -> Counts:
        return counts_of(await _ingest(options, ended=summary.append))

    state = await ingest_from_the_command_line(return_state=True)
    if not summary:
        await state.aresult()  # raises what went wrong
    return summary[0]


async def _ingest(
    options: IngestOptions, *, extractors: Extractors = extractors_here, ended: Callable[[RunSummary], None] = lambda _: None
) -> RunSummary:
    feeds_file = load_feeds_file(options.feeds_path, os.environ)
    flow_run_id = str(runtime.flow_run.get_id())
    with LoggedProgress(get_run_logger()) as progress:
        async with shown(progress):
            summary = await _attempted(
                "poll, fetch, extract, load",
                lambda: run_ingest(
                    options, feeds_file, progress=progress, as_task=_as_task, extractors=extractors, flow_run_id=flow_run_id
                ),
            )
    ended(summary)
    report = await publish(options.home, summary)
    told = f"ingest {counted(summary.feeds_polled, 'feed')}, {counted(summary.articles_new, 'new article')}"
    await rename(told + (f", {counted(summary.feeds_failed, 'feed')} failed" if summary.feeds_failed else ""))
    alarm(report, summary)
    return summary


async def _attempted(name: str, work: Callable[[], Awaitable[Result]], *, again_after: type[FeedhouseError] = WarehouseBusyError) -> Result:
    """What `work` gives, as a task that is tried again after what time mends: of a whole run, that is the warehouse being busy.

    A feed that fails is no failure of the run: its next poll is its retry. What an attempt has stored, the next one knows.
    """

    def is_transient(_: object, __: object, state: State[Any]) -> bool:
        return isinstance(state.data, again_after)

    async def attempt() -> Result:
        return await work()

    return await task(
        name=name,
        retries=RETRIES,
        retry_delay_seconds=exponential_backoff(RETRY_SECONDS),
        retry_jitter_factor=RETRY_JITTER,
        retry_condition_fn=is_transient,
        cache_policy=NO_CACHE,
        persist_result=False,
    )(attempt)()


def _as_task(work: ShardWork) -> ShardWork:
    """Each shard a task run under its own name. The shard stays out of the task's parameters: it may hold secrets."""

    async def run(shard: Shard) -> None:
        async def harvest() -> None:
            await work(shard)

        await task(name=shard.name, cache_policy=NO_CACHE, persist_result=False)(harvest)()

    return run


def _skipped(error: RunGoingOnError) -> State[Any]:
    """A run that found another at work outside Prefect, such as one from the command line: nothing failed."""
    return Cancelled(name="Skipped", message=str(error))


def _in_utc(given: datetime) -> datetime:
    """A date as the web page's form gives it, with or without a zone."""
    return given if given.tzinfo else given.replace(tzinfo=UTC)

"""The flows that Prefect runs. Only this module and flows/schedule.py import it; each flow is thin over a function that does not know it.

Deployed by `feedhouse schedule` and by prefect.yaml, under dotted entrypoints such as `flows.deployments.ingest` (the path form would put
this folder on `sys.path[0]`). Parameters are plain values, so that the web page can show a form.

Events for automations (automations.yaml has one for each; Prefect's own tell of runs that fail):

    feedhouse.feed.silent        a feed has fallen silent against its own rhythm; resource feedhouse.feed.NAME; each silence once
    feedhouse.books.unbalanced   a run's entries are not all accounted for; resource feedhouse.run.RUN_ID
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from prefect import State, flow, get_client, get_run_logger, runtime, task
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event
from prefect.states import Cancelled
from prefect.tasks import exponential_backoff

from flows.backfill import BackfillOptions, Window, WindowWork, feeds_file_for, run_backfill
from flows.backfill_files import FileOptions
from flows.distributing import makers_at
from flows.ingest import IngestOptions, Shard, ShardWork, run_ingest
from flows.maintain import Maintained
from flows.maintain import maintain as keep_house
from flows.missed_slots import drop_missed_slots
from flows.prefect_api import spare_workers_prefect
from flows.progress import LoggedProgress, Progress
from flows.reprocess import ReprocessOptions, run_reprocess
from flows.run_lock import RunGoingOnError
from flows.run_report import RunReport, counts_of, report_on, rows_of_run
from flows.settings import ConfigError, load_feeds_file
from pipeline.records import RunSummary
from warehouse.connections import WarehouseBusyError

Counts = dict[str, Any]
Result = TypeVar("Result")

spare_workers_prefect()

# A call of the API costs 20 to 50 ms of the server's time.
PROGRESS_SECONDS = 5.0
# Where the warehouse is busy: again after about 10 and 20 s, each longer by up to a half, so that two that wait for one another part.
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
    home: str = "data", feeds: str = "feeds.toml", everything: bool = False, names: list[str] | None = None, limit: int | None = None
) -> Counts | State[Any]:
    """One ingestion run over the feeds that are due.

    Args:
        home: Folder of the warehouse.
        feeds: The feeds file.
        everything: Every feed, due or not.
        names: Only these feeds, due or not.
        limit: At most so many feeds.
    """
    await drop_missed_slots()
    options = IngestOptions(home=Path(home), feeds_path=Path(feeds), everything=everything, names=tuple(names or ()), limit=limit)
    try:
        return counts_of(await _ingest(options))
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
            flow_run_id=str(runtime.flow_run.get_id()),
        )
    await _publish(options.home, summary)
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
    await _table("reprocess-outcome", _two_columns(told), f"What run {summary.run_id} made again")
    await _publish(options.home, summary)
    await _rename(f"reprocess: {outcome.remade:,} texts made again, {len(outcome.changed):,} changed")
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
    await _table("maintain-summary", _two_columns(told | sizes), f"Maintenance of {home}")
    await _rename(f"maintain: {done.pruned:,} rows of the log deleted, {done.indexed:,} texts indexed")
    return told


def _window_as_task(work: WindowWork) -> WindowWork:
    """Each window a task run, tried again by itself: it goes on behind what it has stored."""

    async def run(window: Window) -> None:
        async def stretch() -> None:
            await work(window)

        await task(name=window.name, retries=2, retry_delay_seconds=[10, 60], cache_policy=NO_CACHE, persist_result=False)(stretch)()

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


async def _ingest(options: IngestOptions, *, ended: Callable[[RunSummary], None] = lambda _: None) -> RunSummary:
    feeds_file = load_feeds_file(options.feeds_path, os.environ)
    flow_run_id = str(runtime.flow_run.get_id())
    with LoggedProgress(get_run_logger()) as progress:
        async with _shown(progress):
            summary = await _attempted(
                "poll, fetch, extract, load",
                lambda: run_ingest(options, feeds_file, progress=progress, as_task=_as_task, flow_run_id=flow_run_id),
            )
    ended(summary)
    report = await _publish(options.home, summary)
    told = [f"{summary.feeds_polled:,} feeds", f"{summary.articles_new:,} new articles"]
    await _rename(f"ingest {', '.join(told)}" + (f", {summary.feeds_failed:,} feeds failed" if summary.feeds_failed else ""))
    _alarm(report, summary)
    return summary


async def _attempted(name: str, work: Callable[[], Awaitable[Result]]) -> Result:
    """What `work` gives, as a task that is tried again where the warehouse was busy: the one thing that time mends.

    A feed that fails is no failure of the run: its next poll is its retry. What an attempt has stored, the next one knows.
    """

    def is_transient(_: object, __: object, state: State[Any]) -> bool:
        return isinstance(state.data, WarehouseBusyError)

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


@asynccontextmanager
async def _shown(progress: Progress) -> AsyncIterator[None]:
    """Shows `progress` on the run's page while the block goes on: first in the run's name, then as a bar."""

    async def show() -> None:
        while not progress.total:  # noqa: ASYNC110  Progress knows of no event loop
            await asyncio.sleep(0.1)
        await _rename(f"ingest {progress.total:,} feeds")
        bar = await acreate_progress_artifact(0.0, key="ingest-progress", description=f"Feeds done of {progress.total:,}")
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            await aupdate_progress_artifact(bar, 100.0 * progress.done / max(progress.total, progress.done, 1))

    showing = asyncio.create_task(show())
    try:
        yield
    finally:
        showing.cancel()
        (error,) = await asyncio.gather(showing, return_exceptions=True)
        if not isinstance(error, asyncio.CancelledError):  # the page is a courtesy: the run is not worth less without it
            get_run_logger().warning("The run's progress could not be shown: %s", error)


async def _publish(home: Path, summary: RunSummary) -> RunReport:
    """Puts on the run's page what came of it, and the way to its rows."""
    report = await asyncio.to_thread(report_on, home, summary)
    get_run_logger().info("Run %s %s: %s", summary.run_id, summary.status, report.counts)
    kind = summary.kind.value
    await _table(f"{kind}-summary", _two_columns(report.counts), f"Run {summary.run_id}, {summary.status}. {rows_of_run(summary.run_id)}")
    if report.failed_feeds:
        await _table(
            f"{kind}-failed-feeds", report.failed_feeds, f"Feeds that failed in run {summary.run_id}: all of them in `feedhouse status`"
        )
    if report.new_stories:
        await _table(
            f"{kind}-new-stories", report.new_stories, f"Stories that run {summary.run_id} was the first to bring, the widest carried first"
        )
    return report


def _alarm(report: RunReport, summary: RunSummary) -> None:
    for silence in report.newly_silent:
        name = str(silence["feed"])
        resource = {"prefect.resource.id": f"feedhouse.feed.{name}", "prefect.resource.name": name}
        get_run_logger().warning("%s: silent against its own rhythm (run %s)", name, summary.run_id)
        emit_event("feedhouse.feed.silent", resource=resource, payload=silence | {"run_id": summary.run_id})
    for books in report.unbalanced:
        resource = {"prefect.resource.id": f"feedhouse.run.{summary.run_id}", "prefect.resource.name": f"run {summary.run_id}"}
        get_run_logger().error("The books of run %s do not balance: %s", summary.run_id, books)
        emit_event("feedhouse.books.unbalanced", resource=resource, payload=books)


def _skipped(error: RunGoingOnError) -> State[Any]:
    """A run that found another at work outside Prefect, such as one from the command line: nothing failed."""
    return Cancelled(name="Skipped", message=str(error))


async def _rename(name: str) -> None:
    async with get_client() as client:
        await client.update_flow_run(UUID(str(runtime.flow_run.get_id())), name=name)


async def _table(key: str, rows: list[dict[str, Any]], description: str) -> None:
    await acreate_table_artifact(rows, key=key, description=description)


def _two_columns(counts: Counts) -> list[dict[str, Any]]:
    return [{"what": name.replace("_", " "), "value": value} for name, value in counts.items()]


def _in_utc(given: datetime) -> datetime:
    """A date as the web page's form gives it, with or without a zone."""
    return given if given.tzinfo else given.replace(tzinfo=UTC)

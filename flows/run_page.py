"""What a person sees of a run on Prefect's web page: its name, a bar while it goes on, tables of what came of it; and its alarms.

Events for automations (automations.yaml has one for each; Prefect's own tell of runs that fail):

    feedhouse.feed.silent        a feed has fallen silent against its own rhythm; resource feedhouse.feed.NAME; each silence once
    feedhouse.books.unbalanced   a run's entries are not all accounted for; resource feedhouse.run.RUN_ID
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from prefect import get_client, get_run_logger, runtime
from prefect.artifacts import acreate_progress_artifact, acreate_table_artifact, aupdate_progress_artifact
from prefect.events import emit_event

from flows.progress import LoggedProgress
from flows.run_report import RunReport, report_on, rows_of_run
from pipeline.records import RunSummary

# A call of the API costs 20 to 50 ms of the server's time.
PROGRESS_SECONDS = 5.0


@asynccontextmanager
async def shown(progress: LoggedProgress) -> AsyncIterator[None]:
    """Shows `progress` on the run's page while the block goes on: first in the run's name, then as a bar, and in the log."""

    async def show() -> None:
        while not progress.total:  # noqa: ASYNC110  Progress knows of no event loop
            await asyncio.sleep(0.1)
        await rename(f"ingest {counted(progress.total, 'feed')}")
        bar = await acreate_progress_artifact(0.0, key="ingest-progress", description=f"Feeds done of {progress.total:,}")
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            await aupdate_progress_artifact(bar, 100.0 * progress.done / max(progress.total, progress.done, 1))

    async def write_log() -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            progress.write_log()

    showing = [asyncio.create_task(show()), asyncio.create_task(write_log())]
    try:
        yield
    finally:
        for task in showing:
            task.cancel()
        for error in await asyncio.gather(*showing, return_exceptions=True):
            if not isinstance(error, asyncio.CancelledError):  # the page is a courtesy: the run is not worth less without it
                get_run_logger().warning("The run's progress could not be shown: %s", error)


async def publish(home: Path, summary: RunSummary) -> RunReport:
    """Puts on the run's page what came of it, and the way to its rows."""
    report = await asyncio.to_thread(report_on, home, summary)
    get_run_logger().info("Run %s %s: %s", summary.run_id, summary.status, report.counts)
    kind = summary.kind.value
    await table(f"{kind}-summary", two_columns(report.counts), f"Run {summary.run_id}, {summary.status}. {rows_of_run(summary.run_id)}")
    if report.failed_feeds:
        await table(
            f"{kind}-failed-feeds", report.failed_feeds, f"Feeds that failed in run {summary.run_id}: all of them in `feedhouse status`"
        )
    if report.new_stories:
        await table(
            f"{kind}-new-stories", report.new_stories, f"Stories that run {summary.run_id} was the first to bring, the widest carried first"
        )
    return report


def alarm(report: RunReport, summary: RunSummary) -> None:
    """Emits an event for whatever of a run a person should be called for."""
    for silence in report.newly_silent:
        name = str(silence["feed"])
        resource = {"prefect.resource.id": f"feedhouse.feed.{name}", "prefect.resource.name": name}
        get_run_logger().warning("%s: silent against its own rhythm (run %s)", name, summary.run_id)
        emit_event("feedhouse.feed.silent", resource=resource, payload=silence | {"run_id": summary.run_id})
    for books in report.unbalanced:
        resource = {"prefect.resource.id": f"feedhouse.run.{summary.run_id}", "prefect.resource.name": f"run {summary.run_id}"}
        get_run_logger().error("The books of run %s do not balance: %s", summary.run_id, books)
        emit_event("feedhouse.books.unbalanced", resource=resource, payload=books)


def counted(number: int, what: str) -> str:
    """So many of what: "1 feed", "2,000 feeds"."""
    return f"{number:,} {what}{'s' * (number != 1)}"


async def rename(name: str) -> None:
    """Calls the run that is going on so."""
    async with get_client() as client:
        await client.update_flow_run(UUID(str(runtime.flow_run.get_id())), name=name)


async def table(key: str, rows: list[dict[str, Any]], description: str) -> None:
    """Puts a table on the page of the run that is going on."""
    await acreate_table_artifact(rows, key=key, description=description)


def two_columns(counts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Counts as the rows of a table."""
    return [{"what": name.replace("_", " "), "value": value} for name, value in counts.items()]

"""The flows that Prefect runs: the only module that imports Prefect at its top. Each is thin over a function that knows nothing of it.

Deployed by `feedhouse schedule` and by prefect.yaml, under the entrypoints `flows.deployments.ingest` and `flows.deployments.backfill`
(dotted: the path form would put this folder on `sys.path[0]`). Parameters are plain values, so that the web page can show a form.
"""

from __future__ import annotations

import dataclasses
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow, get_run_logger, runtime, task
from prefect.artifacts import acreate_table_artifact
from prefect.cache_policies import NO_CACHE

from flows.backfill import BackfillOptions, Window, WindowWork, feeds_file_for, run_backfill
from flows.backfill_files import FileOptions
from flows.ingest import IngestOptions, Shard, ShardWork, run_ingest
from flows.progress import Progress
from flows.query_formats import plain
from flows.settings import ConfigError, load_feeds_file
from pipeline.records import RunSummary

Counts = dict[str, Any]


@flow(name="ingest", flow_run_name="ingest into {home}", persist_result=False)
async def ingest(
    home: str = "data", feeds: str = "feeds.toml", everything: bool = False, names: list[str] | None = None, limit: int | None = None
) -> Counts:
    """One ingestion run over the feeds that are due.

    Args:
        home: Folder of the warehouse.
        feeds: The feeds file.
        everything: Every feed, due or not.
        names: Only these feeds, due or not.
        limit: At most so many feeds.
    """
    options = IngestOptions(home=Path(home), feeds_path=Path(feeds), everything=everything, names=tuple(names or ()), limit=limit)
    return _counts(await _ingest(options))


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
    await _publish_summary(summary)
    return _counts(summary)


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

    @flow(name="ingest", flow_run_name=f"ingest into {options.home}", persist_result=False)
    async def ingest_from_the_command_line() -> Counts:
        summary.append(await _ingest(options))
        return _counts(summary[0])

    await ingest_from_the_command_line()
    return summary[0]


async def _ingest(options: IngestOptions) -> RunSummary:
    feeds_file = load_feeds_file(options.feeds_path, os.environ)
    with Progress() as progress:
        summary = await run_ingest(options, feeds_file, progress=progress, as_task=_as_task, flow_run_id=str(runtime.flow_run.get_id()))
    await _publish_summary(summary)
    return summary


def _as_task(work: ShardWork) -> ShardWork:
    """Each shard a task run under its own name. The shard stays out of the task's parameters: it may hold secrets."""

    async def run(shard: Shard) -> None:
        async def harvest() -> None:
            await work(shard)

        await task(name=shard.name, cache_policy=NO_CACHE, persist_result=False)(harvest)()

    return run


async def _publish_summary(summary: RunSummary) -> None:
    counts = _counts(summary)
    get_run_logger().info("Run %s %s: %s", summary.run_id, summary.status, counts)
    rows = [{"what": name.replace("_", " "), "value": value} for name, value in counts.items()]
    await acreate_table_artifact(rows, key=f"{summary.kind.value}-summary", description=f"Run {summary.run_id}, {summary.status}")


def _in_utc(given: datetime) -> datetime:
    """A date as the web page's form gives it, with or without a zone."""
    return given if given.tzinfo else given.replace(tzinfo=UTC)


def _counts(summary: RunSummary) -> Counts:
    return {name: plain(value) for name, value in dataclasses.asdict(summary).items()}

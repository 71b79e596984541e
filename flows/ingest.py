"""One ingestion run, from the feeds file to the summary. No Prefect here: flows/deployments.py runs the same as a flow.

`run_ingest` is given everything it needs; `ingest_command` is what `feedhouse ingest` calls.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from flows.making import Extractors, extractors_here
from flows.progress import Progress
from flows.run_parts import Clock, RunParts, fetching_run
from flows.settings import FeedsFile, unknown_feed
from pipeline.polling import is_due
from pipeline.records import (
    Feed,
    FeedState,
    FeedStatus,
    RetryableEntry,
    Run,
    RunKind,
    RunSummary,
)

# Feeds in hand at once. More than connections: most of them wait for a host's turn, for a worker or for the loader.
FEEDS_IN_HAND = 256
# A shard is one Prefect task: large enough that a task's cost (about 20 ms) does not count, small enough to see a run advance.
SHARD_SIZE = 100
# Pages asked for again in one run, the longest overdue first.
RETRIES_PER_RUN = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestOptions:
    """What a person, a schedule or the Prefect web page can say about a run."""

    home: Path
    feeds_path: Path
    everything: bool = False
    names: tuple[str, ...] = ()
    limit: int | None = None
    crash_on_bugs: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Shard:
    """Feeds to poll, or pages to ask for again, under one name in logs and in Prefect."""

    name: str
    feeds: tuple[tuple[Feed, FeedState], ...] = ()
    retries: tuple[tuple[Feed, RetryableEntry], ...] = ()


ShardWork = Callable[[Shard], Coroutine[None, None, None]]
Item = TypeVar("Item")


async def run_ingest(
    options: IngestOptions,
    feeds_file: FeedsFile,
    *,
    progress: Progress,
    now: Clock = lambda: datetime.now(UTC),
    as_task: Callable[[ShardWork], ShardWork] = lambda work: work,
    extractors: Extractors = extractors_here,
    flow_run_id: str | None = None,
) -> RunSummary:
    """Polls the feeds that `options` name and that are due, loads what they bring, and sums up.

    `as_task` may wrap the work on a shard (Prefect makes it a task); `extractors` may extract elsewhere. When the run is cancelled, what
    has been fetched is stored and the run is marked as interrupted.

    Raises:
        FeedhouseError: where nothing can be done: another run is going on, the warehouse cannot be opened, no such feed.
    """
    wanted = wanted_feeds(feeds_file, options.names)

    async def work(parts: RunParts, run: Run) -> None:
        shards = await _shards(options, wanted, parts, now=run.started_at)
        progress.begin("Polling feeds", sum(len(shard.feeds) for shard in shards))
        on_shard = as_task(_shard_work(parts))
        await run_all(on_shard(shard) for shard in shards if shard.feeds)
        await run_all(on_shard(shard) for shard in shards if shard.retries)  # but for entries that have been seen changed by now

    return await fetching_run(
        RunKind.INGEST,
        options.home,
        feeds_file,
        work,
        progress=progress,
        now=now,
        flow_run_id=flow_run_id,
        crash_on_bugs=options.crash_on_bugs,
        extractors=extractors,
    )


def wanted_feeds(feeds_file: FeedsFile, names: Sequence[str]) -> tuple[Feed, ...]:
    """The enabled feeds, or those of `names`.

    Raises:
        ConfigError: where a name is not in the feeds file.
    """
    if not names:
        return tuple(feed for feed in feeds_file.feeds if feed.enabled)
    by_name = {feed.name: feed for feed in feeds_file.feeds}
    for name in names:
        if name not in by_name:
            raise unknown_feed(feeds_file.path, name, by_name)
    return tuple(by_name[name] for name in dict.fromkeys(names))


async def _shards(options: IngestOptions, wanted: Sequence[Feed], parts: RunParts, *, now: datetime) -> list[Shard]:
    """The run's work. A feed asked for by name is polled whatever its state; pages are asked for again only in a run over all feeds.

    Feeds that are gone wait for their monthly turn even where every feed is wanted.
    """
    states = await asyncio.to_thread(parts.warehouse.feed_states)
    pairs = [(feed, states[feed.name]) for feed in wanted]
    if not options.names:
        is_gone = FeedStatus.GONE
        pairs = [pair for pair in pairs if is_due(pair[1], now) or (options.everything and pair[1].status is not is_gone)]
        pairs = spread_over_hosts(sorted(pairs, key=lambda pair: (pair[1].next_poll_at is not None, pair[1].next_poll_at or now)))
    pairs = pairs[: options.limit]
    shards = [Shard(name=f"feeds {start + 1} to {start + len(part)} of {len(pairs)}", feeds=part) for start, part in _cut(pairs)]
    by_name = {feed.name: feed for feed in wanted}
    due = await parts.known.due_retries(now=now, limit=RETRIES_PER_RUN)
    retries = [(by_name[entry.sighting.feed], entry) for entry in due if entry.sighting.feed in by_name]
    return shards + [Shard(name=f"pages {start + 1} to {start + len(part)} again", retries=part) for start, part in _cut(retries)]


def spread_over_hosts(pairs: Sequence[tuple[Feed, FeedState]]) -> list[tuple[Feed, FeedState]]:
    """The feeds in their order, but one of each host before the second of any: ten thousand on one slow host hold up nobody else."""
    turns: Counter[str] = Counter()
    placed: list[tuple[int, tuple[Feed, FeedState]]] = []
    for pair in pairs:
        host = urlsplit(pair[1].url).netloc
        placed.append((turns[host], pair))
        turns[host] += 1
    return [pair for _, pair in sorted(placed, key=lambda turn: turn[0])]


def _cut(items: Sequence[Item]) -> Iterator[tuple[int, tuple[Item, ...]]]:
    """Runs of at most `SHARD_SIZE` items, each with its place."""
    for start in range(0, len(items), SHARD_SIZE):
        yield start, tuple(items[start : start + SHARD_SIZE])


def _shard_work(parts: RunParts) -> ShardWork:
    """The work on one shard, every feed of it at once, as far as there is room for feeds in hand."""
    room = asyncio.Semaphore(FEEDS_IN_HAND)

    async def poll(feed: Feed, state: FeedState) -> None:
        async with room:
            await parts.store(await parts.harvester.harvest(feed, state))

    async def again(feed: Feed, entry: RetryableEntry) -> None:
        async with room:
            await parts.store(await parts.gatherer.retry(feed, entry))

    async def work(shard: Shard) -> None:
        await run_all([*(poll(feed, state) for feed, state in shard.feeds), *(again(feed, entry) for feed, entry in shard.retries)])

    return work


async def run_all(work: Iterable[Coroutine[None, None, None]]) -> None:
    """Runs everything at once; the first error stops the rest and is raised as itself, not as a group."""
    try:
        async with asyncio.TaskGroup() as group:
            for part in work:
                group.create_task(part)
    except BaseExceptionGroup as errors:
        first: BaseException = errors
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from errors

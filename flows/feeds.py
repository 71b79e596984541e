"""`feedhouse feeds list` and `feedhouse feeds check`."""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.settings import FeedsFile, load_feeds_file
from pipeline.records import Failure, Feed


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedCheck:
    """What a poll of a feed would bring."""

    feed: str
    http_status: int | None
    format: str | None
    title: str | None
    entries: int
    new: int
    changed: int
    problem: str | None


def list_command(*, feeds_path: Path, as_json: bool) -> int:
    """Prints the feeds of the feeds file; headers, which may be secrets, stay out."""
    feeds_file = load_feeds_file(feeds_path, os.environ)
    if as_json:
        shown = [
            {
                "name": f.name,
                "url": f.url,
                "tags": list(f.tags),
                "interval_s": f.interval.total_seconds(),
                "enabled": f.enabled,
                "full_text": f.full_text,
            }
            for f in feeds_file.feeds
        ]
        json.dump(shown, sys.stdout, indent=1, ensure_ascii=False)
        sys.stdout.write("\n")
        return 0
    table = Table()
    for name in ("name", "url", "tags", "every", ""):
        table.add_column(name, overflow="fold")
    for feed in feeds_file.feeds:
        table.add_row(escape(feed.name), escape(feed.url), ", ".join(feed.tags), str(feed.interval), "" if feed.enabled else "disabled")
    console().print(table)
    return 0


def check_command(*, home: Path, feeds_path: Path, names: tuple[str, ...]) -> int:
    """Polls the named feeds, or all, once; prints what a run would store, and stores nothing. 1 if every one has a problem."""
    from flows.commands import run_to_end
    from flows.ingest import wanted_feeds

    feeds_file = load_feeds_file(feeds_path, os.environ)
    checks = run_to_end(_check(feeds_file, wanted_feeds(feeds_file, names), home / "warehouse.duckdb"))
    table = Table()
    for name in ("feed", "status", "format", "title", "entries", "new", "changed", "problem"):
        table.add_column(name, overflow="fold")
    for check in checks:
        table.add_row(*("" if value is None else escape(str(value)) for value in dataclasses.astuple(check)))
    console().print(table)
    return 1 if checks and all(check.problem and not check.entries for check in checks) else 0


async def _check(feeds_file: FeedsFile, feeds: tuple[Feed, ...], snapshot: Path) -> list[FeedCheck]:
    from flows.run_parts import fetching_parts

    async with fetching_parts(feeds_file.settings, snapshot, now=lambda: datetime.now(UTC)) as parts:

        async def one(feed: Feed) -> FeedCheck:
            answer = await parts.harvester.ask(feed, feed.url)
            if isinstance(answer, Failure):
                return _problem(feed, answer.http_status, answer.detail)
            if answer.status != 200:
                return _problem(feed, answer.status, f"the server answered {answer.status}")
            reading = await parts.harvester.read(feed, answer)
            if isinstance(reading, Failure):
                return _problem(feed, answer.status, reading.detail)
            return FeedCheck(
                feed=feed.name,
                http_status=answer.status,
                format=reading.parsed.format,
                title=reading.parsed.title,
                entries=len(reading.parsed.entries),
                new=len(reading.sifted.new),
                changed=len(reading.sifted.changed),
                problem=reading.parsed.complaint,
            )

        return list(await asyncio.gather(*map(one, feeds)))


def _problem(feed: Feed, status: int | None, problem: str) -> FeedCheck:
    return FeedCheck(feed=feed.name, http_status=status, format=None, title=None, entries=0, new=0, changed=0, problem=problem)


def console() -> Console:
    """Where tables go: as wide as the terminal, or 160 columns."""
    return Console(width=None if sys.stdout.isatty() else 160)

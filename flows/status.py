"""`feedhouse status`: the health of each feed, those in trouble first."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.query_formats import plain
from warehouse.connections import open_reader
from warehouse.sql_files import query

_STYLES = {"failing": "red", "gone": "red", "disabled": "dim"}


def status_command(*, home: Path, as_json: bool, check: bool = False, now: datetime | None = None) -> int:
    """Prints one row a feed. With `check`, 1 where a feed is failing, gone or silent, or the last run did not complete."""
    with open_reader(home / "warehouse.duckdb") as con:
        answer = con.execute(query("status"))
        columns = [column[0] for column in answer.description]
        feeds = [dict(zip(columns, row, strict=True)) for row in answer.fetchall()]
        last_run = con.execute(query("last_run")).fetchone()
    broken_run = last_run if last_run and last_run[2] != "completed" else None
    code = 1 if check and (broken_run or any(needs_a_person(feed) for feed in feeds)) else 0
    if as_json:
        json.dump([{name: plain(value) for name, value in feed.items()} for feed in feeds], sys.stdout, indent=1, ensure_ascii=False)
        sys.stdout.write("\n")
        return code
    now = now or datetime.now(UTC)
    table = Table()
    for name in ("feed", "status", "last success", "last new entry", "next poll", "trouble"):
        table.add_column(name, overflow="fold")
    for feed in feeds:
        table.add_row(
            escape(str(feed["feed"])),
            f"[{_STYLES.get(str(feed['status']), 'green')}]{feed['status']}[/]",
            spoken(feed["last_success_at"], now),
            spoken(feed["last_new_at"], now),
            _next(feed, now),
            escape(trouble(feed)),
        )
    console = Console(width=None if sys.stdout.isatty() else 160)
    console.print(table)
    counts = Counter(str(feed["status"]) for feed in feeds)
    silent = sum(bool(feed["is_silent"]) for feed in feeds)
    console.print(", ".join(f"{count:,} {status}" for status, count in counts.most_common()) + f"; {silent:,} silent against their rhythm")
    if broken_run:
        console.print("the last run, {1} {0}, was {2}".format(*broken_run), highlight=False)
    return code


def needs_a_person(feed: dict[str, object]) -> bool:
    """True for a feed (a row of queries/status.sql) that is failing, gone or silent."""
    return feed["status"] in {"failing", "gone"} or (feed["status"] == "active" and bool(feed["is_silent"]))


def spoken(at: object, now: datetime) -> str:
    """A time as people say it: `3 min ago`, `in 2 h`, `never`."""
    if not isinstance(at, datetime):
        return "never"
    span = at - now
    text = _span(abs(span))
    return f"in {text}" if span > timedelta() else f"{text} ago"


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= 2 * size or (size == 60 and seconds >= 60):
            return f"{round(seconds / size)} {unit}"
    return f"{round(seconds)} s"


def _next(feed: dict[str, object], now: datetime) -> str:
    if feed["status"] == "disabled":
        return "not polled"
    at = feed["next_poll_at"]
    if not isinstance(at, datetime) or at <= now:
        return "due"
    return f"{spoken(at, now)}: {escape(str(feed['next_poll_reason'] or ''))}"


def trouble(feed: dict[str, object]) -> str:
    """What a person should know of a feed (a row of queries/status.sql); nothing where all is well."""
    if feed["url"] != feed["configured_url"]:
        moved = f"has moved for good: put {feed['url']} in the feeds file"
        return moved if not feed["last_error"] else f"{moved}; {feed['consecutive_failures']} × {feed['last_error']}"
    if feed["last_error"]:
        return f"{feed['consecutive_failures']} × {feed['last_error']}"
    if feed["is_silent"] and isinstance(feed["silent_for_s"], float) and isinstance(feed["expected_gap_s"], float):
        silence, gap = timedelta(seconds=feed["silent_for_s"]), timedelta(seconds=feed["expected_gap_s"])
        return f"silent for {_span(silence)}, has an entry every {_span(gap)}"
    return "turned over whole between two polls" if feed["window_overrun"] else ""

"""A run's summary for people and for programs."""

from __future__ import annotations

import dataclasses
import json
import sys
from datetime import datetime

from rich.console import Console
from rich.table import Table

from pipeline.records import RunSummary


def summary_json(summary: RunSummary) -> str:
    """The summary as one JSON object, named as the columns of `runs`; times are ISO 8601 in UTC."""
    values = dataclasses.asdict(summary)
    return json.dumps({name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()})


def print_summary(summary: RunSummary, *, as_json: bool) -> None:
    """Prints the summary on standard output."""
    if as_json:
        sys.stdout.write(summary_json(summary) + "\n")
        return
    table = Table(title=f"{summary.kind} {summary.run_id}: {summary.status}", show_header=False, title_justify="left")
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column(justify="left", style="dim")
    seconds = (summary.finished_at - summary.started_at).total_seconds()
    unchanged = summary.entries_seen - summary.entries_new - summary.entries_changed
    table.add_row(
        "feeds polled", f"{summary.feeds_polled:,}", f"{summary.feeds_not_modified:,} not modified, {summary.feeds_failed:,} failed"
    )
    table.add_row("entries seen", f"{summary.entries_seen:,}", f"{unchanged:,} unchanged, {summary.entries_changed:,} changed")
    table.add_row("entries new", f"{summary.entries_new:,}", f"{summary.rejected:,} rejected")
    table.add_row("articles new", f"{summary.articles_new:,}", f"{summary.duplicates:,} duplicates")
    table.add_row("seconds", f"{seconds:,.1f}", "")
    console = Console()
    console.print(table)
    if summary.feeds_failed:
        console.print("Why feeds failed: feedhouse status", highlight=False, soft_wrap=True)
    if summary.rejected:
        console.print("Why entries were rejected: feedhouse query 'FROM rejections'", highlight=False, soft_wrap=True)


def exit_code_of(summary: RunSummary) -> int:
    """0 where the run did something or had nothing to do, 1 where every feed that it polled failed."""
    return 1 if summary.feeds_polled and summary.feeds_failed == summary.feeds_polled else 0

"""What is worth telling of a run that has ended, read from the published warehouse: tables for people, and what should alarm them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.query_formats import plain
from pipeline.records import RunSummary
from warehouse import open_reader
from warehouse.sql_files import query

# Stories that the table of new ones names, and feeds that the table of failed ones does: more are a query away.
MOST_ROWS = 100

Table = list[dict[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """One run for people. `newly_silent`: fallen silent since the run before; `unbalanced`: this run's books where they do not balance."""

    counts: dict[str, object]
    failed_feeds: Table
    new_stories: Table
    newly_silent: Table
    unbalanced: Table


def report_on(home: Path, summary: RunSummary) -> RunReport:
    """The report on a run of `home`.

    Raises:
        WarehouseError: if the published warehouse cannot be opened.
    """
    run = {"run_id": summary.run_id}
    with open_reader(home / "warehouse.duckdb") as con:
        return RunReport(
            counts=counts_of(summary),
            failed_feeds=_table(con, "run_failed_feeds", run | {"most": MOST_ROWS}),
            new_stories=_table(con, "run_new_stories", run | {"most": MOST_ROWS}),
            newly_silent=_table(con, "newly_silent", run),
            unbalanced=[row for row in _table(con, "books", {}) if row["run_id"] == summary.run_id],
        )


def counts_of(summary: RunSummary) -> dict[str, object]:
    """The summary as plain values, named as the columns of `runs`."""
    return {name: plain(value) for name, value in dataclasses.asdict(summary).items()}


def rows_of_run(run_id: str) -> str:
    """Markdown that leads from a run to its rows: the SQL to ask, ready to be pasted."""
    questions = (
        f"FROM sightings WHERE run_id = '{run_id}'",
        f"FROM articles WHERE article_id IN (SELECT article_id FROM sightings WHERE run_id = '{run_id}')",  # noqa: S608  for a person to paste
        f"FROM polls WHERE run_id = '{run_id}' AND outcome = 'failed'",
        f"FROM rejections WHERE run_id = '{run_id}'",
    )
    return "Its rows:\n\n" + "\n".join(f'    feedhouse query "{question}"' for question in questions)


def _table(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> Table:
    answer = con.execute(query(name), values)
    columns = [column[0] for column in answer.description or ()]
    return [dict(zip(columns, map(plain, row), strict=True)) for row in answer.fetchall()]

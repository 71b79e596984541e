"""`feedhouse maintain`: prunes the log, brings the index of words up to date, checkpoints, publishes, and says what takes how much room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from warehouse import Warehouse, open_reader
from warehouse.connections import NoWarehouseError
from warehouse.sql_files import query


@dataclass(frozen=True, slots=True, kw_only=True)
class Maintained:
    """What maintenance did, and what takes how much room. `files`: bytes by path; `tables`: rows by name, the largest first."""

    pruned: int
    indexed: int
    files: tuple[tuple[Path, int], ...]
    tables: tuple[tuple[str, int], ...]
    articles: int


def maintain_command(*, home: Path, keep: timedelta) -> int:
    """Keeps house and says what it did."""
    done = maintain(home, keep=keep)
    click.echo(f"{done.pruned:,} rows of the log older than {keep.days} days deleted, {done.indexed:,} texts added to the index of words")
    for path, size in done.files:
        click.echo(f"{path}: {size / 1e6:,.1f} MB")
    for name, rows in done.tables:
        click.echo(f"  store.{name}: {rows:,} rows")
    if done.articles:
        click.echo(f"{done.files[-1][1] / done.articles:,.0f} bytes an article, all told")
    return 0


def maintain(home: Path, *, keep: timedelta) -> Maintained:
    """Keeps the polls and requests of the last `keep`; articles, sightings and rejections are kept for ever.

    Raises:
        NoWarehouseError: if `home` has none yet.
    """
    warehouse = Warehouse(home)
    if not warehouse.work.exists():
        raise NoWarehouseError(f"{home}: there is no warehouse yet: run feedhouse ingest, or feedhouse demo to see one")
    indexed = warehouse.index_words()
    pruned = warehouse.prune(before=datetime.now(UTC) - keep)
    with open_reader(warehouse.snapshot) as con:
        tables = tuple(con.execute(query("table_sizes")).fetchall())
        (articles,) = con.execute("SELECT count(*) FROM articles").fetchone() or (0,)
    return Maintained(
        pruned=pruned,
        indexed=indexed,
        files=tuple((path, path.stat().st_size) for path in (warehouse.work, warehouse.snapshot)),
        tables=tables,
        articles=articles,
    )

"""`feedhouse maintain`: prunes the log, brings the index of words up to date, checkpoints, publishes, and says what takes how much room."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from warehouse import Warehouse, open_reader
from warehouse.connections import NoWarehouseError
from warehouse.sql_files import query


def maintain_command(*, home: Path, keep: timedelta) -> int:
    """Keeps the polls and requests of the last `keep`; articles, sightings and rejections are kept for ever."""
    warehouse = Warehouse(home)
    if not warehouse.work.exists():
        raise NoWarehouseError(f"{home}: there is no warehouse yet: run feedhouse ingest, or feedhouse demo to see one")
    indexed = warehouse.index_words()
    pruned = warehouse.prune(before=datetime.now(UTC) - keep)
    click.echo(f"{pruned:,} rows of the log older than {keep.days} days deleted, {indexed:,} texts added to the index of words")
    for path in (warehouse.work, warehouse.snapshot):
        click.echo(f"{path}: {path.stat().st_size / 1e6:,.1f} MB")
    with open_reader(warehouse.snapshot) as con:
        for name, rows in con.execute(query("table_sizes")).fetchall():
            click.echo(f"  store.{name}: {rows:,} rows")
        (articles,) = con.execute("SELECT count(*) FROM articles").fetchone() or (0,)
    if articles:
        click.echo(f"{warehouse.snapshot.stat().st_size / articles:,.0f} bytes an article, all told")
    return 0

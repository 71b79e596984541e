"""Brings a warehouse to this version's schema: numbered migrations, each applied once and with its record in one transaction."""

from __future__ import annotations

import hashlib

import duckdb

from pipeline.errors import WarehouseError
from warehouse.sql_files import SqlFile, migrations, views

_LEDGER = """
CREATE SCHEMA IF NOT EXISTS store;
CREATE TABLE IF NOT EXISTS store.migration (
    name VARCHAR PRIMARY KEY, checksum VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT current_timestamp
);
COMMENT ON TABLE store.migration IS 'The migrations that this file has seen, and (as views) the text of the views that it has now.';
COMMENT ON COLUMN store.migration.name IS 'Number and name; views for the views.';
COMMENT ON COLUMN store.migration.checksum IS 'SHA-256 of the SQL.';
COMMENT ON COLUMN store.migration.applied_at IS 'When.';
"""
_VIEWS = "views"


def migrate(
    con: duckdb.DuckDBPyConnection, known: tuple[SqlFile, ...] | None = None, *, view_files: tuple[SqlFile, ...] | None = None
) -> bool:
    """Applies what is missing and renews the views if their text has changed; False if there was nothing to do.

    What is applied are this version's files unless given.

    Raises:
        WarehouseError: if the file was written by a newer version, or an applied migration is no longer what it was.
    """
    known = migrations() if known is None else known
    applied = _applied(con)
    views_then = applied.pop(_VIEWS, None)
    newer = sorted(set(applied) - {migration.name for migration in known})
    if newer:
        raise WarehouseError(
            f"the warehouse was written by a newer Feedhouse (it has {newer[-1]}): upgrade this one, pip install -U feedhouse"
        )
    missing = [migration for migration in known if migration.name not in applied]
    for migration in known:
        if migration in missing:
            _apply(con, migration.name, migration.checksum, migration.text)
        elif applied[migration.name] != migration.checksum:
            raise WarehouseError(f"migration {migration.name} is not what was applied to this warehouse: install an unchanged Feedhouse")
    text = "\n".join(view.text for view in (views() if view_files is None else view_files))
    checksum = hashlib.sha256(text.encode()).hexdigest()
    if checksum == views_then:
        return bool(missing)
    _apply(con, _VIEWS, checksum, text)
    return True


def _applied(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The checksums of what was applied, by name. A catalogue that lists its tables costs each transaction 6 ms: so it is just asked."""
    try:
        rows = con.execute("SELECT name, checksum FROM store.migration").fetchall()
    except duckdb.CatalogException:  # a new file
        con.execute(_LEDGER)
        return {}
    return dict(rows)


def _apply(con: duckdb.DuckDBPyConnection, name: str, checksum: str, text: str) -> None:
    con.begin()
    try:
        if text:
            con.execute(text)
        con.execute("DELETE FROM store.migration WHERE name = ?", [name])
        con.execute("INSERT INTO store.migration (name, checksum) VALUES (?, ?)", [name, checksum])
        con.commit()
    except BaseException:
        con.rollback()
        raise

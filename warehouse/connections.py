"""Every connection to a DuckDB file is made here: readers on the published file, sealed readers for people's SQL, the one writer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from pipeline.errors import WarehouseError

# What a merge may hold, on one thread. Where nothing says so, 123,000 texts take 1.5 GB, and no less time.
MERGE_MB = 64
# Up to this size of the file (some 200,000 articles; tried beside 70,000) a second thread saves a transaction nothing, and costs 75 MB.
LARGE_BYTES = 2_000_000_000
# DuckDB 2.0 writes some blocks in place: killed in the middle of that it can leave one half written, twice in 3,000 kills aimed at it.
_RESTORE = ": move it and its .wal away, and put a copy of the published warehouse.duckdb in its place, made writable"


class NoWarehouseError(WarehouseError):
    """There is nothing to read yet."""


class WarehouseBusyError(WarehouseError):
    """Another process writes and does not come to an end; later it may have."""


def open_reader(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection to a published warehouse: it keeps the state that it opened, and no run ever waits for it.

    Raises:
        WarehouseError: if `path` is absent or no warehouse that this version of DuckDB reads.
    """
    con = _connect(path, read_only=True, config={})
    con.execute("SET TimeZone = 'UTC'")
    return con


def open_sealed(path: Path) -> duckdb.DuckDBPyConnection:
    """A read-only connection for SQL that people type: no file, network or extension can be reached, and no setting changed.

    Raises:
        WarehouseError: as `open_reader`.
    """
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    con = _connect(path, read_only=True, config=config)
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET lock_configuration = true")
    return con


@contextmanager
def writer(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The one writing connection to the private file; the caller holds `writer_lock`. `merge_row_groups` alone merges any.

    Raises:
        WarehouseError: if `path` is not a warehouse that this version of DuckDB writes.
    """
    con = _connect(path, read_only=False, config={})
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.execute("SET max_vacuum_tasks = 0")
        if path.stat().st_size < LARGE_BYTES:
            con.execute("SET threads = 1")
        yield con
    finally:
        con.close()


def merge_row_groups(path: Path, con: duckdb.DuckDBPyConnection) -> None:
    """The last checkpoint of a writer of `path`: it merges small row groups as well, and takes out deleted rows.

    What it unpacks for that, and has no room for, is on disk meanwhile; it takes no longer by that. A few thousand texts of 100 kB each do
    not fit: DuckDB then gives up the connection, with nothing lost, and another one merges in whatever memory there is.
    """
    con.execute("SET threads = 1")
    con.execute(f"SET memory_limit = '{MERGE_MB} MB'")
    con.execute("RESET max_vacuum_tasks")
    try:
        con.execute("CHECKPOINT")
    except (duckdb.FatalException, duckdb.OutOfMemoryException):
        con.close()
        with writer(path) as another:
            another.execute("RESET max_vacuum_tasks")
            another.execute("CHECKPOINT")


@contextmanager
def writer_lock(path: Path, *, lock_seconds: float) -> Iterator[None]:
    """Holds the lock that guards `path` among processes and among the threads of this one.

    Raises:
        WarehouseBusyError: if somebody else holds it for longer than `lock_seconds`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_suffix(".lock"), timeout=lock_seconds)
    try:
        lock.acquire()
    except Timeout:
        message = f"{path}: another process has been writing for {lock_seconds:.0f} s: wait for its run to end, or stop it"
        raise WarehouseBusyError(message) from None
    try:
        yield
    finally:
        lock.release()


def _connect(path: Path, *, read_only: bool, config: dict[str, str | bool | int | float | list[str]]) -> duckdb.DuckDBPyConnection:
    if read_only and not path.exists():
        raise NoWarehouseError(f"{path}: there is no warehouse yet: run feedhouse ingest, or feedhouse demo to see one")
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except (duckdb.Error, OSError) as error:
        first_line = str(error).strip().splitlines()[0]
        mend = _RESTORE if not read_only and "Corrupt" in first_line else ""
        raise WarehouseError(f"{path}: cannot be opened: {first_line}{mend}") from error

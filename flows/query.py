"""`feedhouse query`: SQL over the published warehouse, on a sealed connection, stopped by a timer or by Ctrl-C."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import duckdb

from flows.query_formats import print_table, write_answer
from pipeline.errors import FeedhouseError
from warehouse.connections import open_sealed

# What DuckDB says where the seal holds, by a word of its message; all else is an error of the SQL itself.
_REFUSALS = (
    "file system operations are disabled",
    "configuration has been locked",
    "read-only mode",
    "is disabled through configuration",
    "Cannot change configuration",
)


class QueryError(FeedhouseError):
    """The SQL cannot be run: a mistake in it, or something that a read-only prompt refuses."""


class QueryTimeoutError(QueryError):
    """The query was stopped when its time was up."""


def query_command(*, home: Path, sql: str | None, form: str, output: Path | None, timeout: float | None) -> int:
    """Answers `sql`, or what stands on standard input; at a terminal without either, opens a prompt."""
    if form == "parquet" and output is None:
        raise QueryError("parquet is no text: name a file with -o")
    con = open_sealed(home / "warehouse.duckdb")
    try:
        if sql is None and sys.stdin.isatty():
            from flows.prompt import prompt

            prompt(con, history=home / "state" / "query_history", timeout=timeout)
        else:
            answer(con, sys.stdin.read() if sql is None else sql, form=form, output=output, timeout=timeout)
    finally:
        con.close()
    return 0


def answer(
    con: duckdb.DuckDBPyConnection, sql: str, *, form: str = "table", output: Path | None = None, timeout: float | None = None
) -> None:
    """Runs one or more statements and writes what the last one answers.

    Raises:
        QueryError: with DuckDB's message, or `read-only: ...` for what the seal refuses.
        QueryTimeoutError: when `timeout` seconds were over.
    """
    with _stopped_after(con, timeout):
        statements = con.extract_statements(sql)
        if not statements:
            raise QueryError("there is no SQL to run: give it as an argument or on standard input")
        for statement in statements[:-1]:
            con.execute(statement)
        if form == "table" and output is None:
            relation = con.sql(statements[-1].query)
            if relation is not None:  # a statement without an answer
                print_table(relation)
        else:
            write_answer(con, statements[-1], form=form, output=output)


@contextmanager
def _stopped_after(con: duckdb.DuckDBPyConnection, seconds: float | None) -> Iterator[None]:
    """Interrupts what runs inside when `seconds` are over, and at a Ctrl-C; DuckDB's errors become ours."""
    timer = threading.Timer(seconds, con.interrupt) if seconds else None
    if timer:
        timer.daemon = True
        timer.start()
    try:
        with _interrupted_by_ctrl_c(con):
            yield
    except duckdb.InterruptException:
        if timer and timer.finished.is_set():
            raise QueryTimeoutError(f"the query was stopped after {seconds:g} s: --timeout gives it longer") from None
        raise KeyboardInterrupt from None
    except duckdb.Error as error:
        raise _told(error) from None
    finally:
        if timer:
            timer.cancel()


@contextmanager
def _interrupted_by_ctrl_c(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A Ctrl-C interrupts the query; a second one raises at once.

    Python's own handler raises inside DuckDB, which then waits for its other threads without telling them to stop: with
    DuckDB 2.0 one query in five that is stopped so never returns. `interrupt` reaches every thread, and the next fetch too.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        con.interrupt()

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _told(error: duckdb.Error) -> QueryError:
    message = str(error).strip()
    if any(word in message for word in _REFUSALS):
        first = message.splitlines()[0].partition(": ")[2] or message
        return QueryError(f"read-only: {first}: this prompt reads the warehouse and nothing else")
    return QueryError(message)

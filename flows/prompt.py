"""The prompt of `feedhouse query`: lines until a semicolon, with history; an error does not end it."""

from __future__ import annotations

import readline
from pathlib import Path

import click
import duckdb

from flows.query import QueryError, answer

_HELP = (
    """SQL, ended by ;     \\d  the views     \\d NAME  its columns     \\q or Ctrl-D  leave     Ctrl-C  drop the line or stop the query"""
)


def prompt(con: duckdb.DuckDBPyConnection, *, history: Path, timeout: float | None) -> None:
    """Reads and answers until the person leaves."""
    history.parent.mkdir(parents=True, exist_ok=True)
    if history.exists():
        readline.read_history_file(history)
    readline.set_history_length(1_000)
    click.echo(_HELP, err=True)
    try:
        while (statement := _read()) is not None:
            try:
                answer(con, _meant(statement), timeout=timeout)
            except QueryError as error:
                click.echo(str(error), err=True)
            except KeyboardInterrupt:
                click.echo("stopped", err=True)
    finally:
        readline.write_history_file(history)


def _read() -> str | None:
    """One statement, of one line or more; None at the end. Ctrl-C drops what was begun."""
    lines: list[str] = []
    while True:
        try:
            lines.append(input("feedhouse> " if not lines else "      ...> "))
        except EOFError:
            return None
        except KeyboardInterrupt:
            click.echo("", err=True)
            lines = []
            continue
        text = "\n".join(lines).strip()
        if text == "\\q":
            return None
        if text.endswith(";") or text.startswith("\\d"):
            return text
        if not text:
            lines = []


def _meant(statement: str) -> str:
    if not statement.startswith("\\d"):
        return statement
    name = statement[2:].strip().rstrip(";")
    if name:
        return f'DESCRIBE "{name.replace(chr(34), "")}"'
    return "SELECT view_name AS view, comment FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal ORDER BY view_name"

"""The SQL that stands in this package's folders, read once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import duckdb


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlFile:
    """One .sql file: its name without the ending, its text, the SHA-256 of the text."""

    name: str
    text: str
    checksum: str


@lru_cache
def query(name: str) -> str:
    """The text of queries/`name`.sql."""
    return files("warehouse").joinpath("queries", f"{name}.sql").read_text(encoding="utf-8")


def execute_each(con: duckdb.DuckDBPyConnection, name: str, values: Mapping[str, object]) -> None:
    """Runs the statements of a query file, each with those of `values` that it names: DuckDB refuses any that it does not use."""
    for statement in con.extract_statements(query(name)):
        con.execute(statement, {key: value for key, value in values.items() if key in statement.named_parameters})


def migrations() -> tuple[SqlFile, ...]:
    """The migrations, oldest first."""
    return _folder("migrations")


def views() -> tuple[SqlFile, ...]:
    """The views, in the order of their names: none is built on another."""
    return _folder("views")


@lru_cache
def _folder(name: str) -> tuple[SqlFile, ...]:
    found = sorted((entry for entry in files("warehouse").joinpath(name).iterdir() if entry.name.endswith(".sql")), key=lambda e: e.name)
    texts = ((entry.name.removesuffix(".sql"), entry.read_text(encoding="utf-8")) for entry in found)
    return tuple(SqlFile(name=stem, text=text, checksum=hashlib.sha256(text.encode()).hexdigest()) for stem, text in texts)

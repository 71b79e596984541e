"""An answer of the warehouse as a table for people, or as csv, json, jsonl, markdown or parquet for programs."""

from __future__ import annotations

import csv
import json
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import TextIO

import duckdb

from flows.in_place import in_place

# Rows of a table on a terminal; elsewhere all are printed.
TERMINAL_ROWS = 60
_BATCH = 10_000

Row = Sequence[object]
Writer = Callable[[TextIO, list[str], Iterator[Row]], None]


def print_table(relation: duckdb.DuckDBPyRelation) -> None:
    """Prints DuckDB's own box: on a terminal within its width and `TERMINAL_ROWS` rows (the box says how many there are), else whole."""
    if sys.stdout.isatty():
        relation.show(max_width=shutil.get_terminal_size().columns, max_rows=TERMINAL_ROWS)
    else:
        relation.show(max_width=100_000, max_rows=1_000_000_000, max_col_width=100_000)


def write_answer(con: duckdb.DuckDBPyConnection, statement: duckdb.Statement, *, form: str, output: Path | None) -> None:
    """Writes what `statement` answers in `form` to `output`, whole or not at all, or to standard output."""
    if form == "parquet":
        assert output is not None
        with in_place(output) as partial:
            write_parquet(con.sql(statement.query), partial)
        return
    result = con.execute(statement)
    columns = [column[0] for column in result.description or ()]
    if output is None:
        _WRITERS[form](sys.stdout, columns, _rows(result))
        sys.stdout.flush()
    else:
        with in_place(output) as partial, partial.open("w", encoding="utf-8", newline="") as out:
            _WRITERS[form](out, columns, _rows(result))


def plain(value: object) -> object:
    """A value as JSON has it: times in ISO 8601 (UTC), durations in seconds, bytes in hex."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner) for inner in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def _rows(result: duckdb.DuckDBPyConnection) -> Iterator[Row]:
    while rows := result.fetchmany(_BATCH):
        yield from rows


def _cell(value: object) -> str:
    """A value as text: nothing for NULL, JSON for what has parts."""
    value = plain(value)
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _write_csv(out: TextIO, columns: list[str], rows: Iterator[Row]) -> None:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(value) for value in row] for row in rows)


def _objects(columns: list[str], rows: Iterator[Row]) -> Iterator[str]:
    for row in rows:
        yield json.dumps(dict(zip(columns, map(plain, row), strict=True)), ensure_ascii=False)


def _write_json(out: TextIO, columns: list[str], rows: Iterator[Row]) -> None:
    out.write("[")
    out.writelines(("," if number else "") + "\n" + text for number, text in enumerate(_objects(columns, rows)))
    out.write("\n]\n")


def _write_jsonl(out: TextIO, columns: list[str], rows: Iterator[Row]) -> None:
    out.writelines(text + "\n" for text in _objects(columns, rows))


def write_jsonl(out: TextIO, result: duckdb.DuckDBPyConnection) -> None:
    """Writes the answer of the last `execute`, one JSON object a line."""
    _write_jsonl(out, [column[0] for column in result.description or ()], _rows(result))


def _write_markdown(out: TextIO, columns: list[str], rows: Iterator[Row]) -> None:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |\n"

    out.write(line(columns))
    out.write("|" + " --- |" * len(columns) + "\n")
    out.writelines(line([_cell(value) for value in row]) for row in rows)


def write_parquet(relation: duckdb.DuckDBPyRelation, path: Path) -> None:
    """Writes an answer as Parquet by way of Arrow, in batches: a sealed connection cannot write a file itself."""
    import pyarrow.parquet as pq

    reader = relation.to_arrow_reader(_BATCH)
    with pq.ParquetWriter(path, reader.schema, compression="zstd") as writer:
        for batch in reader:
            writer.write_batch(batch)


_WRITERS: dict[str, Writer] = {
    "csv": _write_csv,
    "json": _write_json,
    "jsonl": _write_jsonl,
    "markdown": _write_markdown,
    "table": _write_markdown,
}

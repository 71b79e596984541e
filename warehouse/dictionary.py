"""The data dictionary: what each view and column means, as markdown, from the database's COMMENTs. `python -m warehouse.dictionary`."""

from __future__ import annotations

import sys
import tempfile
from itertools import groupby
from pathlib import Path

import duckdb

from warehouse.connections import open_reader
from warehouse.loading import Warehouse
from warehouse.sql_files import query

_SHORT_TYPES = {"TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ"}


def data_dictionary(con: duckdb.DuckDBPyConnection) -> str:
    """A section a view, a line a column."""
    sections = []
    for (view, comment), columns in groupby(con.execute(query("data_dictionary")).fetchall(), key=lambda row: row[:2]):
        lines = [f"| `{name}` | {_SHORT_TYPES.get(kind, kind)} | {meaning} |" for _, _, name, kind, meaning in columns]
        sections.append("\n".join([f"### `{view}`", "", comment, "", "| column | type | meaning |", "| --- | --- | --- |", *lines]))
    return "\n\n".join(sections)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder))
        warehouse.feed_states()
        warehouse.publish()
        with open_reader(warehouse.snapshot) as connection:
            sys.stdout.write(data_dictionary(connection) + "\n")

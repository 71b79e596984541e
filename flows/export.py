"""`feedhouse export`: the articles as files, one for each day on which they were first seen. Incremental, and never half a file.

    DIR/day=2026-03-10/articles.parquet

Hive partitioning: DuckDB, Spark, pandas and Arrow read the folder as one table. A day is written anew when one of its articles is new
or has a new version; `DIR/.feedhouse-export.json` remembers up to when.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import click

from flows.in_place import in_place
from flows.query_formats import write_jsonl, write_parquet
from warehouse import open_reader
from warehouse.sql_files import query

_LEDGER = ".feedhouse-export.json"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


def export_command(*, home: Path, folder: Path, since: datetime | None, form: str) -> int:
    """Writes the days that have changed since the last export to `folder`, from one consistent state of the warehouse."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = folder / _LEDGER
    exported = json.loads(ledger.read_text(encoding="utf-8")) if ledger.exists() else {}
    after = datetime.fromisoformat(exported[form]) if form in exported and since is None else _BEGINNING
    with open_reader(home / "warehouse.duckdb") as con:
        days = [row[0] for row in con.execute(query("export_days"), {"after": after, "since": since}).fetchall()]
        for day in days:
            target = folder / f"day={day}" / f"articles.{form}"
            target.parent.mkdir(exist_ok=True)
            con.execute("CREATE OR REPLACE TEMP TABLE exported_day AS " + query("export_day"), {"day": day})
            with in_place(target) as partial:
                if form == "parquet":
                    write_parquet(con.sql("FROM exported_day"), partial)
                else:
                    with partial.open("w", encoding="utf-8") as out:
                        write_jsonl(out, con.execute("FROM exported_day"))
        (watermark,) = con.execute(query("export_watermark")).fetchone() or (None,)
    if watermark is not None and since is None:
        with in_place(ledger) as partial:
            partial.write_text(json.dumps({**exported, form: watermark.astimezone(UTC).isoformat()}), encoding="utf-8")
    click.echo(f"{len(days)} days written to {folder}", err=True)
    return 0

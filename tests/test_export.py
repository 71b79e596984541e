"""Export and maintenance: days as files, incremental and whole; a log that does not grow for ever."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from warehouses import NOW, article, feed, harvest, run

from flows.export import export_command
from flows.maintain import maintain_command
from flows.settling import store
from warehouse import Warehouse, open_reader


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    warehouse = Warehouse(tmp_path)
    warehouse.begin_run(run(), [feed()], now=NOW)
    add(warehouse, "a", "b")
    return warehouse


def add(warehouse: Warehouse, *names: str, later: timedelta = timedelta()) -> None:
    from dataclasses import replace

    articles = {name: replace(article(f"http://gazette.example/{name}", f"Text of {name}."), fetched_at=NOW + later) for name in names}
    store(warehouse, "run1", [harvest("gazette", dict(articles))], now=NOW + later, publish=True)


def export(home: Path, form: str = "parquet") -> dict[str, float]:
    export_command(home=home, folder=home / "out", since=None, form=form)
    return {str(path.relative_to(home / "out")): path.stat().st_mtime_ns for path in (home / "out").rglob(f"*.{form}")}


def test_the_folder_reads_as_one_table(tmp_path: Path, warehouse: Warehouse) -> None:
    add(warehouse, "c", later=timedelta(days=1))
    assert set(export(tmp_path)) == {"day=2026-03-10/articles.parquet", "day=2026-03-11/articles.parquet"}
    found = duckdb.sql(
        f"SELECT day::VARCHAR, text FROM read_parquet('{tmp_path}/out/*/*.parquet', hive_partitioning = true) ORDER BY text"
    ).fetchall()
    assert found == [("2026-03-10", "Text of a."), ("2026-03-10", "Text of b."), ("2026-03-11", "Text of c.")]


def test_only_days_that_changed_are_written_again(tmp_path: Path, warehouse: Warehouse) -> None:
    first = export(tmp_path)
    assert export(tmp_path) == first
    add(warehouse, "c", later=timedelta(days=1))
    second = export(tmp_path)
    assert second["day=2026-03-10/articles.parquet"] == first["day=2026-03-10/articles.parquet"]
    assert len(second) == 2
    assert export(tmp_path, "jsonl").keys() == {"day=2026-03-10/articles.jsonl", "day=2026-03-11/articles.jsonl"}


def test_jsonl_has_an_article_a_line(tmp_path: Path, warehouse: Warehouse) -> None:
    assert warehouse.snapshot.exists()
    export(tmp_path, "jsonl")
    lines = [json.loads(line) for line in (tmp_path / "out" / "day=2026-03-10" / "articles.jsonl").read_text().splitlines()]
    assert sorted((line["text"], line["word_count"], line["published_at"]) for line in lines) == [
        ("Text of a.", 3, "2026-03-10T12:00:00+00:00"),
        ("Text of b.", 3, "2026-03-10T12:00:00+00:00"),
    ]


def test_a_reader_of_the_folder_never_sees_half_a_file(tmp_path: Path, warehouse: Warehouse) -> None:
    export(tmp_path)
    stop, faults = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                duckdb.connect().execute(f"SELECT count(*) FROM read_parquet('{tmp_path}/out/*/*.parquet')").fetchone()
            except duckdb.Error as error:
                faults.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(10):
        add(warehouse, f"more{number}", later=timedelta(minutes=number + 1))
        export(tmp_path)
    stop.set()
    reader.join()
    assert faults == []


def test_maintenance_prunes_the_log_and_keeps_what_matters(
    tmp_path: Path, warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in (2, 3):
        warehouse.begin_run(run(f"run{number}"), [feed()], now=NOW)
        store(
            warehouse, f"run{number}", [harvest("gazette", {}, listed=("a", "b"), at=NOW + timedelta(hours=number))], now=NOW, publish=False
        )
    assert maintain_command(home=tmp_path, keep=timedelta(days=1)) == 0
    shown = capsys.readouterr().out
    assert "2 rows of the log older than 1 days deleted" in shown
    assert "bytes an article" in shown
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT run_id FROM polls").fetchall() == [("run3",)]
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (2,)


def test_maintenance_of_nothing_is_one_line(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "flows.cli", "--home", str(tmp_path / "none"), "maintain"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, "there is no warehouse yet" in done.stderr) == (1, True)

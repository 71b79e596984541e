"""The files of the warehouse: upgraded, refused, published, locked, killed at any moment."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import duckdb
import pytest
from warehouses import NOW, article, feed, harvest, run

from flows.settling import store
from pipeline.errors import WarehouseError
from pipeline.records import RunKind
from warehouse import Warehouse, open_reader, open_sealed
from warehouse.connections import writer
from warehouse.migrate import migrate
from warehouse.publishing import HEADER_BYTES, publish_copy
from warehouse.sql_files import SqlFile, migrations, query


def begun(home: Path) -> Warehouse:
    warehouse = Warehouse(home, lock_seconds=5)
    warehouse.begin_run(run(), [feed()], now=NOW)
    return warehouse


def test_every_table_view_and_column_says_what_it_is(tmp_path: Path) -> None:
    with open_reader(begun(tmp_path).snapshot) as con:
        silent = con.execute("""
            SELECT table_name, NULL AS column_name FROM duckdb_tables() WHERE comment IS NULL
            UNION ALL SELECT view_name, NULL FROM duckdb_views() WHERE NOT internal AND comment IS NULL
            UNION ALL SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal AND comment IS NULL
        """).fetchall()
    assert silent == []


DESIGN = {
    "feeds": "feed url title site_url format status tags etag last_modified interval_s last_polled_at last_success_at last_new_at next_poll_at consecutive_failures last_error",
    "polls": "run_id feed started_at duration_ms outcome http_status bytes entries_seen entries_new entries_changed error",
    "sightings": "feed entry_id url title author published_at published_raw date_quality first_seen_at last_seen_at times_changed run_id is_backfill article_id",
    "articles": "article_id canonical_url url site title author published_at language text word_count summary image_url text_source story_id is_original version first_seen_at fetched_at extractor",
    "article_versions": "article_id version title text seen_at",
    "stories": "story_id title article_count site_count original_article_id first_published_at last_published_at",
    "story_links": "article_id matched_article_id method similarity containment story_id",
    "attributions": "article_id kind source author url evidence confidence",
    "syndication": "source reposter articles median_lag_minutes mean_similarity first_at last_at",
    "runs": "run_id kind started_at finished_at status feeds_polled entries_seen entries_new articles_new duplicates rejected prefect_flow_run_id version",
    "rejections": "run_id stage feed url reason error attempts next_retry_at is_final",
    "feed_health": "feed entries_per_day expected_gap silent_for is_silent window_overrun success_rate",
}


@pytest.mark.parametrize("view", DESIGN)
def test_the_stable_face_has_its_columns(tmp_path: Path, view: str) -> None:
    with open_reader(begun(tmp_path).snapshot) as con:
        columns = {row[0]: row[1] for row in con.execute(f"DESCRIBE {view}").fetchall()}
    assert set(DESIGN[view].split()) <= set(columns)
    assert all(kind == "TIMESTAMP WITH TIME ZONE" for name, kind in columns.items() if name.endswith("_at"))


def test_a_migration_and_its_record_are_one(tmp_path: Path) -> None:
    good = SqlFile(name="0001_good", text="CREATE TABLE store.a (x INTEGER)", checksum="1")
    bad = SqlFile(name="0002_bad", text="CREATE TABLE store.b (x INTEGER); SELECT nonsense", checksum="2")
    with writer(tmp_path / "w.duckdb") as con:
        with pytest.raises(duckdb.Error):
            migrate(con, (good, bad))
        tables = con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        assert tables == [("a",), ("migration",)]
        assert con.execute("SELECT name FROM store.migration").fetchall() == [("0001_good",)]


def test_a_warehouse_of_each_released_schema_is_upgraded_by_the_next_writer(tmp_path: Path) -> None:
    """Each schema is what its migrations made of an empty file; the rows that it could hold are there afterwards."""
    for count in range(1, len(migrations())):
        warehouse = Warehouse(tmp_path / str(count))
        warehouse.work.parent.mkdir(parents=True)
        with writer(warehouse.work) as con:
            migrate(con, migrations()[:count], view_files=())
            con.execute("INSERT INTO store.body VALUES ('h', 'An old text.')")
        publish_copy(warehouse.work, warehouse.snapshot)
        warehouse.begin_run(run(), [feed()], now=NOW)
        with open_reader(warehouse.snapshot) as con:  # the run's own questions are asked of this schema
            assert con.execute("SELECT count(*) FROM articles").fetchone() == (0,)
        store(warehouse, "run1", [harvest("gazette", {"a": article("http://a.example/")})], now=NOW, publish=True)
        with open_reader(warehouse.snapshot) as con:
            assert con.execute("SELECT count(*) FROM articles").fetchone() == (1,)
            assert con.execute("SELECT count(*) FROM store.body").fetchone() == (2,)
            assert con.execute("SELECT count(*) FROM store.migration").fetchone() == (len(migrations()) + 1,)


def test_a_run_that_begins_publishes_what_readers_lack_and_copies_nothing_where_they_lack_nothing(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    warehouse.finish_run("run1", status="completed", now=NOW)
    published = warehouse.snapshot.stat().st_ino
    warehouse.begin_run(run("run2"), [feed()], now=NOW)
    assert warehouse.snapshot.stat().st_ino == published
    store(warehouse, "run2", [harvest("gazette", {"a": article("http://a.example/")})], now=NOW, publish=False)
    warehouse.begin_run(run("backfill1", RunKind.BACKFILL), [feed()], now=NOW)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    warehouse.finish_run("run2", status="completed", now=NOW)
    published = warehouse.snapshot.stat().st_ino
    warehouse.feed_states()  # a transaction that changes nothing
    warehouse.begin_run(run("run3"), [feed()], now=NOW)
    assert warehouse.snapshot.stat().st_ino == published


@pytest.mark.parametrize("kind", [RunKind.BACKFILL, RunKind.REPROCESS])
def test_a_run_that_may_take_hours_is_seen_from_its_beginning(tmp_path: Path, kind: RunKind) -> None:
    warehouse = begun(tmp_path)
    warehouse.finish_run("run1", status="completed", now=NOW)
    warehouse.begin_run(run("long", kind), None, now=NOW)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT run_id FROM runs WHERE status = 'running'").fetchall() == [("long",)]


def test_what_a_writer_committed_before_it_was_killed_is_published_by_the_next_run(tmp_path: Path) -> None:
    """It stands in DuckDB's log; the file itself is as it was published."""
    warehouse = begun(tmp_path)
    warehouse.finish_run("run1", status="completed", now=NOW)
    killed = """
import os, sys
from pathlib import Path
from warehouse.connections import writer

with writer(Path(sys.argv[1])) as con:
    con.execute("INSERT INTO store.body VALUES ('h', 'A text.')")
    os._exit(0)
"""
    subprocess.run([sys.executable, "-c", killed, warehouse.work], check=True)
    warehouse.begin_run(run("run2"), [feed()], now=NOW)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM store.body").fetchone() == (1,)


def test_a_file_that_was_half_written_is_one_line_that_says_how_to_go_on(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    store(warehouse, "run1", [harvest("gazette", {"a": article("http://a.example/")})], now=NOW, publish=True)
    with warehouse.work.open("r+b") as file:
        file.seek(HEADER_BYTES + 100)
        file.write(bytes(4_000))
    with pytest.raises(WarehouseError, match="Corrupt.*put a copy of the published warehouse.duckdb in its place") as caught:
        warehouse.begin_run(run("run2"), [feed()], now=NOW)
    assert "\n" not in str(caught.value)
    warehouse.work.unlink()
    warehouse.work.write_bytes(warehouse.snapshot.read_bytes())
    warehouse.begin_run(run("run2"), [feed()], now=NOW)
    assert warehouse.finish_run("run2", status="completed", now=NOW).status == "completed"
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (1,)


def test_a_copy_that_was_cut_short_is_made_again_by_the_next_run(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    warehouse.finish_run("run1", status="completed", now=NOW)
    whole = warehouse.snapshot.read_bytes()
    warehouse.snapshot.unlink()
    warehouse.snapshot.write_bytes(whole[: len(whole) // 2])
    warehouse.begin_run(run("run2"), [feed()], now=NOW)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (0,)


def test_an_older_warehouse_is_upgraded_and_keeps_its_rows(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    store(warehouse, "run1", [harvest("gazette", {"a": article("http://a.example/")})], now=NOW, publish=False)
    more = SqlFile(name="9999_more", text="ALTER TABLE store.article ADD COLUMN mood VARCHAR", checksum="x")
    with writer(warehouse.work) as con:
        migrate(con, (*migrations(), more))
        assert con.execute("SELECT mood, site FROM store.article").fetchall() == [(None, "a.example")]


def test_a_newer_warehouse_is_refused_in_one_line(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    with writer(warehouse.work) as con:
        con.execute("INSERT INTO store.migration (name, checksum) VALUES ('9999_future', 'x')")
    with pytest.raises(WarehouseError, match="newer Feedhouse") as caught:
        warehouse.feed_states()
    assert "\n" not in str(caught.value)


def test_a_migration_that_was_edited_is_refused(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    with writer(warehouse.work) as con:
        con.execute("UPDATE store.migration SET checksum = 'other' WHERE name LIKE '0001%'")
    with pytest.raises(WarehouseError, match="is not what was applied"):
        warehouse.feed_states()


def test_views_are_renewed_when_their_text_changes(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    with writer(warehouse.work) as con:
        con.execute("CREATE OR REPLACE VIEW polls AS SELECT 1 AS x")
        con.execute("UPDATE store.migration SET checksum = 'old' WHERE name = 'views'")
    warehouse.feed_states()
    with writer(warehouse.work) as con:
        assert len(con.execute("DESCRIBE polls").fetchall()) == 12


@pytest.mark.parametrize("content", [None, b"not a database at all" * 100])
def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "warehouse.duckdb"
    if content is not None:
        path.write_bytes(content)
    for opener in (open_reader, open_sealed):
        with pytest.raises(WarehouseError) as caught:
            opener(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_an_open_reader_keeps_its_state_while_others_see_the_new_one(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    held = subprocess.Popen(
        [sys.executable, "-c", "import duckdb, sys; con = duckdb.connect(sys.argv[1], read_only=True); print(con.execute('SELECT count(*) FROM articles').fetchone(), flush=True); sys.stdin.readline(); print(con.execute('SELECT count(*) FROM articles').fetchone())", str(warehouse.snapshot)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert held.stdout is not None
    assert held.stdout.readline() == "(0,)\n"
    store(warehouse, "run1", [harvest("gazette", {"a": article("http://a.example/")})], now=NOW, publish=True)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (1,)
    assert held.communicate("go\n")[0] == "(0,)\n"


def test_the_published_file_is_read_only_and_leftovers_are_swept(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    leftover = tmp_path / "warehouse.duckdb.123.partial"
    leftover.write_bytes(b"half")
    warehouse.publish()
    assert not leftover.exists()
    assert oct(warehouse.snapshot.stat().st_mode & 0o777) == "0o444"


def test_a_disk_that_takes_no_copy_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    warehouse.snapshot.unlink()
    warehouse.snapshot.mkdir()
    (warehouse.snapshot / "in the way").touch()
    with pytest.raises(WarehouseError, match="what was stored is safe"):
        store(warehouse, "run1", [harvest("gazette", {"a": article("http://a.example/")})], now=NOW, publish=True)
    (warehouse.snapshot / "in the way").unlink()
    warehouse.snapshot.rmdir()
    warehouse.publish()
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (1,)


def test_a_second_writer_waits_and_then_says_who_holds_it(tmp_path: Path) -> None:
    warehouse = begun(tmp_path)
    impatient = Warehouse(tmp_path, lock_seconds=0.2)
    entered, leave = threading.Event(), threading.Event()

    def hold() -> None:
        with warehouse._writing(publish=False):
            entered.set()
            leave.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    entered.wait(10)
    with pytest.raises(WarehouseError, match=r"work\.duckdb: another process has been writing"):
        impatient.feed_states()
    leave.set()
    holder.join()
    assert set(impatient.feed_states()) == {"gazette"}


LOADER = """
import sys
from pathlib import Path
from warehouses import NOW, harvest, many
from flows.settling import store
from warehouse import Warehouse

warehouse = Warehouse(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 10_000):
    articles = many(number * 20, 20)
    store(warehouse, sys.argv[3], [harvest(f"feed{number}", articles)], now=NOW, publish=number % 2 == 0)
    print(number, flush=True)
"""


def test_a_loader_that_is_killed_at_any_moment_loses_nothing_that_it_reported(tmp_path: Path) -> None:
    """Thirty random kills; after each the warehouse opens, holds every acknowledged batch whole, its books balance, and readers can read."""
    warehouse = begun(tmp_path)
    seed = random.Random(7)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = -1
    for number in range(2, 32):
        run_id = f"run{number}"
        warehouse.begin_run(run(run_id), [feed()], now=NOW)
        command = [sys.executable, "-c", LOADER, str(tmp_path), str(done + 1), run_id]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as loader:
            assert loader.stdout is not None
            done = int(loader.stdout.readline())
            time.sleep(seed.uniform(0, 0.3))
            loader.kill()
            done = max([done, *(int(line) for line in loader.stdout.read().split("\n")[:-1] if line)])
        with open_reader(warehouse.snapshot) as con:
            (published,) = con.execute("SELECT count(*) FROM articles").fetchone() or (0,)
        with writer(warehouse.work) as con:
            stored, sightings, bodies = (
                con.execute(f"SELECT count(*) FROM store.{table}").fetchone() for table in ("article", "sighting", "body")
            )
        assert stored == sightings == bodies
        assert stored is not None
        assert stored[0] % 20 == 0
        assert stored[0] >= (done + 1) * 20
        assert published <= stored[0]
    warehouse.begin_run(run("last"), [feed()], now=NOW)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute(query("books")).fetchall() == []
        assert con.execute("SELECT count(*) FROM runs WHERE status = 'interrupted'").fetchone() == (31,)


def test_the_sealed_connection_refuses_what_is_no_reading(tmp_path: Path) -> None:
    with open_sealed(begun(tmp_path).snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (0,)
        for sql in (
            "SELECT * FROM read_csv('/etc/passwd')", "SELECT * FROM read_text('/etc/passwd')", "FROM '/etc/passwd'", "SELECT * FROM glob('/*')",
            "COPY feeds TO '/tmp/x.csv'", "ATTACH '/tmp/y.duckdb'", "INSTALL httpfs", "LOAD httpfs", "SET threads = 1", "PRAGMA threads = 1",
            "SET enable_external_access = true", "FROM 'https://example.org/x.parquet'", "EXPORT DATABASE '/tmp/z'", "INSERT INTO store.poll SELECT * FROM store.poll",
            "DROP VIEW polls", "RESET threads",
        ):  # fmt: skip
            with pytest.raises(duckdb.Error):
                con.execute(sql)


def test_the_named_queries_are_all_there() -> None:
    assert "FROM" in query("books")

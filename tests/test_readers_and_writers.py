"""Readers never fail and never wait because of a run; a run never fails because of a reader."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

from warehouses import NOW, feed, harvest, many, run

from flows.settling import store
from warehouse import Warehouse, open_reader

SECONDS = 20

WRITER = """
import sys, time
from pathlib import Path
from urllib.request import urlopen
from warehouses import NOW, harvest, many
from flows.settling import store
from warehouse import Warehouse

warehouse = Warehouse(Path(sys.argv[1]))
end = time.monotonic() + float(sys.argv[2])
number = 0
while time.monotonic() < end:
    store(warehouse, "run1", [harvest("gazette", many(number * 100, 100))], now=NOW, publish=True)
    number += 1
print(number * 100)
"""

# A plain connection on the path that the README gives. Every answer must be one state: the views agree on how many there are.
READER = """
import json, sys, time
import duckdb

path, seconds, hold = sys.argv[1], float(sys.argv[2]), sys.argv[3] == "hold"
end = time.monotonic() + seconds
reads, counts = 0, []
held = duckdb.connect(path, read_only=True) if hold else None
while time.monotonic() < end:
    con = held or duckdb.connect(path, read_only=True)
    found = con.execute(
        "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM sightings), (SELECT count(*) FROM article_versions), (SELECT sum(article_count) FROM stories)"
    ).fetchone()
    if not held:
        con.close()
    reads += 1
    counts.append([int(count or 0) for count in found])
    time.sleep(0.02)
print(json.dumps({"reads": reads, "torn": [c for c in counts if len(set(c)) > 1], "fell": any(a > b for a, b in zip(counts, counts[1:])), "states": len({c[0] for c in counts})}))
"""


def test_four_readers_and_a_writer(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path)
    warehouse.begin_run(run(), [feed()], now=NOW)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ
        )

    readers = [start(READER, warehouse.snapshot, SECONDS, mode) for mode in ("hold", "open", "open", "open")]
    time.sleep(1)
    writer = start(WRITER, tmp_path, SECONDS - 2)
    written, trouble = writer.communicate()
    assert writer.returncode == 0, trouble
    for number, reader in enumerate(readers):
        told, trouble = reader.communicate()
        assert reader.returncode == 0, trouble
        found = json.loads(told)
        assert found["torn"] == []
        assert not found["fell"]
        assert found["reads"] > 50
        assert found["states"] == 1 if number == 0 else found["states"] > 5
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (int(written),)


def test_a_reader_waits_for_nothing_that_a_writer_does_and_a_writer_for_no_reader(tmp_path: Path) -> None:
    """Each ends while the other one still is in the middle."""
    warehouse = Warehouse(tmp_path, lock_seconds=5)
    warehouse.begin_run(run(), [feed()], now=NOW)
    store(warehouse, "run1", [harvest("gazette", many(0, 10))], now=NOW, publish=True)
    query = [sys.executable, "-m", "flows.cli", "--home", str(tmp_path), "query", "--format", "csv", "SELECT count(*) AS n FROM articles"]
    with (
        open_reader(warehouse.snapshot) as held,
        warehouse.loading("run1", [harvest("gazette", many(10, 10))], now=NOW, publish=True),
    ):
        told = subprocess.run(query, capture_output=True, text=True, check=True).stdout
        assert told.split() == ["n", "10"]
        assert held.execute("SELECT count(*) FROM articles").fetchone() == (10,)
    with open_reader(warehouse.snapshot) as con:
        assert con.execute("SELECT count(*) FROM articles").fetchone() == (20,)


def test_another_machine_reads_a_copy_that_a_plain_web_server_gives(tmp_path: Path) -> None:
    """The README's layout for readers elsewhere: every download, whenever it is made, is one whole state of the warehouse."""
    home = tmp_path / "home"
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed()], now=NOW)
    command = [sys.executable, "-u", "-m", "http.server", "0", "--bind", "127.0.0.1", "--directory", str(home)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().partition(" port ")[2].split()[0]
            seen = []
            for number in range(8):
                copy = tmp_path / f"copy{number}.duckdb"
                with urlopen(f"http://127.0.0.1:{port}/warehouse.duckdb", timeout=10) as answer:
                    first = answer.read(100_000)
                    store(
                        warehouse, "run1", [harvest("gazette", many(number * 50, 50))], now=NOW, publish=True
                    )  # in the middle of the download
                    copy.write_bytes(first + answer.read())
                with open_reader(copy) as con:
                    counts = con.execute("SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM sightings)").fetchone()
                assert counts is not None
                assert counts[0] == counts[1]
                seen.append(counts[0])
        finally:
            server.kill()
    assert seen == [number * 50 for number in range(8)]

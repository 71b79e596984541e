"""The command line as a person meets it: exit codes, one-line errors, quick starts, formats."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import Loopback, Reply
from warehouses import NOW, article, feed, harvest, run

from flows.cli import feedhouse
from flows.settling import store
from flows.status import spoken
from warehouse import Warehouse

COMMAND = [sys.executable, "-m", "flows.cli"]


def call(*arguments: str | Path, stdin: str | None = None, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *map(str, arguments)], input=stdin, capture_output=True, text=True, timeout=60, check=False, **options)  # type: ignore[call-overload, no-any-return]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("home")
    warehouse = Warehouse(home)
    warehouse.begin_run(run(), [feed("gazette"), feed("market")], now=NOW)
    original, repost = article("http://gazette.example/a"), article("http://market.example/b", credit="Harbour Ledger")
    store(warehouse, "run1", [harvest("gazette", {"a": original, "lost": None}), harvest("market", {"b": repost})], now=NOW, publish=False)
    warehouse.finish_run("run1", status="completed", now=NOW)
    return home


def test_help_names_every_command_of_the_program() -> None:
    shown = call("--help")
    assert shown.returncode == 0
    for name in feedhouse.commands:
        assert name in shown.stdout


@pytest.mark.parametrize("arguments", [("--help",), ("query", "SELECT 1"), ("query", "--help"), ("status",)])
def test_these_start_without_prefect_and_trafilatura(home: Path, arguments: tuple[str, ...]) -> None:
    code = (
        "import sys\nfrom flows.cli import _run\n_run(sys.argv[1:])\n"
        "heavy = {'prefect', 'trafilatura', 'aiohttp', 'feedparser', 'pebble', 'lxml'} & set(sys.modules)\nsys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code, "--home", str(home), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(("ingset",), 2, ["No such command", "ingest"], id="unknown command"),
        pytest.param(("ingest", "--limit", "0"), 2, ["--limit"], id="option out of range"),
        pytest.param(("--feeds", "/nowhere/feeds.toml", "ingest"), 2, ["/nowhere/feeds.toml", "no such file"], id="no feeds file"),
        pytest.param(("--home", "/nowhere/home", "query", "SELECT 1"), 1, ["no warehouse yet", "feedhouse ingest"], id="no warehouse"),
        pytest.param(("--home", "/nowhere/home", "status"), 1, ["no warehouse yet"], id="no warehouse to tell of"),
        pytest.param(("backfill", "--since", "May"), 2, ["'May' is no date", "30 days ago"], id="bad date"),
        pytest.param(("backfill", "--since", "2019"), 2, ["--feed", "--all"], id="backfill of nothing"),
        pytest.param(("schedule", "--every", "often"), 2, ["'often' is no duration"], id="bad duration"),
    ],
)
def test_a_mistake_is_one_line_and_its_exit_code(arguments: tuple[str, ...], code: int, words: list[str]) -> None:
    done = call(*arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


def test_debug_shows_the_traceback() -> None:
    assert "Traceback" in call("--debug", "--home", "/nowhere", "status").stderr


def test_an_answer_comes_in_every_format(home: Path, tmp_path: Path) -> None:
    sql = "SELECT site, published_at, [1, 2] AS list, NULL AS nothing FROM articles ORDER BY site"

    def text(form: str) -> str:
        done = call("--home", home, "query", sql, "--format", form)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    expected = {"site": "gazette.example", "published_at": "2026-03-10T12:00:00+00:00", "list": [1, 2], "nothing": None}
    assert json.loads(text("json"))[0] == expected
    assert json.loads(text("jsonl").splitlines()[0]) == expected
    assert next(csv.DictReader(io.StringIO(text("csv")))) == {
        "site": "gazette.example",
        "published_at": "2026-03-10T12:00:00+00:00",
        "list": "[1, 2]",
        "nothing": "",
    }
    assert text("markdown").splitlines()[2] == "| gazette.example | 2026-03-10T12:00:00+00:00 | [1, 2] |  |"
    assert "market.example" in text("table")
    out = tmp_path / "a.parquet"
    assert call("--home", home, "query", sql, "--format", "parquet", "-o", out).returncode == 0
    import pyarrow.parquet as pq

    assert pq.read_table(out).column("site").to_pylist() == ["gazette.example", "market.example"]
    assert [out] == list(tmp_path.iterdir())


def test_sql_comes_from_standard_input_too(home: Path) -> None:
    assert (
        call("--home", home, "query", "--format", "csv", stdin="SELECT 1 AS one;\nSELECT count(*) AS n FROM articles;").stdout == "n\n2\n"
    )


def test_a_table_in_a_pipe_is_whole(home: Path) -> None:
    shown = call("--home", home, "query", "SELECT range AS n FROM range(500)").stdout
    assert shown.count("\n") > 500


def test_describe_gives_the_columns(home: Path) -> None:
    assert "canonical_url" in call("--home", home, "query", "DESCRIBE articles").stdout


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        pytest.param("SELECT * FROM read_csv('/etc/passwd')", "read-only: Cannot access file", id="read_csv"),
        pytest.param("FROM 'https://example.org/x.parquet'", "read-only: Cannot access file", id="httpfs"),
        pytest.param("COPY articles TO '/tmp/x.csv'", "read-only: Cannot access file", id="COPY TO"),
        pytest.param("ATTACH '/tmp/x.duckdb'", "read-only: Cannot access file", id="ATTACH"),
        pytest.param("INSTALL httpfs", "read-only: Cannot access directory", id="INSTALL"),
        pytest.param("LOAD httpfs", "read-only: Loading external extensions", id="LOAD"),
        pytest.param("SET threads = 1", "read-only: Cannot change configuration", id="SET"),
        pytest.param("PRAGMA threads = 1", "read-only: Cannot change configuration", id="PRAGMA"),
        pytest.param("DELETE FROM store.article", "read-only: Cannot execute statement", id="DELETE"),
        pytest.param("SELEC 1", "syntax error", id="mistake"),
        pytest.param("FROM artikles", "articles", id="misspelt view"),
        pytest.param("", "there is no SQL", id="nothing"),
    ],
)
def test_what_cannot_be_answered_is_refused_clearly(home: Path, sql: str, words: str) -> None:
    done = call("--home", home, "query", sql)
    assert (done.returncode, done.stdout) == (1, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


ENDLESS = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE (a.range * b.range) % 7 = 3"


def test_a_query_that_never_ends_is_stopped_by_its_timeout(home: Path) -> None:
    done = call("--home", home, "query", "--timeout", "0.5", ENDLESS)
    assert done.returncode == 1
    assert "stopped after 0.5 s" in done.stderr


@pytest.mark.parametrize("after", [1.0, 1.2, 1.4, 1.6, 1.8])
def test_ctrl_c_stops_a_query(home: Path, after: float) -> None:
    with subprocess.Popen([*COMMAND, "--home", str(home), "query", ENDLESS], stderr=subprocess.PIPE, text=True) as running:
        try:
            time.sleep(after)
            running.send_signal(signal.SIGINT)
            _, told = running.communicate(timeout=30)
        finally:
            running.kill()
    assert (running.returncode, told.strip()) == (130, "feedhouse: interrupted")


def test_a_reader_that_has_seen_enough_is_no_error(home: Path) -> None:
    line = f"{sys.executable} -m flows.cli --home {home} query --format csv 'SELECT * FROM range(1000000)' | head -1"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("range\n", "")


def test_the_prompt_answers_shows_mistakes_and_goes_on(home: Path) -> None:
    master, slave = pty.openpty()
    with subprocess.Popen([*COMMAND, "--home", str(home), "query"], stdin=slave, stdout=slave, stderr=slave, close_fds=True) as running:
        os.close(slave)
        seen = b""
        dialogue = (
            (b"SELEC 1;\n", b"syntax error"),
            (b"SELECT 6 *\n", b"...>"),
            (b"7 AS answer;\n", b"42"),
            (b"\\d\n", b"syndication"),
            (b"\\q\n", b""),
        )
        try:
            for typed, expected in dialogue:
                os.write(master, typed)
                while expected not in seen:
                    seen += os.read(master, 65_536)
            assert running.wait(20) == 0
        finally:
            running.kill()
            os.close(master)
    assert (home / "state" / "query_history").exists()


def test_status_says_how_each_feed_is(home: Path) -> None:
    shown = call("--home", home, "status")
    assert shown.returncode == 0
    assert "gazette" in shown.stdout
    assert "2 active" in shown.stdout
    told = json.loads(call("--home", home, "status", "--json").stdout)
    assert {"gazette", "market"} == {one["feed"] for one in told}
    assert told[0]["last_success_at"] == "2026-03-10T12:00:00+00:00"


@pytest.mark.parametrize(("seconds", "expected"), [(-30, "30 s ago"), (-200, "3 min ago"), (7_300, "in 2 h"), (-400_000, "5 d ago")])
def test_times_are_told_as_people_tell_them(seconds: int, expected: str) -> None:
    from datetime import timedelta

    assert expected == spoken(NOW + timedelta(seconds=seconds), NOW)


def test_why_tells_all_that_happened_to_a_url(home: Path) -> None:
    shown = call("--home", home, "why", "http://market.example/b").stdout
    for words in (
        "in market",
        "Harbour Ledger",
        "via Harbour Ledger",
        "exact match with",
        "has 100% of it",
        "http://gazette.example/a",
        "the original",
    ):
        assert words in shown
    assert call("--home", home, "why", "https://www.market.example/b/?utm_source=x").stdout == shown
    assert "http_500: down" in call("--home", home, "why", "lost").stdout


def test_why_of_an_unknown_url_names_its_neighbours(home: Path) -> None:
    done = call("--home", home, "why", "http://gazette.example/aa")
    assert done.returncode == 1
    assert "no feed has listed it" in done.stderr
    assert "http://gazette.example/a" in done.stderr


def test_the_feeds_are_listed_without_their_secrets(tmp_path: Path) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text('[[feeds]]\nname = "a"\nurl = "http://a.example/"\nheaders = { Authorization = "env:SECRET" }\n')
    for options in ((), ("--json",)):
        done = call("--feeds", path, "feeds", "list", *options, env={**os.environ, "SECRET": "s3cret"})
        assert done.returncode == 0
        assert "http://a.example/" in done.stdout
        assert "s3cret" not in done.stdout


def test_a_feeds_file_is_made_without_an_editor(loopback: Loopback, tmp_path: Path) -> None:
    path, opml, environment = tmp_path / "feeds.toml", tmp_path / "feeds.opml", {**os.environ, "http_proxy": loopback.url}
    loopback.routes["http://gazette.example/"] = Reply(b"<html><head><link rel=alternate type=application/rss+xml href=/feed>")
    loopback.routes["http://gazette.example/feed"] = Reply(
        b"<rss version='2.0'><channel><title>G</title><item><title>1</title></item></channel></rss>"
    )

    def feeds(*arguments: str | Path) -> str:
        done = call("--home", tmp_path / "home", "--feeds", path, "feeds", *arguments, env=environment)
        assert (done.returncode, done.stderr) == (0, ""), arguments
        return str(done.stdout)

    assert json.loads(feeds("discover", "http://gazette.example/", "--json"))[0]["url"] == "http://gazette.example/feed"
    assert feeds("add", "http://gazette.example/", "--tag", "port", "--interval", "90m").startswith(
        "added gazette.example: http://gazette.example/feed (rss20"
    )
    assert "gazette.example is that feed already" in feeds("add", "https://www.gazette.example/feed/")
    assert "added Market" in feeds("add", "http://market.example/rss", "--name", "Market", "--unchecked")
    feeds("export", "-o", opml)
    assert opml.read_text() == feeds("export")
    assert "stays there" in feeds("remove", "Market", "gazette.example")
    assert "added 2 of 2" in feeds("import", opml)
    assert "2 there already" in feeds("import", opml)
    assert [(feed["name"], feed["url"], feed["tags"]) for feed in json.loads(feeds("list", "--json"))] == [
        ("gazette.example", "http://gazette.example/feed", ["port"]),
        ("Market", "http://market.example/rss", []),
    ]


def test_what_an_opml_file_cannot_give_is_told(tmp_path: Path) -> None:
    path, opml = tmp_path / "feeds.toml", tmp_path / "feeds.opml"
    opml.write_text(
        "<opml><body><outline text='A' xmlUrl='http://a.example/'/><outline text='B' xmlUrl='file:///etc/passwd'/></body></opml>"
    )
    done = call("--feeds", path, "feeds", "import", opml)
    assert (done.returncode, done.stdout) == (0, f"added 1 of 2 feeds to {path}; 0 there already, 1 left out\n")
    assert "B (file:///etc/passwd) has no http address: left out" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        pytest.param(("add", "ftp://a.example/"), 1, "ftp://a.example/", id="no address"),
        pytest.param(("add", "ftp://a.example/", "--unchecked"), 2, "must be an http or https address", id="no address, unchecked"),
        pytest.param(("add", "http://b.example/", "--name", "a", "--unchecked"), 2, "'a' is used twice", id="a name that is taken"),
        pytest.param(("remove", "b"), 2, "there is no feed named 'b'", id="a feed that is not there"),
        pytest.param(("import", "/etc/hostname"), 1, "names no feed", id="no OPML"),
        pytest.param(("export", "-o", "/nowhere/feeds.opml"), 1, "cannot be written", id="no such folder"),
    ],
)
def test_a_mistake_about_the_feeds_changes_nothing(tmp_path: Path, arguments: tuple[str, ...], code: int, words: str) -> None:
    path = tmp_path / "feeds.toml"
    path.write_text('[[feeds]]\nname = "a"\nurl = "http://a.example/"')
    done = call("--home", tmp_path / "home", "--feeds", path, "feeds", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert path.read_text() == '[[feeds]]\nname = "a"\nurl = "http://a.example/"'

"""`feedhouse demo`: the whole job on the small newsroom of `flows.demo_newsroom`, really served and really polled. Needs no network."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
import textwrap
from pathlib import Path

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.commands import run_to_end
from flows.demo_newsroom import newsroom_answers, newsroom_feeds
from flows.demo_server import served
from flows.ingest import IngestOptions, run_ingest
from flows.progress import Progress
from flows.settings import load_feeds_file
from flows.summary import print_summary
from pipeline.errors import FeedhouseError
from pipeline.records import RunSummary
from warehouse.connections import open_reader
from warehouse.sql_files import query

_MARKER = ".feedhouse-demo"
_QUERIES = (
    "SELECT site, title, word_count, text_source FROM articles ORDER BY published_at",
    "SELECT source, reposter, articles, median_lag_minutes FROM syndication",
    "SELECT feed, outcome, entries_new, error FROM polls ORDER BY started_at",
)


class DemoError(FeedhouseError):
    """The demo did not come out as it should, or its folder is somebody else's."""


def demo_command(*, home: Path) -> int:
    """Serves, polls twice, prints what the warehouse then holds and what to type next. The folder is made anew."""
    _make_anew(home)
    console = Console(width=None if sys.stdout.isatty() else 110)
    with served(newsroom_answers()) as proxy:
        console.print(
            f"Six sites that we wrote are being served on loopback; their {len(newsroom_feeds())} feeds are polled.\n", highlight=False
        )
        first = _ingest(home, _feeds_toml(home, proxy))
        print_summary(first, as_json=False)
        console.print("\nPolled again: what has not changed answers 304 Not Modified, and nothing is stored twice.\n", highlight=False)
        second = _ingest(home, home / "feeds.toml")
        print_summary(second, as_json=False)
    with open_reader(home / "warehouse.duckdb") as con:
        _print_answer(console, con, "demo_feeds", "What each feed gave in the first run")
        _print_answer(console, con, "demo_stories", "Stories that more than one site carries")
        _print_answer(console, con, "demo_syndication", "Who reposts whom, and how much later")
        _print_answer(console, con, "demo_credits", "Credits found in the articles, taken out of their text")
        _print_ending(console, con)
        _verify(con, first, second)
    program = shlex.quote(sys.argv[0]) if os.sep in sys.argv[0] else "feedhouse"
    console.print("\nThree queries to try:\n", style="bold")
    for sql in _QUERIES:
        console.print(f'  {program} --home {shlex.quote(str(home))} query "{sql}"', soft_wrap=True, highlight=False)
    return 0


def _make_anew(home: Path) -> None:
    """Empties the folder of an earlier demo; refuses to touch a folder that holds anything else."""
    if home.exists():
        if not (home / _MARKER).exists() and any(home.iterdir()):
            raise DemoError(f"{home}: is not the folder of an earlier demo: name another with --keep")
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / _MARKER).touch()


def _feeds_toml(home: Path, proxy: str) -> Path:
    path = home / "feeds.toml"
    tables = "".join(f'\n[[feeds]]\nname = "{name}"\nurl = "{url}"\n' for name, url in newsroom_feeds().items())
    path.write_text(f'[settings]\nproxy = "{proxy}"\nhost_delay = 0\n{tables}', encoding="utf-8")
    return path


def _ingest(home: Path, feeds_path: Path) -> RunSummary:
    options = IngestOptions(home=home, feeds_path=feeds_path, everything=True)
    with Progress() as progress:
        return run_to_end(run_ingest(options, load_feeds_file(feeds_path, os.environ), progress=progress))


def _print_answer(console: Console, con: duckdb.DuckDBPyConnection, name: str, title: str) -> None:
    answer = con.execute(query(name))
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in answer.description:
        table.add_column(column[0].replace("_", " "), overflow="fold")
    for row in answer.fetchall():
        table.add_row(*("" if value is None else escape(f"{value:g}" if isinstance(value, float) else str(value)) for value in row))
    console.print()
    console.print(table)


def _print_ending(console: Console, con: duckdb.DuckDBPyConnection) -> None:
    """What a plain pipeline would have stored below the article."""
    row = con.execute(query("demo_ending")).fetchone()
    if row is None:
        return
    url, last_paragraph, trimmed = row
    console.print(f"\n[bold]How one repost ends[/bold]: {escape(url)}", highlight=False)
    console.print(textwrap.indent(textwrap.fill(last_paragraph, 100), "  | "), highlight=False, markup=False)
    console.print("  and what stood below that on the page, kept beside the text and not in it:", highlight=False)
    for line in trimmed.splitlines():
        console.print(f"  x {line}", style="dim", highlight=False, markup=False)


def _verify(con: duckdb.DuckDBPyConnection, first: RunSummary, second: RunSummary) -> None:
    """The demo is a smoke test too: what it printed must be what it promises.

    Raises:
        DemoError: naming what came out otherwise.
    """
    leaked = con.execute("SELECT count(*) FROM articles WHERE text ILIKE '%email address%' OR text ILIKE '%via harbour%'").fetchone()
    promises = {
        "a comment form or a credit is left in a text": leaked == (0,),
        "the reposts were not recognised": con.execute("SELECT count(*) FROM stories WHERE site_count > 1").fetchone() == (4,),
        "the books do not balance": not con.execute(query("books")).fetchall(),
        "the second run stored something": second.articles_new == second.entries_new == 0 < first.articles_new,
    }
    for broken, kept in promises.items():
        if not kept:
            raise DemoError(f"the demo did not come out as it should: {broken}: please report it")

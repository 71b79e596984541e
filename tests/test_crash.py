"""`kill -9` in the middle of an ingest, then ingest again: the same warehouse as an undisturbed run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from loopback import Loopback, Reply
from test_ingest import item, page, rss

from warehouse import open_reader
from warehouse.sql_files import query

FEEDS = 12
ENTRIES = 8

# What may differ: when it was, in which run, how long it took, and what a story is called: it is told by its articles here.
STORY = "(SELECT string_agg(m.article_id, ' ' ORDER BY m.article_id) FROM articles AS m WHERE m.story_id = told.story_id)"
SAME = {
    "sightings": "feed, entry_id, url, title, published_at, date_quality, times_changed, is_backfill, article_id",
    "articles": f"article_id, canonical_url, url, site, title, published_at, text, {STORY}, is_original, version, text_source",
    "article_versions": "article_id, version, title, text",
    "stories": f"{STORY}, title, article_count, site_count, original_article_id, original_reason",
    "story_links": f"article_id, matched_article_id, method, {STORY}",
    "attributions": "article_id, kind, source, author, evidence",
    "syndication": "source, reposter, articles, median_lag_minutes",
}


def publish(loopback: Loopback) -> str:
    """Twelve sites of eight articles; every third article is a repost of the first site's."""
    tables = []
    for feed in range(FEEDS):
        host = f"site{feed}.example"
        numbers = [f"shared-{entry}" if entry % 3 == 0 else f"own-{feed}-{entry}" for entry in range(ENTRIES)]
        loopback.routes[f"http://{host}/feed"] = rss(
            *(item(number, link=f"http://{host}/{number}", guid=f"{host}-{number}") for number in numbers)
        )
        for number in numbers:
            reply = page(number)
            credit = b"<p>via Site Zero News Ada Quill</p></article>" if feed and number.startswith("shared") else b"</article>"
            loopback.routes[f"http://{host}/{number}"] = Reply(reply.body.replace(b"</article>", credit))
        tables.append(f'[[feeds]]\nname = "{host}"\nurl = "http://{host}/feed"\n')
    return f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0.02\n' + "".join(tables)


def start(home: Path, feeds: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "flows.cli", "--home", str(home), "--feeds", str(feeds), "ingest"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def told(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    with open_reader(home / "warehouse.duckdb") as con:
        assert con.execute(query("books")).fetchall() == []
        return {view: con.execute(f"SELECT {columns} FROM {view} AS told ORDER BY ALL").fetchall() for view, columns in SAME.items()}


def test_a_run_that_was_killed_is_completed_by_the_next(tmp_path: Path, loopback: Loopback) -> None:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(publish(loopback), encoding="utf-8")
    assert start(tmp_path / "calm", feeds).wait(60) == 0
    pages_in_all = FEEDS * ENTRIES
    for moment in (2, 20, 50, 90):
        loopback.requests.clear()
        with start(tmp_path / "rough", feeds) as run:
            while len(loopback.requests) < moment and run.poll() is None:
                time.sleep(0.005)
            run.kill()
    assert start(tmp_path / "rough", feeds).wait(60) == 0
    calm, rough = told(tmp_path / "calm"), told(tmp_path / "rough")
    assert len(calm["sightings"]) == pages_in_all
    assert calm == rough
    with open_reader(tmp_path / "rough" / "warehouse.duckdb") as con:
        assert con.execute("SELECT count(*) FROM runs WHERE status = 'running'").fetchone() == (0,)


def test_ctrl_c_ends_with_130_and_a_whole_warehouse(tmp_path: Path, loopback: Loopback) -> None:
    feeds = tmp_path / "feeds.toml"
    feeds.write_text(publish(loopback).replace("host_delay = 0.02", "host_delay = 0.5"), encoding="utf-8")
    with start(tmp_path / "home", feeds) as run:
        loopback.wait_for("http://site3.example/shared-0")
        run.send_signal(2)
        assert run.wait(60) == 130
    assert told(tmp_path / "home")
    with open_reader(tmp_path / "home" / "warehouse.duckdb") as con:
        assert con.execute("SELECT status FROM runs").fetchall() == [("interrupted",)]

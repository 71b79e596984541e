"""Each way to a feed's past, by the program itself, killed in the middle and started again: exactly what is in range, each page once."""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from archive_sites import FEED, HOST, PER_LIST, WAYBACK, PastSite, address, at, linked, paged, sitemaps, wayback
from loopback import Loopback

from warehouse import open_reader
from warehouse.sql_files import query

ARTICLES = 400
WAYS = {
    "paged": (paged, f"{FEED}?paged=3"),
    "archive, next": (linked("next"), f"{FEED}older/3"),
    "archive, prev-archive": (linked("prev-archive"), f"{FEED}older/3"),
    "sitemap": (sitemaps, f"{HOST}/sitemap-1.xml.gz"),
    "wayback": (wayback, None),
}


@dataclass
class Program:
    """`feedhouse backfill` in a process; its site kills it when it asks for the article `victim`."""

    home: Path
    way: str
    since: int
    until: int
    victim: int | None = None
    running: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self) -> int:
        command = [sys.executable, "-m", "flows.cli", "--home", str(self.home), "--feeds", str(self.home / "feeds.toml"), "backfill"]
        dates = ["--since", at(self.since).isoformat(), "--until", at(self.until).isoformat()]
        with subprocess.Popen([*command, "--feed", "past", "--via", self.way, *dates], stderr=subprocess.PIPE, text=True) as process:
            self.running.append(process)
            _, self.told = process.communicate(timeout=100)
        return process.returncode

    def on_ask(self, number: int) -> None:
        if number == self.victim and len(self.running) == 1:
            time.sleep(0.5)  # what was answered before is kept by now
            self.running[0].kill()


@pytest.mark.parametrize("way", WAYS)
def test_exactly_the_articles_in_range_are_stored_and_each_page_is_fetched_once_whatever_happens(
    tmp_path: Path, loopback: Loopback, way: str
) -> None:
    lists, busy = WAYS[way]
    since, until = ARTICLES - ARTICLES // 20, ARTICLES // 20 - 1  # nine tenths of them
    program = Program(tmp_path, way.partition(",")[0], since, until, victim=ARTICLES // 2)
    site = PastSite(articles=ARTICLES, lists=lists, gone=ARTICLES // 4, on_ask=program.on_ask)
    site.refused = {url: 1 for url in (busy, address(ARTICLES // 3)) if url}
    site.serve(loopback)
    (tmp_path / "feeds.toml").write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\nwayback = "{WAYBACK}"\n[[feeds]]\nname = "past"\nurl = "{FEED}"\n'
    )
    assert (program.start(), program.start()) == (-9, 0), program.told
    wanted = {address(n) for n in range(until + 1, since + 1)} - {address(site.gone)}
    with open_reader(tmp_path / "warehouse.duckdb") as con:
        assert con.execute(query("books")).fetchall() == []
        stored = [row[0] for row in con.execute("SELECT url FROM articles").fetchall()]
        assert (len(stored), set(stored)) == (len(wanted), wanted)
        assert con.execute("SELECT url, reason FROM rejections").fetchall() == [(address(site.gone), "http_410")]
        assert con.execute("SELECT DISTINCT is_done FROM backfills").fetchall() == [(True,)]
    assert {url for url, count in site.answered.items() if count > 1} == set()

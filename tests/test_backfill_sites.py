"""Each way to a feed's past, by the program itself, killed in the middle and started again: exactly what is in range, each page once.

One way has some hundreds of articles in every run of the tests, the others fewer; `--articles 2000` gives all of them as many.
"""

from __future__ import annotations

import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from archive_sites import FEED, HOST, WAYBACK, PastSite, address, at, linked, number_of, paged, sitemaps, wayback
from loopback import Loopback

from warehouse import open_reader
from warehouse.sql_files import query

pytestmark = pytest.mark.timeout(1_200)
WAYS = {
    "paged": paged,
    "archive by next": linked("next"),
    "archive by prev-archive": linked("prev-archive"),
    "sitemap": sitemaps,
    "wayback": wayback,
}
BUSY = {  # a list that is refused once
    "paged": f"{FEED}?paged=3",
    "archive by next": f"{FEED}older/3",
    "archive by prev-archive": f"{FEED}older/3",
    "sitemap": f"{HOST}/sitemap-1.xml.gz",
}
ABOVE = {FEED, f"{HOST}/robots.txt", f"{HOST}/sitemaps.xml"}  # what says where the lists are


@dataclass
class Program:
    """`feedhouse backfill` in a process; its site kills the first one when it asks for the article `victim`."""

    home: Path
    way: str
    since: int
    until: int
    victim: int
    started: list[subprocess.Popen[str]] = field(default_factory=list)

    def run(self) -> int:
        command = [sys.executable, "-m", "flows.cli", "--home", str(self.home), "--feeds", str(self.home / "feeds.toml"), "backfill"]
        dates = ["--since", at(self.since).isoformat(), "--until", at(self.until).isoformat()]
        with subprocess.Popen([*command, "--feed", "past", "--via", self.way, *dates], stderr=subprocess.PIPE, text=True) as process:
            self.started.append(process)
            _, self.told = process.communicate()
        return process.returncode

    def is_alive(self, number: int) -> bool:
        if number == self.victim and len(self.started) == 1:
            time.sleep(1)  # the answer before this one is kept by now: there is one connection
            self.started[0].kill()
            self.started[0].wait()
        return self.started[-1].returncode is None


@pytest.mark.parametrize("way", WAYS)
def test_exactly_the_articles_in_range_are_stored_and_each_page_is_fetched_once_whatever_happens(
    tmp_path: Path, loopback: Loopback, way: str, request: pytest.FixtureRequest
) -> None:
    articles = request.config.getoption("--articles") or (500 if way == "paged" else 240)
    since, until = articles - articles // 20, articles // 20  # nine tenths of them
    program = Program(tmp_path, way.partition(" ")[0], since, until, victim=articles // 2)
    site = PastSite(articles=articles, lists=WAYS[way], gone=articles // 8, on_ask=program.is_alive)
    site.refused = {articles // 3: 1, **({BUSY[way]: 1} if way in BUSY else {})}
    site.serve(loopback)
    (tmp_path / "feeds.toml").write_text(
        f'[settings]\nproxy = "{loopback.url}"\nhost_delay = 0\nhost_concurrency = 1\nwayback = "{WAYBACK}"\n'
        f'[[feeds]]\nname = "past"\nurl = "{FEED}"\n'
    )
    assert (program.run(), program.run()) == (-9, 0), program.told
    wanted = {address(number) for number in range(until + 1, since + 1)} - {address(site.gone)}
    with open_reader(tmp_path / "warehouse.duckdb") as con:
        assert con.execute(query("books")).fetchall() == []
        stored = [row[0] for row in con.execute("SELECT url FROM articles").fetchall()]
        assert con.execute("SELECT url, reason FROM rejections").fetchall() == [(address(site.gone), "http_410")]
        assert con.execute("SELECT is_done FROM backfills").fetchall() == [(True,)]
    assert (len(stored), set(stored)) == (len(wanted), wanted)
    assert not site.refused
    again = {url for url, count in site.answered.items() if count > 1} - ABOVE
    assert {url for url in again if number_of(url) is not None} == set()
    assert len(again) <= 2, again  # the list that the killed run was at; of the Wayback Machine, the captures of the feed as well

"""A schedule over its life, with all that happens to it: `python benchmarks/soak_schedule.py --minutes 12 --every 12`. Linux only.

A real `feedhouse schedule` with its own Prefect server polls a newsroom on loopback whose sites publish, edit, break (500, truncated bodies,
silence) and recover. Meanwhile, each in the middle of a run: the run's process is killed, twice; the Prefect server is killed; and
all of it at once is killed and started again. Slots are compressed to seconds, and so are the waits of pages that are asked for again.

What must be so in the end: every article that its feed showed, in good order, for two slots is in the warehouse, once, whatever became of
the runs of these slots; so is every edit; the books balance; no run is left that holds the slot. Printed: the time without a run after each
incident, the runs, the memory of the served process.
"""

from __future__ import annotations

import argparse
import itertools
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
from loopback import NOTHING, Loopback, Reply, Request, serving
from scheduling import Scheduler, scheduling

from pipeline.errors import WarehouseError
from warehouse import open_reader
from warehouse.connections import writer, writer_lock
from warehouse.sql_files import query

SITES = 8
# Entries that a feed shows, and how often in a slot its site publishes, edits and breaks: an article is shown for two slots and a half.
WINDOW = 12
PUBLISHES, EDITS, BREAKS = 4.8, 1.2, 0.2
BROKEN_SECONDS = (5, 40)
# The longest wait for a page that failed is half an hour at first: that much of a life is compressed into this.
RETRIES_EVERY = 20.0
# A run that holds the slot for so long without end is a zombie: a run takes seconds, and Prefect gives a dead one a minute.
HOLDING, STUCK_SECONDS = {"RUNNING", "PENDING", "CANCELLING"}, 180
# How long it may take to come to rest when the newsroom has fallen silent.
REST_SECONDS = 300


@dataclass
class Story:
    """An article of a site, its title as it is now, and when its feed and page have been in good order, without a break."""

    url: str
    title: str
    shown: list[tuple[datetime, datetime | None]] = field(default_factory=list)


class Site:
    """A site that publishes, edits, breaks and recovers."""

    def __init__(self, number: int, chance: random.Random, slot: int) -> None:
        self.name = f"site{number}"
        self.host = f"{self.name}.example"
        self.stories: list[Story] = []
        self.broken: str | None = None
        self.healed_at = 0.0
        self._chance = chance
        self._slot = slot
        self._lock = threading.Lock()

    def live_a_second(self) -> None:
        with self._lock:
            now = datetime.now(UTC)
            if self.broken and time.monotonic() > self.healed_at:
                self._heal(now)
            elif not self.broken and self._happens(BREAKS):
                self.broken = self._chance.choice(["500", "truncated", "silent"])
                self.healed_at = time.monotonic() + self._chance.uniform(*BROKEN_SECONDS)
                self._hide(self.stories, now)
            if self._happens(PUBLISHES):
                self._publish(now)
            if self.stories and self._happens(EDITS):
                self._edit(self._chance.choice(self.stories[-WINDOW:]), now)

    def rest(self) -> None:
        with self._lock:
            if self.broken:
                self._heal(datetime.now(UTC))

    def answer(self, request: Request) -> Reply:
        with self._lock:
            reply = self._whole(request.url)
            if self.broken == "500":
                return Reply(b"out of order", status=500, validators=False)
            if self.broken == "truncated":
                return Reply(reply.body[: len(reply.body) // 2], content_type=reply.content_type, claimed_length=len(reply.body))
            return Reply(silent=True) if self.broken else reply

    def _happens(self, times_in_a_slot: float) -> bool:
        return self._chance.random() < times_in_a_slot / self._slot

    def _publish(self, now: datetime) -> None:
        number = len(self.stories)
        self.stories.append(Story(url=f"http://{self.host}/{number}", title=f"Report {number} of {self.host}"))
        if not self.broken:
            self.stories[-1].shown.append((now, None))
            self._hide(self.stories[:-WINDOW], now)

    def _edit(self, story: Story, now: datetime) -> None:
        """Another title and a line more: what counts is that this state was shown."""
        story.title += " (corrected)"
        self._hide([story], now)
        if not self.broken:
            story.shown = [(now, None)]
        else:
            story.shown = []

    def _heal(self, now: datetime) -> None:
        self.broken = None
        for story in self.stories[-WINDOW:]:
            story.shown.append((now, None))

    def _hide(self, stories: list[Story], now: datetime) -> None:
        for story in stories:
            if story.shown and story.shown[-1][1] is None:
                story.shown[-1] = (story.shown[-1][0], now)

    def _whole(self, url: str) -> Reply:
        name = url.rpartition("/")[2]
        if name == "feed":
            items = "".join(
                f"<item><title>{story.title}</title><link>{story.url}</link><guid>{story.url}</guid></item>"
                for story in self.stories[-WINDOW:]
            )
            feed = f"<rss version='2.0'><channel><title>{self.host}</title>{items}</channel></rss>"
            return Reply(feed.encode(), content_type="application/rss+xml")
        if not name.isdigit() or int(name) >= len(self.stories):
            return NOTHING
        story = self.stories[int(name)]
        words = random.Random(url)
        lines = [" ".join(words.choice(WORDS) for _ in range(40)) for _ in range(8 + story.title.count("corrected"))]
        body = "".join(f"<p>{line.capitalize()}, said {self.host}.</p>" for line in lines)
        return Reply(f"<html><head><title>{story.title}</title></head><body><article>{body}</article></body></html>".encode())


WORDS = ["".join(parts) for parts in itertools.product("bdgklmnprstv", "aeiou", "bdgklmnprstv", ["a", "en", "o"])]


class Newsroom:
    """The sites behind one proxy; lives in a thread of its own, and can hold a run by not answering a page."""

    def __init__(self, loopback: Loopback, seed: int, slot: int) -> None:
        chance = random.Random(seed)
        self.sites = [Site(number, chance, slot) for number in range(SITES)]
        self.holding = False
        self.held = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._live, daemon=True)
        for site in self.sites:
            loopback.prefixes[f"http://{site.host}/"] = lambda request, site=site: self._answer(site, request)

    def _answer(self, site: Site, request: Request) -> Reply:
        if self.holding and not request.url.endswith("robots.txt"):
            self.held.set()
            while self.holding:
                time.sleep(0.1)
        return site.answer(request)

    @contextmanager
    def held_run(self, scheduler: Scheduler) -> Iterator[None]:
        """A run is in the middle of its work while the block goes on."""
        self.held.clear()
        self.holding = True
        try:
            scheduler.wait_for(self.held.is_set)
            yield
        finally:
            self.holding = False

    def start(self) -> None:
        self._thread.start()

    def rest(self) -> None:
        self._stopped.set()
        self._thread.join()
        for site in self.sites:
            site.rest()

    def _live(self) -> None:
        while not self._stopped.wait(1.0):
            for site in self.sites:
                site.live_a_second()


class Soak:
    """The schedule, what is done to it, and what is seen of it."""

    def __init__(self, folder: Path, newsroom: Newsroom, every: int) -> None:
        self.home, self.feeds = folder / "home", folder / "feeds.toml"
        self.newsroom = newsroom
        self.every = every
        self.folder = folder
        self.started = time.monotonic()
        self.incidents: list[tuple[str, datetime]] = []
        self.memory: list[tuple[float, int, int]] = []

    def say(self, text: str) -> None:
        print(f"{(time.monotonic() - self.started) / 60:5.1f} min  {text}", flush=True)

    def watch(self, scheduler: Scheduler, until: float) -> None:
        """Lets it run, sampling its memory and bringing pages' waits forward."""
        brought = sampled = 0.0
        while (now := time.monotonic()) < until:
            if now > brought + RETRIES_EVERY:
                self.bring_retries_forward()
                brought = now
            if now > sampled + 30:
                server = scheduler.processes("flows.local_server")
                self.memory.append((now - self.started, rss(scheduler.process.pid), rss(server[0]) if server else 0))
                sampled = now
            assert scheduler.process.poll() is None, scheduler.log.read_text()[-3_000:]
            time.sleep(0.5)

    def bring_retries_forward(self) -> None:
        work = self.home / "state" / "work.duckdb"
        if work.exists():
            with writer_lock(work, lock_seconds=60), writer(work) as con:
                for table in ("rejection", "page_fetch"):
                    con.execute(f"UPDATE store.{table} SET next_retry_at = now() WHERE next_retry_at > now()")
                con.execute("UPDATE store.sighting SET refetch_at = now() WHERE refetch_at > now()")

    def incident(self, name: str, scheduler: Scheduler, act: Callable[[], None]) -> None:
        with self.newsroom.held_run(scheduler):
            act()
            self.incidents.append((name, datetime.now(UTC)))
        self.say(name)

    def kill_run(self, scheduler: Scheduler) -> None:
        for pid in scheduler.processes("prefect.engine"):
            os.kill(pid, signal.SIGKILL)

    def kill_server(self, scheduler: Scheduler) -> None:
        for pid in scheduler.processes("flows.local_server"):
            os.kill(pid, signal.SIGKILL)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            with open_reader(self.home / "warehouse.duckdb") as con:
                return con.execute(sql).fetchall()
        except WarehouseError:
            return []

    def live(self, minutes: float) -> list[dict[str, Any]]:
        """The whole life; gives what Prefect knows of its runs."""
        at = [self.started + minutes * 60 * share for share in (0.15, 0.35, 0.55, 0.75, 1.0)]
        with scheduling(self.home, self.feeds, self.folder, f"{self.every}s") as scheduler:
            for until, name, act in zip(
                at,
                ("run killed", "server killed", "run killed again", "all killed"),
                (self.kill_run, self.kill_server, self.kill_run, None),
                strict=False,
            ):
                self.watch(scheduler, until)
                self.incident(name, scheduler, (lambda act=act: act(scheduler)) if act else scheduler.kill_all)
        with scheduling(self.home, self.feeds, self.folder, f"{self.every}s") as scheduler:
            self.watch(scheduler, at[-1])
            self.newsroom.rest()
            self.say("the newsroom rests")
            deadline = time.monotonic() + REST_SECONDS
            while self.wanting() and time.monotonic() < deadline:
                self.watch(scheduler, time.monotonic() + self.every)
            runs = scheduler.flow_runs()
            scheduler.process.send_signal(signal.SIGTERM)
            ended = scheduler.process.wait(120)
            self.say(f"stopped: exit code {ended}, {len(scheduler.processes())} processes left")
        return runs

    def wanting(self, slots: list[datetime] | None = None) -> list[str]:
        """Titles that should be in the warehouse, once, and are not: those shown for two of the slots; those shown now, unless given."""
        stored = Counter(title for (title,) in self.rows("SELECT title FROM articles"))
        slot = timedelta(seconds=self.every)

        def is_due(story: Story) -> bool:
            shown = [(start, end or datetime.now(UTC)) for start, end in story.shown]
            return any(start <= first and second + slot <= end for first, second in itertools.pairwise(slots or ()) for start, end in shown)

        return [
            story.title
            for site in self.newsroom.sites
            for place, story in enumerate(site.stories)
            if stored[story.title] != 1 and (place >= len(site.stories) - WINDOW if slots is None else is_due(story))
        ]

    def slots(self, runs: list[dict[str, Any]]) -> list[datetime]:
        """Every slot up to now: those that Prefect knows of, and those that it should, where there was no server to make a run for them."""
        known = sorted({datetime.fromisoformat(run["expected_start_time"]) for run in runs if run["auto_scheduled"]})
        slot, now = timedelta(seconds=self.every), datetime.now(UTC)
        missed = [first + slot * n for first, second in itertools.pairwise(known) for n in range(1, round((second - first) / slot))]
        return sorted(at for at in (*known, *missed) if at < now)

    def tell(self, runs: list[dict[str, Any]]) -> bool:
        """Prints what came of it; True if all was as it must be."""
        ended = [row[0] for row in self.rows("SELECT finished_at FROM runs WHERE status = 'completed' ORDER BY finished_at")]
        for name, at in self.incidents:
            print(
                f"{name}: the next run was complete {(min((end for end in ended if end > at), default=datetime.max.replace(tzinfo=UTC)) - at).total_seconds():.0f} s later"
            )
        print(f"longest time without a complete run: {max((b - a).total_seconds() for a, b in itertools.pairwise(ended)):.0f} s")
        print("flow runs by state:", dict(Counter(run["state"]["name"] for run in runs if run["state"]["type"] != "SCHEDULED")))
        print("runs:", self.rows("SELECT status, count(*) FROM runs GROUP BY ALL ORDER BY ALL"))
        print("polls:", self.rows("SELECT outcome, count(*) FROM polls GROUP BY ALL ORDER BY ALL"))
        for minute, served, server in self.memory[:: max(1, len(self.memory) // 12)]:
            print(f"memory at {minute / 60:5.1f} min: served process {served:4} MB, Prefect server {server:4} MB")
        published = [story for site in self.newsroom.sites for story in site.stories]
        missing = [*self.wanting(self.slots(runs)), *self.wanting()]
        for story in published:
            if story.title in missing:
                print(story.title, "shown", [f"{start:%H:%M:%S} to {end or datetime.now(UTC):%H:%M:%S}" for start, end in story.shown])
        double = self.rows("SELECT canonical_url FROM articles GROUP BY ALL HAVING count(*) > 1")
        urls = {url for (url,) in self.rows("SELECT url FROM articles")}
        with open_reader(self.home / "warehouse.duckdb") as con:
            unbalanced = con.execute(query("books")).fetchall()
        overdue = datetime.now(UTC) - timedelta(seconds=STUCK_SECONDS)
        stuck = [
            run["name"] for run in runs if run["state"]["type"] in HOLDING and datetime.fromisoformat(run["state"]["timestamp"]) < overdue
        ]
        print(f"{len(published)} articles published, {sum(story.url in urls for story in published)} of them in the warehouse")
        print(
            f"shown for two slots and not there as they were last shown: {missing}; there twice: {double}; books: {unbalanced}; runs left: {stuck}"
        )
        return not (missing or double or unbalanced or stuck)


def rss(pid: int) -> int:
    """Resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=12)
    options.add_argument("--every", type=int, default=12, help="seconds of a slot")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument(
        "--keep", type=Path, help="folder for the home, the logs and Prefect's database: to find out what became of an article"
    )
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary, serving() as loopback:
        loopback.server.handle_error = lambda *_: None  # a run that is killed breaks its connections
        newsroom = Newsroom(loopback, given.seed, given.every)
        soak = Soak(given.keep or Path(temporary), newsroom, given.every)
        soak.home.mkdir(parents=True)
        feeds = "".join(f'[[feeds]]\nname = "site{number}"\nurl = "http://site{number}.example/feed"\n' for number in range(SITES))
        settings = 'host_delay = 0\ntimeout = 8\ninterval = "1s"\nmin_interval = "1s"\nmax_interval = "1s"\n'
        soak.feeds.write_text(f'[settings]\nproxy = "{loopback.url}"\n{settings}{feeds}', encoding="utf-8")
        newsroom.start()
        sys.exit(not soak.tell(soak.live(given.minutes)))


if __name__ == "__main__":
    main()

"""Half a year of daily polls of one feed that does everything wrong: each entry keeps its id, and every edit and return is counted once."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from feed_life import harvester
from loopback import Loopback, Reply

from flows.known import Known
from flows.run_parts import fetch_policy
from flows.settings import Settings
from flows.settling import store
from pipeline.fetching import HttpClient
from pipeline.records import Feed, Run, RunKind
from pipeline.workers import WorkerPool
from warehouse import Warehouse, open_reader

DAYS = 183
WINDOW = 12
START = datetime.fromisoformat("2026-01-01T06:00:00+00:00")
URL = "http://gazette.example/feed"
# Half a year takes a while: a poll and a load for each day.
pytestmark = pytest.mark.timeout(300)


@dataclass
class Item:
    """An entry as its publisher has it."""

    number: int
    born: int
    title: str
    words: str
    guid: str
    markup: str = "p"
    hidden_until: int = -1

    @property
    def content(self) -> tuple[str, str, str]:
        return self.title, self.words, self.markup


@dataclass
class Expected:
    """What a reader that makes no mistake knows of an entry."""

    entry_id: str
    last: tuple[str, str, str]
    last_day: int
    changed: int = 0
    versions: int = 1
    returned: int = 0


@dataclass
class Publisher:
    """Makes a day's document; the model beside it knows each entry by its number alone, and nothing of guids."""

    dice: random.Random = field(default_factory=lambda: random.Random(183))
    items: list[Item] = field(default_factory=list)
    expected: dict[int, Expected] = field(default_factory=dict)

    def day(self, day: int) -> bytes:
        for _ in range(self.dice.choice((0, 0, 1, 1, 2, 3))):
            number = len(self.items)
            self.items.append(Item(number=number, born=day, title=f"Title {number}", words=f"story {number} begins", guid=f"guid-{number}"))
        shown = self.items[-WINDOW:]
        for item in shown:
            self.meddle(item, day)
        listed = [item for item in shown if item.hidden_until < day]
        self.expect(listed, day)
        return self.document(listed, day)

    def meddle(self, item: Item, day: int) -> None:
        drawn = self.dice.random()
        if drawn < 0.05:
            item.words += f", and on day {day} it was corrected"
        elif drawn < 0.08:
            item.title += " (updated)"
        elif drawn < 0.11:
            item.guid = f"guid-{item.number}-since-{day}"
        elif drawn < 0.14:
            item.hidden_until = day + self.dice.randrange(1, 5)
        if day % 45 == 44:  # the site has another template
            item.markup = "div" if item.markup == "p" else "p"

    def guid(self, item: Item, day: int) -> str | None:
        """The publisher's guids: now and then one for all, another every day, or none."""
        if 60 <= day < 70:
            return f"{item.guid}?day={day}"
        if 90 <= day < 95:
            return "gazette"
        return None if 120 <= day < 125 else item.guid

    def expect(self, listed: list[Item], day: int) -> None:
        for item in listed:
            known = self.expected.get(item.number)
            if known is None:
                shared = 90 <= day < 95 and len(listed) > 1
                guid = self.guid(item, day)
                entry_id = guid if guid and not shared else f"https://gazette.example/{item.number}"
                self.expected[item.number] = Expected(entry_id=entry_id, last=item.content, last_day=day)
                continue
            known.changed += known.last != item.content
            known.versions += known.last[:2] != item.content[:2]
            known.returned += known.last_day != day - 1
            known.last, known.last_day = item.content, day

    def document(self, listed: list[Item], day: int) -> bytes:
        items = ""
        for item in listed:
            guid = self.guid(item, day)
            body = "".join(
                f"&lt;{item.markup}&gt;The {word} of it was told at length in the harbour.&lt;/{item.markup}&gt;"
                for word in (item.words, "rest")
            )
            items += (
                f"<item>{f'<guid>{guid}</guid>' if guid else ''}<link>http://gazette.example/{item.number}</link>"
                f"<title>{item.title}</title><pubDate>{format_datetime(START + timedelta(days=item.born))}</pubDate><description>{body}</description></item>"
            )
        return f"<rss version='2.0'><channel><title>Gazette</title>{items}</channel></rss>".encode()


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> tuple[Publisher, Path]:
    from loopback import serving

    home, publisher = tmp_path_factory.mktemp("history"), Publisher()
    with serving() as loopback:
        asyncio.run(polled(home, publisher, loopback))
    return publisher, Warehouse(home).work


async def polled(home: Path, publisher: Publisher, loopback: Loopback) -> None:
    warehouse, feed = Warehouse(home), Feed(name="gazette", url=URL, full_text=False)
    settings = Settings(proxy=loopback.url, host_delay=0)
    warehouse.begin_run(Run(run_id="history", kind=RunKind.INGEST, started_at=START, version="0"), [feed], now=START)
    now = START

    def clock() -> datetime:
        return now

    async with WorkerPool(size=1) as workers, HttpClient(fetch_policy(settings), now=clock) as client:
        for day in range(DAYS):
            now = START + timedelta(days=day)
            loopback.routes[URL] = Reply(publisher.day(day), content_type="application/rss+xml")
            state = warehouse.feed_states()["gazette"]
            with Known(warehouse.work) as known:
                harvest = await harvester(client, workers, known, settings, clock).harvest(feed, state)
            assert harvest.poll is not None
            assert harvest.poll.error is None
            store(warehouse, "history", [harvest], now=now, publish=False)


def test_every_entry_has_one_id_and_its_edits_and_returns_are_counted(history: tuple[Publisher, Path]) -> None:
    publisher, work = history
    with open_reader(work) as con:
        found = con.execute("SELECT url, entry_id, times_changed, times_returned FROM sightings ORDER BY url").fetchall()
    expected = [(f"http://gazette.example/{n}", e.entry_id, e.changed, e.returned) for n, e in publisher.expected.items()]
    assert sorted(expected) == found
    assert sum(e.returned for e in publisher.expected.values()) > 10


def test_an_edit_is_a_version_and_a_new_template_is_none(history: tuple[Publisher, Path]) -> None:
    publisher, work = history
    with open_reader(work) as con:
        found = con.execute("SELECT canonical_url, version FROM articles").fetchall()
        stored = con.execute("SELECT count(*) FROM article_versions").fetchone()
    expected = {f"https://gazette.example/{n}": e.versions for n, e in publisher.expected.items()}
    assert dict(found) == expected
    assert stored == (sum(expected.values()),)
    assert sum(expected.values()) > len(expected) + 10

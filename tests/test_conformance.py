"""What operators of feeds complain of, and what their readers would miss: a simulated month, over real HTTP, without one fault."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from feed_life import DAY, HOUR, START, Life, Score, harvester
from loopback import Reply

from flows.known import Known
from flows.run_parts import fetch_policy
from flows.settings import Settings
from flows.settling import store
from pipeline.fetching import HttpClient
from pipeline.politeness import Politeness
from pipeline.polling import is_due
from pipeline.records import Feed, Harvest, Run, RunKind
from pipeline.workers import WorkerPool
from warehouse import Warehouse, open_reader

TICK = timedelta(minutes=10)
MONTH = 30 * DAY
# A simulated month takes half a minute, and its fixture counts as the first test.
pytestmark = pytest.mark.timeout(300)


def hops(status: int, location: str) -> Reply:
    return Reply(status=status, headers={"Location": location})


LIVES = [
    Life("etag", "http://etag.example/feed", etag="strong", every=16 * HOUR),
    Life("weak", "http://weak.example/feed", etag="weak"),
    Life("odd", "http://odd.example/feed", etag="odd"),
    Life("modified", "http://modified.example/feed", last_modified=True),
    Life("both", "http://both.example/feed", etag="strong", last_modified=True),
    Life("bare", "http://bare.example/feed"),
    Life("restless", "http://restless.example/feed", etag="restless"),
    Life("cached", "http://cached.example/feed", etag="strong", headers={"Cache-Control": "max-age=50000"}),
    Life("expiring", "http://expiring.example/feed", last_modified=True, headers={"Expires": "in two hours"}, every=3 * HOUR, busy=(5 * DAY, 7 * DAY)),
    Life("hurried", "http://hurried.example/feed", etag="strong", window=4, every=timedelta(minutes=50), hints="<ttl>1440</ttl>", busy=(5 * DAY, 6 * DAY),
         headers={"Cache-Control": "max-age=5400"}),
    Life("rushed", "http://rushed.example/feed", etag="strong", window=12, every=timedelta(minutes=20), hints="<ttl>120</ttl>", busy=(-12 * HOUR, 8 * HOUR)),
    Life("resting", "http://resting.example/feed", etag="strong", rests=lambda at: at.hour < 6 or at.weekday() == 6,
         hints=f"<skipHours>{''.join(f'<hour>{n}</hour>' for n in range(6))}</skipHours><skipDays><day>Sunday</day></skipDays>"),
    Life("scheduled", "http://scheduled.example/feed", etag="strong",
         hints="<sy:updatePeriod>daily</sy:updatePeriod><sy:updateBase>2026-01-01T00:00:00Z</sy:updateBase>"),
    Life("limited", "http://feeds.limited.example/a", etag="strong", events=[(12 * DAY, 13 * DAY, Reply(status=429, headers={"Retry-After": "259200"}))]),
    Life("sister", "http://www.limited.example/b", etag="strong"),
    Life("troubled", "http://troubled.example/feed", etag="strong", last_modified=True,
         events=[(3 * DAY, 4 * DAY, Reply(status=503, headers={"Retry-After": "7200"})), (20 * DAY, 21 * DAY, Reply(status=500))]),
    Life("moved", "http://moved.example/feed", etag="strong", elsewhere="http://new.moved.example/feed",
         events=[(6 * DAY, MONTH, hops(301, "http://new.moved.example/feed"))], left_after=9 * DAY),
    Life("afternoon", "http://afternoon.example/feed", etag="strong", every=3 * HOUR, busy=(9 * DAY, 12 * DAY), elsewhere="http://afternoon.example/stand-in",
         events=[(10 * DAY + 12 * HOUR, 10 * DAY + 18 * HOUR, hops(302, "/stand-in"))]),
    Life("portal", "http://portal.example/feed", etag="strong", every=3 * HOUR, busy=(9 * DAY, 12 * DAY), elsewhere="http://portal.example/log-in",
         events=[(10 * DAY + 12 * HOUR, 10 * DAY + 18 * HOUR, hops(307, "/log-in"))]),
    Life("liar", "http://liar.example/feed", etag="strong", lies=True),
    Life("delta", "http://delta.example/feed", etag="strong", delta=True, every=16 * HOUR),
    Life("back", "http://back.example/feed", etag="strong", events=[(8 * DAY, 9.5 * DAY, Reply(status=410)), (16 * DAY, 17 * DAY, Reply(status=404))]),
    Life("gone", "http://gone.example/feed", etag="strong", events=[(8 * DAY, MONTH, Reply(status=410))]),
]  # fmt: skip


class Reader:
    """The stages over real HTTP with a clock that jumps from tick to tick; what is found is loaded, and every day everything is read back."""

    def __init__(self, home: Path) -> None:
        self.now = START
        self.warehouse = Warehouse(home)
        self.feeds = [Feed(name=life.name, url=life.url, full_text=False, ignore_validators=life.lies) for life in LIVES]
        self.unloaded: list[Harvest] = []

    async def live(self, proxy: str) -> None:
        run = Run(run_id="month", kind=RunKind.INGEST, started_at=START, version="0")
        self.warehouse.begin_run(run, self.feeds, now=START)
        settings = Settings(proxy=proxy, host_delay=0, contact="ops@lab.example")
        async with WorkerPool() as workers:
            for _ in range(int(MONTH / DAY)):
                async with self._client(settings) as client:
                    await self._day(client, workers, settings)

    @asynccontextmanager
    async def _client(self, settings: Settings) -> AsyncIterator[HttpClient]:
        """A new client, as a new run has, that heeds what the last one was asked."""
        politeness = Politeness(
            concurrency=16,
            host_concurrency=2,
            host_delay=0,
            clock=lambda: self.now.timestamp(),  # noqa: PLW0108  the clock moves
        )
        with Known(self.warehouse.work) as known:
            waits = await known.host_waits(now=self.now)
        async with HttpClient(fetch_policy(settings), now=lambda: self.now, politeness=politeness) as client:
            client.heed(waits)
            yield client

    async def _day(self, client: HttpClient, workers: WorkerPool, settings: Settings) -> None:
        states = self.warehouse.feed_states()
        until = self.now + DAY
        while self.now < until:
            with Known(self.warehouse.work) as known:
                reader = harvester(client, workers, known, settings, lambda: self.now)
                while self.now < until:
                    due = [feed for feed in self.feeds if is_due(states[feed.name], self.now)]
                    if any(feed.name == harvest.feed for feed in due for harvest in self.unloaded if harvest.sightings):
                        break  # what it brought must be known when it is asked again
                    harvests = await asyncio.gather(*(reader.harvest(feed, states[feed.name]) for feed in due))
                    states |= {harvest.feed: harvest.state for harvest in harvests if harvest.state}
                    self.unloaded += [*harvests, Harvest(feed="", host_waits=client.take_waits())]
                    self.now += TICK
            self._load()

    def _load(self) -> None:
        """The polls that brought entries and the last one of each feed, in batches that have each feed once, as a run's have."""
        last = {harvest.feed: harvest for harvest in self.unloaded}
        self.unloaded = [
            found for found in self.unloaded if found.sightings or found.host_waits or (found.feed and found is last[found.feed])
        ]
        while self.unloaded:
            batch: dict[str, Harvest] = {}
            later: list[Harvest] = []
            for harvest in self.unloaded:
                if harvest.feed and harvest.feed in batch:
                    later.append(harvest)
                else:
                    batch[harvest.feed or str(len(batch))] = harvest
            store(self.warehouse, "month", list(batch.values()), now=self.now, publish=False)
            self.unloaded = later


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reader, Score]:
    from loopback import serving

    with serving() as loopback:
        reader = Reader(tmp_path_factory.mktemp("month"))
        score = Score(loopback, LIVES, lambda: reader.now)
        asyncio.run(reader.live(loopback.url))
        strangers = [request.url for request in loopback.requests if request.url not in loopback.routes]
        assert not strangers
    return reader, score


def test_an_operator_finds_no_fault(month: tuple[Reader, Score]) -> None:
    _, score = month
    assert not Counter((url, fault) for _, url, fault in score.faults), score.faults[:5]


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.name)
def test_every_entry_is_caught_while_the_feed_shows_it(month: tuple[Reader, Score], life: Life) -> None:
    reader, _ = month
    with open_reader(reader.warehouse.work) as con:
        stored = {row[0] for row in con.execute("SELECT entry_id FROM store.sighting WHERE feed = ?", [life.name]).fetchall()}
    last = START + (7.5 * DAY if life.name == "gone" else 29 * DAY)  # what came within the last pauses may still be to be found
    assert {f"{life.name}-{n}" for n in range(max(1, life.published(START) - life.window + 1), life.published(last) + 1)} <= stored


def test_nothing_is_asked_for_more_often_than_it_is_worth(month: tuple[Reader, Score]) -> None:
    _, score = month
    asked = Counter(url for _, url, _ in score.asked)
    assert asked["http://weak.example/feed"] < 100
    assert sum(at > START + 11 * DAY for at, url, _ in score.asked if url == "http://gone.example/feed") == 0
    unread = sum(status == 304 for _, url, status in score.asked if url == "http://etag.example/feed")
    assert unread > asked["http://etag.example/feed"] / 2


def test_a_moved_feed_is_known_under_its_new_address(month: tuple[Reader, Score]) -> None:
    reader, _ = month
    states = reader.warehouse.feed_states()
    assert states["moved"].url == "http://new.moved.example/feed"
    assert (states["afternoon"].url, states["portal"].url) == ("http://afternoon.example/feed", "http://portal.example/feed")


def test_the_wait_is_told(month: tuple[Reader, Score]) -> None:
    reader, _ = month
    assert all(state.next_poll_reason for state in reader.warehouse.feed_states().values())
    assert isinstance(reader.now, datetime)

"""A month in the life of feeds, played by servers with different manners, with a score of every request: what operators complain of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import partial

from loopback import Loopback, Reply, Request

from flows.asking import NetworkPages
from flows.gathering import Gatherer
from flows.harvesting import Harvester
from flows.keeping import Keeper
from flows.known import Known
from flows.making import Maker, extracted
from flows.pages import ArticleSource
from flows.run_parts import polling_policy
from flows.settings import Settings
from pipeline.fetching import HttpClient
from pipeline.robots import RobotsRules
from pipeline.workers import WorkerPool

START = datetime(2026, 3, 2, tzinfo=UTC)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# No reader has a reason to ask the same address twice within this time.
LEAST_PAUSE = timedelta(minutes=5)


@dataclass
class Life:
    """One feed. `etag`: strong, weak, odd, restless (another with every answer) or none. `events`: from, until, what it answers instead."""

    name: str
    url: str
    etag: str = "none"
    last_modified: bool = False
    window: int = 15
    every: timedelta = 2 * DAY
    busy: tuple[timedelta, timedelta] = (timedelta(), 30 * DAY)
    headers: dict[str, str] = field(default_factory=dict)
    hints: str = ""
    delta: bool = False
    lies: bool = False
    events: list[tuple[timedelta, timedelta, Reply]] = field(default_factory=list)
    # Addresses that answer like this one, and when this one must no longer be asked.
    elsewhere: str | None = None
    left_after: timedelta | None = None
    rests: Callable[[datetime], bool] = lambda _at: False

    def published(self, at: datetime) -> int:
        """How many entries there have been; ten stood there at the start."""
        start, end = self.busy
        return 10 + int(max(min(at - START, end) - start, timedelta()) / self.every)

    def date(self, number: int) -> datetime:
        """The ten that stood there at the start came at the same pace before it."""
        since = self.busy[0] if number > 10 else min(self.busy[0], timedelta())
        return START + since + (number - 10) * self.every

    def ids(self, at: datetime) -> list[str]:
        last = self.published(at)
        return [f"{self.name}-{number}" for number in range(last, max(0, last - self.window), -1)]

    def document(self, ids: list[str]) -> bytes:
        items = "".join(
            f"<item><guid isPermaLink='false'>{entry}</guid><link>http://pages.{self.name}.example/{entry}</link><title>{entry}</title>"
            f"<pubDate>{format_datetime(self.date(int(entry.rpartition('-')[2])))}</pubDate>"
            f"<description>What {entry} says is said in these few words.</description></item>"
            for entry in ids
        )
        return f"<rss version='2.0' xmlns:sy='http://purl.org/rss/1.0/modules/syndication/'><channel><title>{self.name}</title>{self.hints}{items}</channel></rss>".encode()


@dataclass
class Given:
    """What an address has told a client, and when it may be asked again."""

    etag: str | None = None
    last_modified: str | None = None
    asked_at: datetime | None = None
    allowed_at: datetime = START


class Score:
    """Serves `lives` on a `Loopback` and notes each fault of the client as (time, address, fault)."""

    def __init__(self, loopback: Loopback, lives: list[Life], now: Callable[[], datetime]) -> None:
        self.faults: list[tuple[datetime, str, str]] = []
        self.asked: list[tuple[datetime, str, int]] = []
        self._now = now
        self._given: dict[str, Given] = {}
        self._closed: dict[str, datetime] = {}
        self._answers = 0
        for life in lives:
            for url in filter(None, (life.url, life.elsewhere)):
                loopback.routes[url] = lambda request, life=life: self._answer(life, request)  # type: ignore[misc]

    def _answer(self, life: Life, request: Request) -> Reply:
        now, url = self._now(), request.url
        given = self._given.setdefault(url, Given())
        event = next((reply for start, end, reply in life.events if url == life.url and start <= now - START < end), None)
        self._judge(life, request, given)
        given.asked_at = now
        reply = self._event(life, event) if event else self._feed(life, request)
        self._note(given, reply)
        reply.headers.setdefault("Set-Cookie", "reader=1")
        self.asked.append((now, url, reply.status))
        return reply

    def _event(self, life: Life, event: Reply) -> Reply:
        if "Retry-After" in event.headers:
            self._closed[_domain(life.url)] = self._now() + timedelta(seconds=int(event.headers["Retry-After"]))
        return Reply(event.body, status=event.status, headers=dict(event.headers), validators=False)

    def _feed(self, life: Life, request: Request) -> Reply:
        now, ids = self._now(), life.ids(self._now())
        headers = dict(life.headers)
        if "Expires" in headers:
            headers["Expires"] = format_datetime(now + 2 * HOUR, usegmt=True)
        self._answers += 1
        tags = {"strong": f'"{ids[0]}"', "weak": f'W/"{ids[0]}"', "odd": f'{ids[0]}, "no" quotes', "restless": f'"{self._answers}"'}
        if life.etag != "none":
            headers["ETag"] = tags[life.etag]
            headers["ETag"] += "" if request.url == life.url else "-elsewhere"
        if life.last_modified:
            headers["Last-Modified"] = format_datetime(life.date(life.published(now)), usegmt=True)
        sent = request.headers.get("if-none-match"), request.headers.get("if-modified-since")
        known = headers.get("ETag") == sent[0] if sent[0] else bool(sent[1]) and headers.get("Last-Modified") == sent[1]
        if known or (life.lies and any(sent)):
            return Reply(status=304, headers=headers, validators=False)
        if life.delta and request.headers.get("a-im") == "feed" and sent[0]:
            news = [entry for entry in ids if int(entry.rpartition("-")[2]) > int(sent[0].strip('"').rpartition("-")[2])]
            return Reply(
                life.document(news), status=226, content_type="application/rss+xml", headers=headers | {"IM": "feed"}, validators=False
            )
        return Reply(life.document(ids), content_type="application/rss+xml", headers=headers, validators=False)

    def _judge(self, life: Life, request: Request, given: Given) -> None:
        now, sent = self._now(), request.headers
        etag, since = sent.get("if-none-match"), sent.get("if-modified-since")
        faults = {
            "unconditional": not life.lies and ((given.etag and not etag) or (given.last_modified and not since)),
            "a made-up validator": (etag and not given.etag) or (since and not given.last_modified),
            "a stale or another address's validator": (etag and given.etag and etag != given.etag) or (since and given.last_modified and since != given.last_modified),
            "a delta without an ETag": "a-im" in sent and not etag,
            "too early": now < given.allowed_at,
            "too early for its domain": now < self._closed.get(_domain(request.url), START),
            "twice in no time": given.asked_at is not None and now - given.asked_at < LEAST_PAUSE,
            "in the hours of rest": given.asked_at is not None and life.rests(now),
            "an address that it has left": life.left_after is not None and request.url == life.url and now - START > life.left_after,
            "a temporary address taken for good": request.url == life.elsewhere
            and not self._permanent(life)
            and not (self.asked and self.asked[-1][0] == now and any(at == now and url == life.url for at, url, _ in self.asked[-9:])),
            "a cookie": "cookie" in sent,
            "a referrer": "referer" in sent,
            "a cache buster": "no-cache" in sent.get("cache-control", "") or "pragma" in sent,
            "no word of who it is": "complaints to ops@lab.example" not in sent.get("user-agent", ""),
        }  # fmt: skip
        self.faults += [(now, request.url, fault) for fault, found in faults.items() if found]

    def _permanent(self, life: Life) -> bool:
        return any(reply.status in {301, 308} for _, _, reply in life.events)

    def _note(self, given: Given, reply: Reply) -> None:
        now = self._now()
        given.allowed_at = now
        if reply.status in {200, 226, 304}:
            given.etag = reply.headers.get("ETag") or (given.etag if reply.status == 304 else None)
            given.last_modified = reply.headers.get("Last-Modified") or (given.last_modified if reply.status == 304 else None)
        if "max-age=" in reply.headers.get("Cache-Control", ""):
            given.allowed_at = now + timedelta(seconds=int(reply.headers["Cache-Control"].rpartition("=")[2]))
        if "Expires" in reply.headers:
            given.allowed_at = now + 2 * HOUR
        if "Retry-After" in reply.headers:
            given.allowed_at = now + timedelta(seconds=int(reply.headers["Retry-After"]))


def _domain(url: str) -> str:
    return ".".join(url.split("/")[2].split(".")[-2:])


def harvester(client: HttpClient, workers: WorkerPool, known: Known, settings: Settings, now: Callable[[], datetime]) -> Harvester:
    """The stages as a run connects them, on what is known at this moment of a simulated time."""
    robots = RobotsRules(client, "Feedhouse", recall=known.robots_file, now=now)
    keeper = Keeper(None, known)
    pages = ArticleSource(
        NetworkPages(client, robots, max_bytes=1_000_000).ask, Maker(partial(extracted, workers), now=now), keeper, now=now
    )
    return Harvester(
        client=client,
        workers=workers,
        known=known,
        keeper=keeper,
        gatherer=Gatherer(pages, known, now=now, crash_on_bugs=True),
        policy=polling_policy(settings),
        max_feed_bytes=1_000_000,
        now=now,
        crash_on_bugs=True,
    )

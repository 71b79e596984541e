"""One feed's poll from the request to the harvest: the stages of pipeline/ connected, with nothing decided here that a stage decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from flows.gathering import Gatherer, bug_failure
from flows.keeping import Keeper
from flows.known import Known
from pipeline.errors import FeedhouseError
from pipeline.fetching import HttpClient, same_origin
from pipeline.identity import recognised
from pipeline.polling import Decision, PollingPolicy, decide
from pipeline.records import (
    Capture,
    CaptureKind,
    Failure,
    Feed,
    FeedDocument,
    FeedProfile,
    FeedState,
    Harvest,
    IdentifiedEntry,
    ParsedFeed,
    Poll,
    Response,
    Stage,
)
from pipeline.sifting import Sifted, sift
from pipeline.validators import body_hash, conditional_headers
from pipeline.workers import WorkerDiedError, WorkerPool, WorkerTimeoutError

# feedparser reads 15 MB, the most that a feed may have, in about 20 s, and its entries are hashed in two; what takes longer is built to.
PARSE_SECONDS = 45.0
# 226 IM Used: only what is new since our validator (RFC 3229); what it does not list has not left the feed.
_READABLE = frozenset({200, 226})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A feed's body, read: what it holds, what of it the warehouse does not have, and where it is kept if there is any such thing."""

    parsed: ParsedFeed
    identified: tuple[IdentifiedEntry, ...]
    sifted: Sifted
    capture: Capture | None

    @property
    def listed_ids(self) -> tuple[str, ...] | None:
        """What the feed lists; None where the document broke off: what is missing from it has not left the feed."""
        return None if self.parsed.complaint else tuple(entry.entry_id for entry in self.identified)


class Harvester:
    """Polls feeds and gathers what their new entries lead to. One for a run; every method is safe to call for many feeds at once.

    What the world does wrong comes back as data. An exception that nobody foresaw is our bug: it costs the feed or the entry that met
    it and is stored with its traceback, so that one bad page never stops a run; with `crash_on_bugs` it is raised.
    """

    def __init__(
        self,
        *,
        client: HttpClient,
        workers: WorkerPool,
        known: Known,
        keeper: Keeper,
        gatherer: Gatherer,
        policy: PollingPolicy,
        max_feed_bytes: int,
        now: Callable[[], datetime],
        crash_on_bugs: bool = False,
    ) -> None:
        self._crash_on_bugs = crash_on_bugs
        self._client = client
        self._workers = workers
        self._known = known
        self._keeper = keeper
        self._gatherer = gatherer
        self._policy = policy
        self._max_feed_bytes = max_feed_bytes
        self._now = now

    async def harvest(self, feed: Feed, state: FeedState) -> Harvest:
        """All that one poll of `feed` brings."""
        started_at = self._now()
        try:
            return await self._harvest(feed, state, started_at)
        except FeedhouseError:  # the archive, a cluster: that is the run's misfortune, not the feed's
            raise
        except Exception as error:
            if self._crash_on_bugs:
                raise
            bug = bug_failure(Stage.POLL, error, is_transient=True)
            harvest = self._without_reading(feed, state, bug, started_at)
            return replace(harvest, rejections=(self._gatherer.rejection(feed, None, bug, attempts=1),))

    async def _harvest(self, feed: Feed, state: FeedState, started_at: datetime) -> Harvest:
        answer = await self.ask(feed, state.url, conditional_headers(feed, state))
        if isinstance(answer, Failure) or answer.status not in _READABLE or body_hash(answer.body) == state.body_hash:
            return self._without_reading(feed, state, answer, started_at)
        reading = await self.read(feed, answer)
        if isinstance(reading, Failure):
            return self._without_reading(feed, state, answer, started_at, unreadable=reading)
        sifted = reading.sifted
        gathered = await self._gatherer.gather(
            feed,
            sifted.new,
            sifted.changed,
            resaved=sifted.resaved,
            seen_at=started_at,
            feed_title=reading.parsed.title,
            feed_capture=reading.capture,
        )
        decision = decide(
            feed,
            state,
            answer,
            reading=reading.parsed,
            entries_new=len(sifted.new),
            entries_changed=len(sifted.changed),
            policy=self._policy,
            now=started_at,
        )
        return Harvest(
            feed=feed.name,
            poll=Poll(
                feed=feed.name,
                started_at=started_at,
                duration_ms=answer.duration_ms,
                outcome=decision.outcome,
                http_status=answer.status,
                bytes=len(answer.body),
                entries_seen=len(sifted.new) + len(sifted.changed) + sifted.unchanged,
                entries_new=len(sifted.new),
                entries_changed=len(sifted.changed),
                error=reading.parsed.complaint or decision.note,
            ),
            state=decision.state,
            profile=FeedProfile(title=reading.parsed.title, site_url=reading.parsed.site_url, format=reading.parsed.format),
            listed_ids=reading.listed_ids if answer.status == 200 else None,
            sightings=gathered.sightings,
            articles=gathered.articles,
            fetches=gathered.fetches,
            rejections=gathered.rejections,
            captures=gathered.captures,
        )

    async def ask(self, feed: Feed, url: str, conditions: Mapping[str, Sequence[tuple[str, str]]] | None = None) -> Response | Failure:
        """The answer to a request for a feed document, with the feed's own headers where it stands under its configured origin."""
        return await self._client.get(
            url,
            stage=Stage.POLL,
            max_bytes=self._max_feed_bytes,
            conditions=conditions,
            private_headers=feed.headers if feed.headers and same_origin(url, feed.url) else (),
            user_agent=feed.user_agent,
        )

    async def read(self, feed: Feed, answer: Response) -> Reading | Failure:
        """A feed document read in a worker, its entries recognised and sifted; kept if any of them is new or edited."""
        document = await read_in_worker(self._workers, answer)
        if isinstance(document, Failure):
            return document
        parsed, identified = document.parsed, document.identified
        known = dict(await self._known.entries(feed.name, [entry.entry_id for entry in identified]))
        strange = [entry for entry in identified if entry.entry_id not in known]
        if strange and (linked := await self._known.linked(feed.name, strange)):
            identified = recognised(identified, known, linked)
            known |= {entry.entry_id: entry for entries in linked.values() for entry in entries}
        sifted = sift(identified, known, seen=len(parsed.entries))
        capture = await self._keeper.keep(CaptureKind.FEED, answer) if sifted.new or sifted.changed else None
        return Reading(parsed=parsed, identified=identified, sifted=sifted, capture=capture)

    def _without_reading(
        self, feed: Feed, state: FeedState, answer: Response | Failure, started_at: datetime, *, unreadable: Failure | None = None
    ) -> Harvest:
        """The harvest of a poll that brought no entries to look at: 304, the same body, or a failure."""
        decision = self._decided(feed, state, answer, unreadable, started_at)
        came = answer if isinstance(answer, Response) else None
        return Harvest(
            feed=feed.name,
            poll=Poll(
                feed=feed.name,
                started_at=started_at,
                duration_ms=came.duration_ms if came else _milliseconds(self._now(), started_at),
                outcome=decision.outcome,
                http_status=answer.status if isinstance(answer, Response) else answer.http_status,
                bytes=len(came.body) if came else 0,
                entries_seen=0,
                entries_new=0,
                entries_changed=0,
                error=decision.note,
            ),
            state=decision.state,
        )

    def _decided(
        self, feed: Feed, state: FeedState, answer: Response | Failure, unreadable: Failure | None, started_at: datetime
    ) -> Decision:
        return decide(feed, state, answer, reading=unreadable, entries_new=0, entries_changed=0, policy=self._policy, now=started_at)


async def read_in_worker(workers: WorkerPool, answer: Response) -> FeedDocument | Failure:
    """A feed document, read within `PARSE_SECONDS`. Dates are judged by when it was fetched, so that it reads the same at any time."""
    from pipeline.reading import read_document  # feedparser, which a run whose feeds are all unchanged does not need

    job = partial(read_document, answer.body, url=answer.final_url, content_type=answer.header("content-type"), now=answer.started_at)
    try:
        return await workers.run(job, seconds=PARSE_SECONDS)
    except WorkerTimeoutError:
        detail = f"reading it took longer than {PARSE_SECONDS:.0f} s and was stopped"
        return Failure(stage=Stage.PARSE, reason="too_slow", detail=detail, is_transient=False)
    except WorkerDiedError as error:
        return Failure(stage=Stage.PARSE, reason="worker_died", detail=str(error), is_transient=False)


def _milliseconds(later: datetime, earlier: datetime) -> int:
    return round((later - earlier).total_seconds() * 1000)

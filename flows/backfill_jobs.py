"""A job of a backfill: one feed's past, list by list. Each list is stored with its mark in the ledger, whole or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from flows.asking import AskForPage
from flows.backfill_error import BackfillError, StalledError
from flows.file_collection import Collection
from flows.gathering import Gathered, merged
from flows.harvesting import read_in_worker
from flows.run_parts import Clock, FetchingParts, RunParts
from flows.settings import Settings
from pipeline.articles import entry_alias
from pipeline.backfilling import DateRange, Way, job_of
from pipeline.languages import is_in_languages
from pipeline.records import (
    Article,
    BackfillJob,
    BackfillMark,
    BackfillPage,
    Capture,
    Failure,
    Feed,
    Harvest,
    IdentifiedEntry,
    Response,
)

# What a page says that is to be asked for later: the job waits there, and the entry is not counted as seen.
_LATER = frozenset({"waiting", "http_429"})
# Answers for a list that another one may follow in a minute.
_MAY_HEAL = frozenset({408, 425, *range(500, 600)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Entries of one feed in a list. `are_links`: nothing but addresses, so that one which leads to a known article is no new entry."""

    feed: Feed
    entries: Sequence[IdentifiedEntry]
    are_links: bool = False
    title: str | None = None
    capture: Capture | None = None
    ask: AskForPage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One list of a feed's past, or part of one. `share`: how much of the job lies behind with it, 0 to 1, as far as that is known.

    `position`, `is_whole` and `go_on` are those of the ledger: the last list of a job goes on nowhere, and may be empty. `here` is where
    the job goes on if not all of the list can be stored.
    """

    url: str
    fetched_at: datetime
    here: str
    go_on: str | None
    position: int = 0
    is_whole: bool = True
    groups: tuple[Group, ...] = ()
    share: float | None = None
    sources: tuple[tuple[str, str], ...] = ()

    @property
    def entries(self) -> list[IdentifiedEntry]:
        """All of its entries."""
        return [entry for group in self.groups for entry in group.entries]


@dataclass(slots=True, kw_only=True)
class Job:
    """A job while it is worked on. `marks`: what the ledger has of it; `taken`: entries that the run has handed to the loader.

    `options`: what was asked for beside feed, way and dates. `answers`: documents that the probe has asked for.
    """

    feed: Feed
    way: Way
    dates: DateRange
    settings: Settings
    now: Clock
    languages: frozenset[str] = frozenset()
    hosts: tuple[str, ...] = ()
    options: str = ""
    files: Collection | None = None
    configured: tuple[Feed, ...] = ()
    marks: list[BackfillMark] = field(default_factory=list)
    taken: set[int] = field(default_factory=set)
    seen_ids: set[str] = field(default_factory=set)
    answers: dict[str, Response] = field(default_factory=dict)
    site: str | None = None

    @property
    def record(self) -> BackfillJob:
        """The job as the ledger knows it."""
        return job_of(feed=self.feed.name, way=self.way, source=self.feed.url, dates=self.dates, options=self.options)

    @property
    def is_done(self) -> bool:
        """True if the ledger says that nothing is left."""
        return bool(self.marks) and self.marks[-1].go_on is None

    @property
    def go_on(self) -> str | None:
        """Where the ledger says to go on."""
        return self.marks[-1].go_on if self.marks else None

    def take(self, feed: Feed, entries: Sequence[IdentifiedEntry]) -> list[IdentifiedEntry]:
        """Those of the entries that the run has not taken before; they are taken now."""
        fresh = {_key(feed, entry.entry_id): entry for entry in entries}
        fresh = {key: entry for key, entry in fresh.items() if key not in self.taken}
        self.taken |= fresh.keys()
        return list(fresh.values())

    def position_in(self, url: str) -> int | None:
        """How far a list has been stored, None where it is whole."""
        mine = [mark for mark in self.marks if mark.url == url]
        return None if mine and mine[-1].is_whole else max((mark.position for mark in mine), default=0)


def _key(feed: Feed, entry_id: str | None) -> int:
    """What an entry is remembered by: a number, as there may be millions."""
    return hash((feed.name, entry_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What came of a list: entries within the dates, new ones; `wait`: seconds after which its site may be asked again."""

    seen: int
    new: int
    wait: float | None = None


async def ask(parts: FetchingParts, job: Job, url: str) -> Response | Failure:
    """A document of the feed's past; one that the probe has asked for is not asked for again."""
    return job.answers.pop(url, None) or await parts.harvester.ask(job.feed, url)


async def site_of_feed(job: Job, parts: FetchingParts) -> str:
    """The address of the site that the feed says it belongs to; of its own host where it says nothing that can be read."""
    if job.site is None:
        answer = job.answers.get(job.feed.url) or await parts.harvester.ask(job.feed, job.feed.url)
        document = await read_in_worker(parts.workers, answer) if isinstance(answer, Response) and answer.status == 200 else None
        named = None if document is None or isinstance(document, Failure) else document.parsed.site_url
        job.site = named or urljoin(job.feed.url, "/")
    return job.site


def failed(parts: FetchingParts, job: Job, url: str, answer: Response | Failure) -> BackfillError:
    """The error for a list that cannot be had."""
    wait = parts.client.closed_for(url)
    if wait:
        return waiting(job, urlsplit(url).netloc, wait)
    if isinstance(answer, Failure):
        why, may_heal = answer.detail, answer.is_transient
    else:
        why, may_heal = f"{url} answered {answer.status}", answer.status in _MAY_HEAL
    kind = StalledError if may_heal else BackfillError
    return kind(f"{job.feed.name}: its history cannot be listed further: {why}; started again, it goes on where it was")


def waiting(job: Job, host: str, wait: float) -> BackfillError:
    """The error for a site that asks to be left alone for longer than a run waits."""
    at = job.now() + timedelta(seconds=wait + 59)  # its minute is the first whole one that is not too early
    return BackfillError(
        f"{job.feed.name}: {host} asks to be left alone until {at:%Y-%m-%d %H:%M} UTC; started again after that, it goes on where it was"
    )


async def fresh_entries(group: Group, parts: FetchingParts) -> list[IdentifiedEntry]:
    """The entries that the warehouse does not have."""
    feed = group.feed
    known = await parts.known.entries(feed.name, [entry.entry_id for entry in group.entries])
    fresh = [entry for entry in group.entries if entry.entry_id not in known]
    if not group.are_links or not fresh:
        return fresh
    aliases = {entry.entry_id: entry_alias(entry, feed_url=feed.url) for entry in fresh}
    articles = await parts.known.articles(tuple(aliases.values()))
    return [entry for entry in fresh if aliases[entry.entry_id] not in articles and not parts.pages.knows(aliases[entry.entry_id])]


@dataclass(frozen=True, slots=True, kw_only=True)
class _GroupStored:
    gathered: Gathered
    seen: int
    new: int
    is_late: bool


async def store_listing(job: Job, listing: Listing, parts: RunParts) -> Stored:
    """Gathers the articles of a list and hands them to the loader with its mark; what fails on the way has taken nothing."""
    untaken = {_key(group.feed, entry.entry_id) for group in listing.groups for entry in group.entries} - job.taken
    try:
        return await _gather_and_hand_over(job, listing, parts)
    except BaseException:
        job.taken -= untaken  # the window may be tried again
        raise


async def _gather_and_hand_over(job: Job, listing: Listing, parts: RunParts) -> Stored:
    groups = await asyncio.gather(*(_gathered(job, group, listing, parts) for group in listing.groups))
    gathered = merged([group.gathered for group in groups])
    seen, new = sum(group.seen for group in groups), sum(group.new for group in groups)
    is_late = any(group.is_late for group in groups)
    mark = replace(listing, position=job.position_in(listing.url) or 0, is_whole=False, go_on=listing.here) if is_late else listing
    await _hand_over(job, mark, gathered, parts, seen=seen, new=new)
    return Stored(seen=seen, new=new, wait=_longest_wait(job, listing, parts) if is_late else None)


async def _gathered(job: Job, group: Group, listing: Listing, parts: RunParts) -> _GroupStored:
    """What the new entries of a group became, without those that turned out not to be wanted, or have to come later."""
    new = job.take(group.feed, await fresh_entries(group, parts))
    found = await parts.gatherer.gather(
        group.feed,
        new,
        (),
        seen_at=listing.fetched_at,
        feed_title=group.title,
        feed_capture=group.capture,
        is_backfill=True,
        ask=group.ask,
    )
    later = {rejection.entry_id for rejection in found.rejections if rejection.reason in _LATER}
    unwanted = {article.article_id for article in found.articles if not _is_wanted(job, article)}
    for article in found.articles:
        if article.article_id in unwanted:
            parts.pages.unwanted(article)
    dropped = later | {sighting.entry_id for sighting in found.sightings if sighting.article_id in unwanted}
    job.taken -= {_key(group.feed, entry_id) for entry_id in later}
    return _GroupStored(
        gathered=_without(found, dropped, unwanted),
        seen=len(group.entries) - len(dropped),
        new=len(new) - len(dropped),
        is_late=bool(later),
    )


async def _hand_over(job: Job, listing: Listing, gathered: Gathered, parts: RunParts, *, seen: int, new: int) -> None:
    dated = [entry.entry.published_at for entry in listing.entries] + [article.published_at for article in gathered.articles]
    dates = [at for at in dated if at is not None and at in job.dates]
    page = BackfillPage(
        job=job.record.job,
        position=listing.position,
        is_whole=listing.is_whole,
        go_on=listing.go_on,
        feed=job.feed.name,
        url=listing.url,
        fetched_at=listing.fetched_at,
        entries_seen=seen,
        entries_new=new,
        oldest_at=min(dates, default=None),
        newest_at=max(dates, default=None),
    )
    await parts.store(
        Harvest(
            feed=job.feed.name,
            backfill_page=page,
            sightings=gathered.sightings,
            articles=gathered.articles,
            fetches=gathered.fetches,
            rejections=gathered.rejections,
            captures=gathered.captures,
            sources=listing.sources,
        ),
        wait=job.way is not Way.FILES,  # what is listed again from files costs no site a request
    )
    job.marks.append(
        BackfillMark(url=page.url, position=page.position, is_whole=page.is_whole, go_on=page.go_on, fetched_at=page.fetched_at)
    )


def _is_wanted(job: Job, article: Article) -> bool:
    """False for what only its page says: that it is out of the range, or in another language."""
    in_time = article.published_at is None or article.published_at in job.dates
    return in_time and (not job.languages or is_in_languages(article.language, article.text, job.languages))


def _without(found: Gathered, entry_ids: set[str | None], article_ids: set[str]) -> Gathered:
    return replace(
        found,
        sightings=tuple(sighting for sighting in found.sightings if sighting.entry_id not in entry_ids),
        articles=tuple(article for article in found.articles if article.article_id not in article_ids),
        rejections=tuple(rejection for rejection in found.rejections if rejection.entry_id not in entry_ids),
    )


def _longest_wait(job: Job, listing: Listing, parts: RunParts) -> float:
    """Seconds until the sites that asked for it may be asked again."""
    addresses = [job.settings.wayback, *(entry.entry.link for entry in listing.entries if entry.entry.link)]
    return max(parts.client.closed_for(address) for address in addresses)

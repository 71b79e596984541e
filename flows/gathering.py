"""What a feed's entries become: sightings, articles, rejections, the requests that were made. One entry's misfortune costs that entry."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from flows.asking import AskForPage
from flows.known import Known
from flows.making import Wanted
from flows.pages import ArticleSource, PageOutcome
from pipeline.articles import entry_alias
from pipeline.canonical import site_of
from pipeline.errors import FeedhouseError
from pipeline.records import (
    MAX_VERSIONS,
    Article,
    Capture,
    Entry,
    Failure,
    Feed,
    Harvest,
    IdentifiedEntry,
    KnownArticle,
    PageFetch,
    Rejection,
    RetryableEntry,
    Sighting,
    Stage,
    TextSource,
)
from pipeline.retrying import next_retry

# Pages of one feed on their way at once: the host's own limit is lower, but a feed may link to many hosts.
PAGES_OF_ONE_FEED = 8
# Pages of edited entries that one poll asks for again; those of the others follow, as many an hour, unless they fail (then as any page
# that failed). An editor corrects a few entries a day: where more have changed at once, a publisher has saved everything again, and its
# server need not be asked for all of it.
EDITS_AT_ONCE = 5
EDIT_SPREAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What a set of entries became."""

    sightings: tuple[Sighting, ...] = ()
    articles: tuple[Article, ...] = ()
    fetches: tuple[PageFetch, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    captures: tuple[Capture, ...] = ()


class Gatherer:
    """Follows entries to their articles. One for a run; safe to call for many feeds at once.

    An exception that nobody foresaw is our bug: it is stored as a rejection with its traceback; with `crash_on_bugs` it is raised.
    """

    def __init__(self, pages: ArticleSource, known: Known, *, now: Callable[[], datetime], crash_on_bugs: bool) -> None:
        self._pages = pages
        self._known = known
        self._now = now
        self._crash_on_bugs = crash_on_bugs
        self._changed: set[tuple[str, str]] = set()

    async def gather(
        self,
        feed: Feed,
        new: Sequence[IdentifiedEntry],
        changed: Sequence[IdentifiedEntry],
        *,
        seen_at: datetime,
        feed_title: str | None,
        feed_capture: Capture | None,
        resaved: frozenset[str] = frozenset(),
        is_backfill: bool = False,
        ask: AskForPage | None = None,
    ) -> Gathered:
        """The sightings, articles and rejections of a feed's new and changed entries; those `resaved` tell what they told before.

        The captures are the pages' and `feed_capture`. `ask`: how their pages are come by, where that is not the run's own way.
        """
        self._changed |= {(feed.name, entry.entry_id) for entry in changed}
        aliases = {entry.entry_id: entry_alias(entry, feed_url=feed.url) for entry in (*new, *changed)}
        known = await self._known.articles(tuple(aliases.values())) if aliases else {}
        few = asyncio.Semaphore(PAGES_OF_ONE_FEED)
        kept_as = feed_capture.capture_id if feed_capture else None

        edited = [entry for entry in changed if entry.entry_id not in resaved and _may_change(known.get(aliases[entry.entry_id]))]
        at_once = EDITS_AT_ONCE if feed.full_text else len(edited)  # what the feed carries itself costs its server nothing
        turns = {entry.entry_id: place // at_once for place, entry in enumerate(edited)}

        async def one(entry: IdentifiedEntry, *, is_new: bool) -> Gathered:
            stored = known.get(aliases[entry.entry_id])
            turn = turns.get(entry.entry_id)
            if (stored is None) if is_new else (turn == 0):
                async with few:
                    outcome = await self._article_of(Wanted(feed=feed, entry=entry, feed_title=feed_title, feed_capture=kept_as), ask)
            else:
                outcome = PageOutcome(article_id=stored.article_id if stored else None, article=None, failure=None, fetch=None)
            if stored is not None:
                outcome = _as_version_of(stored, outcome)
            elif outcome.article is not None and outcome.article.canonical_url != aliases[entry.entry_id]:  # that was asked for above
                outcome = await self._unless_known(outcome, outcome.article)
            return self._record(
                feed,
                entry,
                outcome,
                seen_at=seen_at,
                is_backfill=is_backfill,
                is_new=is_new,
                attempts=1,
                feed_capture=kept_as,
                refetch_at=seen_at + turn * EDIT_SPREAD if turn else None if is_new else _again_at(outcome),
            )

        tasks = [one(entry, is_new=True) for entry in new] + [one(entry, is_new=False) for entry in changed]
        gathered = merged(await asyncio.gather(*tasks))
        return replace(gathered, captures=(feed_capture, *gathered.captures)) if feed_capture else gathered

    async def _unless_known(self, outcome: PageOutcome, article: Article) -> PageOutcome:
        """An unknown link that led to a known article is one more sighting of it: a second look at a page is no edit."""
        known = (await self._known.articles((article.canonical_url,))).get(article.canonical_url)
        return outcome if known is None else replace(outcome, article_id=known.article_id, article=None, failure=None)

    async def retry(self, feed: Feed, due: RetryableEntry) -> Harvest:
        """Another try for the page of an entry that the feed may no longer list; none for one that this run has seen changed.

        Of that `due` no longer tells what the feed says, and it has been followed as it is now.
        """
        if (feed.name, due.sighting.entry_id) in self._changed:
            return Harvest(feed=feed.name, poll=None, state=None)
        sighting, attempts = due.sighting, due.attempts + 1
        entry = identified_again(sighting)
        alias = entry_alias(entry, feed_url=feed.url)
        stored = (await self._known.articles((alias,))).get(alias)
        outcome = await self._article_of(Wanted(feed=feed, entry=entry, attempts=attempts))
        if stored is not None:
            outcome = _as_version_of(stored, outcome)
        waited = sighting.refetch_at is not None
        gathered = self._record(
            feed,
            entry,
            outcome,
            seen_at=sighting.seen_at,
            is_backfill=sighting.is_backfill,
            is_new=True,
            attempts=attempts,
            refetch_at=_again_at(outcome) if waited else None,
        )
        return Harvest(
            feed=feed.name,
            poll=None,
            state=None,
            sightings=gathered.sightings if outcome.article_id or waited else (),
            articles=gathered.articles,
            fetches=gathered.fetches,
            rejections=gathered.rejections if sighting.article_id is None else (),
            captures=gathered.captures,
        )

    async def _article_of(self, wanted: Wanted, ask: AskForPage | None = None) -> PageOutcome:
        """The entry's article; an exception that nobody foresaw costs this entry and no other."""
        try:
            return await self._pages.article_of(wanted, ask)
        except FeedhouseError:  # the archive, a cluster: that is the run's misfortune, not the entry's
            raise
        except Exception as error:
            if self._crash_on_bugs:
                raise
            return PageOutcome(article_id=None, article=None, failure=bug_failure(Stage.EXTRACT, error, is_transient=False), fetch=None)

    def _record(
        self,
        feed: Feed,
        entry: IdentifiedEntry,
        outcome: PageOutcome,
        *,
        seen_at: datetime,
        is_backfill: bool,
        is_new: bool,
        attempts: int,
        feed_capture: str | None = None,
        refetch_at: datetime | None = None,
    ) -> Gathered:
        sighting = Sighting(
            feed=feed.name,
            entry_id=entry.entry_id,
            content_hash=entry.content_hash,
            told_hash=entry.told_hash,
            url=entry.entry.link,
            url_raw=entry.entry.link_raw,
            title=entry.entry.title,
            author=entry.entry.author,
            published_at=entry.entry.published_at,
            published_raw=entry.entry.published_raw,
            date_quality=entry.entry.date_quality,
            seen_at=seen_at,
            article_id=outcome.article_id,
            is_backfill=is_backfill,
            feed_capture=feed_capture,
            refetch_at=refetch_at,
        )
        rejected = outcome.failure is not None and outcome.article_id is None and is_new
        return Gathered(
            sightings=(sighting,),
            articles=(outcome.article,) if outcome.article else (),
            fetches=(outcome.fetch,) if outcome.fetch else (),
            rejections=(self.rejection(feed, entry, outcome.failure, attempts),) if rejected and outcome.failure else (),
            captures=(outcome.capture,) if outcome.capture else (),
        )

    def rejection(self, feed: Feed, entry: IdentifiedEntry | None, failure: Failure, attempts: int) -> Rejection:
        """The row that says why an entry, or with None the feed itself, came to nothing, and when it is tried again."""
        retry_at = next_retry(attempts, failure, now=self._now())
        return Rejection(
            stage=failure.stage,
            feed=feed.name,
            entry_id=entry.entry_id if entry else None,
            url=entry.entry.link if entry else feed.url,
            reason=failure.reason,
            error=failure.detail,
            attempts=attempts,
            next_retry_at=retry_at,
            is_final=retry_at is None,
        )


def bug_failure(stage: Stage, error: Exception, *, is_transient: bool) -> Failure:
    """An exception of ours as the failure that is stored, traceback and all."""
    detail = "".join(traceback.format_exception(error))
    return Failure(stage=stage, reason="internal_error", detail=detail, is_transient=is_transient)


def _may_change(stored: KnownArticle | None) -> bool:
    return stored is None or stored.version < MAX_VERSIONS


def _again_at(outcome: PageOutcome) -> datetime | None:
    """When the page of an edited entry is asked for again: where it failed as it may not the next time. Its feed tells of the edit once."""
    return outcome.fetch.next_retry_at if outcome.fetch and outcome.article is None else None


def _as_version_of(stored: KnownArticle, outcome: PageOutcome) -> PageOutcome:
    """What came of fetching a known article again: a version of it under the identity that it has, or nothing.

    Nothing where it failed, and where a page's text would give way to the feed's only because the page could not be had this time.
    """
    article = outcome.article
    if article is None or (stored.text_source is TextSource.PAGE and article.text_source is TextSource.FEED):
        return replace(outcome, article_id=stored.article_id, article=None, failure=None)
    article = replace(article, article_id=stored.article_id, canonical_url=stored.canonical_url, site=site_of(stored.canonical_url))
    return replace(outcome, article_id=stored.article_id, article=article, failure=None)


def identified_again(sighting: Sighting) -> IdentifiedEntry:
    """What the warehouse kept of an entry; the content that its feed carried has long become an article or was empty."""
    return IdentifiedEntry(
        entry_id=sighting.entry_id,
        content_hash=sighting.content_hash,
        told_hash=sighting.told_hash,
        entry=Entry(
            link=sighting.url,
            link_raw=sighting.url_raw,
            title=sighting.title,
            author=sighting.author,
            published_at=sighting.published_at,
            published_raw=sighting.published_raw,
            date_quality=sighting.date_quality,
        ),
    )


def merged(parts: Sequence[Gathered]) -> Gathered:
    """Several as one; of an article that is in several, one."""
    return Gathered(
        sightings=tuple(sighting for part in parts for sighting in part.sightings),
        articles=tuple({article.article_id: article for part in parts for article in part.articles}.values()),
        fetches=tuple(fetch for part in parts for fetch in part.fetches),
        rejections=tuple(rejection for part in parts for rejection in part.rejections),
        captures=tuple(capture for part in parts for capture in part.captures),
    )

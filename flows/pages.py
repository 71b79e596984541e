"""The article behind an entry: its page fetched, extracted and composed, once a run however many feeds link to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flows.byte_budget import ByteBudget
from pipeline.articles import compose, entry_alias
from pipeline.canonical import url_is_http
from pipeline.fetching import HttpClient
from pipeline.pages import fetch_record, page_failure, with_failure
from pipeline.records import Article, Extraction, Failure, Feed, IdentifiedEntry, PageFetch, Response, Stage
from pipeline.robots import RobotsRules
from pipeline.workers import WorkerDiedError, WorkerPool, WorkerTimeoutError

# A page that trafilatura needs longer for is hostile or a book: 9.6 MB of paragraphs take 18 s, the slowest of 1,200 real pages took 2.
EXTRACT_SECONDS = 10.0
# Page bytes that may wait for a worker at any time; new pages are asked for only while there is room.
WAITING_BYTES = 256_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An entry whose article is wanted; `attempts` counts this try, earlier runs' included."""

    feed: Feed
    entry: IdentifiedEntry
    feed_title: str | None = None
    attempts: int = 1

    @property
    def carries_text(self) -> bool:
        """True if the entry has something to fall back on."""
        return bool(self.entry.entry.content_html or self.entry.entry.summary_html)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """What came of one entry's page: an article, or why there is none; and the request, where one was made.

    `article` is None beside an `article_id` where the run has already stored the article.
    """

    article_id: str | None
    article: Article | None
    failure: Failure | None
    fetch: PageFetch | None


class ArticleSource:
    """Articles by entry. Entries of one run that lead to one address share one request; the later ones wait for the first.

    Two addresses that turn out to be one article (a redirect, a rel=canonical) give the text that came first: a repeat is no edit.
    """

    def __init__(
        self, client: HttpClient, robots: RobotsRules, workers: WorkerPool, *, max_page_bytes: int, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._robots = robots
        self._workers = workers
        self._max_page_bytes = max_page_bytes
        self._now = now
        self._asked: dict[str, asyncio.Future[PageOutcome]] = {}
        self._made: dict[str, Article] = {}
        self._stored: dict[str, str] = {}
        self._stored_ids: set[str] = set()
        self._room = ByteBudget(WAITING_BYTES)

    async def article_of(self, wanted: Wanted) -> PageOutcome:
        """The article of an entry."""
        alias = entry_alias(wanted.entry, feed_url=wanted.feed.url)
        if alias in self._stored:
            return PageOutcome(article_id=self._stored[alias], article=None, failure=None, fetch=None)
        asked = self._asked.get(alias)
        if asked is not None:
            outcome = await asyncio.shield(asked)
            if outcome.article is not None or not wanted.carries_text:
                return replace(outcome, fetch=None)
            return await self._extract(wanted, page=None, failure=outcome.failure, fetch=None)  # no page, but this feed has the text
        promise = self._asked[alias] = asyncio.get_running_loop().create_future()
        try:
            outcome = await self._make(wanted)
        except BaseException as error:
            promise.set_exception(error)
            promise.exception()  # seen: it is raised here, whether or not anyone else waits
            raise
        promise.set_result(outcome)
        return outcome

    def stored(self, article: Article) -> None:
        """Let go of the text of an article that the warehouse now holds; its addresses stay known."""
        self._made.pop(article.article_id, None)
        self._stored_ids.add(article.article_id)
        for alias in (article.canonical_url, *article.aliases):
            self._stored[alias] = article.article_id
            self._asked.pop(alias, None)

    async def _make(self, wanted: Wanted) -> PageOutcome:
        link = wanted.entry.entry.link
        if link is None or not wanted.feed.full_text or not url_is_http(link):
            failure = None if wanted.carries_text else _nothing_to_read(wanted)
            return await self._extract(wanted, page=None, failure=failure, fetch=None)
        asked_at = self._now()
        async with self._room.holder() as hold:
            answer = await self._fetch(wanted.feed, link)
            if isinstance(answer, Response):
                hold(len(answer.body))
            failure = page_failure(answer, link)
            fetch = fetch_record(link, answer, failure, asked_at=asked_at, attempts=wanted.attempts)
            page = answer if isinstance(answer, Response) and failure is None else None
            return await self._extract(wanted, page=page, failure=failure, fetch=fetch)

    async def _fetch(self, feed: Feed, link: str) -> Response | Failure:
        if feed.respect_robots:
            refusal = await self._robots.refusal(link, user_agent=feed.user_agent)
            if refusal is not None:
                return refusal
        return await self._client.get(link, stage=Stage.FETCH, max_bytes=self._max_page_bytes, user_agent=feed.user_agent)

    async def _extract(self, wanted: Wanted, *, page: Response | None, failure: Failure | None, fetch: PageFetch | None) -> PageOutcome:
        """The article from page and entry, the better of the two; from the entry alone where the page failed or killed its worker."""
        if page is None and not wanted.carries_text:
            return PageOutcome(article_id=None, article=None, failure=failure, fetch=fetch)
        extraction = await self._in_worker(wanted, page)
        if isinstance(extraction, Failure) and page and wanted.carries_text and extraction.reason in {"too_slow", "worker_died"}:
            extraction, page = await self._in_worker(wanted, None), None
        if isinstance(extraction, Failure):
            told = fetch if fetch is None or failure else with_failure(fetch, extraction)
            return PageOutcome(article_id=None, article=None, failure=failure or extraction, fetch=told)
        if fetch is not None and extraction.page_failure is not None:
            fetch = with_failure(fetch, extraction.page_failure)
        composed = compose(
            wanted.entry,
            extraction,
            feed_url=wanted.feed.url,
            feed_title=wanted.feed_title,
            final_url=page.final_url if page else None,
            fetched_at=page.started_at if page else self._now(),
        )
        if composed.article_id in self._stored_ids:
            return PageOutcome(article_id=composed.article_id, article=None, failure=None, fetch=fetch)
        article = self._made.setdefault(composed.article_id, composed)
        return PageOutcome(article_id=article.article_id, article=article, failure=None, fetch=fetch)

    async def _in_worker(self, wanted: Wanted, page: Response | None) -> Extraction | Failure:
        from pipeline.extraction import ExtractionInput, extract_article  # trafilatura: a second that a run without pages need not spend

        entry = wanted.entry.entry
        given = ExtractionInput(
            url=(page.final_url if page else entry.link) or wanted.feed.url,
            page_body=page.body if page else None,
            content_type=page.header("content-type") if page else None,
            content_html=entry.content_html,
            summary_html=entry.summary_html,
            title=entry.title,
        )
        try:
            return await self._workers.run(extract_article, given, seconds=EXTRACT_SECONDS)
        except WorkerTimeoutError:
            detail = f"extraction took longer than {EXTRACT_SECONDS:.0f} s and was stopped"
            return Failure(stage=Stage.EXTRACT, reason="too_slow", detail=detail, is_transient=False)
        except WorkerDiedError as error:
            return Failure(stage=Stage.EXTRACT, reason="worker_died", detail=str(error), is_transient=False)


def _nothing_to_read(wanted: Wanted) -> Failure:
    link = wanted.entry.entry.link
    if link is None:
        detail = "the entry has neither a link nor content"
    elif not wanted.feed.full_text:
        detail = "the entry has no content, and full_text = false says not to fetch its page"
    else:
        detail = f"the entry has no content, and {link[:200]} is no http address"
    return Failure(stage=Stage.FETCH, reason="nothing_to_read", detail=detail, is_transient=False)

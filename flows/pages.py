"""The article behind an entry: its page fetched, extracted and composed, once a run however many feeds link to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flows.byte_budget import ByteBudget
from pipeline.articles import compose, entry_alias
from pipeline.canonical import url_is_http
from pipeline.extraction import ExtractionInput, extract_article
from pipeline.fetching import HttpClient
from pipeline.pages import fetch_record, page_failure
from pipeline.records import Article, Extraction, Failure, Feed, IdentifiedEntry, PageFetch, Response, Stage
from pipeline.retrying import next_retry
from pipeline.robots import RobotsRules
from pipeline.workers import WorkerDiedError, WorkerPool, WorkerTimeoutError

# A page that trafilatura needs longer for is hostile or a book: 9.6 MB of paragraphs take 18 s, the slowest of 5,000 real pages took 2.
EXTRACT_SECONDS = 10.0
# Page bytes that may wait for a worker at any time; new pages are asked for only while there is room.
WAITING_BYTES = 256_000_000


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
    """Articles by entry. Two entries of one run that lead to one address share one request; the second waits for the first."""

    def __init__(
        self, client: HttpClient, robots: RobotsRules, workers: WorkerPool, *, max_page_bytes: int, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._robots = robots
        self._workers = workers
        self._max_page_bytes = max_page_bytes
        self._now = now
        self._asked: dict[str, asyncio.Future[PageOutcome]] = {}
        self._stored: dict[str, str] = {}
        self._room = ByteBudget(WAITING_BYTES)

    async def article_of(self, feed: Feed, entry: IdentifiedEntry, *, attempts: int = 1) -> PageOutcome:
        """The article of an entry of `feed`; `attempts` counts this try, earlier runs' included."""
        alias = entry_alias(entry, feed_url=feed.url)
        if alias in self._stored:
            return PageOutcome(article_id=self._stored[alias], article=None, failure=None, fetch=None)
        asked = self._asked.get(alias)
        if asked is not None:
            outcome = await asyncio.shield(asked)
            if outcome.article is not None or not _own_content(entry):
                return replace(outcome, fetch=None)
            return await self._make(feed, entry, attempts, use_page=False)  # the page failed, but this feed carries the text
        promise = self._asked[alias] = asyncio.get_running_loop().create_future()
        try:
            outcome = await self._make(feed, entry, attempts, use_page=feed.full_text and url_is_http(entry.entry.link))
        except BaseException as error:
            promise.set_exception(error)
            promise.exception()  # seen: it is raised here, whether or not anyone else waits
            raise
        promise.set_result(outcome)
        return outcome

    def stored(self, article: Article) -> None:
        """Let go of the text of an article that the warehouse now holds; its addresses stay known."""
        for alias in article.aliases:
            self._stored[alias] = article.article_id
            self._asked.pop(alias, None)

    async def _make(self, feed: Feed, entry: IdentifiedEntry, attempts: int, *, use_page: bool) -> PageOutcome:
        if not use_page:
            failure = None if _own_content(entry) else _nothing_to_read(feed, entry)
            return await self._extract(feed, entry, page=None, failure=failure, fetch=None)
        link = entry.entry.link
        assert link is not None
        asked_at = self._now()
        async with self._room.holder() as hold:
            answer = await self._fetch(feed, link)
            if isinstance(answer, Response):
                hold(len(answer.body))
            failure = page_failure(answer, link)
            retry_at = next_retry(attempts, is_transient=failure.is_transient, retry_after=failure.retry_after, now=asked_at) if failure else None
            fetch = fetch_record(link, answer, failure, asked_at=asked_at, attempts=attempts, next_retry_at=retry_at)
            page = answer if isinstance(answer, Response) and failure is None else None
            return await self._extract(feed, entry, page=page, failure=failure, fetch=fetch)

    async def _fetch(self, feed: Feed, link: str) -> Response | Failure:
        if feed.respect_robots:
            refusal = await self._robots.refusal(link, user_agent=feed.user_agent)
            if refusal is not None:
                return refusal
        return await self._client.get(link, stage=Stage.FETCH, max_bytes=self._max_page_bytes, user_agent=feed.user_agent)

    async def _extract(
        self, feed: Feed, entry: IdentifiedEntry, *, page: Response | None, failure: Failure | None, fetch: PageFetch | None
    ) -> PageOutcome:
        """The article from page and entry, the better of the two; from the entry alone where the page failed or killed its worker."""
        if page is None and not _own_content(entry):
            return PageOutcome(article_id=None, article=None, failure=failure, fetch=fetch)
        extraction = await self._in_worker(feed, entry, page)
        if (
            isinstance(extraction, Failure)
            and page is not None
            and extraction.reason in {"too_slow", "worker_died"}
            and _own_content(entry)
        ):
            extraction, page = await self._in_worker(feed, entry, None), None
        if isinstance(extraction, Failure):
            return PageOutcome(article_id=None, article=None, failure=failure or extraction, fetch=fetch)
        article = compose(
            entry,
            extraction,
            feed_url=feed.url,
            final_url=page.final_url if page else None,
            fetched_at=page.started_at if page else self._now(),
        )
        return PageOutcome(article_id=article.article_id, article=article, failure=None, fetch=fetch)

    async def _in_worker(self, feed: Feed, entry: IdentifiedEntry, page: Response | None) -> Extraction | Failure:
        given = ExtractionInput(
            url=(page.final_url if page else entry.entry.link) or feed.url,
            page_body=page.body if page else None,
            content_type=page.header("content-type") if page else None,
            content_html=entry.entry.content_html,
            summary_html=entry.entry.summary_html,
            title=entry.entry.title,
        )
        try:
            return await self._workers.run(extract_article, given, timeout=EXTRACT_SECONDS)
        except WorkerTimeoutError:
            detail = f"extraction took longer than {EXTRACT_SECONDS:.0f} s and was stopped"
            return Failure(stage=Stage.EXTRACT, reason="too_slow", detail=detail, is_transient=False)
        except WorkerDiedError as error:
            return Failure(stage=Stage.EXTRACT, reason="worker_died", detail=str(error), is_transient=False)


def _own_content(entry: IdentifiedEntry) -> bool:
    return bool(entry.entry.content_html or entry.entry.summary_html)


def _nothing_to_read(feed: Feed, entry: IdentifiedEntry) -> Failure:
    if entry.entry.link is None:
        detail = "the entry has neither a link nor content"
    elif not feed.full_text:
        detail = "the entry has no content, and full_text = false says not to fetch its page"
    else:
        detail = f"the entry has no content, and {entry.entry.link[:200]} is no http address"
    return Failure(stage=Stage.FETCH, reason="nothing_to_read", detail=detail, is_transient=False)

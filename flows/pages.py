"""The article behind an entry: its page fetched and kept, once a run however many feeds link to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from flows.asking import AskForPage
from flows.byte_budget import ByteBudget
from flows.keeping import Keeper
from flows.making import Maker, Wanted
from pipeline.articles import entry_alias
from pipeline.canonical import url_is_http
from pipeline.pages import fetch_record, page_failure, with_failure
from pipeline.records import Article, Capture, CaptureKind, Failure, PageFetch, Response

# Page bytes that may wait for a worker at any time; new pages are asked for only while there is room.
WAITING_BYTES = 256_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOutcome:
    """What came of one entry's page: an article, or why there is none; the request, where one was made; the page, where it was kept.

    `article` is None beside an `article_id` where the run has already stored the article.
    """

    article_id: str | None
    article: Article | None
    failure: Failure | None
    fetch: PageFetch | None
    capture: Capture | None = None


class ArticleSource:
    """Articles by entry. Entries of one run that lead to one address share one request; the later ones wait for the first.

    `ask` is how a page is come by, unless a caller has a way of its own. Two addresses that turn out to be one article (a redirect, a
    rel=canonical) give the text that came first: a repeat is no edit.
    """

    def __init__(
        self,
        ask: AskForPage,
        maker: Maker,
        keeper: Keeper,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._ask = ask
        self._maker = maker
        self._keeper = keeper
        self._now = now
        self._asked: dict[str, asyncio.Future[PageOutcome]] = {}
        self._made: dict[str, Article] = {}
        self._stored: dict[str, str] = {}
        self._stored_ids: set[str] = set()
        self._room = ByteBudget(WAITING_BYTES)

    async def article_of(self, wanted: Wanted, ask: AskForPage | None = None) -> PageOutcome:
        """The article of an entry."""
        alias = entry_alias(wanted.entry, feed_url=wanted.feed.url)
        if alias in self._stored:
            return PageOutcome(article_id=self._stored[alias], article=None, failure=None, fetch=None)
        asked = self._asked.get(alias)
        if asked is not None:
            outcome = await asyncio.shield(asked)
            if outcome.article is not None or not wanted.carries_text:
                return replace(outcome, fetch=None, capture=None)
            return await self._extract(wanted, page=None, failure=outcome.failure, fetch=None)  # no page, but this feed has the text
        promise = self._asked[alias] = asyncio.get_running_loop().create_future()
        try:
            outcome = await self._make(wanted, ask or self._ask)
        except BaseException as error:
            promise.set_exception(error)
            promise.exception()  # seen: it is raised here, whether or not anyone else waits
            raise
        promise.set_result(outcome)
        return outcome

    def knows(self, alias: str) -> bool:
        """True if an entry of this run has led there."""
        return alias in self._stored or alias in self._asked

    def stored(self, article: Article) -> None:
        """Let go of the text of an article that the warehouse now holds; its addresses stay known."""
        self.unwanted(article)
        self._stored_ids.add(article.article_id)
        for alias in (article.canonical_url, *article.aliases):
            self._stored[alias] = article.article_id

    def unwanted(self, article: Article) -> None:
        """Let go of an article that is not to be stored."""
        self._made.pop(article.article_id, None)
        for alias in (article.canonical_url, *article.aliases):
            self._asked.pop(alias, None)

    async def _make(self, wanted: Wanted, ask: AskForPage) -> PageOutcome:
        link = wanted.entry.entry.link
        if link is None or not wanted.feed.full_text or not url_is_http(link):
            return await self._extract(wanted, page=None, failure=None, fetch=None)
        asked_at = self._now()
        async with self._room.holder() as hold:
            answer = await ask(wanted.feed, link)
            if isinstance(answer, Response):
                hold(len(answer.body))
            failure = page_failure(answer, link)
            fetch = fetch_record(link, answer, failure, asked_at=asked_at, attempts=wanted.attempts)
            if failure is not None or not isinstance(answer, Response):
                return await self._extract(wanted, page=None, failure=failure, fetch=fetch)
            capture = await self._keeper.keep(CaptureKind.PAGE, answer)
            return await self._extract(wanted, page=answer, failure=None, fetch=fetch, capture=capture)

    async def _extract(
        self, wanted: Wanted, *, page: Response | None, failure: Failure | None, fetch: PageFetch | None, capture: Capture | None = None
    ) -> PageOutcome:
        """The article that page and entry make, if the run has not stored it yet."""
        page_capture = capture.capture_id if capture else None
        made = await self._maker.article_of(wanted, page=page, failure=failure, page_capture=page_capture)
        if isinstance(made, Failure):
            told = fetch if fetch is None or failure else with_failure(fetch, made)
            return PageOutcome(article_id=None, article=None, failure=made, fetch=told, capture=capture)
        if fetch is not None and made.page_failure is not None:
            fetch = with_failure(fetch, made.page_failure)
        article_id = made.article.article_id
        article = None if article_id in self._stored_ids else self._made.setdefault(article_id, made.article)
        return PageOutcome(article_id=article_id, article=article, failure=None, fetch=fetch, capture=capture)

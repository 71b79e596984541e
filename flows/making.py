"""An article from what there is of it: its page and its entry, in hand or out of the archive. Extracted in a worker, then composed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from pipeline.articles import compose
from pipeline.records import Article, Extraction, ExtractionInput, Failure, Feed, IdentifiedEntry, Origin, Response, Stage
from pipeline.workers import WorkerDiedError, WorkerPool, WorkerTimeoutError

# A page that trafilatura needs longer for is hostile or a book: 9.6 MB of paragraphs take 18 s, the slowest of 1,200 real pages took 2.
EXTRACT_SECONDS = 10.0

Extract = Callable[[ExtractionInput], Awaitable[Extraction | Failure]]
Extractors = Callable[[WorkerPool], AbstractAsyncContextManager[Extract]]


async def extracted(workers: WorkerPool, given: ExtractionInput) -> Extraction | Failure:
    """What a worker finds, or why it was stopped, or died."""
    from pipeline.extraction import extract_article  # trafilatura, which a run without news does not need

    try:
        return await workers.run(extract_article, given, seconds=EXTRACT_SECONDS)
    except WorkerTimeoutError:
        detail = f"extraction took longer than {EXTRACT_SECONDS:.0f} s and was stopped"
        return Failure(stage=Stage.EXTRACT, reason="too_slow", detail=detail, is_transient=False)
    except WorkerDiedError as error:
        return Failure(stage=Stage.EXTRACT, reason="worker_died", detail=str(error), is_transient=False)


@asynccontextmanager
async def extractors_here(workers: WorkerPool) -> AsyncIterator[Extract]:
    """The run's own workers."""
    yield partial(extracted, workers)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """An entry whose article is wanted; `feed_capture` is the archived document that it stands in; `attempts` counts this try."""

    feed: Feed
    entry: IdentifiedEntry
    feed_title: str | None = None
    feed_capture: str | None = None
    attempts: int = 1

    @property
    def carries_text(self) -> bool:
        """True if the entry has something to fall back on."""
        return bool(self.entry.entry.content_html or self.entry.entry.summary_html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article, and why its page was of no use where the feed's content stands in for it."""

    article: Article
    page_failure: Failure | None


class Maker:
    """Makes articles. The same input gives the same article at any time: `reprocess` counts on it."""

    def __init__(self, extract: Extract, *, now: Callable[[], datetime]) -> None:
        self._extract = extract
        self._now = now

    async def article_of(
        self, wanted: Wanted, *, page: Response | None, failure: Failure | None, page_capture: str | None
    ) -> Made | Failure:
        """The article from page and entry, the better of the two; from the entry alone where the page failed or killed its worker.

        `failure`: why there is no page; `page_capture`: the page in the archive.
        """
        if page is None and not wanted.carries_text:
            return failure or _nothing_to_read(wanted)
        extraction = await self._extract(_input(wanted, page))
        if isinstance(extraction, Failure) and page and wanted.carries_text and extraction.reason in {"too_slow", "worker_died"}:
            extraction, page = await self._extract(_input(wanted, None)), None
        if isinstance(extraction, Failure):
            return failure or extraction
        article = compose(
            wanted.entry,
            extraction,
            feed_url=wanted.feed.url,
            feed_title=wanted.feed_title,
            final_url=page.final_url if page else None,
            fetched_at=page.started_at if page else self._now(),
            origin=Origin(
                feed=wanted.feed.name,
                entry_id=wanted.entry.entry_id,
                feed_capture=wanted.feed_capture,
                page_capture=page_capture,
            ),
        )
        return Made(article=article, page_failure=extraction.page_failure)


def _input(wanted: Wanted, page: Response | None) -> ExtractionInput:
    entry = wanted.entry.entry
    return ExtractionInput(
        url=(page.final_url if page else entry.link) or wanted.feed.url,
        page_body=page.body if page else None,
        content_type=page.header("content-type") if page else None,
        content_html=entry.content_html,
        summary_html=entry.summary_html,
        title=entry.title,
    )


def _nothing_to_read(wanted: Wanted) -> Failure:
    link = wanted.entry.entry.link
    if link is None:
        detail = "the entry has neither a link nor content"
    elif not wanted.feed.full_text:
        detail = "the entry has no content, and full_text = false says not to fetch its page"
    else:
        detail = f"the entry has no content, and {link[:200]} is no http address"
    return Failure(stage=Stage.FETCH, reason="nothing_to_read", detail=detail, is_transient=False)

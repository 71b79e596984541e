"""What an answer to a request for an article page is worth: pure, from the answer alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from pipeline.canonical import is_home_page
from pipeline.records import Failure, PageFetch, Response, Stage
from pipeline.retrying import next_retry

# RFC 9110 15.5/15.6: what may be otherwise tomorrow. 403 is how bot walls and rate limiters answer; 404 and 410 are final.
_MAY_HEAL = frozenset({401, 403, 408, 421, 423, 425, 429, *range(500, 600)})

_PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/xml", "text/xml", "application/octet-stream")


def page_failure(answer: Response | Failure, link: str) -> Failure | None:
    """Why `answer` is not the article page behind `link`, or None if it is worth extracting."""
    if isinstance(answer, Failure):
        return answer
    if answer.status != 200:
        return Failure(
            stage=Stage.FETCH,
            reason=f"http_{answer.status}",
            detail=f"the page answered {answer.status}",
            is_transient=answer.status in _MAY_HEAL,
            http_status=answer.status,
        )
    if is_home_page(answer.final_url) and not is_home_page(link):
        return Failure(
            stage=Stage.FETCH,
            reason="redirected_home",
            detail=f"the page is gone: its address leads to the home page {answer.final_url}",
            is_transient=False,
            http_status=answer.status,
        )
    kind = (answer.header("content-type") or "text/html").partition(";")[0].strip().lower()
    if kind not in _PAGE_TYPES:
        return Failure(stage=Stage.FETCH, reason="not_html", detail=f"a {kind} is no page", is_transient=False, http_status=answer.status)
    return None


def fetch_record(url: str, answer: Response | Failure, failure: Failure | None, *, asked_at: datetime, attempts: int) -> PageFetch:
    """The request as the warehouse keeps it, with why its answer was of no use and when it is made again, if that may heal."""
    came = answer if isinstance(answer, Response) else None
    fetch = PageFetch(
        url=url,
        final_url=came.final_url if came else None,
        fetched_at=asked_at,
        duration_ms=came.duration_ms if came else 0,
        http_status=answer.status if isinstance(answer, Response) else answer.http_status,
        bytes=len(came.body) if came else 0,
        error=None,
        attempts=attempts,
    )
    return with_failure(fetch, failure) if failure else fetch


def with_failure(fetch: PageFetch, failure: Failure) -> PageFetch:
    """The record of a request whose answer turned out to be of no use."""
    retry_at = next_retry(fetch.attempts, failure, now=fetch.fetched_at)
    return replace(fetch, error=f"{failure.reason}: {failure.detail}", next_retry_at=retry_at)

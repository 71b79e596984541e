"""The way through a site's sitemaps: found by robots.txt or in their usual places, walked, pruned by dates, and stored piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator
from urllib.parse import urljoin

from flows.backfill_error import BackfillError
from flows.backfill_jobs import Group, Job, Listing, failed, site_of_feed
from flows.run_parts import FetchingParts
from pipeline.identity import identify
from pipeline.records import Failure, IdentifiedEntry, Response, Stage
from pipeline.sitemaps import MAX_BYTES, MAX_DEPTH, USUAL_PLACES, Sitemap, entry_of_listed, index_may_hold, may_be_in, parse_sitemap
from pipeline.workers import WorkerDiedError, WorkerTimeoutError

# Pages that are stored with one mark. Until then a killed run has them in the archive only.
PIECE = 100
# 50,000 addresses take about 2 s.
SITEMAP_SECONDS = 30.0


async def has_sitemap(job: Job, parts: FetchingParts) -> bool:
    """True if the feed's site has one."""
    return bool(await _roots(job, parts))


async def sitemap_history(job: Job, parts: FetchingParts) -> AsyncIterator[Listing]:
    """The pages of all sitemaps that may be in the range, sitemap by sitemap, in pieces of `PIECE`."""
    roots = await _roots(job, parts)
    if not roots:
        raise BackfillError(f"{job.feed.name}: {await site_of_feed(job, parts)} has no sitemap that can be read: try another --via")
    waiting = [(url, 1) for url in roots]
    seen = set(roots)
    walked = 0
    while waiting:
        url, depth = waiting.pop(0)
        walked += 1
        start = job.position_in(url)
        if start is None:
            continue
        found = await _read(job, parts, url)
        if isinstance(found, Failure):
            if found.is_transient:
                raise failed(parts, job, url, found)
            continue  # one that is gone, or is none: its index is out of date
        further = [page.url for page in found.sitemaps if index_may_hold(page, job.dates) and page.url not in seen and depth < MAX_DEPTH]
        seen.update(further)
        waiting += [(further_url, depth + 1) for further_url in further]
        entries = identify([entry_of_listed(page) for page in found.pages if may_be_in(page, job.dates)])
        for first in range(start, len(entries), PIECE):
            last = min(first + PIECE, len(entries))
            share = (walked - 1 + last / len(entries)) / (walked + len(waiting))
            yield _piece(job, url, entries[first:last], last, is_whole=last == len(entries), share=share)


def _piece(job: Job, url: str, entries: tuple[IdentifiedEntry, ...], position: int, *, is_whole: bool, share: float) -> Listing:
    group = Group(feed=job.feed, entries=entries, are_links=True)
    return Listing(url=url, fetched_at=job.now(), here=url, go_on=url, position=position, is_whole=is_whole, groups=(group,), share=share)


async def _roots(job: Job, parts: FetchingParts) -> tuple[str, ...]:
    """The sitemaps that robots.txt names, else the first of the usual places that has one."""
    site = await site_of_feed(job, parts)
    if named := await parts.robots.sitemaps(site):
        return named
    for place in USUAL_PLACES:
        url = urljoin(site, place)
        found = await _read(job, parts, url)
        if isinstance(found, Sitemap):
            return (url,)
        if parts.client.closed_for(url):
            raise failed(parts, job, url, found)
    return ()


async def _read(job: Job, parts: FetchingParts, url: str) -> Sitemap | Failure:
    answer = job.answers.pop(url, None) or await parts.client.get(
        url, stage=Stage.POLL, max_bytes=MAX_BYTES, user_agent=job.feed.user_agent
    )
    if isinstance(answer, Failure):
        return answer
    if answer.status != 200:
        heals = answer.status in {429, *range(500, 600)}
        return Failure(stage=Stage.POLL, reason=f"http_{answer.status}", detail=f"{url} answered {answer.status}", is_transient=heals)
    return await _parsed(parts, answer)


async def _parsed(parts: FetchingParts, answer: Response) -> Sitemap | Failure:
    try:
        return await parts.workers.run(parse_sitemap, answer.body, answer.final_url, answer.started_at, seconds=SITEMAP_SECONDS)
    except (WorkerTimeoutError, WorkerDiedError) as error:
        detail = f"{answer.url} cannot be read: {error}"
        return Failure(stage=Stage.PARSE, reason="too_slow", detail=detail, is_transient=False)

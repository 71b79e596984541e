"""The feeds of a site: for `feedhouse feeds discover`, and for `feeds add`, which adds the only one.

At the address given, else named by the page there, else where its links and habit lead. Each is read before it is shown.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from flows.commands import run_to_end
from flows.feeds import console
from flows.feeds_file import feeds_file_or_none_yet
from flows.harvesting import read_in_worker
from flows.run_parts import FetchingParts, fetching_parts
from flows.settings import Settings
from pipeline.discovery import advertised_feeds, likely_feeds
from pipeline.errors import FeedhouseError
from pipeline.records import Failure, Feed, Response
from pipeline.workers import WorkerDiedError, WorkerTimeoutError

# A page that names more is a directory of feeds: what it is asked for is not all of them.
MOST_FEEDS = 30
# lxml reads 15 MB in half a second; what takes longer is built to.
PAGE_SECONDS = 20.0


class NoFeedError(FeedhouseError):
    """There is no feed at that address, nor one that it names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeed:
    """A feed that was read. `newest_at` is the latest date in it that can be trusted."""

    url: str
    format: str
    title: str | None
    entries: int
    newest_at: datetime | None


def discover_command(*, home: Path, feeds_path: Path, url: str, as_json: bool) -> int:
    """Prints the feeds of the site at `url`."""
    settings = feeds_file_or_none_yet(feeds_path, os.environ).settings
    found = run_to_end(_asked(settings, home, url))
    if as_json:
        json.dump([asdict(feed) for feed in found], sys.stdout, indent=1, ensure_ascii=False, default=str)
        sys.stdout.write("\n")
        return 0
    table = Table()
    for name in ("url", "format", "title", "entries", "newest"):
        table.add_column(name, overflow="fold")
    for feed in found:
        newest = f"{feed.newest_at:%Y-%m-%d}" if feed.newest_at else ""
        table.add_row(escape(feed.url), feed.format, escape(feed.title or ""), str(feed.entries), newest)
    console().print(table)
    return 0


async def only_feed(settings: Settings, home: Path, url: str) -> FoundFeed:
    """The feed at `url`, or the one that the page there leads to, not counting those of comments.

    Raises:
        NoFeedError: if there is none, or a choice to be made.
    """
    found = await _asked(settings, home, url)
    chosen = [feed for feed in found if not is_of_comments(feed)] or found
    if len(chosen) > 1:
        raise NoFeedError(f"{url}: leads to {len(chosen)} feeds: add one of {', '.join(feed.url for feed in chosen)}")
    return chosen[0]


async def _asked(settings: Settings, home: Path, url: str) -> Sequence[FoundFeed]:
    async with fetching_parts(settings, home / "warehouse.duckdb", now=lambda: datetime.now(UTC)) as parts:
        return await feeds_of(parts, url if "://" in url else f"https://{url}")


async def feeds_of(parts: FetchingParts, url: str) -> tuple[FoundFeed, ...]:
    """The feed at `url`, or the feeds of the page there, in the page's order, those of comments last.

    Raises:
        NoFeedError: if there is nothing at `url`, or no feed at or behind it.
    """
    answer = await _ask(parts, url)
    if isinstance(answer, Failure):
        raise NoFeedError(answer.detail if url in answer.detail else f"{url}: {answer.detail}")
    if answer.status != 200:
        raise NoFeedError(f"{url}: the server answered {answer.status}")
    here = await _read(parts, url, answer)
    if isinstance(here, FoundFeed):
        return (here,)
    for candidates in (advertised_feeds, likely_feeds):
        job = partial(candidates, answer.body, answer.final_url, most=MOST_FEEDS)
        try:
            urls = await parts.workers.run(job, seconds=PAGE_SECONDS)
        except WorkerTimeoutError:
            raise NoFeedError(f"{url}: the page there takes longer than {PAGE_SECONDS:.0f} s to read") from None
        except WorkerDiedError as error:
            raise NoFeedError(f"{url}: the page there cannot be read: {error}") from None
        if found := await _each(parts, urls):
            return tuple(sorted(found, key=is_of_comments))
    raise NoFeedError(f"{url}: is no feed, and neither its links nor the usual addresses lead to one")


def is_of_comments(feed: FoundFeed) -> bool:
    """True for a feed of what readers wrote: WordPress advertises one beside the articles' own."""
    return "/comments" in feed.url.lower()


async def _each(parts: FetchingParts, urls: Sequence[str]) -> list[FoundFeed]:
    """Those of `urls` that are feeds, each document once under whatever addresses it is."""

    async def one(url: str) -> tuple[str, FoundFeed] | None:
        answer = await _ask(parts, url)
        if isinstance(answer, Failure) or answer.status != 200:
            return None
        found = await _read(parts, url, answer)
        return None if isinstance(found, Failure) else (answer.final_url, found)

    by_address: dict[str, FoundFeed] = {}
    for there in await asyncio.gather(*map(one, urls)):
        if there is not None:
            by_address.setdefault(*there)
    return list(by_address.values())


async def _ask(parts: FetchingParts, url: str) -> Response | Failure:
    return await parts.harvester.ask(Feed(name="", url=url), url)


async def _read(parts: FetchingParts, url: str, answer: Response) -> FoundFeed | Failure:
    document = await read_in_worker(parts.workers, answer)
    if isinstance(document, Failure):
        return document
    parsed = document.parsed
    dates = [entry.published_at for entry in parsed.entries if entry.published_at]
    return FoundFeed(url=url, format=parsed.format, title=parsed.title, entries=len(parsed.entries), newest_at=max(dates, default=None))

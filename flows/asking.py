"""Where the page behind a link comes from: the network, or the archive where an earlier run has kept it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from flows.keeping import kept_answer
from flows.known import Known
from pipeline.errors import ArchiveError
from pipeline.fetching import HttpClient
from pipeline.records import Failure, Feed, Response, Stage
from pipeline.robots import RobotsRules

AskForPage = Callable[[Feed, str], Awaitable[Response | Failure]]


class NetworkPages:
    """Asks the page's own server, as its robots.txt allows."""

    def __init__(self, client: HttpClient, robots: RobotsRules, *, max_bytes: int) -> None:
        self._client = client
        self._robots = robots
        self._max_bytes = max_bytes

    async def ask(self, feed: Feed, link: str) -> Response | Failure:
        """The answer, or the failure that stands for it."""
        if feed.respect_robots:
            refusal = await self._robots.refusal(link, user_agent=feed.user_agent)
            if refusal is not None:
                return refusal
        return await self._client.get(link, stage=Stage.FETCH, max_bytes=self._max_bytes, user_agent=feed.user_agent)


class KeptPages:
    """Takes a page that is in the archive from there, and asks `otherwise` for the rest: no page is fetched twice."""

    def __init__(self, folder: Path, known: Known, otherwise: AskForPage) -> None:
        self._folder = folder
        self._known = known
        self._otherwise = otherwise

    async def ask(self, feed: Feed, link: str) -> Response | Failure:
        """The answer as it was when it was kept, or the one that there is now."""
        kept = (await self._known.pages([link])).get(link)
        if kept is not None:
            try:
                return await asyncio.to_thread(kept_answer, self._folder, kept)
            except ArchiveError:  # its file was moved away: the network has it still
                pass
        return await self._otherwise(feed, link)

"""What a site's robots.txt lets us fetch (RFC 9309), asked for once a day for each origin, however many runs that day has."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from protego import Protego

from pipeline.fetching import HttpClient
from pipeline.records import Failure, Response, RobotsFile, Stage

# RFC 9309, 2.5: at least 500 KiB must be read; more need not be.
MAX_ROBOTS_BYTES = 512_000
# RFC 9309, 2.4: a cached copy should not be used for more than 24 hours.
MAX_AGE = timedelta(hours=24)

_ALLOW_ALL = Protego.parse("")


class RobotsRules:
    """Asks robots.txt for each origin at its first page; callers at the same time share the request.

    `recall` gives the file that an earlier run was answered with. Files that could not be had are not remembered.
    """

    def __init__(
        self,
        client: HttpClient,
        user_agent: str,
        *,
        recall: Callable[[str], Awaitable[RobotsFile | None]],
        now: Callable[[], datetime],
    ) -> None:
        self._client = client
        self._user_agent = user_agent
        self._recall = recall
        self._now = now
        self._new_files: list[RobotsFile] = []
        self._rules: dict[str, asyncio.Task[Protego | Failure]] = {}

    def take_files(self) -> tuple[RobotsFile, ...]:
        """The files that were asked for since the last call, for a later run to recall."""
        taken, self._new_files = tuple(self._new_files), []
        return taken

    async def refusal(self, url: str, *, user_agent: str | None = None) -> Failure | None:
        """None if the page may be fetched; a final failure if the site forbids it, a transient one if its rules cannot be had."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = await self._rules_of(origin)
        if isinstance(rules, Failure):
            return rules
        agent = user_agent or self._user_agent
        if rules.can_fetch(url, agent):
            return None
        detail = f"{origin}/robots.txt does not let {agent.partition('/')[0]} read {parts.path or '/'}"
        return Failure(stage=Stage.FETCH, reason="robots_disallowed", detail=detail, is_transient=False)

    async def sitemaps(self, url: str) -> tuple[str, ...]:
        """The sitemaps that the site of `url` names in its robots.txt, absolute, each once."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        rules = await self._rules_of(origin)
        return () if isinstance(rules, Failure) else tuple(dict.fromkeys(urljoin(origin, named) for named in rules.sitemaps))

    async def _rules_of(self, origin: str) -> Protego | Failure:
        if origin not in self._rules:
            self._rules[origin] = asyncio.create_task(self._read(origin))
        return await asyncio.shield(self._rules[origin])

    async def _read(self, origin: str) -> Protego | Failure:
        asked_at = self._now()
        known = await self._recall(origin)
        if known is not None and asked_at - known.fetched_at < MAX_AGE:
            return self._parse(known)
        answer = await self._client.get(f"{origin}/robots.txt", stage=Stage.FETCH, max_bytes=MAX_ROBOTS_BYTES)
        if isinstance(answer, Failure):
            if answer.reason in {"too_large", "redirect_loop", "too_many_redirects"}:  # 2.3.1.2: unavailable, which allows everything
                return _ALLOW_ALL
            return Failure(stage=Stage.FETCH, reason="robots_unreachable", detail=f"robots.txt: {answer.detail}", is_transient=True)
        if answer.status >= 500 or answer.status == 429:  # 2.3.1.4: unreachable, which forbids everything for now
            detail = f"{origin}/robots.txt answered {answer.status}"
            return Failure(stage=Stage.FETCH, reason="robots_unreachable", detail=detail, is_transient=True, http_status=answer.status)
        found = RobotsFile(origin=origin, body=_text(answer), fetched_at=asked_at)
        self._new_files.append(found)
        return self._parse(found)

    def _parse(self, found: RobotsFile) -> Protego:
        rules = Protego.parse(found.body)
        delay = rules.crawl_delay(self._user_agent)
        if delay:
            self._client.politeness.slow_down(urlsplit(found.origin).netloc.lower(), float(delay))
        return rules


def _text(answer: Response) -> str:
    """The rules; none where the site has no such file (RFC 9309, 2.3.1.3)."""
    return answer.body.decode("utf-8", errors="replace") if answer.status == 200 else ""

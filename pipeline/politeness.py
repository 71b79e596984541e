"""How often and how much at once one host is asked. One for a run: feeds, pages and robots.txt share it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

# Hosts remembered before idle ones are dropped: a run over 100,000 sites keeps its memory.
REMEMBERED_HOSTS = 10_000
# A Crawl-delay beyond this would make a feed of ten entries take an hour.
MAX_DELAY = 30.0
# A host that has not answered so often in a row is left alone for a while: 10,000 feeds of a dead host would take a run 28 hours
# otherwise, at 20 seconds each and two at once.
UNANSWERED_LIMIT = 5
SILENT_SECONDS = 600.0


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    delay: float
    next_start: float = 0.0
    unanswered: int = 0
    silent_until: float = 0.0
    users: int = field(default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A turn at a host. With more than 0 seconds in either, do not ask: it has asked to be left alone for so long, or it is down."""

    closed: float = 0.0
    silent: float = 0.0


class Politeness:
    """Turns, by host: at most `host_concurrency` at once, starts at least `host_delay` seconds apart, and in all `concurrency` at once.

    Who waits for a host holds no place among the `concurrency`. Clock (monotonic seconds) and sleep come in as arguments.
    """

    def __init__(
        self,
        *,
        concurrency: int,
        host_concurrency: int,
        host_delay: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._all = asyncio.Semaphore(concurrency)
        self._host_concurrency = host_concurrency
        self._host_delay = host_delay
        self._clock = clock
        self.sleep = sleep
        self._hosts: dict[str, _Host] = {}
        self._closed: dict[str, float] = {}

    @asynccontextmanager
    async def turn(self, name: str, scope: str) -> AsyncIterator[Turn]:
        """Waits for a turn at the host `name`; `scope` is whom a Retry-After from there has closed (`pipeline.addresses.wait_scope`)."""
        host = self._host(name)
        host.users += 1
        try:
            async with host.slots:
                refused = self._refused(host, scope)
                if refused.closed or refused.silent:
                    yield refused
                    return
                now = self._clock()
                start = max(now, host.next_start)
                host.next_start = start + host.delay
                if start > now:
                    await self.sleep(start - now)
                async with self._all:
                    yield self._refused(host, scope)
        finally:
            host.users -= 1

    def close(self, scope: str, seconds: float) -> None:
        """Remember that a server has asked not to be asked for so long (Retry-After)."""
        self._closed[scope] = max(self._closed.get(scope, 0.0), self._clock() + seconds)

    def closed_for(self, scope: str) -> float:
        """Seconds for which a server does not want to be asked, 0.0 if it may be."""
        return max(0.0, self._closed.get(scope, 0.0) - self._clock())

    def slow_down(self, name: str, seconds: float) -> None:
        """Keep at least so long between two requests to a host (robots.txt Crawl-delay)."""
        host = self._host(name)
        host.delay = max(host.delay, min(seconds, MAX_DELAY))

    def told(self, name: str, *, answered: bool) -> None:
        """Remember whether a host has answered: one that does not, time after time, is down."""
        host = self._host(name)
        host.unanswered = 0 if answered else host.unanswered + 1
        if host.unanswered >= UNANSWERED_LIMIT:
            host.silent_until = self._clock() + SILENT_SECONDS

    def _refused(self, host: _Host, scope: str) -> Turn:
        now = self._clock()
        return Turn(closed=self.closed_for(scope), silent=max(0.0, host.silent_until - now))

    def _host(self, name: str) -> _Host:
        host = self._hosts.get(name)
        if host is None:
            if len(self._hosts) >= REMEMBERED_HOSTS:
                self._drop_idle()
            host = self._hosts[name] = _Host(slots=asyncio.Semaphore(self._host_concurrency), delay=self._host_delay)
        return host

    def _drop_idle(self) -> None:
        now = self._clock()
        self._hosts = {
            name: host
            for name, host in self._hosts.items()
            if host.users or host.next_start > now or host.silent_until > now or host.delay > self._host_delay
        }
        self._closed = {scope: until for scope, until in self._closed.items() if until > now}

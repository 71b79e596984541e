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


@dataclass(slots=True)
class _Host:
    slots: asyncio.Semaphore
    delay: float
    next_start: float = 0.0
    closed_until: float = 0.0
    users: int = field(default=0)


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
        self._sleep = sleep
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def turn(self, name: str) -> AsyncIterator[float]:
        """Waits for a turn at a host. Gives the seconds for which the host has asked not to be asked: with more than 0, do not ask."""
        host = self._host(name)
        host.users += 1
        try:
            async with host.slots:
                if closed := self.closed_for(name):
                    yield closed
                    return
                now = self._clock()
                start = max(now, host.next_start)
                host.next_start = start + host.delay
                if start > now:
                    await self._sleep(start - now)
                async with self._all:
                    yield self.closed_for(name)
        finally:
            host.users -= 1

    def close(self, name: str, seconds: float) -> None:
        """Remember that a host has asked not to be asked for so long (429 or 503 with Retry-After)."""
        host = self._host(name)
        host.closed_until = max(host.closed_until, self._clock() + seconds)

    def slow_down(self, name: str, seconds: float) -> None:
        """Keep at least so long between two requests to a host (robots.txt Crawl-delay)."""
        host = self._host(name)
        host.delay = max(host.delay, min(seconds, MAX_DELAY))

    def closed_for(self, name: str) -> float:
        """Seconds for which the host does not want to be asked, 0.0 if it may be."""
        host = self._hosts.get(name)
        return max(0.0, host.closed_until - self._clock()) if host else 0.0

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
            if host.users or host.next_start > now or host.closed_until > now or host.delay > self._host_delay
        }

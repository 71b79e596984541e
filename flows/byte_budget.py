"""A bound on the bytes that wait in memory between two stages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class ByteBudget:
    """Lets holders in while fewer than `limit` bytes are held. A size is known only after a fetch, so those already in may overrun it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = 0
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def holder(self) -> AsyncIterator[Callable[[int], None]]:
        """Waits for room, then gives a function that counts bytes as held; they are given back at the end."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._held < self._limit)
        mine = 0

        def hold(size: int) -> None:
            nonlocal mine
            mine += size
            self._held += size

        try:
            yield hold
        finally:
            self._held -= mine
            async with self._changed:
                self._changed.notify_all()
